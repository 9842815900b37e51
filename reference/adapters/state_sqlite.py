"""What the engine remembers, in one SQLite file; and the lock that keeps two passes apart.

The file has a schema number (`user_version`). A file of another number, or one that is no database, is refused with a
sentence and left as it is: nothing is half done.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from reference.adapters import code_records, watch_records
from reference.adapters.json_answer import write_json
from reference.adapters.order_records import SCHEMA as ORDER_SCHEMA
from reference.adapters.order_records import read_order_book, write_order_book
from reference.domain.incident import Cause, Incident
from reference.domain.letters import Letter
from reference.domain.linkage import FileStamp, Memory, Problem, ProblemKind
from reference.domain.plan import Batch, list_numbers, read_numbers
from reference.errors import PassAlreadyRunningError, StateError
from reference.service.ports import QueuedLetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from reference.domain.linked_codes import Heard

SCHEMA_NUMBER = 5
STATE_FILE = "state.sqlite"
LOCK_FILE = "lock.sqlite"
_BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE linkage (
  linkage_id TEXT PRIMARY KEY, shop_id TEXT NOT NULL, ftp_user TEXT NOT NULL, shop_code TEXT NOT NULL,
  notify_to TEXT NOT NULL, paused INTEGER NOT NULL, newest_name TEXT, newest_modified_at TEXT, newest_size INTEGER,
  incident_opened_at TEXT, incident_told TEXT, last_success_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE taken_file (
  linkage_id TEXT NOT NULL, name TEXT NOT NULL, modified_at TEXT NOT NULL, size INTEGER NOT NULL,
  PRIMARY KEY (linkage_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting_row (
  linkage_id TEXT NOT NULL, sku_code TEXT NOT NULL, stock INTEGER NOT NULL, PRIMARY KEY (linkage_id, sku_code)
) STRICT, WITHOUT ROWID;
CREATE TABLE queued_batch (
  linkage_id TEXT NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL, updates TEXT NOT NULL,
  written_at TEXT NOT NULL, PRIMARY KEY (linkage_id, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE told_problem (
  linkage_id TEXT NOT NULL, kind TEXT NOT NULL, sku_code TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (linkage_id, kind, sku_code, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE queued_letter (
  place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, linkage_id TEXT NOT NULL, subject TEXT NOT NULL,
  body TEXT NOT NULL, written_at TEXT NOT NULL
) STRICT;
"""


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Keep other passes off this folder; the operating system lets go when the process is killed."""
    path = folder / LOCK_FILE
    with closing(_connect(path, timeout=0.0)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise PassAlreadyRunningError(
                    f"Another pass is already running on {folder}; let it finish, or set another SYNC_STATE_DIR."
                ) from error
            raise _unusable(path, error) from error
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        yield


@dataclass(frozen=True, slots=True)
class SqliteState:
    """The state of all linkages; open it with `SqliteState.open` in a `with` statement."""

    path: Path
    connection: sqlite3.Connection

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        """Open the state in a folder, made if it is missing; raises `StateError`."""
        path = folder / STATE_FILE
        with closing(_connect(path, timeout=_BUSY_SECONDS)) as connection:
            try:
                _prepare(connection, path)
            except sqlite3.Error as error:
                raise _unusable(path, error) from error
            yield cls(path, connection)

    def recall(self, linkage_id: str) -> Memory | None:
        """Return what is remembered of a linkage."""
        with self._transaction("DEFERRED") as connection:
            row = connection.execute("SELECT * FROM linkage WHERE linkage_id = ?", (linkage_id,)).fetchone()
            return None if row is None else _read_memory(connection, row)

    def recall_all(self) -> tuple[Memory, ...]:
        """Return what is remembered of every linkage, by id."""
        with self._transaction("DEFERRED") as connection:
            rows = connection.execute("SELECT * FROM linkage ORDER BY linkage_id").fetchall()
            return tuple(_read_memory(connection, row) for row in rows)

    def unpaused(self) -> frozenset[str]:
        """Return the ids of the linkages remembered as not paused."""
        with self._transaction("DEFERRED") as connection:
            return frozenset(one for (one,) in connection.execute("SELECT linkage_id FROM linkage WHERE NOT paused"))

    @contextmanager
    def hold(self, linkage_id: str) -> Iterator[None]:  # noqa: ARG002 - the folder's lock (`hold_lock`) holds them all
        """Keep every other pass off this linkage: whoever works with the folder holds all of it."""
        yield

    def confirm(self) -> None:
        """Do nothing: the folder's lock is this process's until its end."""

    def save(self, memory: Memory, letters: Sequence[Letter] = (), heard: Heard | None = None) -> None:
        """Remember this of the linkage, queue these letters, keep these codes: all of it, or nothing."""
        with self._transaction("IMMEDIATE") as connection:
            code_records.forget_codes_of_another_place(connection, memory)
            _write_memory(connection, memory)
            if heard:
                code_records.keep_heard(connection, memory.linkage_id, heard)
            connection.executemany(
                "INSERT INTO queued_letter (key, linkage_id, subject, body, written_at) VALUES (?, ?, ?, ?, ?)",
                [
                    (uuid.uuid4().hex, memory.linkage_id, one.subject, one.body, one.written_at.isoformat())
                    for one in letters
                ],
            )

    def linked_codes(
        self, linkage_id: str, heard_before: datetime | None = None, emptied_from: datetime | None = None
    ) -> frozenset[str]:
        """Return the codes kept of a linkage, or those of them not heard of since a time, or emptied since one."""
        with self._transaction("DEFERRED") as connection:
            return code_records.find_linked_codes(connection, linkage_id, heard_before, emptied_from)

    def queued_letters(self, linkage_id: str | None = None) -> tuple[QueuedLetter, ...]:
        """Return the letters not handed over yet, of all linkages or of one, oldest first."""
        with self._transaction("DEFERRED") as connection:
            rows = connection.execute(
                "SELECT key, notify_to, subject, body, written_at FROM queued_letter JOIN linkage USING (linkage_id) "
                "WHERE ?1 IS NULL OR linkage_id = ?1 ORDER BY place",
                (linkage_id,),
            ).fetchall()
            return tuple(
                QueuedLetter(
                    row["key"],
                    row["notify_to"],
                    Letter(row["subject"], row["body"], datetime.fromisoformat(row["written_at"])),
                )
                for row in rows
            )

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:  # noqa: ARG002 - whoever delivers holds the folder's lock
        """Hold a letter while it is handed over: nobody else is there."""
        yield True

    def mark_sent(self, keys: Iterable[str]) -> None:
        """Take letters off the queue."""
        with self._transaction("IMMEDIATE") as connection:
            connection.executemany("DELETE FROM queued_letter WHERE key = ?", [(key,) for key in keys])

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        try:
            self.connection.execute(f"BEGIN {kind}")
            try:
                yield self.connection
            except BaseException:
                if self.connection.in_transaction:  # some errors, as of a broken disk, have ended it
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise _unusable(self.path, error) from error


def _connect(path: Path, *, timeout: float) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from error
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (found, tables) == (0, 0):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA} {ORDER_SCHEMA} {watch_records.SCHEMA} {code_records.SCHEMA} "
            f"PRAGMA user_version = {SCHEMA_NUMBER}; COMMIT;"
        )
    elif found == 4:  # what it lacks are the tables of whole files; the rows it has are dropped as those come
        connection.executescript(
            f"BEGIN IMMEDIATE; {code_records.WHOLE_SCHEMA} PRAGMA user_version = {SCHEMA_NUMBER}; COMMIT;"
        )
    elif found != SCHEMA_NUMBER:
        raise StateError(
            f"{path} has schema {found}, this engine knows schema {SCHEMA_NUMBER}; "
            "run the engine that wrote it, or move the file away to start anew "
            "(every standing stock file is then applied again)."
        )


def _unusable(path: Path, error: Exception) -> StateError:
    return StateError(
        f"{path} cannot be used ({error}); check the folder's rights and free space, or move the file away to "
        "start anew (every standing stock file is then applied again)."
    )


def _read_memory(connection: sqlite3.Connection, row: sqlite3.Row) -> Memory:
    def rows_of(query: str) -> list[Any]:
        return connection.execute(query, (row["linkage_id"],)).fetchall()

    files = rows_of("SELECT modified_at, name, size FROM taken_file WHERE linkage_id = ? ORDER BY modified_at, name")
    waiting = rows_of("SELECT sku_code, stock FROM waiting_row WHERE linkage_id = ?")
    queue = rows_of("SELECT key, updates, written_at FROM queued_batch WHERE linkage_id = ? ORDER BY place")
    told = rows_of("SELECT kind, sku_code, reason FROM told_problem WHERE linkage_id = ?")
    newest, incident = None, None
    if row["newest_name"] is not None:
        newest = FileStamp(datetime.fromisoformat(row["newest_modified_at"]), row["newest_name"], row["newest_size"])
    if row["incident_opened_at"] is not None:
        causes = tuple(Cause(cause) for cause in json.loads(row["incident_told"]))
        incident = Incident(datetime.fromisoformat(row["incident_opened_at"]), causes)
    last_success_at = row["last_success_at"]
    return Memory(
        linkage_id=row["linkage_id"],
        shop_id=row["shop_id"],
        ftp_user=row["ftp_user"],
        shop_code=row["shop_code"],
        notify_to=row["notify_to"],
        paused=bool(row["paused"]),
        files=tuple(
            FileStamp(datetime.fromisoformat(file["modified_at"]), file["name"], file["size"]) for file in files
        ),
        newest=newest,
        waiting={one["sku_code"]: one["stock"] for one in waiting},
        queue=tuple(
            Batch(
                one["key"],
                read_numbers(json.loads(one["updates"])),
                datetime.fromisoformat(one["written_at"]),
            )
            for one in queue
        ),
        told=frozenset(Problem(ProblemKind(one["kind"]), one["sku_code"], one["reason"]) for one in told),
        incident=incident,
        last_success_at=datetime.fromisoformat(last_success_at) if last_success_at else None,
        orders=read_order_book(connection, row["linkage_id"]),
        watch=watch_records.read_watch(connection, row["linkage_id"]),
        brake=watch_records.read_brake(connection, row["linkage_id"]),
    )


def _write_memory(connection: sqlite3.Connection, memory: Memory) -> None:
    newest, incident = memory.newest, memory.incident
    connection.execute(
        "REPLACE INTO linkage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            memory.linkage_id,
            memory.shop_id,
            memory.ftp_user,
            memory.shop_code,
            memory.notify_to,
            int(memory.paused),
            newest.name if newest else None,
            newest.modified_at.isoformat() if newest else None,
            newest.size if newest else None,
            incident.opened_at.isoformat() if incident else None,
            json.dumps([cause.value for cause in incident.told]) if incident else None,
            memory.last_success_at.isoformat() if memory.last_success_at else None,
        ),
    )
    for table in ("taken_file", "waiting_row", "queued_batch", "told_problem"):
        connection.execute(f"DELETE FROM {table} WHERE linkage_id = ?", (memory.linkage_id,))  # noqa: S608 - our own four names
    me = memory.linkage_id
    connection.executemany(
        "INSERT INTO taken_file VALUES (?, ?, ?, ?)",
        [(me, file.name, file.modified_at.isoformat(), file.size) for file in memory.files],
    )
    connection.executemany("INSERT INTO waiting_row VALUES (?, ?, ?)", [(me, *row) for row in memory.waiting.items()])
    connection.executemany(
        "INSERT INTO queued_batch VALUES (?, ?, ?, ?, ?)",
        (
            (
                me,
                place,
                batch.key,
                write_json(list_numbers(batch.updates)).decode(),
                batch.written_at.isoformat(),
            )
            for place, batch in enumerate(memory.queue)
        ),
    )
    connection.executemany(
        "INSERT INTO told_problem VALUES (?, ?, ?, ?)",
        [(me, problem.kind.value, problem.sku_code, problem.reason) for problem in memory.told],
    )
    write_order_book(connection, me, memory.orders)
    watch_records.write_watch(connection, me, memory.watch)
    watch_records.write_brake(connection, me, memory.brake)
