"""Bodies, queries and answers of the operations on TEMPOSTAR. What values are possible is the back office's to say."""

from typing import Annotated

from pydantic import Field

from simulator.tempostar.catalog import FIRST_COMPANY, MALL_TYPES
from simulator.tempostar.reflection import SendType, Switch
from simulator.tempostar.stock_file import FileSuffix, OutputColumns
from simulator.web.spec import AnswerModel, ApiModel, QueryModel

CompanyId = Annotated[int, Field(ge=0, le=2**53)]
LARGEST_BULK = 10_000


class CompanyQuery(QueryModel):
    """Whose."""

    company_id: CompanyId = FIRST_COMPANY


class ListQuery(CompanyQuery):
    """A page of a list; `search` finds a part of code or name."""

    search: str = ""
    page: int = 1
    page_size: int = 50


class ShopQuery(QueryModel):
    """Of one company, or of all."""

    company_id: CompanyId | None = None


class SkuQuery(CompanyQuery):
    """One SKU."""

    sku_code: str


class AreaQuery(CompanyQuery):
    """A path of the company's FTPS area."""

    path: str = "/"


class CompanyItem(AnswerModel):
    """A contract with TEMPOSTAR."""

    company_id: int
    ftp_user: str


class CompanyList(AnswerModel):
    """All companies."""

    companies: list[CompanyItem]


class FtpAccountItem(AnswerModel):
    """FTPユーザーID and password; null before one was issued."""

    user: str
    password: str | None


class StockSettingsItem(AnswerModel):
    """在庫管理設定."""

    order_intake: str
    reflection: str
    interval_minutes: int
    send_type: str
    file_prefix: str
    file_suffix: str
    output_columns: str


class StockSettingsChange(ApiModel):
    """What to change of 在庫管理設定; what is left out stays."""

    order_intake: Switch | None = None
    reflection: Switch | None = None
    interval_minutes: int | None = None
    send_type: SendType | None = None
    file_prefix: str | None = None
    file_suffix: FileSuffix | None = None
    output_columns: OutputColumns | None = None


class ReflectionItem(AnswerModel):
    """How 在庫反映 stands: next pass (null while 受注取込 too is 停止), SKUs waiting, path of the last file written."""

    next_pass: str | None
    queued: int
    last_path: str | None


class NewShop(ApiModel):
    """連携ショップ新規追加."""

    name: str
    short_name: str
    mall_type: str = MALL_TYPES[0]
    ftp_settings: str = ""
    mail_settings: str = ""
    company_id: CompanyId = FIRST_COMPANY


class ShopItem(AnswerModel):
    """A shop of TEMPOSTAR."""

    shop_code: str
    company_id: int
    name: str
    short_name: str
    mall_type: str
    etc_column: str
    stock: StockSettingsItem
    state: ReflectionItem


class ShopList(AnswerModel):
    """Shops by code."""

    shops: list[ShopItem]


class NewCarrier(ApiModel):
    """A row of 配送業者設定; `shop_names`: its name in the orders of each shop, by shop code."""

    name: str
    console_name: str
    shop_names: dict[str, str] = Field(default_factory=dict)
    company_id: CompanyId = FIRST_COMPANY


class CarrierItem(AnswerModel):
    """A row of 配送業者設定."""

    name: str
    console_name: str
    shop_names: dict[str, str]


class CarrierList(AnswerModel):
    """配送業者設定."""

    carriers: list[CarrierItem]


class NewPayment(ApiModel):
    """A row of 支払方法設定; `shop_names`: its name in the orders of each shop, by shop code."""

    name: str
    shop_names: dict[str, str] = Field(default_factory=dict)
    company_id: CompanyId = FIRST_COMPANY


class ShopNames(ApiModel):
    """What a carrier or payment that is there is called in the orders of shops, by shop code; "" takes the name away,
    shops left out stay."""

    name: str
    shop_names: dict[str, str]
    company_id: CompanyId = FIRST_COMPANY


class PaymentItem(AnswerModel):
    """A row of 支払方法設定."""

    name: str
    shop_names: dict[str, str]


class PaymentList(AnswerModel):
    """支払方法設定."""

    payments: list[PaymentItem]


class NewSku(ApiModel):
    """A SKU with 想定在庫数 (`sellable`) and 保留在庫数 (`held_back`)."""

    sku_code: str
    attribute1: str = ""
    attribute2: str = ""
    sellable: int = 0
    held_back: int = 0


class NewProductOf(ApiModel):
    """A product with its SKUs."""

    product_code: str
    name: str
    skus: list[NewSku]


class NewProduct(NewProductOf):
    """A product with its SKUs, and whose it is."""

    company_id: CompanyId = FIRST_COMPANY


class NewProducts(ApiModel):
    """Any number of products, registered all or none."""

    products: Annotated[list[NewProductOf], Field(min_length=1, max_length=LARGEST_BULK)]
    company_id: CompanyId = FIRST_COMPANY


class Added(AnswerModel):
    """How many were registered."""

    added: int


class ProductItem(AnswerModel):
    """A row of 商品一覧; `carried_by`: codes of the shops that have 取扱."""

    product_code: str
    name: str
    sku_codes: list[str]
    carried_by: list[str]


class ProductPage(AnswerModel):
    """A page of 商品一覧."""

    products: list[ProductItem]
    total: int
    page: int
    pages: int


class SkuShopItem(AnswerModel):
    """取扱 and 在庫連動 of a SKU for one shop."""

    shop_code: str
    carried: bool
    linked: bool


class SkuItem(AnswerModel):
    """A row of 在庫一覧; `stock`: 在庫数 as it would go out."""

    sku_code: str
    product_code: str
    name: str
    attribute1: str
    attribute2: str
    sellable: int
    held_back: int
    stock: int
    shops: list[SkuShopItem]


class SkuPage(AnswerModel):
    """A page of 在庫一覧."""

    skus: list[SkuItem]
    total: int
    page: int
    pages: int


class Carrying(ApiModel):
    """取扱 of one product."""

    product_code: str
    carried: bool = True


class BulkCarrying(ApiModel):
    """一括更新:取扱ショップ; in effect after the setting `bulk_delay_minutes`."""

    product_codes: list[str]
    carried: bool = True


class Link(ApiModel):
    """在庫連動 of one SKU."""

    sku_code: str
    linked: bool = True


class BulkLink(ApiModel):
    """在庫連動一括設定."""

    sku_codes: list[str]
    linked: bool = True


class StockChange(ApiModel):
    """New quantities of a SKU; one left out stays."""

    sku_code: str
    sellable: int | None = None
    held_back: int | None = None


class StockChangeOf(StockChange):
    """New quantities of a SKU, and whose it is."""

    company_id: CompanyId = FIRST_COMPANY


class StockChanges(ApiModel):
    """New quantities of any number of SKUs, all or none."""

    changes: Annotated[list[StockChange], Field(min_length=1, max_length=LARGEST_BULK)]
    company_id: CompanyId = FIRST_COMPANY


class StockItem(AnswerModel):
    """A SKU's quantities; `stock`: 在庫数 as it would go out."""

    sku_code: str
    sellable: int
    held_back: int
    stock: int


class StockList(AnswerModel):
    """Quantities in the order asked for."""

    skus: list[StockItem]


class AreaFileItem(AnswerModel):
    """A file of the FTPS area."""

    path: str
    name: str
    size: int
    mtime: str


class AreaFolder(AnswerModel):
    """What stands directly in a folder of the FTPS area."""

    path: str
    folders: list[str]
    files: list[AreaFileItem]
