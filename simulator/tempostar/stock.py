"""TEMPOSTAR's quantities: 想定在庫数, 保留在庫数 and the 在庫数 that goes out.

Pure. 想定在庫数 may be negative: goods sold elsewhere beyond stock show as such (public: facts.md 2). The bounds are an
ASSUMPTION; the upper one is the largest number a reader has to take (contract 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from simulator.config import Negative
from simulator.errors import BadValue

HIGHEST = 999_999_999
LOWEST = -HIGHEST


@dataclass(frozen=True, slots=True)
class SkuStock:
    """A SKU's quantities. `stock`: 在庫数 as it would go out now."""

    sellable: int
    held_back: int
    stock: int


def compute_stock(sellable: int, held_back: int, negative: Negative) -> int:
    """在庫数 = 想定在庫数 − 保留在庫数 (public: facts.md 0.7), below 0 as `negative` says: 0, or as it is."""
    match negative:
        case Negative.CLAMP:
            return max(0, sellable - held_back)
        case Negative.RAW:
            return sellable - held_back
        case _:
            assert_never(negative)


def check_sellable(value: object) -> None:
    """Accept a 想定在庫数.

    Raises: BadValue unless it is a whole number from −999,999,999 to 999,999,999.
    """
    _check("sellable", value, LOWEST)


def check_held_back(value: object) -> None:
    """Accept a 保留在庫数.

    Raises: BadValue unless it is a whole number from 0 to 999,999,999.
    """
    _check("held_back", value, 0)


def _check(field: str, value: object, lowest: int) -> None:
    if type(value) is not int or not lowest <= value <= HIGHEST:  # a bool is an int to isinstance
        raise BadValue(field, value, f"a whole number from {lowest} to {HIGHEST} is wanted")
