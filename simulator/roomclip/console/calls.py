"""What each form of RoomClipビジネス does, as operations of the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from simulator.web.calls import Call

if TYPE_CHECKING:
    from simulator.roomclip.listing import Item, ItemInput, ListingStatus

HIDDEN = "********"
"""Stands for a password, which no page shows."""


def change_status(shop_id: str, item_number: str, status: ListingStatus | str) -> Call:
    """出品ステータス of one item."""
    return Call("PUT", f"{_shop(shop_id)}/items/listing-status", {"item_number": item_number, "status": str(status)})


def register_item(shop_id: str, item: ItemInput) -> Call:
    """商品を登録する."""
    return Call("POST", f"{_shop(shop_id)}/items", _body(item))


def edit_item(shop_id: str, item: ItemInput) -> Call:
    """更新 of an item."""
    return Call("PUT", f"{_shop(shop_id)}/items", _body(item))


def edit_present_item(shop_id: str, item: Item) -> Call:
    """更新 of an item, with what is there."""
    variants = [
        {"code": one.variant_code, "price": one.price, "colour": one.colour, "size": one.size} for one in item.variants
    ]
    body = {"item_number": item.item_number, "name": item.name, "status": item.status.value, "kind": item.kind.value}
    return Call("PUT", f"{_shop(shop_id)}/items", body | {"variants": variants})


def delete_item(shop_id: str, item_number: str) -> Call:
    """削除 of an item."""
    return Call("DELETE", f"{_shop(shop_id)}/items?{urlencode({'item_number': item_number})}")


def edit_stock(shop_id: str, variant_id: str, stock: int) -> Call:
    """The stock of one variant, by hand."""
    return Call("PUT", f"{_shop(shop_id)}/variants/{quote(variant_id, safe='')}/stock", {"stock": stock})


def import_items(shop_id: str, file_name: str) -> Call:
    """インポート of a 商品CSV."""
    return Call("POST", f"{_shop(shop_id)}/items/csv?{urlencode({'file_name': file_name})}", upload=file_name)


def apply_for_linkage(shop_id: str, service: str) -> Call:
    """申請内容を確認する."""
    return Call("POST", f"{_shop(shop_id)}/linkage/application", {"service": service})


def save_linkage(shop_id: str, *, ftp_user: str, shop_code: str, notify_to: str) -> Call:
    """保存する; the password is left to who types the command."""
    body = {"ftp_user": ftp_user, "ftp_password": HIDDEN, "shop_code": shop_code, "notify_to": notify_to}
    return Call("PUT", f"{_shop(shop_id)}/linkage", body)


def pause(shop_id: str) -> Call:
    """一時停止."""
    return Call("POST", f"{_shop(shop_id)}/linkage/pause")


def resume(shop_id: str) -> Call:
    """再開."""
    return Call("POST", f"{_shop(shop_id)}/linkage/resume")


def _shop(shop_id: str) -> str:
    return f"/roomclip/shops/{quote(shop_id, safe='')}"


def _body(item: ItemInput) -> dict[str, object]:
    variants = [
        {"code": one.code or None, "price": one.price, "stock": one.stock, "colour": one.colour, "size": one.size}
        for one in item.variants
    ]
    body: dict[str, object] = {"item_number": item.item_number, "name": item.name, "status": str(item.status)}
    return body | {"kind": None if item.kind is None else item.kind.value, "variants": variants}
