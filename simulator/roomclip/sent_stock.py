"""What was sent last for each code: the number that the shop was told, whether or not it fitted anything.

It stands at the variant that took it, so that an update writes one row and not two. What fits no variant stands in a
table of its own, and so does what a variant took that has lost the code since. A row there is newer than what any
variant tells, for the next update that is taken removes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.clock import JST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from simulator.store import Store


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """`rejection`: why it was not taken, "" when it was."""

    stock: int
    sent_at: datetime
    rejection: str


def seconds_of(moment: datetime) -> int:
    """A lab time as tables of a million rows keep it: whole seconds since 1970."""
    return int(moment.timestamp())


def moment_of(seconds: int) -> datetime:
    """The lab time of `seconds_of`."""
    return datetime.fromtimestamp(seconds, JST)


class SentStock:
    """The last update of each shop and code."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep_refused(self, shop_id: str, sent_at: datetime, updates: Iterable[tuple[str, int, str]]) -> None:
        """Remember updates that were not taken: code, stock, rejection."""
        at = seconds_of(sent_at)
        self._store.execute_many(
            "INSERT OR REPLACE INTO rc_stock_update VALUES (?, ?, ?, ?, ?)",
            [(int(shop_id), code, stock, at, rejection) for code, stock, rejection in updates],
        )

    def forget_refused(self, shop_id: str, codes: Collection[str]) -> None:
        """Updates of these codes were taken: what stood beside the variants is older."""
        if self._store.row("SELECT 1 FROM rc_stock_update WHERE shop_id = ? LIMIT 1", (int(shop_id),)):
            self._store.execute(
                "DELETE FROM rc_stock_update WHERE shop_id = ? AND code IN (SELECT value FROM json_each(?))",
                (int(shop_id), json.dumps(list(codes))),
            )

    def set_aside(self, variants: Iterable[tuple[int, str | None]]) -> None:
        """Before variants get another code, or go (None): keep what was sent for the code they have."""
        pairs = list(variants)
        self._store.execute_many(
            "INSERT OR IGNORE INTO rc_stock_update SELECT shop_id, code, sent_stock, sent_at, '' FROM rc_variant"
            " WHERE variant_id = ? AND code IS NOT ? AND sent_at IS NOT NULL",
            pairs,
        )
        self._store.execute_many(
            "UPDATE rc_variant SET sent_stock = NULL, sent_at = NULL"
            " WHERE variant_id = ? AND code IS NOT ? AND sent_at IS NOT NULL",
            pairs,
        )

    def last(self, shop_id: str, code: str) -> LastUpdate | None:
        """The last one for a code."""
        asked = (int(shop_id), code)
        row = self._store.row(
            "SELECT stock, sent_at, rejection FROM rc_stock_update WHERE shop_id = ? AND code = ?", asked
        ) or self._store.row(
            "SELECT sent_stock AS stock, sent_at, '' AS rejection FROM rc_variant"
            " WHERE shop_id = ? AND deleted = 0 AND code = ? AND sent_at IS NOT NULL",
            asked,
        )
        return None if row is None else LastUpdate(row["stock"], moment_of(row["sent_at"]), row["rejection"])
