"""設定 > 受注管理設定(基本): 配送業者設定 and 支払方法設定 (guide 2.2, 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.errors import BadValue
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.fields import fields_named
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.web.calls import Call
from simulator.web.forms import see_other, shown_again, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice, Shop

GUIDE_PAYMENTS = ("クレジットカード", "Amazon決済")
"""Rows that 支払方法設定 offers from the start; the last row of its form takes any other name."""


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages of 受注管理設定(基本)."""

    @blueprint.get("/settings/carriers")
    def carriers() -> str:
        return render_template(
            "tempostar/carriers.html",
            carriers=backoffice.carriers(chosen_company()),
            shops=shown_shops(backoffice).rows,
        )

    @blueprint.get("/settings/carriers/new")
    def new_carrier() -> str:
        shops = shown_shops(backoffice).rows
        names = {shop.shop_code: "" for shop in shops}
        return render_template("tempostar/new_carrier.html", shops=shops, call=_add_carrier("", "", names))

    @blueprint.post("/settings/carriers/new")
    @shown_again("tempostar.new_carrier")
    def add_carrier() -> BaseResponse:
        name, console_name = request.form.get("carrier_name", ""), request.form.get("console_name", "")
        names = _shop_names(shown_shops(backoffice).rows, "shop-")
        with fields_named(name="carrier_name"):
            backoffice.add_carrier(name, console_name, names, company_id=chosen_company())
        tell(f"配送業者「{name}」を登録しました。", _add_carrier(name, console_name, names))
        return see_other("tempostar.carriers")

    @blueprint.get("/settings/payments")
    def payments() -> str:
        return render_template(
            "tempostar/payments.html",
            payments=backoffice.payments(chosen_company()),
            shops=shown_shops(backoffice).rows,
        )

    @blueprint.get("/settings/payments/new")
    def new_payment() -> str:
        shops = shown_shops(backoffice).rows
        known = backoffice.payments(chosen_company())
        # Numbered as all of them: a row keeps its number, and what was typed there, when another one is registered.
        rows = [(row, name) for row, name in enumerate(GUIDE_PAYMENTS) if name not in {one.name for one in known}]
        call = _add_payment(rows[0][1] if rows else "", {shop.shop_code: "" for shop in shops})
        return render_template(
            "tempostar/new_payment.html", shops=shops, known=known, rows=rows, other=len(GUIDE_PAYMENTS), call=call
        )

    @blueprint.post("/settings/payments/new")
    @shown_again("tempostar.new_payment")
    def add_payments() -> BaseResponse:
        shops = shown_shops(backoffice).rows
        given = [
            (request.form.get(f"name-{row}", ""), _shop_names(shops, f"shop-{row}-")) for row in range(_rows_sent())
        ]
        wanted = [(name, names) for name, names in given if any(names.values()) or _named_by_hand(name)]
        if not wanted:
            raise BadValue("payments", "", "no row was filled in")
        with backoffice.at_once(), fields_named(name="payment_name"):
            for name, names in wanted:
                backoffice.add_payment(name, names, company_id=chosen_company())
        told = "、".join(f"「{name}」" for name, _ in wanted)
        tell(f"支払方法{told}を登録しました。", *(_add_payment(name, names) for name, names in wanted))
        return see_other("tempostar.payments")


def _rows_sent() -> int:
    return len(GUIDE_PAYMENTS) + 1


def _named_by_hand(name: str) -> bool:
    return bool(name.strip()) and name not in GUIDE_PAYMENTS


def _shop_names(shops: Sequence[Shop], prefix: str) -> dict[str, str]:
    """What the form says for each shop; a shop whose field is blank is left out."""
    return {
        shop.shop_code: typed for shop in shops if (typed := request.form.get(f"{prefix}{shop.shop_code}", "")).strip()
    }


def _add_carrier(name: str, console_name: str, names: dict[str, str]) -> Call:
    body = {"name": name, "console_name": console_name, "shop_names": names, "company_id": chosen_company()}
    return Call("POST", "/tempostar/carriers", body)


def _add_payment(name: str, names: dict[str, str]) -> Call:
    return Call("POST", "/tempostar/payments", {"name": name, "shop_names": names, "company_id": chosen_company()})
