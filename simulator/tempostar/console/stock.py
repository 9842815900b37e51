"""在庫管理 > 在庫一覧, with 在庫連動一括設定 (guide 3.2.2.3, 3.2.2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.errors import BadValue
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.lists import SIZES, wanted_rows
from simulator.tempostar.console.quantities import change_quantities, link_call, set_stock_call
from simulator.tempostar.console.shown_shops import named_shops, shown_shops
from simulator.web.forms import see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice

_LINK, _UNLINK = "連動する", "連動しない"


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages of 在庫管理."""

    @blueprint.get("/stock")
    def stock() -> str:
        wanted = wanted_rows()
        found = backoffice.skus(
            search=wanted.search, page=wanted.page, page_size=wanted.page_size, company_id=chosen_company()
        )
        return render_template(
            "tempostar/stock.html",
            found=found,
            wanted=wanted,
            sizes=SIZES,
            shops={shop.shop_code: shop for shop in backoffice.shops(chosen_company())},
            named_shops=named_shops,
            calls=[set_stock_call(sku.sku_code, sku.sellable, sku.held_back) for sku in found.rows[:1]],
        )

    @blueprint.post("/stock")
    @shown_again("tempostar.stock")
    def set_stock() -> BaseResponse:
        change_quantities(backoffice)
        wanted = wanted_rows()
        return see_other("tempostar.stock", page=wanted.page, **wanted.as_query())

    @blueprint.get("/stock/bulk-links")
    def no_sku_ticked() -> BaseResponse:
        return see_other("tempostar.stock")

    @blueprint.post("/stock/bulk-links")
    @shown_again("tempostar.stock")
    def bulk_links() -> str:
        codes = request.form.getlist("sku_code")
        if not codes:
            raise BadValue("sku_codes", "", "nothing is ticked")
        shops = shown_shops(backoffice).rows
        return render_template(
            "tempostar/bulk_links.html",
            codes=codes,
            wanted=wanted_rows(),
            shops=shops,
            choices=("変更しない", _LINK, _UNLINK),
            calls=[link_call(shop.shop_code, codes, linked=True) for shop in shops],
        )

    @blueprint.post("/stock/bulk-links/run")
    @shown_again("tempostar.bulk_links")
    def change_bulk_links() -> BaseResponse:
        codes = request.form.getlist("sku_code")
        made = [(shop, request.form.get(f"shop-{shop.shop_code}", "")) for shop in shown_shops(backoffice).rows]
        chosen = [(shop, choice) for shop, choice in made if choice in {_LINK, _UNLINK}]
        if not chosen:
            raise BadValue("bulk_choice", "", "no shop was chosen")
        with backoffice.at_once():
            for shop, choice in chosen:
                backoffice.link_in_bulk(shop.shop_code, codes, choice == _LINK)
        told = "、".join(f"{shop.short_name}: {choice}" for shop, choice in chosen)
        tell(
            f"{len(codes):,} SKUの在庫連動を設定しました({told})。",
            *(link_call(shop.shop_code, codes, linked=choice == _LINK) for shop, choice in chosen),
        )
        wanted = wanted_rows()
        return see_other("tempostar.stock", page=wanted.page, **wanted.as_query())
