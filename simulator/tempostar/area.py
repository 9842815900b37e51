"""The files of the FTPS area, as rows of the store: what the back office writes and the FTPS server serves.

Paths are absolute within one company's area and normalised: `/netstock/20001/stock.csv`. Folders are not stored; they
follow from the company's shops (contract 2): `/`, `/netstock`, `/netstock/<code>`, `/netorder`, `/netorder/<code>` and
`/netorder/<code>/log`.

Of each stock file the version before the one that stands there is kept: what it replaced, or what was deleted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from posixpath import basename, dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from simulator.store import Store

SCHEMA = """
CREATE TABLE area_file (
  company_id INTEGER NOT NULL, path TEXT NOT NULL, folder TEXT NOT NULL, content BLOB NOT NULL, mtime TEXT NOT NULL,
  PRIMARY KEY (company_id, path)) STRICT, WITHOUT ROWID;
CREATE TABLE area_file_before (
  company_id INTEGER NOT NULL, path TEXT NOT NULL, content BLOB NOT NULL, mtime TEXT NOT NULL,
  PRIMARY KEY (company_id, path)) STRICT, WITHOUT ROWID;
CREATE INDEX area_file_folder ON area_file (company_id, folder);
"""
STOCK_FOLDER = "/netstock"


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

    def transaction(self) -> AbstractContextManager[None]:
        """The store's: changes of files and the journal entry that tells of them happen together, or not at all."""
        return self._store.transaction()

    def write(self, company_id: int, path: str, content: bytes, *, completes: bool = False) -> None:
        """Put a whole file in place, with the lab's time, replacing what stood there. `completes`: that was the half of
        this one, no version of its own."""
        with self._store.transaction():
            if not completes:
                self._keep_before(company_id, path)
            self._store.execute(
                "INSERT OR REPLACE INTO area_file VALUES (?, ?, ?, ?, ?)",
                (company_id, path, dirname(path), content, self._now().isoformat()),
            )

    def put_back(self, company_id: int, path: str) -> bool:
        """Put the version before in place again, with its time; False when there is none. It stays kept."""
        return (
            self._store.execute(
                "INSERT OR REPLACE INTO area_file SELECT company_id, path, ?, content, mtime FROM area_file_before"
                " WHERE company_id = ? AND path = ?",
                (dirname(path), company_id, path),
            ).rowcount
            > 0
        )

    def read(self, company_id: int, path: str) -> bytes | None:
        """The bytes of a file; None when there is none."""
        row = self._store.row("SELECT content FROM area_file WHERE company_id = ? AND path = ?", (company_id, path))
        return None if row is None else bytes(row["content"])

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
                "INSERT OR REPLACE INTO area_file_before SELECT company_id, path, content, mtime FROM area_file"
                " WHERE company_id = ? AND path = ?",
                (company_id, path),
            )


def _file(row: sqlite3.Row) -> AreaFile:
    return AreaFile(row["path"], row["size"], datetime.fromisoformat(row["mtime"]))
