"""A shop of many pages is read once and kept; after that only what has changed is asked for (contract 3).

What is kept is a copy that can be thrown away: it lies in a file of its own beside the state, is of one address, token
and shop, and is given up wherever it cannot be proven. Proof is asked for with every use: the shop's revision has not
gone back, and the rows that carried the kept revision are listed as changed since the one before. A shop that was
restored to an earlier time lists them no more, unless just these have changed again after as many other changes: then
nothing that the shop tells would show it (a lab that is restored stamps everything anew; other shops may not).

It is written when the passes are over, and thrown away when so much was sent that the next pass would give it up.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from reference.adapters.shop_api import VARIANTS_PER_PAGE
from reference.domain.columns import FEW, Rows, is_available
from reference.domain.matching import Variant
from reference.errors import ShopApiError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import polars as pl

    from reference.adapters.shop_api import Changes, HttpShop
    from reference.domain.linkage import Linkage
    from reference.domain.orders import Order
    from reference.domain.plan import Batch
    from reference.domain.report import LinkageReport
    from reference.service.ports import Receipt

MIRROR_FILE = "mirror.sqlite"
MOST_PAGES = 10
"""More changes than these pages hold, or than a tenth of the shop, are not worth it: everything is read."""
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS mirror_1 (place TEXT PRIMARY KEY, revision INTEGER NOT NULL, witnesses TEXT NOT NULL, "
    "variants BLOB NOT NULL) STRICT"
)


@dataclass(frozen=True, slots=True)
class Mirror:
    """A shop's variants as of a revision; `witnesses` are ids of those that were changed last."""

    revision: int
    witnesses: frozenset[str]
    frame: pl.DataFrame


class Mirrors(Protocol):
    """Where mirrors are kept; what cannot be read is no mirror."""

    def recall(self, place: str) -> Mirror | None:
        """Return the mirror of a place."""
        ...

    def keep(self, place: str, mirror: Mirror) -> None:
        """Keep a mirror instead of the one before."""
        ...

    def forget(self, place: str) -> None:
        """Keep none of a place any more."""
        ...


@dataclass(frozen=True, slots=True)
class MirrorFile:
    """Mirrors in a SQLite file; each is one row, written whole or not at all."""

    path: Path
    patience: float = 5.0
    """Seconds that another pass, which writes it, is waited for."""

    def recall(self, place: str) -> Mirror | None:
        """Return the mirror of a place; None where there is none, or none that can be read."""
        if not self.path.exists():
            return None
        try:
            with closing(self._connect()) as connection:
                row = connection.execute(
                    "SELECT revision, witnesses, variants FROM mirror_1 WHERE place = ?", (place,)
                ).fetchone()
        except (sqlite3.Error, OSError):
            return None
        if row is None:  # as of every small shop, for which polars need not be loaded
            return None
        import polars as pl

        try:
            return Mirror(row[0], frozenset(json.loads(row[1])), pl.read_ipc(io.BytesIO(row[2])))
        except (OSError, ValueError, pl.exceptions.PolarsError):
            return None

    def keep(self, place: str, mirror: Mirror) -> None:
        """Keep a mirror; where that is not possible the next pass reads everything."""
        packed = io.BytesIO()
        mirror.frame.write_ipc(packed, compression="lz4")
        row = (place, mirror.revision, json.dumps(sorted(mirror.witnesses)), packed.getbuffer())
        self._write("REPLACE INTO mirror_1 VALUES (?, ?, ?, ?)", row)

    def forget(self, place: str) -> None:
        """Keep none of a place any more; where that is not possible the next pass finds that it is of no use."""
        if self.path.exists():
            self._write("DELETE FROM mirror_1 WHERE place = ?", (place,))

    def _write(self, statement: str, row: tuple[object, ...]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)  # nobody else makes it where the state is in PostgreSQL
            with closing(self._connect()) as connection:
                connection.execute(statement, row)
        except (sqlite3.OperationalError, OSError):
            return  # another writes it, or there is no room: what is there is proven anew with the next use
        except sqlite3.Error:
            with suppress(OSError):
                self.path.unlink()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=self.patience, isolation_level=None)
        try:
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


@dataclass(frozen=True, slots=True)
class MirroredShop:
    """The shop API with a mirror of the variants of shops that have more than one page of them.

    `_left`: how many more variants of a shop may change before everything is read anyhow.
    """

    shop: HttpShop
    mirrors: Mirrors
    _fresh: dict[str, Mirror] = field(init=False, default_factory=dict)
    _left: dict[str, int] = field(init=False, default_factory=dict)

    def fetch_variants(self, shop_id: str) -> Collection[Variant]:
        """Return all variants of a shop with their numbers of now."""
        if shop_id not in self._fresh:
            self.keep_mirrors()  # those of other shops: no more than one is held in memory
        if is_available() and (brought_up := self._bring_up(shop_id)) is not None:
            return brought_up
        variants, revision = self.shop.read_variants(shop_id)
        if isinstance(variants, Rows):
            self._left[shop_id] = _most_pages(len(variants)) * VARIANTS_PER_PAGE
            self._hold(shop_id, revision, variants.frame)
        return variants

    def keep_mirrors(self) -> None:
        """Write down the mirrors that are newer than those kept."""
        while self._fresh:
            shop_id, mirror = self._fresh.popitem()
            self.mirrors.keep(self._place(shop_id), mirror)

    def fetch_linkages(self) -> tuple[Linkage, ...]:
        """Return every linkage."""
        return self.shop.fetch_linkages()

    def fetch_orders(self, shop_id: str, after: int) -> tuple[Order, ...]:
        """Return the orders placed or cancelled after that seq."""
        return self.shop.fetch_orders(shop_id, after)

    def send_stock(self, shop_id: str, batch: Batch) -> Receipt:
        """Set absolute numbers; what the next pass would give up for them is given up at once."""
        if shop_id in self._left:
            self._left[shop_id] -= len(batch.updates)
            if self._left[shop_id] < 0:
                del self._left[shop_id]
                self._fresh.pop(shop_id, None)
                self.mirrors.forget(self._place(shop_id))
        return self.shop.send_stock(shop_id, batch)

    def report_run(self, report: LinkageReport) -> None:
        """Tell the console what happened."""
        self.shop.report_run(report)

    def _place(self, shop_id: str) -> str:
        return hashlib.sha256("\n".join((self.shop.url, *self.shop.identity, shop_id)).encode()).hexdigest()

    def _bring_up(self, shop_id: str) -> Rows[Variant] | None:
        """Return the mirror with what has changed since, or None when everything has to be read."""
        mirror = self._fresh.get(shop_id) or self.mirrors.recall(self._place(shop_id))
        if mirror is None:
            return None
        import polars as pl

        pages = _most_pages(len(mirror.frame))
        changes = self._ask(shop_id, mirror.revision - 1, pages)
        if changes is None or changes.revision < mirror.revision:
            return None
        changed = {row[0] for row in changes.variants} | changes.deleted
        if not mirror.witnesses <= changed:
            return None
        others = mirror.frame.filter(~pl.col("variant_id").is_in(list(changed)))
        frame = pl.concat([others, pl.DataFrame(changes.variants, schema=mirror.frame.schema, orient="row")])
        self._left[shop_id] = pages * VARIANTS_PER_PAGE
        if len(changed) > FEW:
            self._hold(shop_id, changes.revision, frame)
        return Rows(frame, Variant)

    def _hold(self, shop_id: str, revision: int, frame: pl.DataFrame) -> None:
        """Have a mirror if there are witnesses for it, and so few that they are no burden."""
        last = self._ask(shop_id, revision - 1, 1)
        if last and (last.variants or last.deleted):
            witnesses = frozenset(row[0] for row in last.variants) | last.deleted
            self._fresh[shop_id] = Mirror(revision, witnesses, frame)

    def _ask(self, shop_id: str, after: int, pages: int) -> Changes | None:
        """Return what has changed; None where that is too much, or the shop does not know such a revision."""
        try:
            return self.shop.fetch_changes(shop_id, max(0, after), pages)
        except ShopApiError:
            return None


def _most_pages(variants: int) -> int:
    """Return how many pages of changes are worth going through."""
    return min(MOST_PAGES, max(2, variants // (10 * VARIANTS_PER_PAGE)))
