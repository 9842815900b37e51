"""The one account of everything that happened in the lab, in order.

An entry is written in the transaction of the action it tells of: what is not in the journal did not happen. Entries
never carry a password, a token or the body of a mail. Sequence numbers only grow, over resets and restores too.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.errors import Unknown, WaitTimedOut
from simulator.journal_lines import Filter, Stretch, list_kinds, read_newest
from simulator.journal_service import Service
from simulator.journal_skus import ENTRIES_OF_SKU, keep_skus, listed, skus_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from simulator.store import Store

SCHEMA = """
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, service TEXT NOT NULL, kind TEXT NOT NULL,
  summary TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE INDEX journal_kind ON journal (kind, seq);
CREATE INDEX journal_service ON journal (service, seq);
CREATE TABLE journal_sku (sku TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (sku, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX journal_sku_seq ON journal_sku (seq);
CREATE TABLE journal_list (
  seq INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL, count INTEGER NOT NULL, skus TEXT NOT NULL) STRICT;
"""

TABLES = ("journal", "journal_sku", "journal_list")
PAGE = 1000
_HIGHEST = 2**62
_write_json = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: there is an entry for every command of every session."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `at`: lab time, RFC 3339 to the second; `kind`: dotted, e.g. `reflection.written`;
    `summary`: one English sentence; `data`: JSON values; `skus`: the SKU codes concerned."""

    seq: int
    at: str
    service: Service
    kind: str
    summary: str
    data: dict[str, Any]
    skus: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "skus": list(self.skus)}


class Journal:
    """Writes and reads entries. `now` gives the lab's time."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._observers: tuple[Callable[[Entry], None], ...] = ()

    @contextmanager
    def observed(self, observer: Callable[[Entry], None]) -> Iterator[None]:
        """Inside, `observer` is called with each entry, in the thread that wrote it, once it is there for everybody
        and before that thread goes on: a client that is answered after an entry waits for the observer too.

        The observer must not wait for what another thread of the lab has yet to do. What it raises, the writer gets.
        """
        with self._store.lock:
            self._observers += (observer,)
        try:
            yield
        finally:
            with self._store.lock:
                self._observers = tuple(one for one in self._observers if one is not observer)

    def record(self, service: Service, kind: str, summary: str, *, skus: Iterable[str] = (), **data: object) -> int:
        """Add an entry, joining the transaction under way. Returns its sequence number."""
        concerned = sorted(dict.fromkeys(skus))  # not a set: sorting what is sorted costs next to nothing
        with self._store.lock:
            if not (concerned or self._observers):
                return self._write(service, kind, summary, data)[0]
        with self._store.transaction():
            seq, at, written = self._write(service, kind, summary, data)
            if concerned:
                keep_skus(self._store, seq, concerned)
            for observer in self._observers:
                entry = Entry(seq, at, service, kind, summary, json.loads(written), tuple(concerned))
                self._store.after_commit(partial(observer, entry))
        return seq

    def last_seq(self) -> int:
        """The highest number given out, 0 when none was: what `after` takes to see only what comes from now on."""
        row = self._store.row("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
        return 0 if row is None else int(row["seq"])

    def read(
        self, *, after: int = 0, service: str = "", kind: str = "", sku: str = "", limit: int = PAGE
    ) -> tuple[Entry, ...]:
        """Entries with seq > `after`, oldest first, at most `limit`. `kind` takes a whole kind or its first part
        (`reflection` finds `reflection.written`)."""
        conditions = ["seq > :after"]
        for wanted, condition in (
            (service, "service = :service"),
            (kind, "(kind = :kind OR kind LIKE :kind || '.%')"),
            (sku, f"seq IN ({ENTRIES_OF_SKU})"),
        ):
            if wanted:
                conditions.append(condition)
        found = self._store.rows(
            f"SELECT * FROM journal WHERE {' AND '.join(conditions)} ORDER BY seq LIMIT :limit",  # noqa: S608 - fixed text
            {"after": after, "service": service, "kind": kind, "sku": sku, "listed": listed(sku), "limit": limit},
        )
        return tuple(self._entry(row) for row in found)

    def newest(self, wanted: Filter, *, before: int | None = None, after: int = 0, limit: int) -> Stretch:
        """At most `limit` entries below `before` (None: from the newest on) and above `after`, newest first."""
        return read_newest(self._store, wanted, before=before, after=after, limit=limit)

    def kinds(self) -> tuple[str, ...]:
        """The kinds that there are entries of, by name."""
        return list_kinds(self._store)

    def entry(self, seq: int) -> Entry:
        """One entry.

        Raises: Unknown.
        """
        row = self._store.row("SELECT * FROM journal WHERE seq = ?", (max(0, min(seq, _HIGHEST)),))
        if row is None:
            raise Unknown("journal entry", seq, next_step="`zaikolab journal` lists those there are.")
        return self._entry(row)

    def wait(self, kind: str, *, after: int = 0, service: str = "", sku: str = "", timeout: float = 10.0) -> Entry:
        """The first entry of `kind` after `after`, now or as soon as it is written.

        Raises: WaitTimedOut after `timeout` seconds of real time.
        """

        def first() -> Entry | None:
            found = self.read(after=after, service=service, kind=kind, sku=sku, limit=1)
            return found[0] if found else None

        entry = self._store.wait_for(first, timeout)
        if entry is None:
            raise WaitTimedOut(
                f"No journal entry {kind!r} after {after} within {timeout:g} s.",
                next_step="`zaikolab journal` shows what did happen.",
            )
        return entry

    def end_waits(self) -> None:
        """Let every wait return at once: the lab stops."""
        self._store.end_waits()

    def _write(self, service: Service, kind: str, summary: str, data: dict[str, object]) -> tuple[int, str, str]:
        """Write an entry, without its SKUs; return its number, its time and its data as JSON."""
        at, written = self._now().isoformat(), _write_json(data)
        seq = self._store.note(
            "INSERT INTO journal (at, service, kind, summary, data) VALUES (?, ?, ?, ?, ?)",
            (at, service, kind, summary, written),
        ).lastrowid
        assert seq is not None  # noqa: S101 - an INSERT into a table with a rowid always has one
        return seq, at, written

    def _entry(self, row: sqlite3.Row) -> Entry:
        return Entry(
            seq=row["seq"],
            at=row["at"],
            service=Service(row["service"]),
            kind=row["kind"],
            summary=row["summary"],
            data=json.loads(row["data"]),
            skus=skus_of(self._store, row["seq"]),
        )


__all__ = ["PAGE", "SCHEMA", "TABLES", "Entry", "Filter", "Journal", "Service", "Stretch"]
