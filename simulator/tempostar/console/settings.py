"""設定 > 共通設定: 連携ショップ基本設定 and FTPパスワード発行 (guide 1, 5.2.2, 5.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.errors import BadValue
from simulator.tempostar.catalog import MALL_TYPES
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.menus import SETTINGS
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.web.calls import Call
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice

_NAMES = ("name", "short_name", "mall_type")
_LEFT_BLANK = ("ftp_settings", "mail_settings")


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages of 共通設定, and the menu of 設定."""

    @blueprint.get("/settings")
    def settings() -> str:
        return render_template("tempostar/settings.html", menu=SETTINGS)

    @blueprint.get("/settings/shops")
    def shops() -> str:
        return render_template("tempostar/shops.html", shops=shown_shops(backoffice).rows)

    @blueprint.get("/settings/shops/new")
    def new_shop() -> str:
        return render_template("tempostar/new_shop.html", mall_types=MALL_TYPES, call=_add_shop({}))

    @blueprint.post("/settings/shops/new")
    @shown_again("tempostar.new_shop")
    def add_shop() -> BaseResponse:
        for field in _LEFT_BLANK:
            if (typed := request.form.get(field, "")).strip():
                raise BadValue(field, typed, "the lab sends nothing there; the guide leaves it blank")
        given = {name: request.form.get(name, "") for name in _NAMES}
        shop = backoffice.add_shop(**given, company_id=chosen_company())
        tell(f"ショップ「{shop.name}」を登録しました。ショップコードは {shop.shop_code} です。", _add_shop(given))
        return see_other("tempostar.shops")

    @blueprint.get("/settings/ftp-password")
    def ftp_password() -> str:
        return render_template(
            "tempostar/ftp_password.html",
            account=backoffice.ftp_account(chosen_company()),
            shown="show" in request.args,
            call=_issue(),
        )

    @blueprint.post("/settings/ftp-password")
    @shown_again("tempostar.ftp_password")
    def issue_ftp_password() -> BaseResponse:
        with backoffice.at_once():
            account = backoffice.ftp_account(chosen_company())
            check_seen("" if account is None else account.password)
            if account is not None and "void" not in request.form:
                raise BadValue("void", "", "the present password would stop working; that has to be confirmed")
            backoffice.issue_ftp_password(chosen_company())
        tell("FTPパスワードを発行しました。" + ("以前のパスワードはもう使えません。" if account else ""), _issue())
        return see_other("tempostar.ftp_password", show="1")


def _add_shop(given: dict[str, str]) -> Call:
    names = {name: given.get(name, "") for name in _NAMES} | ({} if given else {"mall_type": MALL_TYPES[0]})
    return Call("POST", "/tempostar/shops", {**names, "company_id": chosen_company()})


def _issue() -> Call:
    return Call("POST", f"/tempostar/companies/{chosen_company()}/ftp-password")
