"""設定 > 在庫管理設定: what a shop's 在庫反映 and 受注取込 do, and 一括同期 (guide 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.tempostar.backoffice import FileSuffix, OutputColumns, SendType, Switch
from simulator.tempostar.console.company import own_shop
from simulator.tempostar.console.fields import whole
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.web.calls import Call
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.backoffice import BackOffice, StockSettings

_FIELDS = (
    *("order_intake", "reflection", "interval_minutes", "send_type"),
    *("file_prefix", "file_suffix", "output_columns"),
)


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The pages of 在庫管理設定."""

    @blueprint.get("/settings/stock")
    def stock_settings_shops() -> str:
        found = shown_shops(backoffice).rows
        states = {shop.shop_code: backoffice.reflection_state(shop.shop_code) for shop in found}
        return render_template("tempostar/stock_settings_shops.html", shops=found, states=states)

    @blueprint.get("/settings/stock/<shop_code>")
    def stock_settings(shop_code: str) -> str:
        shop = own_shop(backoffice, shop_code)
        return render_template(
            "tempostar/stock_settings.html",
            shop=shop,
            state=backoffice.reflection_state(shop_code),
            switches=[one.value for one in Switch],
            send_types=[one.value for one in SendType],
            suffixes=[one.value for one in FileSuffix],
            columns=[one.value for one in OutputColumns],
            calls=[_change(shop_code, _present(shop.stock))],
            full_sync_call=_full_sync(shop_code),
        )

    @blueprint.post("/settings/stock/<shop_code>")
    @shown_again("tempostar.stock_settings")
    def change_stock_settings(shop_code: str) -> BaseResponse:
        changes: dict[str, object] = {name: value for name in _FIELDS if (value := request.form.get(name)) is not None}
        if "interval_minutes" in changes:
            changes["interval_minutes"] = whole("interval_minutes", str(changes["interval_minutes"]))
        with backoffice.at_once():
            check_seen(own_shop(backoffice, shop_code).stock)
            backoffice.update_stock_settings(shop_code, **changes)
        tell("在庫管理設定を登録しました。", _change(shop_code, changes))
        return see_other("tempostar.stock_settings", shop_code=shop_code)

    @blueprint.post("/settings/stock/<shop_code>/full-sync")
    @shown_again("tempostar.stock_settings")
    def full_sync(shop_code: str) -> BaseResponse:
        own_shop(backoffice, shop_code)
        backoffice.request_full_sync(shop_code)
        queued = backoffice.reflection_state(shop_code).queued
        tell(f"一括同期を受け付けました。{queued:,} SKUが次の送信を待っています。", _full_sync(shop_code))
        return see_other("tempostar.stock_settings", shop_code=shop_code)


def _present(stock: StockSettings) -> dict[str, object]:
    return {name: getattr(stock, name) for name in _FIELDS}


def _change(shop_code: str, changes: dict[str, object]) -> Call:
    return Call("PATCH", f"/tempostar/shops/{shop_code}/stock-settings", changes)


def _full_sync(shop_code: str) -> Call:
    return Call("POST", f"/tempostar/shops/{shop_code}/full-sync")
