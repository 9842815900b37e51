"""商品管理 > one item: 商品詳細設定, stock by hand, deletion (guide 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.roomclip.console import calls
from simulator.roomclip.console.item_form import SPARE_ROWS, read_item, row_numbers
from simulator.roomclip.listing import ItemInput, ItemKind, ListingStatus, VariantInput, parse_number
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.listing import Item
    from simulator.roomclip.shop import RoomClip

_MOST_ROWS = 200
"""Empty rows that a page may be asked for."""

_EXAMPLES = {
    ItemKind.SINGLE: ItemInput("R-1", "椅子", (VariantInput("SKU-1", 1000),), ListingStatus.DRAFT, ItemKind.SINGLE),
    ItemKind.OPTIONS: ItemInput(
        "R-2",
        "椅子",
        (VariantInput("SKU-2-W", 1000, 0, "白", "M"), VariantInput("SKU-2-B", 1000, 0, "黒", "M")),
        ListingStatus.DRAFT,
        ItemKind.OPTIONS,
    ),
}
"""What the call beside the empty form registers."""


def add_item(blueprint: Blueprint, roomclip: RoomClip) -> None:
    """The pages of one item, and of one that is to be."""
    _add_forms(blueprint, roomclip)
    _add_changes(blueprint, roomclip)


def _add_forms(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.get("/<shop_id>/items/new")
    def new_item(shop_id: str) -> str:
        roomclip.shop(shop_id)
        kind = ItemKind.OPTIONS if _asked_kind() == ItemKind.OPTIONS else ItemKind.SINGLE
        return render_template(
            "roomclip/new_item.html",
            kind=kind,
            statuses=tuple(ListingStatus),
            rows=_rows(0),
            few=SPARE_ROWS,
            example=calls.register_item(shop_id, _EXAMPLES[kind]),
        )

    @blueprint.post("/<shop_id>/items/new")
    @shown_again("roomclip_business.new_item")
    def register_item(shop_id: str) -> BaseResponse:
        wanted = read_item(request.form)
        item = roomclip.register_item(shop_id, wanted)
        tell(f"{item.item_number} を登録しました。", calls.register_item(shop_id, wanted))
        _warn(roomclip, shop_id, item)
        return see_other("roomclip_business.item", shop_id=shop_id, number=item.item_number)

    @blueprint.get("/<shop_id>/items/edit")
    def item(shop_id: str) -> str:
        found = roomclip.item(shop_id, request.args.get("number", ""))
        codes = [one.variant_code for one in found.variants if one.variant_code]
        return render_template(
            "roomclip/item.html",
            item=found,
            seen=_seen(found),
            ambiguous=roomclip.ambiguous_codes(shop_id, codes),
            statuses=tuple(ListingStatus),
            rows=_rows(len(found.variants)),
            edit=calls.edit_present_item(shop_id, found),
            delete=calls.delete_item(shop_id, found.item_number),
            edit_stock=calls.edit_stock,
        )


def _add_changes(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.post("/<shop_id>/items/edit")
    @shown_again("roomclip_business.item")
    def edit_item(shop_id: str) -> BaseResponse:
        wanted = read_item(request.form)
        with roomclip.at_once():
            check_seen(_seen(roomclip.item(shop_id, wanted.item_number)))
            edited = roomclip.edit_item(shop_id, wanted)
        tell(f"{edited.item_number} を更新しました。", calls.edit_item(shop_id, wanted))
        return see_other("roomclip_business.item", shop_id=shop_id, number=edited.item_number)

    @blueprint.post("/<shop_id>/items/stock")
    @shown_again("roomclip_business.item")
    def edit_stock(shop_id: str) -> BaseResponse:
        variant_id = request.form.get("variant_id", "")
        stock = parse_number("在庫数", request.form.get("stock", ""))
        with roomclip.at_once():
            check_seen(roomclip.variant(shop_id, variant_id).stock)
            variant = roomclip.edit_stock(shop_id, variant_id, stock)
        tell(
            f"{variant.variant_code or variant.item_number} の在庫数を {variant.stock} にしました。",
            calls.edit_stock(shop_id, variant.variant_id, stock),
        )
        return see_other("roomclip_business.item", shop_id=shop_id, number=variant.item_number)

    @blueprint.post("/<shop_id>/items/delete")
    @shown_again("roomclip_business.item")
    def delete_item(shop_id: str) -> BaseResponse:
        number = request.form.get("item_number", "")
        with roomclip.at_once():
            check_seen(_seen(roomclip.item(shop_id, number)))
            roomclip.delete_item(shop_id, number)
        tell(f"{number} を削除しました。", calls.delete_item(shop_id, number))
        return see_other("roomclip_business.items", shop_id=shop_id)


def _asked_kind() -> str:
    return request.form.get("kind", "") or request.args.get("kind", "")


def _rows(variants: int) -> int:
    """How many rows the form has: the variants, spare ones below, and at least all that were typed."""
    spare = min(max(request.args.get("rows", SPARE_ROWS, type=int), 1), _MOST_ROWS)
    typed = row_numbers(request.form)
    return max(variants + spare, typed[-1] + 1 if typed else 0)


def _seen(item: Item) -> object:
    """What the form of an item changes; not its stock, which the linkage moves all the time."""
    rows = [(one.colour, one.size, one.variant_code, one.price) for one in item.variants]
    return item.name, item.status.value, rows


def _warn(roomclip: RoomClip, shop_id: str, item: Item) -> None:
    """Tell of what is accepted and probably not meant, as an import does."""
    codes = [one.variant_code for one in item.variants if one.variant_code]
    if any(one.stock for one in item.variants):
        tell("ご注意: 在庫数が0以外で登録されました。ガイドでは0で登録します。在庫連携が数を上書きします。")
    if len(codes) < len(item.variants):
        tell("ご注意: 種類別の自社管理コードが空欄の行があります。その在庫は連携されません。")
    if ambiguous := roomclip.ambiguous_codes(shop_id, codes):
        named = "、".join(sorted(ambiguous))
        tell(f"ご注意: 同じコードの商品がほかにもあるため、どちらの在庫も連携されません: {named}")
