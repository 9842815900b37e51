"""What a carrier or payment that is there is called in each shop's orders: a shop added later gets its name, a slip of
the keyboard is mended (guide 2.2, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.errors import Unknown
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.web.calls import Call
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice, Carrier, Payment


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the two lists. `what`: carrier or payment; `menu`: its entry in the menu; `find`, `change`: verbs."""

    what: str
    label: str
    menu: str
    find: Callable[[int], Sequence[Carrier | Payment]]
    change: Callable[..., object]

    def call(self, name: str, names: Mapping[str, str]) -> Call:
        body = {"name": name, "shop_names": dict(names), "company_id": chosen_company()}
        return Call("PUT", f"/tempostar/{self.what}s", body)

    def asked(self) -> Carrier | Payment:
        name = request.args.get("name", "")
        for one in self.find(chosen_company()):
            if one.name == name:
                return one
        raise Unknown(self.what, name)


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages behind the names of 配送業者設定 and 支払方法設定; `?name=` chooses one."""
    carrier = _Kind("carrier", "配送業者", "配送業者設定", backoffice.carriers, backoffice.name_carrier)
    payment = _Kind("payment", "支払方法", "支払方法設定", backoffice.payments, backoffice.name_payment)

    @blueprint.get("/settings/carriers/edit")
    def edit_carrier() -> str:
        return show(carrier)

    @blueprint.post("/settings/carriers/edit")
    @shown_again("tempostar.edit_carrier")
    def name_carrier() -> BaseResponse:
        return save(carrier)

    @blueprint.get("/settings/payments/edit")
    def edit_payment() -> str:
        return show(payment)

    @blueprint.post("/settings/payments/edit")
    @shown_again("tempostar.edit_payment")
    def name_payment() -> BaseResponse:
        return save(payment)

    def show(kind: _Kind) -> str:
        one = kind.asked()
        shops = shown_shops(backoffice).rows
        names = {shop.shop_code: one.shop_names.get(shop.shop_code, "") for shop in shops}
        return render_template(
            "tempostar/names_in_shops.html",
            kind=kind,
            one=one,
            shops=shops,
            names=names,
            call=kind.call(one.name, names),
        )

    def save(kind: _Kind) -> BaseResponse:
        typed = {
            shop.shop_code: request.form.get(f"shop-{shop.shop_code}", "") for shop in shown_shops(backoffice).rows
        }
        names = {shop_code: name if name.strip() else "" for shop_code, name in typed.items()}
        with backoffice.at_once():
            one = kind.asked()
            check_seen(one.shop_names)
            kind.change(one.name, names, company_id=chosen_company())
        tell(f"{kind.label}「{one.name}」のショップの名前を登録しました。", kind.call(one.name, names))
        return see_other(f"tempostar.{kind.what}s")
