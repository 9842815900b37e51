"""What forms send, as values: numbers, and errors under the names the fields of a page have."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_DIGITS = 12


def whole(field: str, text: str) -> int:
    """A whole number.

    Raises: BadValue for anything but ASCII digits, with a minus sign before them or not.
    """
    # More digits than any quantity has would only cost time to convert.
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise BadValue(field, text, "a whole number is wanted")
    return int(text)


@contextmanager
def fields_named(**names: str) -> Iterator[None]:
    """Inside, an error about a field of a verb is told of the page's field: verb's name = page's name."""
    try:
        yield
    except BadValue as error:
        name = names.get(error.field, error.field)
        raise BadValue(name, error.value, error.reason, next_step=error.next_step) from error
