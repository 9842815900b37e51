"""Whose console it is: `?company=` of the address, kept in every link of the console's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import has_request_context, request

from simulator.errors import Unknown
from simulator.tempostar.catalog import FIRST_COMPANY

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.tempostar.backoffice import BackOffice, Shop


def chosen_company() -> int:
    """The company that the page under way is about; the first one where none is named."""
    return request.args.get("company", FIRST_COMPANY, type=int)


def own_shop(backoffice: BackOffice, shop_code: str) -> Shop:
    """A shop of the chosen company.

    Raises: Unknown, also for a shop of another one.
    """
    shop = backoffice.shop(shop_code)
    if shop.company_id != chosen_company():
        raise Unknown("shop", shop_code, next_step="It is another company's.")
    return shop


def keep_company(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """Refuse a company there is not, and let every link from one page of the console to another keep the choice."""

    @blueprint.before_request
    def know_the_company() -> None:
        if not backoffice.has_company(chosen_company()):
            raise Unknown("company", chosen_company())

    @blueprint.url_defaults
    def keep(_endpoint: str, values: dict[str, Any]) -> None:
        if has_request_context() and request.blueprint == blueprint.name and chosen_company() != FIRST_COMPANY:
            values.setdefault("company", chosen_company())
