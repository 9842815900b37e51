"""The form of one item: what its fields say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.roomclip.listing import ItemInput, ItemKind, VariantInput, parse_number

if TYPE_CHECKING:
    from collections.abc import Mapping

SPARE_ROWS = 6
"""Empty rows under the variants that are there."""

_FIELDS = ("colour", "size", "code", "price", "stock")
_FIELD_OF_ROW = re.compile(rf"(?:{'|'.join(_FIELDS)})-([0-9]{{1,4}})", re.ASCII)


def read_item(form: Mapping[str, str]) -> ItemInput:
    """An item from `item_number name status kind` and, from 0 to 9999, `colour-0 size-0 code-0 price-0 stock-0`. Rows
    with nothing in them, or a stock of 0 only, are passed over.

    Raises: BadValue.
    """
    rows = [{name: form.get(f"{name}-{number}", "") for name in _FIELDS} for number in row_numbers(form)]
    variants = tuple(
        VariantInput(
            row["code"],
            parse_number("販売価格", row["price"] or "0"),
            parse_number("在庫数", row["stock"] or "0"),
            row["colour"],
            row["size"],
        )
        for row in rows
        if any(row[name] for name in ("colour", "size", "code", "price")) or row["stock"] not in {"", "0"}
    )
    return ItemInput(
        form.get("item_number", ""), form.get("name", ""), variants, form.get("status", ""), _kind(form.get("kind", ""))
    )


def row_numbers(form: Mapping[str, str]) -> list[int]:
    """The rows that a form has fields of, in order."""
    return sorted({int(found[1]) for name in form if (found := _FIELD_OF_ROW.fullmatch(name))})


def _kind(text: str) -> ItemKind | None:
    try:
        return ItemKind(text)
    except ValueError:
        return None
