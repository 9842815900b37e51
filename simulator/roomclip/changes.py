"""Which variants changed with which revision: the latest few of each shop, so that whoever asks often need not read it
all.

An index of revisions would cost every stock update more than the update itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.store import Store

_NOTE = (
    "INSERT INTO rc_change (shop_id, revision, total, count, variants) SELECT ?1, ?2, ?3 + coalesce("
    " (SELECT total FROM rc_change WHERE shop_id = ?1 ORDER BY number DESC LIMIT 1), 0), ?3, ?4"
)

FEW = 20_000
"""So many changes are remembered; beyond, the variants themselves are read."""


class Changes:
    """Lists of variant ids by revision. A variant may be named more than once."""

    def __init__(self, store: Store, few: int = FEW) -> None:
        self._store = store
        self._few = few

    def note(self, shop_id: str, revision: int, variant_ids: Sequence[int]) -> None:
        """Remember what changed. What that puts beyond reach is forgotten."""
        if not variant_ids:
            return
        many = len(variant_ids) > self._few
        self._store.execute(
            _NOTE, (int(shop_id), revision, len(variant_ids), "[]" if many else orjson.dumps(variant_ids).decode())
        )
        # Whoever asks for one of these asks for more than a few: those that came after it are that many already.
        self._store.execute(
            "DELETE FROM rc_change WHERE shop_id = ?1 AND total <"
            " (SELECT max(total) FROM rc_change WHERE shop_id = ?1) - ?2",
            (int(shop_id), self._few),
        )

    def note_many(self, shop_ids: Iterable[int], revision: int) -> None:
        """Remember of each shop that more changed than is remembered, without naming it."""
        count = self._few + 1
        self._store.execute_many(_NOTE, ((shop_id, revision, count, "[]") for shop_id in shop_ids))

    def are_few(self, shop_id: str, after: int) -> bool:
        """Whether all changes after a revision are remembered; if not, there are more than a few."""
        row = self._store.row(
            "SELECT coalesce(sum(count), 0) AS n FROM rc_change WHERE shop_id = ? AND revision > ?",
            (int(shop_id), after),
        )
        return row is None or int(row["n"]) <= self._few


CHANGED = "SELECT value FROM rc_change c, json_each(c.variants) WHERE c.shop_id = ? AND c.revision > ?"
"""The variant ids that changed after a revision, where `Changes.are_few`. Takes the shop and the revision."""
