"""One product: 登録店舗, 取扱/反映編集, and この商品の在庫管理へ > 在庫連動設定 (guide 3.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.quantities import change_quantities, link_call, set_stock_call
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.web.calls import Call
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice, Page, ProductHead, Shop, Sku

LINK, UNLINK = "連携する", "連携しない"


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages about one product; `?product_code=` names it."""
    _add_carrying(blueprint, backoffice)
    _add_stock(blueprint, backoffice)


def _add_carrying(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/products/edit")
    def product() -> str:
        return show("tempostar/product.html")

    @blueprint.post("/products/edit")
    @shown_again("tempostar.product")
    def save_product_shops() -> BaseResponse:
        save("登録店舗を登録しました。")
        return see_other("tempostar.product", product_code=_code())

    @blueprint.get("/products/carrying")
    def product_carrying() -> str:
        return show("tempostar/carrying.html")

    @blueprint.post("/products/carrying")
    @shown_again("tempostar.product_carrying")
    def save_product_carrying() -> BaseResponse:
        save("取扱/反映を更新しました。")
        return see_other("tempostar.product_carrying", product_code=_code())

    def show(template: str) -> str:
        found = backoffice.product(_code(), company_id=chosen_company())
        shops = shown_shops(backoffice).rows
        return render_template(
            template,
            product=found,
            skus=_skus(backoffice),
            shops=shops,
            calls=[_carry(shop, found.product_code, carried=True) for shop in shops],
        )

    def save(sentence: str) -> None:
        with backoffice.at_once():
            found = backoffice.product(_code(), company_id=chosen_company())
            check_seen(found.carried_by)
            changed = _carrying_changes(found, shown_shops(backoffice).rows)
            for shop, carried in changed:
                backoffice.carry(shop.shop_code, found.product_code, carried)
        told = "、".join(f"{shop.short_name}: {'取扱あり' if carried else '取扱なし'}" for shop, carried in changed)
        tell(
            sentence + (f"({told})" if told else "変更はありません。"),
            *(_carry(shop, found.product_code, carried=carried) for shop, carried in changed),
        )


def _add_stock(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/products/stock")
    def product_stock() -> str:
        found = backoffice.product(_code(), company_id=chosen_company())
        skus = _skus(backoffice)
        return render_template(
            "tempostar/product_stock.html",
            product=found,
            found=skus,
            calls=[set_stock_call(sku.sku_code, sku.sellable, sku.held_back) for sku in skus.rows[:1]],
        )

    @blueprint.post("/products/stock")
    @shown_again("tempostar.product_stock")
    def set_product_stock() -> BaseResponse:
        change_quantities(backoffice)
        return see_other("tempostar.product_stock", product_code=_code(), page=_page())

    @blueprint.get("/products/links")
    def product_links() -> str:
        found = backoffice.product(_code(), company_id=chosen_company())
        shops, skus = shown_shops(backoffice).rows, _skus(backoffice)
        codes = [sku.sku_code for sku in skus.rows]
        return render_template(
            "tempostar/product_links.html",
            product=found,
            found=skus,
            shops=shops,
            standing={sku.sku_code: {one.shop_code: one for one in sku.shops} for sku in skus.rows},
            seen=_links(skus),
            choices=(LINK, UNLINK),
            calls=[link_call(shop.shop_code, codes, linked=True) for shop in shops],
        )

    @blueprint.post("/products/links")
    @shown_again("tempostar.product_links")
    def save_product_links() -> BaseResponse:
        with backoffice.at_once():
            skus = _skus(backoffice)
            check_seen(_links(skus))
            changes = _link_changes(skus)
            for (shop_code, linked), codes in changes.items():
                backoffice.link_in_bulk(shop_code, codes, linked)
        names = {shop.shop_code: shop.short_name for shop in backoffice.shops(chosen_company())}
        told = "、".join(
            f"{names[shop_code]}: {len(codes)} SKUを{LINK if linked else UNLINK}"
            for (shop_code, linked), codes in changes.items()
        )
        tell(
            "在庫連動設定を更新しました。" + (f"({told})" if told else "変更はありません。"),
            *(link_call(shop_code, codes, linked=linked) for (shop_code, linked), codes in changes.items()),
        )
        return see_other("tempostar.product_links", product_code=_code(), page=_page())


def _code() -> str:
    return request.args.get("product_code", "")


def _page() -> int:
    return request.args.get("page", 1, type=int)


def _skus(backoffice: BackOffice) -> Page[Sku]:
    return backoffice.skus(product_code=_code(), page=_page(), company_id=chosen_company())


def _carrying_changes(product: ProductHead, shops: Sequence[Shop]) -> list[tuple[Shop, bool]]:
    """The shops whose tick is not as it was."""
    ticked = {shop.shop_code for shop in shops if f"shop-{shop.shop_code}" in request.form}
    before = set(product.carried_by)
    return [
        (shop, shop.shop_code in ticked) for shop in shops if (shop.shop_code in ticked) != (shop.shop_code in before)
    ]


def _links(skus: Page[Sku]) -> tuple[object, ...]:
    return tuple((sku.sku_code, tuple((one.shop_code, one.linked) for one in sku.shops)) for sku in skus.rows)


def _link_changes(skus: Page[Sku]) -> Mapping[tuple[str, bool], list[str]]:
    """What was chosen otherwise than it is: (shop code, linked) -> SKU codes."""
    changes: dict[tuple[str, bool], list[str]] = {}
    for sku in skus.rows:
        for one in sku.shops:
            chosen = request.form.get(f"link-{one.shop_code}-{sku.sku_code}")
            if chosen in {LINK, UNLINK} and (chosen == LINK) != one.linked:
                changes.setdefault((one.shop_code, chosen == LINK), []).append(sku.sku_code)
    return changes


def _carry(shop: Shop, product_code: str, *, carried: bool) -> Call:
    body = {"product_code": product_code, "carried": carried}
    return Call("PUT", f"/tempostar/shops/{shop.shop_code}/carrying", body)
