"""How a time that may be missing is kept: ISO 8601 with its offset, or nothing."""

from __future__ import annotations

from datetime import datetime


def write_time(moment: datetime | None) -> str | None:
    """Return a time as text."""
    return moment.isoformat() if moment else None


def read_time(text: str | None) -> datetime | None:
    """Return the time that a text holds; raises ValueError for one that holds none."""
    return datetime.fromisoformat(text) if text else None
