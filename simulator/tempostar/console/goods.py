"""商品管理 > 商品情報管理: 商品一覧 with 一括更新:取扱ショップ, and 商品登録 (guide 3.1, 3.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.errors import BadValue
from simulator.tempostar.catalog import SkuInput
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.fields import fields_named, whole
from simulator.tempostar.console.lists import SIZES, wanted_rows
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.web.calls import Call
from simulator.web.forms import see_other, shown_again, tell
from simulator.web.typed import Typed, form_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice, Shop

ROWS, MOST_ROWS = 3, 100
_ADD, _REMOVE = "追加", "解除"


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages of 商品情報管理 that are about many products, or a new one."""
    _add_list(blueprint, backoffice)
    _add_registration(blueprint, backoffice)


def _add_list(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/products")
    def products() -> str:
        wanted = wanted_rows()
        return render_template(
            "tempostar/products.html",
            found=backoffice.products(
                search=wanted.search, page=wanted.page, page_size=wanted.page_size, company_id=chosen_company()
            ),
            wanted=wanted,
            sizes=SIZES,
            shops={shop.shop_code: shop for shop in backoffice.shops(chosen_company())},
            planned=backoffice.planned_carrying(chosen_company()),
        )

    @blueprint.get("/products/bulk-carrying")
    def nothing_ticked() -> BaseResponse:
        return see_other("tempostar.products")

    @blueprint.post("/products/bulk-carrying")
    @shown_again("tempostar.products")
    def bulk_carrying() -> str:
        codes = request.form.getlist("product_code")
        if not codes:
            raise BadValue("product_codes", "", "nothing is ticked")
        shops = shown_shops(backoffice).rows
        return render_template(
            "tempostar/bulk_carrying.html",
            codes=codes,
            wanted=wanted_rows(),
            shops=shops,
            choices=("変更しない", _ADD, _REMOVE),
            effective_at=backoffice.bulk_effective_at(),
            calls=[_carry(shop.shop_code, codes, carried=True) for shop in shops],
        )

    @blueprint.post("/products/bulk-carrying/update")
    @shown_again("tempostar.bulk_carrying")
    def change_bulk_carrying() -> BaseResponse:
        codes = request.form.getlist("product_code")
        chosen = _chosen(shown_shops(backoffice).rows, (_ADD, _REMOVE))
        if not chosen:
            raise BadValue("bulk_choice", "", "no shop was chosen")
        at = backoffice.bulk_effective_at()
        with backoffice.at_once():
            for shop, choice in chosen:
                backoffice.carry_in_bulk(shop.shop_code, codes, choice == _ADD)
        told = "、".join(f"{shop.short_name}: {choice}" for shop, choice in chosen)
        tell(
            f"{len(codes):,} 商品の取扱ショップの更新を受け付けました({told})。{at:%H:%M:%S} に反映されます。",
            *(_carry(shop.shop_code, codes, carried=choice == _ADD) for shop, choice in chosen),
        )
        wanted = wanted_rows()
        return see_other("tempostar.products", page=wanted.page, **wanted.as_query())


def _add_registration(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/products/new")
    def new_product() -> str:
        return _show_new_product(form_of("tempostar.add_product"))

    @blueprint.post("/products/new")
    @shown_again("tempostar.new_product")
    def add_product() -> BaseResponse | str:
        if "more" in request.form:
            return _show_new_product(Typed(request.form), more=ROWS)
        code, name = request.form.get("product_code", ""), request.form.get("product_name", "")
        skus = _skus()
        with fields_named(name="product_name"):
            backoffice.add_product(code, name, skus, company_id=chosen_company())
        tell(f"商品「{name}」を登録しました。", _register(code, name, skus))
        return see_other("tempostar.product", product_code=code)


def _show_new_product(form: Typed, more: int = 0) -> str:
    rows = min(max(_rows_sent() + more, ROWS), MOST_ROWS)
    return render_template(
        "tempostar/new_product.html", form=form, rows=rows, most=MOST_ROWS, call=_register("", "", [SkuInput("")])
    )


def _rows_sent() -> int:
    return sum(1 for row in range(MOST_ROWS) if f"sku_code-{row}" in request.form)


def _skus() -> list[SkuInput]:
    """The SKUs of the form's rows; a row without a word is none."""
    rows = [
        [request.form.get(f"{name}-{row}", "") for name in ("sku_code", "attribute1", "attribute2", "sellable")]
        for row in range(_rows_sent())
    ]
    return [
        SkuInput(code, attribute1, attribute2, whole("sellable", sellable) if sellable.strip() else 0)
        for code, attribute1, attribute2, sellable in rows
        if code.strip() or attribute1.strip() or attribute2.strip()
    ]


def _chosen(shops: Sequence[Shop], choices: tuple[str, str]) -> list[tuple[Shop, str]]:
    """For which shops one of the choices was made."""
    made = [(shop, request.form.get(f"shop-{shop.shop_code}", "")) for shop in shops]
    return [(shop, choice) for shop, choice in made if choice in choices]


def _carry(shop_code: str, codes: Sequence[str], *, carried: bool) -> Call:
    body = {"product_codes": list(codes), "carried": carried}
    return Call("PUT", f"/tempostar/shops/{shop_code}/carrying/bulk", body)


def _register(code: str, name: str, skus: Sequence[SkuInput]) -> Call:
    rows = [
        {
            "sku_code": sku.sku_code, "attribute1": sku.attribute1, "attribute2": sku.attribute2,
            "sellable": sku.sellable,
        }
        for sku in skus
    ]  # fmt: skip
    body = {"product_code": code, "name": name, "skus": rows, "company_id": chosen_company()}
    return Call("POST", "/tempostar/products", body)
