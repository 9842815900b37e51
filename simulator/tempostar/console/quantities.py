"""想定在庫数 and 保留在庫数 of one SKU, as a row of a table changes them, and the calls that change SKUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.fields import whole
from simulator.web.calls import Call
from simulator.web.forms import check_seen, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.tempostar.backoffice import BackOffice


def change_quantities(backoffice: BackOffice) -> None:
    """Carry out the form of a row, and tell of it.

    Raises: as `BackOffice.set_stock`; ChangedMeanwhile when the numbers are not those the row was made of.
    """
    sku_code = request.form.get("sku_code", "")
    quantities = {name: request.form.get(name, "") for name in ("sellable", "held_back")}
    given = {name: whole(name, text) for name, text in quantities.items() if text.strip()}
    with backoffice.at_once():
        present = backoffice.stock(sku_code, company_id=chosen_company())
        check_seen((present.sellable, present.held_back))
        stock = backoffice.set_stock(
            sku_code, sellable=given.get("sellable"), held_back=given.get("held_back"), company_id=chosen_company()
        )
    tell(
        f"{sku_code} の想定在庫数を {stock.sellable}、保留在庫数を {stock.held_back} にしました。"
        f"送信される在庫数は {stock.stock} です。",
        set_stock_call(sku_code, stock.sellable, stock.held_back),
    )


def set_stock_call(sku_code: str, sellable: int, held_back: int) -> Call:
    """The call that sets both."""
    body = {"sku_code": sku_code, "sellable": sellable, "held_back": held_back, "company_id": chosen_company()}
    return Call("PUT", "/tempostar/stock", body)


def link_call(shop_code: str, codes: Sequence[str], *, linked: bool) -> Call:
    """The call that links SKUs to a shop, or ends that."""
    return Call("PUT", f"/tempostar/shops/{shop_code}/links/bulk", {"sku_codes": list(codes), "linked": linked})
