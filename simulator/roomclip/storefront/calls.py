"""What buyers do, as operations of the control API."""

from __future__ import annotations

from urllib.parse import quote

from simulator.web.calls import Call


def purchase(shop_id: str, variant_id: str, quantity: int, payment_method: str) -> Call:
    """購入する."""
    line = {"variant_id": variant_id, "quantity": quantity}
    return Call("POST", f"{_shop(shop_id)}/purchases", {"lines": [line], "payment_method": payment_method})


def cancel_order(shop_id: str, order_id: str) -> Call:
    """キャンセル of an order."""
    return Call("POST", f"{_shop(shop_id)}/orders/{quote(order_id, safe='')}/cancel")


def _shop(shop_id: str) -> str:
    return f"/roomclip/shops/{quote(shop_id, safe='')}"
