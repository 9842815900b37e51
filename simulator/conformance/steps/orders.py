"""Orders on their way into TEMPOSTAR, and what 受注一覧 shows of them (guide 2.1.2, 2.2, 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence, Table
from simulator.conformance.stock_folder import COMPANY

if TYPE_CHECKING:
    from simulator.conformance.world import World
    from simulator.tempostar.orders import TempostarOrder

_ORDERS = Table("受注番号", may=("商品コード", "数量", "支払方法名", "配送方法名"))
_LIST = Table("受注番号", may=("支払方法", "配送方法", "警告", "進捗"))
_LISTED = 1000


@given(Sentence("RoomClipショッピング店の次の受注が届いている:", _ORDERS))
def send_orders(world: World, datatable: list[list[str]]) -> None:
    """Deliver these orders in one order file; rows of one number are one order."""
    world.send_orders(_ORDERS.read(datatable))


@when(Sentence("RoomClipショッピング店の次の受注が届き、送信間隔が過ぎる:", _ORDERS))
def send_orders_and_let_interval_pass(world: World, datatable: list[list[str]]) -> None:
    """Deliver these orders and let TEMPOSTAR make its next pass."""
    send_orders(world, datatable)
    world.wait_for_pass()


@given("途中で切れた受注ファイルが届いている")
def send_broken_file(world: World) -> None:
    """Deliver an order file whose last row breaks off in mid-field."""
    world.lab.advance(seconds=1)
    whole = world.order_file([{"受注番号": "900", "商品コード": "ISU-01"}])
    world.send_order_file(whole[:-20])


@then(Sentence("受注一覧の受注は全部で「{count:int}」件である"))
def check_count(world: World, count: int) -> None:
    """How many orders TEMPOSTAR has of the RoomClip shop."""
    seen = [order.shop_order_number for order in _orders(world)]
    expect(len(seen) == count, f"{count} orders in 受注一覧", ", ".join(seen) or "none")


@then(Sentence("受注一覧は次のとおりである:", _LIST))
def check_orders(world: World, datatable: list[list[str]]) -> None:
    """What TEMPOSTAR made of these orders; a blank cell is blank there too, several 警告 stand with 、 between them."""
    wanted = {row.pop("受注番号"): row for row in _LIST.read(datatable)}
    listed = {order.shop_order_number.removeprefix(f"{world.shop_code}-"): _cells(order) for order in _orders(world)}
    seen = {number: {column: cells[column] for column in wanted.get(number, cells)} for number, cells in listed.items()}
    expect(seen == wanted, f"in 受注一覧 {wanted}", seen or "no orders")


@then(Sentence("受注一覧のどの受注も支払方法は「{payment}」、配送方法は「{carrier}」である"))
def check_names(world: World, payment: str, carrier: str) -> None:
    """There are orders, and TEMPOSTAR knows each by these two names."""
    seen = [(order.payment, order.carrier) for order in _orders(world)]
    expect(
        bool(seen) and set(seen) == {(payment, carrier)}, f"every order by {payment}, {carrier}", seen or "no orders"
    )


@then(Sentence("受注「{number}」の商品コード「{code}」は{mark:未登録|登録済み}と表示される"))
def check_mark(world: World, number: str, code: str, mark: str) -> None:
    """Whether the line's 商品コード was found among TEMPOSTAR's SKUs."""
    lines = {(order.shop_order_number, line.sku_code): line.matched for order in _orders(world) for line in order.lines}
    seen = lines.get((f"{world.shop_code}-{number}", code))
    expect(seen is (mark == "登録済み"), f"{code} of order {number} {mark}", lines or "no orders")


@then(Sentence("受注取込のログで「{row:int}」行目が指摘される"))
def check_log(world: World, row: int) -> None:
    """A refused order file stands in the log folder, beside a text that names the row."""
    folder = f"/netorder/{world.shop_code}/log"
    names = [file.name for file in world.lab.area.files(COMPANY, folder)]
    texts = [
        (world.lab.area.read(COMPANY, f"{folder}/{name.removesuffix('.error')}.log") or b"").decode()
        for name in names
        if name.endswith(".error")
    ]
    right = any(f"\r\nrow {row}," in text or f"\r\nrow {row}:" in text for text in texts)
    expect(right, f"a log that names row {row}", "; ".join((*names, *texts)) or "an empty log folder")


def _orders(world: World) -> tuple[TempostarOrder, ...]:
    return world.lab.tempostar.orders(world.shop_code, page_size=_LISTED).rows if world.shop_code else ()


def _cells(order: TempostarOrder) -> dict[str, str]:
    return {
        "支払方法": order.payment,
        "配送方法": order.carrier,
        "警告": "、".join(order.warnings),
        "進捗": order.progress,
    }
