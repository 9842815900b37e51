"""What a buyer chooses on the page of an item: カラー, サイズ, 数量, 支払方法. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import BadValue
from simulator.roomclip.listing import parse_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.roomclip.listing import Item, Variant

PAYMENT_METHODS = ("クレジットカード", "Amazon決済")
MAX_CHOICE = 10
"""The highest 数量 that the page offers."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One variant, how many of it, and how it is paid."""

    variant: Variant
    quantity: int
    payment_method: str


def read_choice(item: Item, form: Mapping[str, str]) -> Choice:
    """What the form says: `colour size`, "" where the item has none, `quantity payment_method`.

    Raises: BadValue.
    """
    option = form.get("colour", ""), form.get("size", "")
    variant = next((one for one in item.variants if (one.colour, one.size) == option), None)
    if variant is None:
        raise BadValue("colour", " / ".join(option), "no such combination", next_step="Choose one that the item has.")
    quantity = parse_number("quantity", form.get("quantity", "1"))
    if not 1 <= quantity <= MAX_CHOICE:
        raise BadValue("quantity", quantity, f"from 1 to {MAX_CHOICE} are possible")
    method = form.get("payment_method", "")
    if method not in PAYMENT_METHODS:
        raise BadValue("payment_method", method, "not offered here", next_step=f"Choose: {', '.join(PAYMENT_METHODS)}.")
    return Choice(variant, quantity, method)


def preselected(item: Item, colour: str, size: str) -> Variant:
    """The variant that the page begins with: the one asked for, else the first that is left, else the first."""
    asked = (one for one in item.variants if (one.colour, one.size) == (colour, size))
    left = (one for one in item.variants if one.stock > 0)
    return next(asked, None) or next(left, None) or item.variants[0]
