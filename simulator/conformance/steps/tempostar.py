"""Products and stock in TEMPOSTAR (guide 3), and what stands in its FTPS area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then

from simulator.conformance.expectations import expect
from simulator.conformance.guide import fixtures_dir
from simulator.conformance.steps.sentences import Sentence, Table
from simulator.conformance.stock_folder import COMPANY, encode_text

if TYPE_CHECKING:
    from simulator.conformance.world import World


_SKUS = Table("SKUコード", may=("商品基本コード", "商品名", "属性1名", "属性2名", "想定在庫数", "保留在庫数"))


@given(Sentence("TEMPOSTARに次のSKUを登録している:", _SKUS))
def register_skus(world: World, datatable: list[list[str]]) -> None:
    """Register a product for each SKU; no shop carries them yet."""
    from simulator.tempostar.catalog import ProductInput, SkuInput

    world.lab.tempostar.add_products(
        ProductInput(
            product_code=row.get("商品基本コード", row["SKUコード"]),
            name=row.get("商品名", f"商品 {row['SKUコード']}"),
            skus=(
                SkuInput(
                    row["SKUコード"],
                    attribute1=row.get("属性1名", ""),
                    attribute2=row.get("属性2名", ""),
                    sellable=int(row.get("想定在庫数", "0")),
                    held_back=int(row.get("保留在庫数", "0")),
                ),
            ),
        )
        for row in _SKUS.read(datatable)
    )


@given(Sentence("TEMPOSTARの次のSKUを連携している:", _SKUS))
def link_skus(world: World, datatable: list[list[str]]) -> None:
    """Register these SKUs, carry them for the RoomClip shop and link their stock."""
    register_skus(world, datatable)
    for row in _SKUS.read(datatable):
        world.lab.tempostar.carry(world.shop_code, row.get("商品基本コード", row["SKUコード"]))
        world.lab.tempostar.link(world.shop_code, row["SKUコード"])


@given(Sentence("TEMPOSTARの「{sku}」のSKUを想定在庫数「{quantity:int}」で連携している"))
def link_sku(world: World, sku: str, quantity: int) -> None:
    """Register, carry and link one SKU, its code byte for byte."""
    link_skus(world, [["SKUコード", "想定在庫数"], [sku, str(quantity)]])


@given(Sentence("TEMPOSTARの「{count:int}」件のSKUを連携している"))
def link_many_skus(world: World, count: int) -> None:
    """Register, carry and link SKU-0001 and so on, with stocks 1, 2 and so on."""
    numbers = [[f"SKU-{number:04}", str(number)] for number in range(1, count + 1)]
    register_skus(world, [["SKUコード", "想定在庫数"], *numbers])
    codes = [code for code, _ in numbers]
    delay = world.lab.settings().bulk_delay_minutes
    world.lab.change_settings(bulk_delay_minutes=0)
    world.lab.tempostar.carry_in_bulk(world.shop_code, codes)
    world.lab.change_settings(bulk_delay_minutes=delay)
    world.lab.tempostar.link_in_bulk(world.shop_code, codes)


@given(Sentence("TEMPOSTARの「{sku}」の想定在庫数を「{quantity:int}」にしている"))
def set_sellable(world: World, sku: str, quantity: int) -> None:
    """Overwrite 想定在庫数."""
    world.lab.tempostar.set_stock(sku, sellable=quantity)


@given(Sentence("TEMPOSTARの「{count:int}」件のSKUの想定在庫数をどれも「{quantity:int}」にしている"))
def set_sellable_of_many(world: World, count: int, quantity: int) -> None:
    """Overwrite 想定在庫数 of SKU-0001 and so on."""
    for number in range(1, count + 1):
        world.lab.tempostar.set_stock(f"SKU-{number:04}", sellable=quantity)


@given(Sentence("TEMPOSTARの「{sku}」の保留在庫数を「{quantity:int}」にしている"))
def set_held_back(world: World, sku: str, quantity: int) -> None:
    """Overwrite 保留在庫数."""
    world.lab.tempostar.set_stock(sku, held_back=quantity)


@given(Sentence("取扱/反映編集で「{product}」の取扱のチェックを{way:入れて|外して}いる"))
def carry(world: World, product: str, way: str) -> None:
    """Tick or untick 取扱 for the RoomClip shop."""
    world.lab.tempostar.carry(world.shop_code, product, way == "入れて")


@given(Sentence("在庫連動設定で「{sku}」の在庫連携先を「{choice:連携する|連携しない}」にしている"))
def link(world: World, sku: str, choice: str) -> None:
    """Link or unlink one SKU's stock."""
    world.lab.tempostar.link(world.shop_code, sku, choice == "連携する")


@given(Sentence("一括更新:取扱ショップで{products:list}にRoomClipショッピング店を追加している"))
def carry_in_bulk(world: World, products: list[str]) -> None:
    """Carry several products with one bulk change, which may take its time."""
    world.lab.tempostar.carry_in_bulk(world.shop_code, products)


@given(Sentence("在庫連動一括設定で{skus:list}をRoomClipショッピング店に「連動する」にしている"))
def link_in_bulk(world: World, skus: list[str]) -> None:
    """Link several SKUs with one bulk change."""
    world.lab.tempostar.link_in_bulk(world.shop_code, skus)


@given("TEMPOSTARで一括同期を行っている")
def request_full_sync(world: World) -> None:
    """Put every linked SKU in the queue again."""
    world.lab.tempostar.request_full_sync(world.shop_code)


@given("TEMPOSTARでFTPパスワードを発行し直している")
def reissue_password(world: World) -> None:
    """Have a new FTP password issued; RoomClip still has the old one."""
    world.issue_password()


@given(Sentence("FTPS領域の在庫ファイルが見本「{name}」である"))
def put_sample(world: World, name: str) -> None:
    """Put one of the contract's golden files where TEMPOSTAR would write, a minute later."""
    samples = {path.name: path for path in sorted(fixtures_dir().glob("stock-*.csv"))}
    if name not in samples:
        raise AssertionError(f"There is no sample {name!r}; there are: {', '.join(samples)}.")
    world.put_stock_file(samples[name].read_bytes())


@given("FTPS領域の在庫ファイルが次の内容である:")
def put_text(world: World, docstring: str) -> None:
    """Put this text where TEMPOSTAR would write, a minute later, as it would encode it."""
    world.put_stock_file(encode_text(docstring + "\n", world.lab.settings()))


@given("FTPS領域の在庫ファイルが0バイトである")
def put_nothing(world: World) -> None:
    """Put a file without bytes where TEMPOSTAR would write, a minute later."""
    world.put_stock_file(b"")


@given("TEMPOSTARに在庫を送っていない別のショップがある")
def add_other_shop(world: World) -> None:
    """Add a second shop of the same company whose 在庫反映 is 停止."""
    world.other_shop_code = world.lab.tempostar.add_shop("別のショップ", "別").shop_code


@given(Sentence("一括更新の反映に「{minutes:int}」分かかる"))
def delay_bulk_changes(world: World, minutes: int) -> None:
    """Have a bulk change of 取扱ショップ take this long (guide 3.2.2.2)."""
    world.lab.change_settings(bulk_delay_minutes=minutes)


@given("在庫ファイルは書きかけでも見える")
def write_in_place(world: World) -> None:
    """Have TEMPOSTAR write its file in place, so that half of it can be read."""
    world.lab.change_settings(writing="in-place")


@given("FTPS領域から在庫ファイルが消えている")
def remove_file(world: World) -> None:
    """Take every stock file of the RoomClip shop away."""
    for file in world.lab.area.files(COMPANY, f"/netstock/{world.shop_code}"):
        world.lab.area.remove(COMPANY, file.path)


@then(Sentence("TEMPOSTARの「{sku}」の在庫数は「{quantity:int}」である"))
def check_stock(world: World, sku: str, quantity: int) -> None:
    """在庫数 as TEMPOSTAR shows it."""
    seen = world.lab.tempostar.stock(sku).stock
    expect(seen == quantity, f"{sku} {quantity} in TEMPOSTAR", seen, *world.ends([sku]))
