"""Operations on TEMPOSTAR: what its console does (guide 1 to 3, 5.2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response

from simulator.control import tempostar_models as models
from simulator.control.routing import route
from simulator.errors import Unknown
from simulator.tempostar.catalog import Company, ProductInput, SkuInput
from simulator.tempostar.ftps.paths import folders_in
from simulator.web.spec import Done

if TYPE_CHECKING:
    from simulator.control.ports import Lab
    from simulator.tempostar.catalog import Shop
    from simulator.tempostar.stock import SkuStock

_NOT_FOUND, _CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT


class SettingRoutes:
    """設定: companies, FTP passwords, shops, 在庫管理設定, carriers, payments."""

    def __init__(self, lab: Lab) -> None:
        self._backoffice = lab.tempostar

    @route("GET", "/companies", answer=models.CompanyList)
    def companies(self) -> models.CompanyList:
        """All companies."""
        found = self._backoffice.companies()
        return models.CompanyList(companies=[models.CompanyItem.model_validate(one) for one in found])

    @route("POST", "/companies", answer=models.CompanyItem, status=HTTPStatus.CREATED)
    def found_company(self) -> models.CompanyItem:
        """Add a company with a catalogue and an FTPS area of its own."""
        return models.CompanyItem.model_validate(self._backoffice.found_company())

    @route(
        "POST",
        "/companies/<int(max=9007199254740992):company_id>/ftp-password",
        answer=models.FtpAccountItem,
        problems=(_NOT_FOUND,),
    )
    def issue_ftp_password(self, company_id: int) -> models.FtpAccountItem:
        """Issue a new FTP password; the one before is void (guide 5.2.3)."""
        return models.FtpAccountItem.model_validate(self._backoffice.issue_ftp_password(company_id))

    @route(
        "GET",
        "/companies/<int(max=9007199254740992):company_id>/ftp-account",
        answer=models.FtpAccountItem,
        problems=(_NOT_FOUND,),
    )
    def ftp_account(self, company_id: int) -> models.FtpAccountItem:
        """A company's FTP account."""
        account = self._backoffice.ftp_account(company_id)
        if account is None:
            return models.FtpAccountItem(user=Company(company_id).ftp_user, password=None)
        return models.FtpAccountItem.model_validate(account)

    @route("GET", "/shops", query=models.ShopQuery, answer=models.ShopList, problems=(_NOT_FOUND,))
    def shops(self, query: models.ShopQuery) -> models.ShopList:
        """ショップ一覧."""
        return models.ShopList(shops=[self._shop(shop) for shop in self._backoffice.shops(query.company_id)])

    @route(
        "POST",
        "/shops",
        json=models.NewShop,
        answer=models.ShopItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def add_shop(self, json: models.NewShop) -> models.ShopItem:
        """Add a shop (guide 1)."""
        return self._shop(self._backoffice.add_shop(**json.model_dump()))

    @route("GET", "/shops/<shop_code>", answer=models.ShopItem, problems=(_NOT_FOUND,))
    def shop(self, shop_code: str) -> models.ShopItem:
        """One shop with its 在庫管理設定 and how 在庫反映 stands."""
        return self._shop(self._backoffice.shop(shop_code))

    @route(
        "PATCH",
        "/shops/<shop_code>/stock-settings",
        json=models.StockSettingsChange,
        answer=models.ShopItem,
        problems=(_NOT_FOUND,),
    )
    def change_stock_settings(self, shop_code: str, json: models.StockSettingsChange) -> models.ShopItem:
        """Change 在庫管理設定 (guide 2.1)."""
        return self._shop(self._backoffice.update_stock_settings(shop_code, **json.model_dump(exclude_none=True)))

    @route("POST", "/shops/<shop_code>/full-sync", answer=models.ShopItem, problems=(_NOT_FOUND, _CONFLICT))
    def full_sync(self, shop_code: str) -> models.ShopItem:
        """一括同期: queue every carried and linked SKU."""
        self._backoffice.request_full_sync(shop_code)
        return self.shop(shop_code)

    @route("GET", "/carriers", query=models.CompanyQuery, answer=models.CarrierList, problems=(_NOT_FOUND,))
    def carriers(self, query: models.CompanyQuery) -> models.CarrierList:
        """配送業者設定."""
        found = self._backoffice.carriers(query.company_id)
        return models.CarrierList(carriers=[models.CarrierItem.model_validate(one) for one in found])

    @route(
        "POST",
        "/carriers",
        json=models.NewCarrier,
        answer=models.CarrierItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def add_carrier(self, json: models.NewCarrier) -> models.CarrierItem:
        """Add a row of 配送業者設定 (guide 2.2)."""
        return models.CarrierItem.model_validate(self._backoffice.add_carrier(**json.model_dump()))

    @route("PUT", "/carriers", json=models.ShopNames, answer=models.CarrierItem, problems=(_NOT_FOUND, _CONFLICT))
    def name_carrier(self, json: models.ShopNames) -> models.CarrierItem:
        """Change what a carrier is called in the orders of the shops named."""
        return models.CarrierItem.model_validate(self._backoffice.name_carrier(**json.model_dump()))

    @route("GET", "/payments", query=models.CompanyQuery, answer=models.PaymentList, problems=(_NOT_FOUND,))
    def payments(self, query: models.CompanyQuery) -> models.PaymentList:
        """支払方法設定."""
        found = self._backoffice.payments(query.company_id)
        return models.PaymentList(payments=[models.PaymentItem.model_validate(one) for one in found])

    @route(
        "POST",
        "/payments",
        json=models.NewPayment,
        answer=models.PaymentItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def add_payment(self, json: models.NewPayment) -> models.PaymentItem:
        """Add a row of 支払方法設定 (guide 2.3)."""
        return models.PaymentItem.model_validate(self._backoffice.add_payment(**json.model_dump()))

    @route("PUT", "/payments", json=models.ShopNames, answer=models.PaymentItem, problems=(_NOT_FOUND, _CONFLICT))
    def name_payment(self, json: models.ShopNames) -> models.PaymentItem:
        """Change what a payment is called in the orders of the shops named."""
        return models.PaymentItem.model_validate(self._backoffice.name_payment(**json.model_dump()))

    def _shop(self, shop: Shop) -> models.ShopItem:
        state = self._backoffice.reflection_state(shop.shop_code)
        return models.ShopItem(
            shop_code=shop.shop_code,
            company_id=shop.company_id,
            name=shop.name,
            short_name=shop.short_name,
            mall_type=shop.mall_type,
            etc_column=shop.etc_column,
            stock=models.StockSettingsItem.model_validate(shop.stock),
            state=models.ReflectionItem(
                next_pass=None if state.next_pass is None else state.next_pass.isoformat(),
                queued=state.queued,
                last_path=state.last_path,
            ),
        )


class GoodsRoutes:
    """商品管理 and 在庫管理: products, 取扱, 在庫連動, quantities."""

    def __init__(self, lab: Lab) -> None:
        self._backoffice = lab.tempostar
        self._whole_or_not_at_all = lab.area.transaction

    @route("GET", "/products", query=models.ListQuery, answer=models.ProductPage, problems=(_NOT_FOUND,))
    def products(self, query: models.ListQuery) -> models.ProductPage:
        """商品一覧."""
        found = self._backoffice.products(**query.model_dump())
        rows = [models.ProductItem.model_validate(row) for row in found.rows]
        return models.ProductPage(products=rows, total=found.total, page=found.page, pages=found.pages)

    @route(
        "POST",
        "/products",
        json=models.NewProduct,
        answer=models.ProductItem,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def add_product(self, json: models.NewProduct) -> models.ProductItem:
        """Register a product with its SKUs (guide 3.1)."""
        product = self._backoffice.add_product(json.product_code, json.name, _skus(json), company_id=json.company_id)
        return models.ProductItem.model_validate(product)

    @route(
        "POST",
        "/products/bulk",
        json=models.NewProducts,
        answer=models.Added,
        status=HTTPStatus.CREATED,
        problems=(_NOT_FOUND, _CONFLICT),
    )
    def add_products(self, json: models.NewProducts) -> models.Added:
        """Register many products, all or none."""
        products = [ProductInput(one.product_code, one.name, _skus(one)) for one in json.products]
        return models.Added(added=self._backoffice.add_products(products, company_id=json.company_id))

    @route("PUT", "/shops/<shop_code>/carrying", json=models.Carrying, answer=Done, problems=(_NOT_FOUND,))
    def carry(self, shop_code: str, json: models.Carrying) -> Done:
        """Tick or untick 取扱 of one product, at once (guide 3.2.1)."""
        self._backoffice.carry(shop_code, json.product_code, json.carried)
        return Done()

    @route("PUT", "/shops/<shop_code>/carrying/bulk", json=models.BulkCarrying, answer=Done, problems=(_NOT_FOUND,))
    def carry_in_bulk(self, shop_code: str, json: models.BulkCarrying) -> Done:
        """一括更新:取扱ショップ, in effect after a while (guide 3.2.2)."""
        self._backoffice.carry_in_bulk(shop_code, json.product_codes, json.carried)
        return Done()

    @route("PUT", "/shops/<shop_code>/links", json=models.Link, answer=Done, problems=(_NOT_FOUND,))
    def link(self, shop_code: str, json: models.Link) -> Done:
        """Set 在庫連動 of one SKU (guide 3.2.1.4)."""
        self._backoffice.link(shop_code, json.sku_code, json.linked)
        return Done()

    @route("PUT", "/shops/<shop_code>/links/bulk", json=models.BulkLink, answer=Done, problems=(_NOT_FOUND,))
    def link_in_bulk(self, shop_code: str, json: models.BulkLink) -> Done:
        """在庫連動一括設定, at once (guide 3.2.2.4)."""
        self._backoffice.link_in_bulk(shop_code, json.sku_codes, json.linked)
        return Done()

    @route("GET", "/skus", query=models.ListQuery, answer=models.SkuPage, problems=(_NOT_FOUND,))
    def skus(self, query: models.ListQuery) -> models.SkuPage:
        """在庫一覧."""
        found = self._backoffice.skus(**query.model_dump())
        rows = [models.SkuItem.model_validate(row) for row in found.rows]
        return models.SkuPage(skus=rows, total=found.total, page=found.page, pages=found.pages)

    @route("DELETE", "/skus", query=models.SkuQuery, answer=Done, problems=(_NOT_FOUND,))
    def remove_sku(self, query: models.SkuQuery) -> Done:
        """Delete a SKU."""
        self._backoffice.remove_sku(query.sku_code, company_id=query.company_id)
        return Done()

    @route("GET", "/stock", query=models.SkuQuery, answer=models.StockItem, problems=(_NOT_FOUND,))
    def stock(self, query: models.SkuQuery) -> models.StockItem:
        """One SKU's quantities."""
        return _stock(query.sku_code, self._backoffice.stock(query.sku_code, company_id=query.company_id))

    @route("PUT", "/stock", json=models.StockChangeOf, answer=models.StockItem, problems=(_NOT_FOUND,))
    def set_stock(self, json: models.StockChangeOf) -> models.StockItem:
        """Overwrite one SKU's 想定在庫数 or 保留在庫数 or both."""
        return self._set_stock(json, json.company_id)

    @route("PUT", "/stock/bulk", json=models.StockChanges, answer=models.StockList, problems=(_NOT_FOUND,))
    def set_stocks(self, json: models.StockChanges) -> models.StockList:
        """Overwrite quantities of many SKUs, all or none."""
        with self._whole_or_not_at_all():
            return models.StockList(skus=[self._set_stock(change, json.company_id) for change in json.changes])

    def _set_stock(self, change: models.StockChange, company_id: int) -> models.StockItem:
        return _stock(
            change.sku_code,
            self._backoffice.set_stock(
                change.sku_code, sellable=change.sellable, held_back=change.held_back, company_id=company_id
            ),
        )


class AreaRoutes:
    """The FTPS area seen from inside, for looking what an engine will find."""

    def __init__(self, lab: Lab) -> None:
        self._backoffice = lab.tempostar
        self._area = lab.area

    @route("GET", "/area", query=models.AreaQuery, answer=models.AreaFolder, problems=(_NOT_FOUND,))
    def folder(self, query: models.AreaQuery) -> models.AreaFolder:
        """What stands in a folder of the area."""
        path = "/" + query.path.strip("/")
        folders = folders_in(path, self._backoffice.shop_codes(query.company_id))
        if folders is None:
            raise Unknown("folder", query.path, next_step="Begin at / and follow the folders listed.")
        files = [
            models.AreaFileItem(path=one.path, name=one.name, size=one.size, mtime=one.mtime.isoformat())
            for one in self._area.files(query.company_id, path)
        ]
        return models.AreaFolder(path=path, folders=list(folders), files=files)

    @route("GET", "/area/content", query=models.AreaQuery, gives="application/octet-stream", problems=(_NOT_FOUND,))
    def content(self, query: models.AreaQuery) -> Response:
        """The bytes of a file of the area."""
        content = self._area.read(query.company_id, query.path)
        if content is None:
            raise Unknown("file", query.path, next_step="GET /lab/v1/tempostar/area lists the files.")
        return Response(content, content_type="application/octet-stream")


def _skus(product: models.NewProductOf) -> list[SkuInput]:
    return [SkuInput(**sku.model_dump()) for sku in product.skus]


def _stock(sku_code: str, stock: SkuStock) -> models.StockItem:
    return models.StockItem(sku_code=sku_code, sellable=stock.sellable, held_back=stock.held_back, stock=stock.stock)
