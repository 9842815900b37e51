"""The console's menus, in the words of the guide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of a menu. `endpoint`: of its view."""

    label: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of a menu and what stands under it. `endpoint`, `anchor`: where the heading itself leads."""

    label: str
    endpoint: str
    entries: tuple[Entry, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """One of the words at the top. `sign`: a picture before the label; `name`: what it is called aloud, if not by its
    label."""

    label: str
    endpoint: str
    groups: tuple[Group, ...]
    sign: str = ""
    name: str = ""


GOODS = Menu(
    "商品管理",
    "tempostar.products",
    (
        Group(
            "商品情報管理",
            "tempostar.products",
            (Entry("商品一覧", "tempostar.products"), Entry("商品登録", "tempostar.new_product")),
        ),
    ),
)
STOCK = Menu("在庫管理", "tempostar.stock", (Group("", "", (Entry("在庫一覧", "tempostar.stock"),)),))
ORDERS = Menu("受注管理", "tempostar.orders", (Group("", "", (Entry("受注一覧", "tempostar.orders"),)),))
SETTINGS = Menu(
    "設定",
    "tempostar.settings",
    (
        Group(
            "共通設定",
            "tempostar.settings",
            (
                Entry("連携ショップ基本設定", "tempostar.shops"),
                Entry("FTPパスワード発行", "tempostar.ftp_password"),
            ),
            "common",
        ),
        Group("店舗共通設定", "tempostar.settings", (Entry("連携ショップ基本設定", "tempostar.shops"),), "shops"),
        Group(
            "在庫管理設定",
            "tempostar.settings",
            (Entry("在庫管理設定 ショップ一覧", "tempostar.stock_settings_shops"),),
            "stock",
        ),
        Group(
            "受注管理設定(基本)",
            "tempostar.settings",
            (Entry("配送業者設定", "tempostar.carriers"), Entry("支払方法設定", "tempostar.payments")),
            "orders",
        ),
    ),
    "⚙",
    "設定(歯車マーク)",
)
MENUS = (GOODS, STOCK, ORDERS, SETTINGS)
