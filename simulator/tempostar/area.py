"""The files of the FTPS area, as rows of the store: what the back office writes and the FTPS server serves.

Paths are absolute within one company's area and normalised: `/netstock/20001/stock.csv`. Folders are not stored; they
follow from the company's shops (contract 2): `/`, `/netstock`, `/netstock/<code>`, `/netorder`, `/netorder/<code>` and
`/netorder/<code>/log`.

Of each stock file the version before the one that stands there is kept: what it replaced, or what was deleted.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from posixpath import basename, dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from simulator.store import Store

# Tables with a rowid, and the content last: what looks for a row, or for its size and time, must not read the content.
SCHEMA = """
CREATE TABLE area_file (
  company_id INTEGER NOT NULL, path TEXT NOT NULL, folder TEXT NOT NULL, mtime TEXT NOT NULL, version TEXT NOT NULL,
  content BLOB NOT NULL, PRIMARY KEY (company_id, path)) STRICT;
CREATE TABLE area_file_before (
  company_id INTEGER NOT NULL, path TEXT NOT NULL, mtime TEXT NOT NULL, version TEXT NOT NULL, content BLOB NOT NULL,
  PRIMARY KEY (company_id, path)) STRICT;
CREATE INDEX area_file_folder ON area_file (company_id, folder);
"""
STOCK_FOLDER = "/netstock"
MOST_AT_HAND = 128 * 1024 * 1024
"""Bytes of large files that are kept at hand as they were written or read last, one of a million SKUs at least: out of
the store they take longer than the whole of their way to a client."""
_LARGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AreaFile:
    """One file without its bytes. `mtime`: lab time."""

    path: str
    size: int
    mtime: datetime

    @property
    def name(self) -> str:
        """The last part of the path."""
        return basename(self.path)


@dataclass(frozen=True, slots=True)
class FileBefore:
    """The version of a stock file before the present one; `first_bytes`: of its content, as many as were asked for."""

    file: AreaFile
    first_bytes: bytes


class Area:
    """Reads and writes files of any company. Knows no permissions: those are the FTPS server's."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._at_hand = _Contents(MOST_AT_HAND)

    def transaction(self) -> AbstractContextManager[None]:
        """The store's: changes of files and the journal entry that tells of them happen together, or not at all."""
        return self._store.transaction()

    def write(self, company_id: int, path: str, content: bytes, *, completes: bool = False) -> None:
        """Put a whole file in place, with the lab's time, replacing what stood there. `completes`: that was the half of
        this one, no version of its own."""
        with self._store.transaction():
            if not completes:
                self._keep_before(company_id, path)
            version = secrets.token_hex(8)  # of this content: what is rolled back, put back or restored keeps its own
            self._store.execute(
                "INSERT OR REPLACE INTO area_file VALUES (?, ?, ?, ?, ?, ?)",
                (company_id, path, dirname(path), self._now().isoformat(), version, content),
            )
            self._at_hand.keep(version, content)

    def put_back(self, company_id: int, path: str) -> bool:
        """Put the version before in place again, with its time; False when there is none. It stays kept."""
        return (
            self._store.execute(
                "INSERT OR REPLACE INTO area_file"
                " SELECT company_id, path, ?, mtime, version, content FROM area_file_before"
                " WHERE company_id = ? AND path = ?",
                (dirname(path), company_id, path),
            ).rowcount
            > 0
        )

    def read(self, company_id: int, path: str) -> bytes | None:
        """The bytes of a file; None when there is none."""
        asked = (company_id, path)
        row = self._store.row("SELECT version FROM area_file WHERE company_id = ? AND path = ?", asked)
        if row is not None and (content := self._at_hand.find(row["version"])) is not None:
            return content
        row = self._store.row("SELECT version, content FROM area_file WHERE company_id = ? AND path = ?", asked)
        if row is None:
            return None
        content = bytes(row["content"])
        self._at_hand.keep(row["version"], content)
        return content

    def read_first(self, company_id: int, path: str, limit: int) -> bytes | None:
        """The first bytes of a file, `limit` at most; None when there is none."""
        row = self._store.row(
            "SELECT substr(content, 1, ?) AS content FROM area_file WHERE company_id = ? AND path = ?",
            (limit, company_id, path),
        )
        return None if row is None else bytes(row["content"])

    def before(self, company_id: int, path: str, limit: int) -> FileBefore | None:
        """The version of a stock file before the one that stands there, `limit` bytes of it at most: what it replaced,
        or, for a file that replaced none, the newest older one of its folder. None when there is neither."""
        row = self._store.row(
            "SELECT path, length(content) AS size, mtime, substr(content, 1, :limit) AS content FROM area_file_before"
            " WHERE company_id = :company AND path = :path",
            {"company": company_id, "path": path, "limit": limit},
        ) or self._store.row(
            "SELECT f.path, length(f.content) AS size, f.mtime, substr(f.content, 1, :limit) AS content"
            " FROM area_file AS this JOIN area_file AS f ON f.company_id = this.company_id AND f.folder = this.folder"
            " AND f.mtime < this.mtime WHERE this.company_id = :company AND this.path = :path AND this.path LIKE :stock"
            " ORDER BY f.mtime DESC LIMIT 1",
            {"company": company_id, "path": path, "limit": limit, "stock": f"{STOCK_FOLDER}/%"},
        )
        return None if row is None else FileBefore(_file(row), bytes(row["content"]))

    def stat(self, company_id: int, path: str) -> AreaFile | None:
        """Size and time of a file; None when there is none."""
        row = self._store.row(
            "SELECT path, length(content) AS size, mtime FROM area_file WHERE company_id = ? AND path = ?",
            (company_id, path),
        )
        return None if row is None else _file(row)

    def files(self, company_id: int, folder: str) -> tuple[AreaFile, ...]:
        """The files standing directly in a folder, by name."""
        rows = self._store.rows(
            "SELECT path, length(content) AS size, mtime FROM area_file"
            " WHERE company_id = ? AND folder = ? ORDER BY path",
            (company_id, folder),
        )
        return tuple(map(_file, rows))

    def standing_in(self, folders: Iterable[tuple[int, str]]) -> frozenset[str]:
        """Which of these folders (company, path) hold a file, asked at once; a path names its company's shop."""
        rows = self._store.rows(
            "SELECT value ->> 1 AS folder FROM json_each(?) WHERE EXISTS (SELECT 1 FROM area_file AS f"
            " WHERE f.company_id = (value ->> 0) AND f.folder = (value ->> 1))",
            (json.dumps(list(folders)),),
        )
        return frozenset(row["folder"] for row in rows)

    def newest(
        self, company_id: int, folder: str, limit: int, offset: int = 0, ending: str = ""
    ) -> tuple[tuple[AreaFile, ...], int]:
        """A part of the files standing directly in a folder whose names end with `ending`, the newest first, and how
        many there are."""
        where = "company_id = :company AND folder = :folder AND substr(path, -length(:ending)) = :ending"
        if not ending:
            where = "company_id = :company AND folder = :folder"
        values = {"company": company_id, "folder": folder, "ending": ending, "limit": limit, "offset": offset}
        total = self._store.rows(f"SELECT count(*) AS n FROM area_file WHERE {where}", values)[0]["n"]  # noqa: S608 - fixed text
        rows = self._store.rows(
            f"SELECT path, length(content) AS size, mtime FROM area_file WHERE {where}"  # noqa: S608 - fixed text
            " ORDER BY mtime DESC, path DESC LIMIT :limit OFFSET :offset",
            values,
        )
        return tuple(map(_file, rows)), total

    def remove(self, company_id: int, path: str) -> bool:
        """Delete a file; False when there was none."""
        with self._store.transaction():
            self._keep_before(company_id, path)
            gone = self._store.execute(
                "DELETE FROM area_file WHERE company_id = ? AND path = ?", (company_id, path)
            ).rowcount
        return gone > 0

    def rename(self, company_id: int, old: str, new: str) -> bool:
        """Give a file another path, keeping bytes and time, replacing what stood there; False when there was none."""
        with self._store.transaction():
            if self.stat(company_id, old) is None:
                return False
            self._store.execute(
                "UPDATE OR REPLACE area_file SET path = ?, folder = ? WHERE company_id = ? AND path = ?",
                (new, dirname(new), company_id, old),
            )
        return True

    def set_mtime(self, company_id: int, path: str, mtime: datetime) -> bool:
        """Change a file's time; False when there was none."""
        return (
            self._store.execute(
                "UPDATE area_file SET mtime = ? WHERE company_id = ? AND path = ?",
                (mtime.isoformat(), company_id, path),
            ).rowcount
            > 0
        )

    def _keep_before(self, company_id: int, path: str) -> None:
        if path.startswith(STOCK_FOLDER):
            self._store.execute(
                "INSERT OR REPLACE INTO area_file_before"
                " SELECT company_id, path, mtime, version, content FROM area_file"
                " WHERE company_id = ? AND path = ?",
                (company_id, path),
            )


class _Contents:
    """Contents of large files by version, the latest used, `most` bytes of them at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, version: str, content: bytes) -> None:
        if not _LARGE <= len(content) <= self._most:
            return
        with self._lock:
            self._kept[version] = content
            while sum(map(len, self._kept.values())) > self._most:
                self._kept.popitem(last=False)

    def find(self, version: str) -> bytes | None:
        with self._lock:
            if version in self._kept:
                self._kept.move_to_end(version)
            return self._kept.get(version)


def _file(row: sqlite3.Row) -> AreaFile:
    return AreaFile(row["path"], row["size"], datetime.fromisoformat(row["mtime"]))
