"""Queries and answers of the operations on orders that TEMPOSTAR has taken in."""

from simulator.control.tempostar_models import CompanyQuery
from simulator.web.spec import AnswerModel


class OrderQuery(CompanyQuery):
    """A page of 受注一覧: of one shop, or of all of the company."""

    shop_code: str | None = None
    page: int = 1
    page_size: int = 50


class OrderLineItem(AnswerModel):
    """A line of an order. `matched`: 商品コード is a SKUコード; `lowered`: 想定在庫数 went down by `quantity`;
    `unit_price`: yen with tax."""

    sku_code: str
    name: str
    option: str
    quantity: int
    unit_price: int | None
    matched: bool
    lowered: bool


class AmountsItem(AnswerModel):
    """What an order costs, yen with tax; null where the order file leaves it blank."""

    goods_total: int | None
    shipping_fee: int | None
    payment_fee: int | None
    billed: int | None


class OrderItem(AnswerModel):
    """A row of 受注一覧. `payment`, `carrier`: TEMPOSTAR's names, "" where the shop's (`payment_name`, `carrier_name`)
    match nothing."""

    system_order_number: int
    shop_code: str
    shop_order_number: str
    ordered_at: str
    taken_in_at: str
    buyer_name: str
    payment: str
    payment_name: str
    carrier: str
    carrier_name: str
    warnings: list[str]
    progress: str
    amounts: AmountsItem
    lines: list[OrderLineItem]


class OrderPage(AnswerModel):
    """A page of 受注一覧, the order taken in last first."""

    orders: list[OrderItem]
    total: int
    page: int
    pages: int
