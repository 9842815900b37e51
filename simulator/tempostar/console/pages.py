"""TEMPOSTAR's console as one blueprint; its pages stand in one module for each menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.errors import Refused
from simulator.tempostar.console import (
    area,
    company,
    goods,
    home,
    menus,
    names_in_shops,
    order_settings,
    orders,
    products,
    settings,
    stock,
    stock_settings,
)
from simulator.tempostar.console.shown_shops import keep_shown_shops, shop_choice
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from simulator.tempostar.area import Area
    from simulator.tempostar.backoffice import BackOffice

MOST_COMPANIES = 10
"""Companies that the menu names; of more one is chosen by its number."""


def create_blueprint(backoffice: BackOffice, files: Area) -> Blueprint:
    """The console of every company; `?company=` chooses one, else it is the first."""
    blueprint = Blueprint("tempostar", __name__, url_prefix="/tempostar", template_folder="templates")
    blueprint.register_error_handler(Refused, _refused)
    company.keep_company(blueprint, backoffice)
    keep_shown_shops(blueprint)
    blueprint.context_processor(
        lambda: {
            "company": company.chosen_company(),
            "companies": backoffice.companies(),
            "most_companies": MOST_COMPANIES,
            "shop_choice": lambda: shop_choice(backoffice),
            "menus": menus.MENUS,
        }
    )
    home.add_pages(blueprint, backoffice)
    settings.add_pages(blueprint, backoffice)
    stock_settings.add_pages(blueprint, backoffice)
    order_settings.add_pages(blueprint, backoffice)
    names_in_shops.add_pages(blueprint, backoffice)
    goods.add_pages(blueprint, backoffice)
    products.add_pages(blueprint, backoffice)
    stock.add_pages(blueprint, backoffice)
    orders.add_pages(blueprint, backoffice, files)
    area.add_pages(blueprint, backoffice, files)
    return blueprint


def _refused(error: Refused) -> tuple[str, int]:
    return refused_page(error, "tempostar/layout.html")
