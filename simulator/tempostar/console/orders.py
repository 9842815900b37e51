"""受注管理 > 受注一覧: orders with 進捗 and 警告, and the order files that wait or were refused (guide 2.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from flask import render_template

from simulator.tempostar.backoffice import Switch
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.lists import wanted_rows
from simulator.tempostar.orders import is_order_file
from simulator.web.calls import Call

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.tempostar.area import Area, AreaFile
    from simulator.tempostar.backoffice import BackOffice, Shop

MOST_SHOPS = 20
MOST_FILES = 20
"""Order files shown of each shop and kind."""


@dataclass(frozen=True, slots=True)
class OrderFiles:
    """A shop's order files that are not taken in. `waiting`, `refused`: the newest ones, with how many there are;
    beside a refused file stands the path of its log."""

    shop: Shop
    waiting: tuple[AreaFile, ...]
    waiting_total: int
    refused: tuple[tuple[AreaFile, str], ...]
    refused_total: int

    @property
    def stopped(self) -> bool:
        """Whether files wait because 受注取込 is 停止."""
        return self.shop.stock.order_intake is Switch.OFF


def add_pages(blueprint: Blueprint, backoffice: BackOffice, files: Area) -> None:
    """The pages of 受注管理."""

    @blueprint.get("/orders")
    def orders() -> str:
        company_id = chosen_company()
        return render_template(
            "tempostar/orders.html",
            found=backoffice.orders(page=wanted_rows().page, company_id=company_id),
            files=_all_order_files(files, backoffice, company_id),
            call=Call("GET", f"/tempostar/orders?company_id={company_id}"),
        )


def _all_order_files(area: Area, backoffice: BackOffice, company_id: int) -> list[OrderFiles]:
    """Those of the first MOST_SHOPS shops that have any; which these are is asked at once."""
    folders = {f"/netorder/{code}{below}": code for code in backoffice.shop_codes(company_id) for below in ("", "/log")}
    standing = sorted({folders[one] for one in area.standing_in((company_id, folder) for folder in folders)})
    found = (_order_files(area, backoffice.shop(code)) for code in standing)
    return list(islice((one for one in found if one.waiting or one.refused), MOST_SHOPS))


def _order_files(area: Area, shop: Shop) -> OrderFiles:
    folder = f"/netorder/{shop.shop_code}"
    waiting, waiting_total = area.newest(shop.company_id, folder, MOST_FILES, ending=".csv")
    refused, refused_total = area.newest(shop.company_id, f"{folder}/log", MOST_FILES, ending=".error")
    return OrderFiles(
        shop,
        tuple(file for file in waiting if is_order_file(file.name)),
        waiting_total,
        tuple((file, file.path.removesuffix("error") + "log") for file in refused),
        refused_total,
    )
