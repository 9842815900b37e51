"""Bodies, queries and answers of the operations on RoomClip. What values are possible is the shop's to say."""

from typing import Annotated

from pydantic import Field

from simulator.roomclip.listing import ItemKind, ListingStatus
from simulator.web.spec import AnswerModel, ApiModel, QueryModel, RowProblemModel

Number = Annotated[int, Field(ge=0, le=2**53)]


class NewRoomClipShop(ApiModel):
    """A shop to open; `owner_mail` is told of failures."""

    name: str
    owner_mail: str


class RoomClipShop(AnswerModel):
    """A shop of RoomClip."""

    shop_id: str
    name: str
    owner_mail: str


class RoomClipShops(AnswerModel):
    """All shops."""

    shops: list[RoomClipShop]


class NewVariant(ApiModel):
    """One buyable thing; `code`: 種類別の自社管理コード, `price`: yen."""

    code: str | None = None
    price: int = 0
    stock: int = 0
    colour: str = ""
    size: str = ""


class NewItem(ApiModel):
    """An item; `kind` null: 単品 when it has one variant without colour and size."""

    item_number: str
    name: str
    variants: list[NewVariant]
    status: ListingStatus = ListingStatus.DRAFT
    kind: ItemKind | None = None


class VariantItem(AnswerModel):
    """One variant as it stands in the shop."""

    variant_id: str
    variant_code: str | None
    stock: int
    listing_status: str
    item_number: str
    name: str
    colour: str
    size: str
    price: int
    deleted: bool


class ItemItem(AnswerModel):
    """One item with its variants."""

    item_number: str
    name: str
    status: str
    kind: str
    variants: list[VariantItem]


class ItemQuery(QueryModel):
    """One item."""

    item_number: str


class ItemsQuery(QueryModel):
    """A page of items; `search` finds a part of number, name or code, `in_stock` those of which something is left."""

    search: str = ""
    page: Annotated[int, Field(ge=1, le=10**9)] = 1
    status: ListingStatus | None = None
    in_stock: bool | None = None


class ItemList(AnswerModel):
    """A page of 商品管理."""

    items: list[ItemItem]
    page: int
    pages: int
    total: int


class CsvQuery(QueryModel):
    """How the file is called in messages."""

    file_name: str = "items.csv"


class ImportResult(AnswerModel):
    """What an import did, and what is doubtful row by row."""

    imported: int
    variants: int
    warnings: list[RowProblemModel]


class StatusChange(ApiModel):
    """出品ステータス of one item."""

    item_number: str
    status: ListingStatus


class VariantsQuery(QueryModel):
    """A stretch of variants: changed after a revision, of certain codes."""

    limit: int = 1000
    cursor: str | None = None
    changed_after: int | None = None
    code: list[str] = Field(default_factory=list)


class VariantList(AnswerModel):
    """Variants in the order of their ids."""

    variants: list[VariantItem]
    next_cursor: str | None
    revision: int


class StockEdit(ApiModel):
    """The stock a merchant enters by hand."""

    stock: int


class PurchaseLine(ApiModel):
    """How many of which variant."""

    variant_id: str
    quantity: int


class BuyerInput(ApiModel):
    """Who buys; what is left out is invented."""

    name: str | None = None
    name_kana: str | None = None
    postal_code: str | None = None
    address: str | None = None
    phone: str | None = None
    mail: str | None = None


class Purchase(ApiModel):
    """What a buyer does at the checkout."""

    lines: list[PurchaseLine]
    payment_method: str = "クレジットカード"
    shipping_method: str = "その他"
    buyer: BuyerInput | None = None


class BuyerItem(AnswerModel):
    """Who bought."""

    name: str
    name_kana: str
    postal_code: str
    address: str
    phone: str
    mail: str


class OrderLineItem(AnswerModel):
    """One line of an order."""

    variant_id: str
    variant_code: str | None
    name: str
    option: str
    quantity: int
    unit_price: int


class OrderItem(AnswerModel):
    """One order."""

    seq: int
    order_id: str
    ordered_at: str
    state: str
    payment_method: str
    shipping_method: str
    buyer: BuyerItem
    lines: list[OrderLineItem]


class OrdersQuery(QueryModel):
    """Orders placed or cancelled after a number."""

    after: Number = 0
    limit: int = 100


class OrderList(AnswerModel):
    """Orders, oldest change first."""

    orders: list[OrderItem]


class Application(ApiModel):
    """連携サービス to apply for."""

    service: str = "tempostar"


class LinkageInput(ApiModel):
    """What 在庫連携設定 asks for; `notify_to` null: as before, at first the shop's owner."""

    ftp_user: str
    ftp_password: str
    shop_code: str
    notify_to: str | None = None


class LinkageItem(AnswerModel):
    """A shop's linkage, without passwords. `stock_update_path`: 在庫更新用URL below the lab's address."""

    linkage_id: str
    shop_id: str
    service: str
    state: str
    applied_at: str
    saved_at: str | None
    sync_now: bool
    ftp_user: str | None
    shop_code: str | None
    notify_to: str | None
    store_account: str
    stock_update_path: str


class LinkageAnswer(AnswerModel):
    """A shop's linkage, null before 申請."""

    linkage: LinkageItem | None


class LinkageList(AnswerModel):
    """Every linkage that was saved."""

    linkages: list[LinkageItem]


class RunsQuery(QueryModel):
    """How many of the latest runs."""

    limit: int = 100


class RunItem(AnswerModel):
    """One line of 連携履歴."""

    run_id: str
    linkage_id: str
    reported_at: str
    started_at: str
    finished_at: str
    outcome: str
    summary: str
    counts: dict[str, int]


class RunList(AnswerModel):
    """連携履歴, newest first."""

    runs: list[RunItem]
