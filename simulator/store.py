"""The lab's memory: one SQLite database, in memory or in a folder, behind one lock.

Everything that outlives a call lives here, so that reset, snapshots and `--data` need no help from the services. A
transaction is the unit of "whole or not at all": a lab killed in mid-action comes back as after its last finished one.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.errors import BadValue, CannotStart, Conflict, DiskFailed, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")

SCHEMA_VERSION = 5
"""Raised by one with every change of a table; data of another version is refused, never guessed at."""

_LAB_TABLE = "CREATE TABLE lab (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
_SAVE_AGAIN = "Bring the lab to that state and save the snapshot again."
_DISK_ERRORS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_SNAPSHOT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Store:
    """One database, one lock. `schemas`: the CREATE statements of each service; `kept_on_restore`: tables that a
    restored snapshot does not rewind.

    Raises: CannotStart when the folder cannot be used or holds data of another version.
    """

    def __init__(self, data_dir: Path | None, schemas: Sequence[str], *, kept_on_restore: Sequence[str] = ()) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        """Notified after each outermost commit; waits use it instead of polling."""
        self.planned = threading.Condition(self.lock)
        """Notified after a commit of more than notes (`note`): only then can something have been planned anew."""
        self._more_than_notes = False
        self._depth = 0
        self._waits_ended = False
        self._after_commit: list[Callable[[], object]] = []
        self._kept = frozenset(kept_on_restore)
        data_dir = data_dir and data_dir.absolute()
        self._temporary = None if data_dir else tempfile.TemporaryDirectory(prefix="zaikolab-")
        self.folder = data_dir or Path(self._temporary.name if self._temporary else "")
        """Where files that belong to the lab stand, absolute; gone with a lab in memory."""
        self._snapshots = self.folder / "snapshots"
        self._db = _open(data_dir, (_LAB_TABLE, *schemas))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen, or none. Nested ones join as savepoints, so an inner failure that is caught outside
        undoes the inner part only."""
        committed: list[Callable[[], object]] = []
        with self.lock:
            depth, self._depth = self._depth, self._depth + 1
            kept = len(self._after_commit)
            try:
                self._db.execute(f"SAVEPOINT level_{depth}" if depth else "BEGIN IMMEDIATE")
                try:
                    yield
                    self._db.execute(f"RELEASE level_{depth}" if depth else "COMMIT")
                except BaseException:
                    del self._after_commit[kept:]
                    if self._db.in_transaction:  # a disk that fails has ended it already, all levels
                        self._db.execute(f"ROLLBACK TO level_{depth}" if depth else "ROLLBACK")
                        if depth:
                            self._db.execute(f"RELEASE level_{depth}")
                    raise
                if not depth:
                    self._tell_committed()
                    committed, self._after_commit = self._after_commit, []
            except sqlite3.OperationalError as error:
                self._check_disk(error)
                raise
            finally:
                self._depth = depth
        for call in committed:
            call()

    def after_commit(self, call: Callable[[], object]) -> None:
        """Have `call` made in this thread as soon as the transaction under way has happened, never when it is undone.
        The lock is free by then, unless whoever began the transaction held it before."""
        with self.lock:
            if not self._depth:
                raise AssertionError("after_commit is for inside a transaction")
            self._after_commit.append(call)

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self.lock:
            return self._db.execute(sql, parameters).fetchall()

    def tuples(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, without the names of their columns: for rows by the thousand."""
        with self.lock:
            cursor = self._db.cursor()
            cursor.row_factory = None
            return cursor.execute(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as `tuples`, read as they are asked for; what is changed meanwhile may or may not be
        among them. The caller holds the lock, or nothing else may write."""
        cursor = self._db.cursor()
        cursor.row_factory = None
        cursor.arraysize = 1000
        cursor.execute(sql, parameters)
        while some := cursor.fetchmany():
            yield from some

    def row(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self.lock:
            found: sqlite3.Row | None = self._db.execute(sql, parameters).fetchone()
            return found

    def execute(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> sqlite3.Cursor:
        """One writing statement; inside a transaction, or a transaction of its own."""
        with self.lock:
            self._more_than_notes = True
            return self._write(sql, parameters)

    def note(self, sql: str, parameters: Sequence[object]) -> sqlite3.Cursor:
        """As `execute`, for a statement that nothing can fall due by: it does not wake whoever keeps time."""
        with self.lock:
            return self._write(sql, parameters)

    def _write(self, sql: str, parameters: Sequence[object] | Mapping[str, object]) -> sqlite3.Cursor:
        """One statement: SQLite does all of it or nothing, so it needs no transaction or savepoint around it."""
        try:
            cursor = self._db.execute(sql, parameters)
        except sqlite3.OperationalError as error:
            self._check_disk(error)
            raise
        if not self._depth:
            self._tell_committed()
        return cursor

    def _tell_committed(self) -> None:
        self.changed.notify_all()
        if self._more_than_notes:
            self._more_than_notes = False
            self.planned.notify_all()

    def _check_disk(self, error: sqlite3.OperationalError) -> None:
        """Nothing, unless it is the disk that failed.

        Raises: DiskFailed.
        """
        if error.sqlite_errorcode & 0xFF in _DISK_ERRORS:
            raise DiskFailed(
                f"The lab's data cannot be written to {self.folder}: {error}.",
                next_step="Nothing was changed. Make room there, then do it again.",
            ) from error

    def execute_many(self, sql: str, parameters: Iterable[Sequence[object] | Mapping[str, object]]) -> None:
        """One writing statement for many rows."""
        with self.transaction():
            self._more_than_notes = True
            self._db.executemany(sql, parameters)

    def value(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """A lab-wide JSON value, None when never set."""
        found = self.row("SELECT value FROM lab WHERE key = ?", (key,))
        return None if found is None else json.loads(found["value"])

    def set_value(self, key: str, value: object) -> None:
        """Keep a lab-wide JSON value."""
        self.execute("INSERT OR REPLACE INTO lab VALUES (?, ?)", (key, json.dumps(value, ensure_ascii=False)))

    def wait_for(self, found: Callable[[], T | None], timeout: float) -> T | None:
        """The first answer of `found` that is not None, asked again after each change; None after `timeout` seconds of
        real time, or after `end_waits`."""
        with self.changed:
            self.changed.wait_for(lambda: self._waits_ended or found() is not None, timeout)
            return found()

    def end_waits(self) -> None:
        """Let every wait return at once, now and from now on: the lab stops."""
        with self.changed:
            self._waits_ended = True
            self.changed.notify_all()

    def clear(self) -> None:
        """Empty every table. Sequence numbers go on, so that cursors held by clients stay good."""
        with self.transaction():
            self._more_than_notes = True
            for table in self._tables():
                self._db.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names from the schema

    def save_snapshot(self, name: str) -> None:
        """Keep the whole state under `name`, replacing an older one of that name.

        Raises: BadValue for a name that is not a plain file name.
        """
        path = self._snapshot_path(name)
        with self.lock:
            path.parent.mkdir(mode=0o700, exist_ok=True)  # passwords and keys are in there too
            partial = path.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            copy = sqlite3.connect(partial)
            try:
                self._db.backup(copy)
            finally:
                copy.close()
            partial.replace(path)

    def restore_snapshot(
        self, name: str, *, first: Callable[[], object] = lambda: None, then: Callable[[], object] = lambda: None
    ) -> None:
        """Put the state back, all tables but `kept_on_restore`, in one transaction with what `first` and `then` do: the
        one before anything is replaced, while the tables to come are there as `snapshot.<name>`, the other after it.

        Raises: Unknown when there is no such snapshot; Conflict when its file is of another version, or damaged.
        """
        path = self._snapshot_path(name)
        if not path.exists():
            raise Unknown("snapshot", name, next_step=f"There are: {', '.join(self.snapshots()) or 'none'}.")
        with self.lock, self._attached(path), self.transaction():
            first()
            for table in self._tables():
                if table not in self._kept:
                    self._db.execute(f'DELETE FROM main."{table}"')  # noqa: S608 - as above
                    copy = f'INSERT INTO main."{table}" SELECT * FROM snapshot."{table}"'  # noqa: S608 - as above
                    self._db.execute(copy)
            self._more_than_notes = True
            then()

    def snapshots(self) -> tuple[str, ...]:
        """Names of the snapshots kept, sorted."""
        return tuple(sorted(path.stem for path in self._snapshots.glob("*.sqlite")))

    def close(self) -> None:
        """Give the database back. A lab in memory is gone with it."""
        with self.lock:
            self._db.close()
        if self._temporary:
            self._temporary.cleanup()

    @contextmanager
    def _attached(self, path: Path) -> Iterator[None]:
        """The database in `path`, by the name `snapshot`."""
        try:
            self._db.execute("ATTACH ? AS snapshot", (str(path),))
            try:
                version = self._db.execute("PRAGMA snapshot.user_version").fetchone()[0]
                if version != SCHEMA_VERSION:
                    raise Conflict(f"{path} is of format {version}, not {SCHEMA_VERSION}.", next_step=_SAVE_AGAIN)
                yield
            finally:
                self._db.execute("DETACH snapshot")
        except sqlite3.DatabaseError as error:
            raise Conflict(f"{path} cannot be read: {error}.", next_step=_SAVE_AGAIN) from error

    def _tables(self) -> list[str]:
        found = self._db.execute(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return [row["name"] for row in found]

    def _snapshot_path(self, name: str) -> Path:
        return self._snapshots / f"{check_snapshot_name(name)}.sqlite"


def check_snapshot_name(name: str) -> str:
    """Accept the name of a snapshot: a plain file name.

    Raises: BadValue for any other.
    """
    if not _SNAPSHOT_NAME.fullmatch(name):
        raise BadValue("snapshot", name, "letters, digits, '-', '_' and '.' only, 64 at most, no leading sign")
    return name


def _open(data_dir: Path | None, schemas: Sequence[str]) -> sqlite3.Connection:
    where = data_dir / "lab.sqlite" if data_dir else ":memory:"
    try:
        if data_dir:
            data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            (data_dir / "lab.sqlite").touch(mode=0o600)  # passwords and keys are in it
        # A folder is another lab's for as long as that one runs: a short wait is for one that is about to end.
        db = sqlite3.connect(where, timeout=0.5, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(f"The data folder {data_dir} cannot be used: {error}.", next_step="Name another.") from error
    try:
        db.row_factory = sqlite3.Row
        # WAL without fsync per commit: a killed process loses nothing, a killed machine may lose the last actions.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for schema in schemas:
                for statement in filter(str.strip, schema.split(";")):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            raise CannotStart(
                f"{where} was written by another version of zaikolab: format {version}, not {SCHEMA_VERSION}.",
                next_step="Start with a new folder, or with the version that wrote it.",
            )
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        db.close()
        if "locked" in str(error):
            raise CannotStart(
                f"{where} is in use by another lab.", next_step="Stop that one, or name another folder."
            ) from error
        raise CannotStart(f"{where} cannot be used: {error}.", next_step="Name another folder.") from error
    except sqlite3.DatabaseError as error:
        db.close()
        raise CannotStart(
            f"{where} is not a database of zaikolab: {error}.", next_step="Name another folder."
        ) from error
    except BaseException:
        db.close()
        raise
    return db
