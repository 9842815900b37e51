"""The SQL on carrying, links and the queue of each shop, and on what is planned for later.

One invariant, kept by every statement here: a SKU in a shop's queue is carried and linked there, and 在庫反映 of that
shop is 起動. `place` orders the queue, oldest change first; a SKU changed again keeps its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.config import Negative

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.store import Store
    from simulator.tempostar.stock_file import PlainRow

_STOCK = {Negative.CLAMP: "max(0, s.sellable - s.held_back)", Negative.RAW: "s.sellable - s.held_back"}
"""What `stock.compute_stock` says, for files of a million rows."""
_ROW = "s.sku_code, p.product_code, p.name, s.attribute1, s.attribute2, {}"
_ENQUEUE = (
    "INSERT INTO ts_queue SELECT :shop, s.sku_id,"
    " (SELECT coalesce(max(place), 0) FROM ts_queue WHERE shop_code = :shop) + row_number() OVER (ORDER BY s.sku_code)"
    " FROM ts_linked AS l JOIN ts_sku AS s ON s.sku_id = l.sku_id"
    " JOIN ts_carried AS c ON c.shop_code = l.shop_code AND c.product_id = s.product_id"
    " WHERE l.shop_code = :shop AND EXISTS (SELECT 1 FROM ts_shop WHERE shop_code = :shop AND reflection = '起動')"
    " AND NOT EXISTS (SELECT 1 FROM ts_queue AS q WHERE q.shop_code = :shop AND q.sku_id = s.sku_id)"
)

# The same for every shop of a company. CROSS JOIN keeps the order: a few SKUs, asked for along each shop's keys.
_ENQUEUE_EVERYWHERE = (
    "INSERT INTO ts_queue SELECT h.shop_code, s.sku_id,"
    " (SELECT coalesce(max(place), 0) FROM ts_queue WHERE shop_code = h.shop_code)"
    " + row_number() OVER (PARTITION BY h.shop_code ORDER BY s.sku_code)"
    " FROM json_each(:ids) AS wanted CROSS JOIN ts_sku AS s ON s.sku_id = wanted.value"
    " CROSS JOIN ts_shop AS h ON h.company_id = :company AND h.reflection = '起動'"
    " CROSS JOIN ts_linked AS l ON l.shop_code = h.shop_code AND l.sku_id = s.sku_id"
    " CROSS JOIN ts_carried AS c ON c.shop_code = h.shop_code AND c.product_id = s.product_id"
    " WHERE NOT EXISTS (SELECT 1 FROM ts_queue AS q WHERE q.shop_code = h.shop_code AND q.sku_id = s.sku_id)"
)


@dataclass(frozen=True, slots=True)
class BulkCarrying:
    """A bulk change of carried shops that is not in effect yet."""

    bulk_id: int
    due: datetime
    shop_code: str
    carried: bool
    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnfinishedFile:
    """A file that is half written. `entry`: the journal entry of its completion."""

    company_id: int
    path: str
    content: bytes
    entry: Mapping[str, Any]


class QueueRecords:
    """Reads and writes carrying, links, queues and plans."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Carrying and links: what newly becomes carried and linked enters the queue, what no longer is leaves it

    def carry(self, shop_code: str, product_ids: Sequence[int]) -> None:
        """Give a shop 取扱 of products."""
        values = {"shop": shop_code, "ids": json.dumps(product_ids)}
        new = (
            "SELECT value FROM json_each(:ids) WHERE value NOT IN (SELECT product_id FROM ts_carried"
            " WHERE shop_code = :shop)"
        )
        with self._store.transaction():
            fresh = json.dumps([row["value"] for row in self._store.rows(new, values)])
            self._store.execute(
                "INSERT INTO ts_carried SELECT :shop, value FROM json_each(:ids)", {**values, "ids": fresh}
            )
            self._store.execute(
                f"{_ENQUEUE} AND s.product_id IN (SELECT value FROM json_each(:ids))",  # noqa: S608 - fixed text
                {**values, "ids": fresh},
            )

    def uncarry(self, shop_code: str, product_ids: Sequence[int]) -> None:
        """Take 取扱 of products from a shop; links stay, without effect."""
        values = {"shop": shop_code, "ids": json.dumps(product_ids)}
        with self._store.transaction():
            self._store.execute(
                "DELETE FROM ts_queue WHERE shop_code = :shop AND sku_id IN (SELECT sku_id FROM ts_sku"
                " WHERE product_id IN (SELECT value FROM json_each(:ids)))",
                values,
            )
            self._store.execute(
                "DELETE FROM ts_carried WHERE shop_code = :shop AND product_id IN (SELECT value FROM json_each(:ids))",
                values,
            )

    def link(self, shop_code: str, sku_ids: Sequence[int]) -> None:
        """Switch 在庫連動 of SKUs on for a shop."""
        values = {"shop": shop_code, "ids": json.dumps(sku_ids)}
        new = (
            "SELECT value FROM json_each(:ids) WHERE value NOT IN (SELECT sku_id FROM ts_linked"
            " WHERE shop_code = :shop)"
        )
        with self._store.transaction():
            fresh = json.dumps([row["value"] for row in self._store.rows(new, values)])
            self._store.execute(
                "INSERT INTO ts_linked SELECT :shop, value FROM json_each(:ids)", {**values, "ids": fresh}
            )
            self._store.execute(
                f"{_ENQUEUE} AND s.sku_id IN (SELECT value FROM json_each(:ids))",  # noqa: S608 - fixed text
                {**values, "ids": fresh},
            )

    def unlink(self, shop_code: str, sku_ids: Sequence[int]) -> None:
        """Switch 在庫連動 of SKUs off for a shop."""
        values = {"shop": shop_code, "ids": json.dumps(sku_ids)}
        with self._store.transaction():
            for table in ("ts_queue", "ts_linked"):
                self._store.execute(
                    f"DELETE FROM {table}"  # noqa: S608 - the two names above
                    " WHERE shop_code = :shop AND sku_id IN (SELECT value FROM json_each(:ids))",
                    values,
                )

    def carries_any(self, shop_code: str) -> bool:
        """Whether a shop has 取扱 of any product."""
        return self._store.row("SELECT 1 FROM ts_carried WHERE shop_code = ? LIMIT 1", (shop_code,)) is not None

    def reflects_any(self, shop_code: str) -> bool:
        """Whether any SKU is both carried by a shop and linked to it."""
        if self._store.row("SELECT 1 FROM ts_linked WHERE shop_code = ? LIMIT 1", (shop_code,)) is None:
            return False  # else every carried product would be asked for its SKUs
        return (
            self._store.row(
                "SELECT 1 FROM ts_linked AS l CROSS JOIN ts_sku AS s ON s.sku_id = l.sku_id"
                " CROSS JOIN ts_carried AS c ON c.shop_code = l.shop_code AND c.product_id = s.product_id"
                " WHERE l.shop_code = ? LIMIT 1",
                (shop_code,),
            )
            is not None
        )

    # The queue

    def enqueue_skus(self, company_id: int, sku_ids: Sequence[int]) -> None:
        """The stock of SKUs changed: they wait, by SKU code, at the end of each queue of the company that they belong
        to and are not in yet. One statement, for a company may have thousands of shops."""
        self._store.execute(_ENQUEUE_EVERYWHERE, {"company": company_id, "ids": json.dumps(sku_ids)})

    def enqueue_all(self, shop_code: str) -> None:
        """Every carried and linked SKU waits; those waiting already keep their places."""
        self._store.execute(_ENQUEUE, {"shop": shop_code})

    def empty_queue(self, shop_code: str) -> None:
        """Nothing waits."""
        self._store.execute("DELETE FROM ts_queue WHERE shop_code = ?", (shop_code,))

    def queued(self, shop_code: str) -> int:
        """How many SKUs wait."""
        return int(self._store.rows("SELECT count(*) AS n FROM ts_queue WHERE shop_code = ?", (shop_code,))[0]["n"])

    def read_oldest(self, shop_code: str, limit: int, negative: Negative) -> Iterator[PlainRow]:
        """The SKUs that have waited longest; they wait on until `drop_oldest`."""
        return self._store.stream(
            f"SELECT {_ROW.format(_STOCK[negative])} FROM ts_queue AS q JOIN ts_sku AS s ON s.sku_id = q.sku_id"  # noqa: S608 - fixed text
            " JOIN ts_product AS p ON p.product_id = s.product_id"
            " WHERE q.shop_code = ? ORDER BY q.place LIMIT ?",
            (shop_code, limit),
        )

    def drop_oldest(self, shop_code: str, count: int) -> None:
        """So many of those that have waited longest wait no more."""
        self._store.execute(
            "DELETE FROM ts_queue WHERE shop_code = :shop AND place IN"
            " (SELECT place FROM ts_queue WHERE shop_code = :shop ORDER BY place LIMIT :count)",
            {"shop": shop_code, "count": count},
        )

    def read_all(self, shop_code: str, negative: Negative) -> Iterator[PlainRow]:
        """Every carried and linked SKU, by SKU code."""
        return self._store.stream(
            # Read along the index of SKU codes: sorting a million wide rows takes seconds.
            f"SELECT {_ROW.format(_STOCK[negative])} FROM ts_shop AS h"  # noqa: S608 - fixed text
            " CROSS JOIN ts_sku AS s ON s.company_id = h.company_id"
            " CROSS JOIN ts_linked AS l ON l.shop_code = h.shop_code AND l.sku_id = s.sku_id"
            " CROSS JOIN ts_carried AS c ON c.shop_code = h.shop_code AND c.product_id = s.product_id"
            " CROSS JOIN ts_product AS p ON p.product_id = s.product_id"
            " WHERE h.shop_code = ? ORDER BY s.sku_code",
            (shop_code,),
        )

    # Plans

    def next_due(self) -> datetime | None:
        """The earliest of all plans."""
        row = self._store.rows(
            "SELECT min(due) AS due FROM (SELECT min(next_pass) AS due FROM ts_shop"
            " UNION ALL SELECT min(due) FROM ts_bulk_carrying UNION ALL SELECT min(due) FROM ts_writing)"
        )[0]
        return None if row["due"] is None else datetime.fromisoformat(row["due"])

    def plan_pass(self, shop_code: str, due: datetime | None) -> None:
        """When a shop's next pass is due; None: not at all."""
        self._store.execute(
            "UPDATE ts_shop SET next_pass = ? WHERE shop_code = ?", (due and due.isoformat(), shop_code)
        )

    def plan_passes(self, due: Mapping[str, datetime]) -> None:
        """When the next passes of shops are due, by shop code."""
        self._store.execute_many(
            "UPDATE ts_shop SET next_pass = ? WHERE shop_code = ?", [(at.isoformat(), code) for code, at in due.items()]
        )

    def holds(self, shop_code: str, sku_id: int | None) -> bool:
        """Whether a SKU waits for a shop's passes."""
        row = self._store.row("SELECT 1 FROM ts_queue WHERE shop_code = ? AND sku_id = ?", (shop_code, sku_id))
        return row is not None

    def next_pass(self, shop_code: str) -> datetime | None:
        """When a shop's next pass is due."""
        row = self._store.row("SELECT next_pass FROM ts_shop WHERE shop_code = ?", (shop_code,))
        return None if row is None or row["next_pass"] is None else datetime.fromisoformat(row["next_pass"])

    def next_pass_due(self) -> datetime | None:
        """The earliest pass of any shop."""
        row = self._store.rows("SELECT min(next_pass) AS due FROM ts_shop")[0]
        return None if row["due"] is None else datetime.fromisoformat(row["due"])

    def due_passes(self, now: datetime) -> tuple[tuple[str, datetime], ...]:
        """Shop code and due time of each pass due, the earliest first."""
        rows = self._store.rows(
            "SELECT shop_code, next_pass FROM ts_shop WHERE next_pass <= ? ORDER BY next_pass, shop_code",
            (now.isoformat(),),
        )
        return tuple((row["shop_code"], datetime.fromisoformat(row["next_pass"])) for row in rows)

    def last_path(self, shop_code: str) -> str | None:
        """Where the last pass that wrote put its file."""
        row = self._store.row("SELECT last_path FROM ts_shop WHERE shop_code = ?", (shop_code,))
        return None if row is None else row["last_path"]

    def set_last_path(self, shop_code: str, path: str | None) -> None:
        """Remember that."""
        self._store.execute("UPDATE ts_shop SET last_path = ? WHERE shop_code = ?", (path, shop_code))

    def plan_carrying(self, due: datetime, shop_code: str, product_ids: Sequence[int], *, carried: bool) -> None:
        """A bulk change to come."""
        self._store.execute(
            "INSERT INTO ts_bulk_carrying (due, shop_code, carried, product_ids) VALUES (?, ?, ?, ?)",
            (due.isoformat(), shop_code, int(carried), json.dumps(product_ids)),
        )

    def planned_carrying(self, shop_codes: Sequence[str]) -> tuple[BulkCarrying, ...]:
        """Bulk changes of some shops that are not in effect yet, the next one first."""
        rows = self._store.rows(
            "SELECT * FROM ts_bulk_carrying WHERE shop_code IN (SELECT value FROM json_each(?)) ORDER BY due, bulk_id",
            (json.dumps(list(shop_codes)),),
        )
        return tuple(map(_bulk, rows))

    def take_due_carrying(self, now: datetime) -> tuple[BulkCarrying, ...]:
        """Bulk changes that are due, in the order asked for, taken off the plan."""
        rows = self._store.rows(
            "SELECT * FROM ts_bulk_carrying WHERE due <= ? ORDER BY due, bulk_id", (now.isoformat(),)
        )
        self._store.execute("DELETE FROM ts_bulk_carrying WHERE due <= ?", (now.isoformat(),))
        return tuple(map(_bulk, rows))

    def begin_writing(self, due: datetime, writing: UnfinishedFile) -> None:
        """A file to be completed at `due`."""
        self._store.execute(
            "INSERT OR REPLACE INTO ts_writing VALUES (?, ?, ?, ?, ?)",
            (
                *(writing.company_id, writing.path, due.isoformat(), writing.content),
                json.dumps(dict(writing.entry), ensure_ascii=False),
            ),
        )

    def is_being_written(self, company_id: int, path: str) -> bool:
        """Whether a file stands half written."""
        row = self._store.row("SELECT 1 FROM ts_writing WHERE company_id = ? AND path = ?", (company_id, path))
        return row is not None

    def take_due_writings(self, now: datetime) -> tuple[UnfinishedFile, ...]:
        """Files to be completed now, taken off the plan."""
        rows = self._store.rows("SELECT * FROM ts_writing WHERE due <= ? ORDER BY due, path", (now.isoformat(),))
        self._store.execute("DELETE FROM ts_writing WHERE due <= ?", (now.isoformat(),))
        return tuple(
            UnfinishedFile(row["company_id"], row["path"], bytes(row["content"]), json.loads(row["entry"]))
            for row in rows
        )


def _bulk(row: sqlite3.Row) -> BulkCarrying:
    return BulkCarrying(
        *(row["bulk_id"], datetime.fromisoformat(row["due"]), row["shop_code"]),
        carried=bool(row["carried"]),
        product_ids=tuple(json.loads(row["product_ids"])),
    )
