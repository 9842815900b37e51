"""Replies that say something else than is true, made from true ones; None from a refusal. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

NOWHERE = "192,0,2,1"
"""An address of RFC 5737, set aside for documents: nobody is there."""

_SIZE = re.compile(r"213 (\d+)")
_TIME = re.compile(r"213 (\d{14})")
_ADDRESS = re.compile(r"(227 .*\()\d+,\d+,\d+,\d+(,\d+,\d+\).*)")
_FORMAT = "%Y%m%d%H%M%S"


def move_size(reply: str, by: int) -> str | None:
    """A reply to SIZE with `by` bytes more, not below 0."""
    found = _SIZE.fullmatch(reply)
    return None if found is None else f"213 {max(0, int(found[1]) + by)}"


def move_time(reply: str, by: int) -> str | None:
    """A reply to MDTM with a time `by` seconds later."""
    found = _TIME.fullmatch(reply)
    if found is None:
        return None
    moved = datetime.strptime(found[1], _FORMAT).replace(tzinfo=UTC) + timedelta(seconds=by)
    return f"213 {moved.strftime(_FORMAT)}"


def move_address(reply: str) -> str | None:
    """A reply to PASV with the address of nobody, and its port."""
    found = _ADDRESS.fullmatch(reply)
    return None if found is None else f"{found[1]}{NOWHERE}{found[2]}"
