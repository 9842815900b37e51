"""The console's first page: how far the guide's steps 1 to 3 have come on this company, and where each is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template, url_for

from simulator.tempostar.backoffice import FileSuffix, OutputColumns, SendType, StockSettings, Switch
from simulator.tempostar.console.company import chosen_company

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.tempostar.backoffice import BackOffice, Shop

SHOPS_SHOWN = 10
"""Shops that the first page tells of; ショップ一覧 has the others."""
_GUIDE_SETTINGS = StockSettings(
    order_intake=Switch.ON,
    reflection=Switch.ON,
    interval_minutes=5,
    send_type=SendType.FTPS_AREA,
    file_prefix="stock",
    file_suffix=FileSuffix.NONE,
    output_columns=OutputColumns.ALL,
)
"""What the guide has a shop's 在庫管理設定 be (2.1.2-2.1.7)."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the guide. `section`: its number there; `path`: the page where it is done."""

    section: str
    title: str
    done: bool
    path: str
    menu: str


def add_pages(blueprint: Blueprint, backoffice: BackOffice) -> None:
    """The page `/tempostar/`."""

    @blueprint.get("/")
    def home() -> str:
        found = backoffice.shop_page(chosen_company(), page_size=SHOPS_SHOWN)
        shops = found.rows
        steps = _steps(backoffice, shops[0] if shops else None)
        return render_template(
            "tempostar/home.html",
            steps=steps,
            next_step=next((step for step in steps if not step.done), None),
            shops=shops,
            shops_total=found.total,
            by_code={shop.shop_code: shop for shop in backoffice.shops(chosen_company())},
            states={shop.shop_code: backoffice.reflection_state(shop.shop_code) for shop in shops},
            planned=backoffice.planned_carrying(chosen_company()),
        )


def _steps(backoffice: BackOffice, shop: Shop | None) -> tuple[Step, ...]:
    """The guide's steps, as the company's first shop stands to them."""
    company_id = chosen_company()
    code = "" if shop is None else shop.shop_code
    goods = None if shop is None else backoffice.goods_state(code)
    settings = "tempostar.stock_settings"
    return (
        Step(
            "1",
            "TEMPOSTARにRoomClipショッピングを登録する",
            shop is not None,
            url_for("tempostar.shops"),
            "設定(歯車マーク) > 共通設定 > 連携ショップ基本設定",
        ),
        Step(
            "2-1",
            "在庫管理設定を登録する",
            shop is not None and shop.stock == _GUIDE_SETTINGS,
            url_for(settings, shop_code=code) if code else url_for("tempostar.stock_settings_shops"),
            "設定(歯車マーク) > 在庫管理設定 > 在庫管理設定 ショップ一覧",
        ),
        Step(
            "2-2",
            "配送設定を登録する",
            any(one.shop_names.get(code) for one in backoffice.carriers(company_id)),
            url_for("tempostar.carriers"),
            "設定(歯車マーク) > 受注管理設定(基本) > 配送業者設定",
        ),
        Step(
            "2-3",
            "支払方法設定を登録する",
            {"クレジットカード", "Amazon決済"} <= {one.shop_names.get(code) for one in backoffice.payments(company_id)},
            url_for("tempostar.payments"),
            "設定(歯車マーク) > 受注管理設定(基本) > 支払方法設定",
        ),
        Step(
            "3-1",
            "商品登録",
            backoffice.products(page_size=1, company_id=company_id).total > 0 if goods is None else goods.registered,
            url_for("tempostar.new_product"),
            "商品管理 > 商品情報管理 > 商品登録",
        ),
        Step(
            "3-2",
            "商品をRoomClipショッピング店へ連携する: 取扱ショップ",
            goods is not None and goods.carried,
            url_for("tempostar.products"),
            "商品管理 > 商品情報管理 > 商品一覧",
        ),
        Step(
            "3-2",
            "商品をRoomClipショッピング店へ連携する: 在庫連動",
            goods is not None and goods.reflected,
            url_for("tempostar.stock"),
            "在庫管理 > 在庫一覧",
        ),
        Step(
            "5",
            "FTPパスワードの発行",
            backoffice.ftp_account(company_id) is not None,
            url_for("tempostar.ftp_password"),
            "設定(歯車マーク) > 共通設定 > FTPパスワード発行",
        ),
    )
