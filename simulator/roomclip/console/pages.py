"""RoomClipビジネス: its menu ショップ管理 with a home, 商品管理, 商品CSV, 在庫連携設定 and 連携履歴 (guide 4 and 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from simulator.errors import Refused
from simulator.roomclip.console.catalogue_pages import add_catalogue
from simulator.roomclip.console.csv_pages import add_csv
from simulator.roomclip.console.guide_steps import guide_steps
from simulator.roomclip.console.item_pages import add_item
from simulator.roomclip.console.linkage_pages import STATES, add_linkage
from simulator.roomclip.console.run_pages import OUTCOMES, add_runs
from simulator.web.forms import see_other
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.console.run_pages import Received
    from simulator.roomclip.shop import RoomClip

_MENU = (
    ("items", "商品管理", "roomclip_business.items"),
    ("csv", "商品CSV", "roomclip_business.csv"),
    ("linkage", "在庫連携設定", "roomclip_business.linkage"),
    ("runs", "連携履歴", "roomclip_business.runs"),
)
"""Of each entry below ショップ管理: the name its pages give, its label, its page."""


def create_blueprint(roomclip: RoomClip, latest_mails: Callable[[], Sequence[Received]] = tuple) -> Blueprint:
    """The console of every shop of one RoomClip, each under its id. `latest_mails`: the newest of the inbox, that runs
    are linked with."""
    blueprint = Blueprint("roomclip_business", __name__, url_prefix="/roomclip/business", template_folder="templates")
    blueprint.register_error_handler(Refused, _refused)
    blueprint.context_processor(
        lambda: {"shops": roomclip.few_shops(), "shop_id": _shop_id(), "menu": _MENU, "entry": _entry()}
    )

    @blueprint.get("/")
    def start() -> BaseResponse | str:
        if few := roomclip.few_shops():
            return see_other("roomclip_business.home", shop_id=few[0].shop_id)
        search, page = request.args.get("search", ""), max(1, request.args.get("page", 1, type=int))
        return render_template(
            "roomclip/shops.html", found=roomclip.shop_page(search, page), search=search, states=STATES
        )

    @blueprint.get("/<shop_id>/")
    def home(shop_id: str) -> str:
        linkage, success = roomclip.linkage(shop_id), roomclip.last_success(shop_id)
        latest = roomclip.runs(shop_id, 1)
        return render_template(
            "roomclip/home.html",
            shop=roomclip.shop(shop_id),
            linkage=linkage,
            states=STATES,
            outcomes=OUTCOMES,
            latest=latest[0] if latest else None,
            success=success,
            steps=guide_steps(roomclip.catalogue_standing(shop_id), linkage, latest[0].run.outcome if latest else None),
        )

    add_catalogue(blueprint, roomclip)
    add_item(blueprint, roomclip)
    add_csv(blueprint, roomclip)
    add_linkage(blueprint, roomclip)
    add_runs(blueprint, roomclip, latest_mails)
    return blueprint


def _shop_id() -> str | None:
    found: str | None = (request.view_args or {}).get("shop_id")
    return found


def _entry() -> str:
    """Which entry of the menu the page under way belongs to."""
    below = request.path.removeprefix("/roomclip/business/").partition("/")[2]
    if below in {"items/import", "items/template.csv"}:
        return "csv"
    return below.partition("/")[0] or "home"


def _refused(error: Refused) -> tuple[str, int]:
    return refused_page(error, "roomclip/layout.html")
