"""Which of a company's shops a page shows, or its form asks about: a page of them, or those that a search finds.

A company may have thousands. The choice stands in the address (`?shops_named=`, `?shops_page=`) and is kept in every
link and form of the console, so that a form is taken in for the shops it was drawn for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import has_request_context, request

from simulator.tempostar.catalog import LAST_PAGE
from simulator.tempostar.console.company import chosen_company

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Blueprint

    from simulator.tempostar.backoffice import BackOffice, Page, Shop, SkuShop

NAMED, PAGE = "shops_named", "shops_page"
SHOPS_OF_A_SKU = 5
"""Shops that a row of 在庫一覧 or 商品一覧 names."""


def shown_shops(backoffice: BackOffice) -> Page[Shop]:
    """The shops of the page under way; a search that finds none, or a page beyond the last, is passed over."""
    for search, page in ((_named(), _page()), (_named(), 1)):
        found = backoffice.shop_page(chosen_company(), search=search, page=page)
        if found.rows:
            return found
    return backoffice.shop_page(chosen_company())


def keep_shown_shops(blueprint: Blueprint) -> None:
    """Let every link from one page of the console to another keep the choice."""

    @blueprint.url_defaults
    def keep(_endpoint: str, values: dict[str, Any]) -> None:
        if has_request_context() and request.blueprint == blueprint.name:
            for name, value in ((NAMED, _named()), (PAGE, _page() if _page() > 1 else "")):
                if value:
                    values.setdefault(name, value)


def shop_choice(backoffice: BackOffice) -> dict[str, object] | None:
    """What the choice of shops is drawn from; None where all shops are shown."""
    found, named = shown_shops(backoffice), _named()
    if found.pages == 1 and not named:
        return None
    kept = {name: value for name, value in request.args.items() if name not in {NAMED, PAGE}}
    # A page made by a form is not shown again by its address: the shops are chosen before.
    missed = bool(named) and not backoffice.shop_page(chosen_company(), search=named, page_size=1).rows
    return {
        "found": found,
        "named": named,
        "missed": missed,
        "fixed": request.method == "POST",
        "action": request.path,
        "field": NAMED,
        "kept": kept,
        "before": _address(kept, named, found.page - 1) if found.page > 1 else "",
        "after": _address(kept, named, found.page + 1) if found.page < found.pages else "",
    }


def named_shops(shops: Sequence[SkuShop]) -> Sequence[SkuShop]:
    """The shops that a row of 在庫一覧 names: all where they are few, else the first that carry or link the SKU."""
    if len(shops) <= SHOPS_OF_A_SKU:
        return shops
    return [one for one in shops if one.carried or one.linked][:SHOPS_OF_A_SKU]


def _address(kept: Mapping[str, str], named: str, page: int) -> str:
    """The page under way with another part of the shops."""
    return f"{request.path}?{urlencode({**kept, **({NAMED: named} if named else {}), PAGE: str(page)})}"


def _named() -> str:
    return request.args.get(NAMED, "").strip()


def _page() -> int:
    return max(1, min(request.args.get(PAGE, 1, type=int), LAST_PAGE))
