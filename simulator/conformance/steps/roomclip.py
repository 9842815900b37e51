"""The RoomClip shop: items (guide 4), its own stock, and buyers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence, Table
from simulator.conformance.world import SHOP_ID
from simulator.errors import BadFile, Conflict
from simulator.roomclip.item_csv import CODE, COLUMNS

if TYPE_CHECKING:
    from simulator.conformance.world import World

_ITEMS = Table(CODE, may=COLUMNS)
_ITEM_CSV = Table("商品管理番号", "親子・単品フラグ", may=COLUMNS)
_STOCKS = Table(CODE, "在庫数")


@given(Sentence("RoomClipショッピングに次の商品を登録している:", _ITEMS))
def register_items(world: World, datatable: list[list[str]]) -> None:
    """Register items with stock 0 and 公開 unless the table says otherwise."""
    world.import_items(_ITEMS.read(datatable))


@given(Sentence("RoomClipショッピングに「{code}」の商品を登録している"))
def register_item(world: World, code: str) -> None:
    """Register one 公開 item with this code, byte for byte, and stock 0."""
    world.import_items([{CODE: code, "商品名": "商品"}])


@given(Sentence("RoomClipショッピングに「{count:int}」件のSKUに対応する商品を登録している"))
def register_many_items(world: World, count: int) -> None:
    """Register an item for each of SKU-0001 and so on."""
    world.import_items([{CODE: f"SKU-{number:04}"} for number in range(1, count + 1)])


@given("RoomClipショッピングに自社管理コードが空欄の商品を登録している")
def register_item_without_code(world: World) -> None:
    """Register one 公開 item whose code is blank."""
    world.import_items([{CODE: "", "商品管理番号": "BLANK", "商品名": "コードのない商品"}])


@given(Sentence("商品詳細設定の「種類別の自社管理コード」に「{code}」と入れて商品を登録している"))
def register_item_by_hand(world: World, code: str) -> None:
    """Guide 4.1.1: register one item on its page."""
    from simulator.roomclip.listing import ItemInput, VariantInput

    item = ItemInput("HAND-1", "画面で登録した商品", (VariantInput(code=code, price=1000),), status="公開")
    world.lab.roomclip.register_item(SHOP_ID, item)


@given(Sentence("次の商品CSVをインポートしている:", _ITEM_CSV))
def import_items(world: World, datatable: list[list[str]]) -> None:
    """Guide 4.2: import a 商品CSV that is accepted."""
    world.report = world.import_items(_ITEM_CSV.read(datatable))


@when(Sentence("次の商品CSVをインポートする:", _ITEM_CSV))
def try_import(world: World, datatable: list[list[str]]) -> None:
    """Guide 4.2: import a 商品CSV that may be refused."""
    try:
        import_items(world, datatable)
    except BadFile as refusal:
        world.refusal = refusal


@when(Sentence("「{code}」の出品ステータスを「{status}」に変更する"))
def change_status(world: World, code: str, status: str) -> None:
    """Change an item's listing status."""
    world.lab.roomclip.set_listing_status(SHOP_ID, world.variant(code).item_number, status)


@given(Sentence("RoomClipショッピングの「{code}」の在庫数を手作業で「{stock:int}」にしている"))
def edit_stock(world: World, code: str, stock: int) -> None:
    """Edit the shop's own number by hand."""
    world.lab.roomclip.edit_stock(SHOP_ID, world.variant(code).variant_id, stock)


@given(Sentence("購入者が「{code}」を「{quantity:int}」個購入している"))
def purchase(world: World, code: str, quantity: int) -> None:
    """Buy something that can be bought."""
    world.lab.roomclip.purchase(SHOP_ID, [(world.variant(code).variant_id, quantity)])


@given(Sentence("購入者が「{code}」を「{quantity:int}」個「{payment}」で購入している"))
def purchase_by(world: World, code: str, quantity: int, payment: str) -> None:
    """Buy something, paying in this way."""
    world.lab.roomclip.purchase(SHOP_ID, [(world.variant(code).variant_id, quantity)], payment)


@then(Sentence("RoomClipショッピングの「{code}」の在庫数は「{stock:int}」である"))
def check_stock(world: World, code: str, stock: int) -> None:
    """Every variant with this code shows this stock; there is at least one."""
    seen = [variant.stock for variant in world.variants(code)]
    expect(bool(seen) and set(seen) == {stock}, f"{code} {stock} in RoomClip", seen or "no item", *world.ends([code]))


@then(Sentence("RoomClipショッピングの「{code}」の在庫数は「{one:int}」か「{other:int}」である"))
def check_stock_is_either(world: World, code: str, one: int, other: int) -> None:
    """The variant with this code shows one of these stocks: which, is a matter of which moment won."""
    seen = world.variant(code).stock
    expect(seen in {one, other}, f"{code} {one} or {other} in RoomClip", seen, *world.ends([code]))


@then(Sentence("RoomClipショッピングの在庫数は次のとおりである:", _STOCKS))
def check_stocks(world: World, datatable: list[list[str]]) -> None:
    """Each of these codes shows this stock."""
    wanted = {row[CODE]: int(row["在庫数"]) for row in _STOCKS.read(datatable)}
    levels = world.levels()
    seen = {code: levels.get(code) for code in wanted}
    wrong = [code for code in wanted if seen[code] != wanted[code]]
    expect(not wrong, f"in RoomClip {wanted}", seen, *world.ends(wrong))


@then(Sentence("RoomClipショッピングの「{count:int}」件すべての在庫数がTEMPOSTARと一致する"))
def check_all_in_sync(world: World, count: int) -> None:
    """Each of SKU-0001 and so on shows its number."""
    levels = world.levels()
    wrong = [code for number in range(1, count + 1) if levels.get(code := f"SKU-{number:04}") != number]
    expect(not wrong, f"{count} of {count} SKUs in sync", f"{count - len(wrong)}", *world.ends(wrong[:10]))


@then(Sentence("RoomClipショッピングで在庫数が届いた商品は「{count:int}」件である"))
def check_synced_count(world: World, count: int) -> None:
    """So many codes show a stock other than 0."""
    seen = sorted(code for code, stock in world.levels().items() if stock)
    expect(len(seen) == count, f"{count} items in stock", f"{len(seen)}: {', '.join(seen[:10])}")


@then("自社管理コードが空欄の商品の在庫数は「0」である")
def check_stock_without_code(world: World) -> None:
    """The variant without a code still shows 0."""
    page = world.lab.roomclip.variants(SHOP_ID, limit=1000)
    seen = [variant.stock for variant in page.variants if variant.variant_code is None]
    expect(seen == [0], "one variant without a code, stock 0", seen)


@then(Sentence("「{code}」の出品ステータスは「{status}」である"))
def check_status(world: World, code: str, status: str) -> None:
    """The item's listing status is this."""
    seen = world.variant(code).listing_status
    expect(seen == status, f"{code} {status}", seen)


@then(Sentence("購入者は「{code}」を購入でき{ability:る|ない}"))
def check_purchase(world: World, code: str, ability: str) -> None:
    """A buyer tries to buy one, and gets it or is refused."""
    variant = world.variant(code)
    try:
        world.lab.roomclip.purchase(SHOP_ID, [(variant.variant_id, 1)])
    except Conflict as refusal:
        bought, seen = False, str(refusal)
    else:
        bought, seen = True, "bought"
    expected = f"{code} {'can' if ability == 'る' else 'cannot'} be bought"
    expect(bought == (ability == "る"), expected, seen, f"{variant.listing_status}, stock {variant.stock}")


@then(Sentence("商品「{count:int}」点のインポートが完了する"))
def check_imported(world: World, count: int) -> None:
    """The import was accepted, with so many items."""
    seen = world.report.imported if world.report else f"refused: {world.refusal}"
    expect(seen == count, f"{count} items imported", seen)


@then(Sentence("インポートは断られ、「{row:int}」行目が指摘される"))
def check_refused(world: World, row: int) -> None:
    """The import was refused whole, and names this row (the heading is row 1)."""
    problems = world.refusal.problems if isinstance(world.refusal, BadFile) else ()
    expect(row in {problem.row for problem in problems}, f"refused because of row {row}", world.refusal or "accepted")


@then(Sentence("インポートの結果に「{row:int}」行目への注意が表示される"))
def check_warned(world: World, row: int) -> None:
    """The import was accepted with a warning that names this row."""
    warnings = world.report.warnings if world.report else ()
    seen = "; ".join(map(str, warnings)) or world.refusal or "no warning"
    expect(row in {warning.row for warning in warnings}, f"a warning for row {row}", seen)


@then(Sentence("RoomClipショッピングに登録された商品は「{count:int}」点である"))
def check_item_count(world: World, count: int) -> None:
    """The shop has so many variants."""
    seen = len(world.lab.roomclip.variants(SHOP_ID, limit=1000).variants)
    expect(seen == count, f"{count} variants in RoomClip", seen)
