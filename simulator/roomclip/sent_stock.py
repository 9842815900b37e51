"""What was sent last for each code: the number that the shop was told, whether or not it fitted anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.store import Store


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """`rejection`: why it was not taken, "" when it was."""

    stock: int
    sent_at: datetime
    rejection: str


class SentStock:
    """One row a shop and code; a later update replaces it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, shop_id: str, sent_at: datetime, updates: Iterable[tuple[str, int, str]]) -> None:
        """Remember updates: code, stock, rejection."""
        at = sent_at.isoformat()
        self._store.execute_many(
            "INSERT OR REPLACE INTO rc_stock_update VALUES (?, ?, ?, ?, ?)",
            [(int(shop_id), code, stock, at, rejection) for code, stock, rejection in updates],
        )

    def last(self, shop_id: str, code: str) -> LastUpdate | None:
        """The last one for a code."""
        row = self._store.row(
            "SELECT stock, sent_at, rejection FROM rc_stock_update WHERE shop_id = ? AND code = ?", (int(shop_id), code)
        )
        return (
            None if row is None else LastUpdate(row["stock"], datetime.fromisoformat(row["sent_at"]), row["rejection"])
        )
