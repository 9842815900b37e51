"""RoomClipショッピング, plain: what buyers see of the 公開 items, and buying (guide 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from simulator.errors import BadValue, Conflict, Refused, Unknown
from simulator.roomclip.listing import ListingStatus, parse_number
from simulator.web.forms import see_other
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.shop import RoomClip

PAYMENT_METHODS = ("クレジットカード", "Amazon決済")
MAX_CHOICE = 10
_SOLD_OUT = {
    "heading": "購入できませんでした",
    "sentence": "販売中でないか、在庫が足りないため、購入できませんでした。代金はかかりません。",
}


def create_blueprint(roomclip: RoomClip) -> Blueprint:
    """The storefront of every shop of one RoomClip, each under its id."""
    blueprint = Blueprint("storefront", __name__, url_prefix="/roomclip/shop", template_folder="templates")
    blueprint.register_error_handler(Refused, _refused)
    blueprint.context_processor(
        lambda: {"shops": roomclip.shops(), "shop_id": (request.view_args or {}).get("shop_id")}
    )

    @blueprint.get("/")
    def start() -> BaseResponse:
        return see_other("storefront.items", shop_id=roomclip.shops()[0].shop_id)

    @blueprint.get("/<shop_id>/")
    def items(shop_id: str) -> str:
        search = request.args.get("search", "")
        page = max(1, request.args.get("page", 1, type=int))
        found = roomclip.items(shop_id, search, page, status=ListingStatus.PUBLISHED)
        return render_template("storefront/items.html", found=found, search=search, shop=roomclip.shop(shop_id))

    @blueprint.get("/<shop_id>/item")
    def item(shop_id: str) -> str:
        found = roomclip.item(shop_id, request.args.get("number", ""))
        if found.status is not ListingStatus.PUBLISHED:
            raise Unknown("item on sale", found.item_number)
        return render_template("storefront/item.html", item=found, methods=PAYMENT_METHODS, most=MAX_CHOICE)

    @blueprint.post("/<shop_id>/buy")
    def buy(shop_id: str) -> BaseResponse:
        method = request.form.get("payment_method", "")
        if method not in PAYMENT_METHODS:
            raise BadValue(
                "payment_method", method, "not offered here", next_step=f"Choose: {', '.join(PAYMENT_METHODS)}."
            )
        quantity = parse_number("quantity", request.form.get("quantity", "1"))
        order = roomclip.purchase(shop_id, [(request.form.get("variant_id", ""), quantity)], method)
        return see_other("storefront.order", shop_id=shop_id, order_id=order.order_id)

    @blueprint.get("/<shop_id>/orders/<order_id>")
    def order(shop_id: str, order_id: str) -> str:
        return render_template("storefront/order.html", order=roomclip.order(shop_id, order_id))

    return blueprint


def _refused(error: Refused) -> tuple[str, int]:
    return refused_page(error, "storefront/layout.html", **(_SOLD_OUT if isinstance(error, Conflict) else {}))
