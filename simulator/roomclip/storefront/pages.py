"""RoomClipショッピング: what buyers see of the 公開 items, and buying (guide 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from simulator.errors import BadValue, ChangedMeanwhile, Conflict, Refused, StillUnderWay, Unknown
from simulator.roomclip.listing import ListingStatus
from simulator.roomclip.storefront import calls
from simulator.roomclip.storefront.choice import MAX_CHOICE, PAYMENT_METHODS, preselected, read_choice
from simulator.roomclip.storefront.pictures import picture_of
from simulator.web.forms import check_seen, see_other, shown_again, tell
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.listing import Item
    from simulator.roomclip.shop import RoomClip

_SOLD_OUT = {
    "heading": "購入できませんでした",
    "sentence": "販売中でないか、在庫が足りないため、購入できませんでした。代金はかかりません。",
}
_PRICE_CHANGED = {
    "heading": "購入していません",
    "sentence": "この画面を開いたあとに、価格か種類が変わりました。代金はかかりません。もう一度確かめてください。",
}
_NO_SUCH_CHOICE = {"sentence": "選んだカラーとサイズの組み合わせはありません。在庫状況の表から選んでください。"}


def create_blueprint(roomclip: RoomClip) -> Blueprint:
    """The storefront of every shop of one RoomClip, each under its id."""
    blueprint = Blueprint("storefront", __name__, url_prefix="/roomclip/shop", template_folder="templates")
    blueprint.register_error_handler(Refused, _refused)
    blueprint.context_processor(
        lambda: {
            "shops": roomclip.few_shops(),
            "shop_id": (request.view_args or {}).get("shop_id"),
            "picture_of": picture_of,
        }
    )

    @blueprint.get("/")
    def start() -> BaseResponse | str:
        if few := roomclip.few_shops():
            return see_other("storefront.items", shop_id=few[0].shop_id)
        search, page = request.args.get("search", ""), max(1, request.args.get("page", 1, type=int))
        return render_template("storefront/shops.html", found=roomclip.shop_page(search, page), search=search)

    @blueprint.get("/<shop_id>/")
    def items(shop_id: str) -> str:
        search, left = request.args.get("search", ""), "in_stock" in request.args
        page = max(1, request.args.get("page", 1, type=int))
        found = roomclip.items(shop_id, search, page, status=ListingStatus.PUBLISHED, in_stock=True if left else None)
        wish = {"search": search} | ({"in_stock": "1"} if left else {})
        return render_template("storefront/items.html", found=found, wish=wish, shop=roomclip.shop(shop_id))

    _add_buying(blueprint, roomclip)
    _add_orders(blueprint, roomclip)
    return blueprint


def _add_buying(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.get("/<shop_id>/item")
    def item(shop_id: str) -> str:
        found = _on_sale(roomclip, shop_id)
        chosen = preselected(found, request.args.get("colour", ""), request.args.get("size", ""))
        return render_template(
            "storefront/item.html",
            item=found,
            chosen=chosen,
            colours=list(dict.fromkeys(one.colour for one in found.variants)),
            sizes=list(dict.fromkeys(one.size for one in found.variants)),
            sold_out=all(one.stock <= 0 for one in found.variants),
            methods=PAYMENT_METHODS,
            most=MAX_CHOICE,
            seen=_seen(found),
            purchase=calls.purchase(shop_id, chosen.variant_id, 1, PAYMENT_METHODS[0]),
        )

    @blueprint.post("/<shop_id>/buy")
    @shown_again("storefront.item")
    def buy(shop_id: str) -> BaseResponse:
        with roomclip.at_once():
            found = roomclip.item(shop_id, request.args.get("number", ""))
            choice = read_choice(found, request.form)
            check_seen(_seen(found))
            variant_id = choice.variant.variant_id
            order = roomclip.purchase(shop_id, [(variant_id, choice.quantity)], choice.payment_method)
        tell(
            f"ご注文を受け付けました。注文番号は {order.order_id} です。",
            calls.purchase(shop_id, variant_id, choice.quantity, choice.payment_method),
        )
        return see_other("storefront.order", shop_id=shop_id, order_id=order.order_id)


def _add_orders(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.get("/<shop_id>/orders")
    def orders(shop_id: str) -> str:
        found = roomclip.order_page(shop_id, max(1, request.args.get("page", 1, type=int)))
        return render_template("storefront/orders.html", found=found)

    @blueprint.get("/<shop_id>/orders/<order_id>")
    def order(shop_id: str, order_id: str) -> str:
        return render_template(
            "storefront/order.html",
            order=roomclip.order(shop_id, order_id),
            linkage=roomclip.linkage(shop_id),
            cancel_call=calls.cancel_order(shop_id, order_id),
        )

    @blueprint.post("/<shop_id>/orders/<order_id>/cancel")
    @shown_again("storefront.order")
    def cancel(shop_id: str, order_id: str) -> BaseResponse:
        with roomclip.at_once():
            check_seen(roomclip.order(shop_id, order_id).state.value)
            roomclip.cancel_order(shop_id, order_id)
        tell(f"注文 {order_id} をキャンセルしました。", calls.cancel_order(shop_id, order_id))
        return see_other("storefront.order", shop_id=shop_id, order_id=order_id)


def _on_sale(roomclip: RoomClip, shop_id: str) -> Item:
    found = roomclip.item(shop_id, request.args.get("number", ""))
    if found.status is not ListingStatus.PUBLISHED:
        raise Unknown("item on sale", found.item_number)
    return found


def _seen(item: Item) -> object:
    """What a buyer agrees to: the variants with their prices."""
    return [(one.variant_id, one.colour, one.size, one.price) for one in item.variants]


def _refused(error: Refused) -> tuple[str, int]:
    words: dict[str, str] = {}
    if request.endpoint == "storefront.buy":
        match error:
            case ChangedMeanwhile():
                words = _PRICE_CHANGED
            case StillUnderWay():
                pass  # whether anything is bought will be seen
            case Conflict():
                words = _SOLD_OUT
            case BadValue(field="colour"):
                words = _NO_SUCH_CHOICE
            case _:
                pass
    return refused_page(error, "storefront/layout.html", **words)
