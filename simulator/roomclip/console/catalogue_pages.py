"""ショップ管理 > 商品管理: the list, found, filtered and paged in the store, and 出品ステータス of each item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.errors import BadValue
from simulator.roomclip.console import calls
from simulator.roomclip.listing import ListingStatus, parse_status
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.item_lists import ItemPage
    from simulator.roomclip.listing import Variant
    from simulator.roomclip.shop import RoomClip

SHOWN_VARIANTS = 6
"""Variants of one item that the list shows; the item's own page shows all."""
_STOCK = {"": None, "in": True, "out": False}


def add_catalogue(blueprint: Blueprint, roomclip: RoomClip) -> None:
    """The pages of the list."""

    @blueprint.get("/<shop_id>/items")
    def items(shop_id: str) -> str:
        wish = _wish()
        status = parse_status(wish["status"]) if wish["status"] else None
        if wish["stock"] not in _STOCK:
            raise BadValue("stock", wish["stock"], "not a choice", next_step="Choose from the list.")
        page = max(1, request.args.get("page", 1, type=int))
        found = roomclip.items(shop_id, wish["search"], page, status=status, in_stock=_STOCK[wish["stock"]])
        ambiguous = roomclip.ambiguous_codes(shop_id, _codes(found))
        return render_template(
            "roomclip/items.html",
            found=found,
            wish=wish,
            linked={one.variant_id: _link(one, ambiguous) for item in found.items for one in item.variants},
            statuses=tuple(ListingStatus),
            most=SHOWN_VARIANTS,
            change=calls.change_status,
        )

    @blueprint.post("/<shop_id>/items/status")
    @shown_again("roomclip_business.items")
    def set_status(shop_id: str) -> BaseResponse:
        number, status = request.form.get("item_number", ""), request.form.get("status", "")
        with roomclip.at_once():
            check_seen(roomclip.item(shop_id, number).status)
            item = roomclip.set_listing_status(shop_id, number, status)
        tell(
            f"{item.item_number} の出品ステータスを{item.status}にしました。",
            calls.change_status(shop_id, item.item_number, item.status),
        )
        page = request.args.get("page", 1, type=int)
        return see_other("roomclip_business.items", shop_id=shop_id, page=page, **_wish())


def _wish() -> dict[str, str]:
    """What the list is asked for, by field of its search."""
    return {name: request.args.get(name, "") for name in ("search", "status", "stock")}


def _codes(found: ItemPage) -> list[str]:
    return [one.variant_code for item in found.items for one in item.variants if one.variant_code]


def _link(variant: Variant, ambiguous: Collection[str]) -> tuple[str, str]:
    """Badge and word: whether TEMPOSTAR can set this stock."""
    if variant.variant_code is None:
        return "quiet", "コードなし"
    return ("bad", "コード重複") if variant.variant_code in ambiguous else ("good", "連携対象")
