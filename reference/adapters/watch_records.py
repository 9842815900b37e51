"""How the watch and the brake are kept in the state file."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from reference.adapters.moments import read_time, write_time
from reference.domain.brake import Brake, HeldFile
from reference.domain.linkage import FileStamp
from reference.domain.watch import MissedNews, Watch

if TYPE_CHECKING:
    import sqlite3

SCHEMA = """
CREATE TABLE watch (
  linkage_id TEXT PRIMARY KEY, active_since TEXT, looked_at TEXT, missed_since TEXT, missed_heard_from TEXT,
  digest TEXT NOT NULL, rewrites INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE brake (
  linkage_id TEXT PRIMARY KEY, zeros INTEGER NOT NULL, in_stock INTEGER NOT NULL, released INTEGER NOT NULL,
  settled_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE held_file (
  linkage_id TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, modified_at TEXT NOT NULL,
  size INTEGER NOT NULL, levels TEXT NOT NULL, PRIMARY KEY (linkage_id, place)
) STRICT, WITHOUT ROWID;
"""


def read_watch(connection: sqlite3.Connection, linkage_id: str) -> Watch:
    """Return the watch of a linkage."""
    row = connection.execute("SELECT * FROM watch WHERE linkage_id = ?", (linkage_id,)).fetchone()
    missed = None
    if row["missed_since"] is not None:
        missed = MissedNews(
            datetime.fromisoformat(row["missed_since"]), datetime.fromisoformat(row["missed_heard_from"])
        )
    return Watch(
        active_since=read_time(row["active_since"]),
        looked_at=read_time(row["looked_at"]),
        missed=missed,
        digest=row["digest"],
        rewrites=row["rewrites"],
    )


def write_watch(connection: sqlite3.Connection, linkage_id: str, watch: Watch) -> None:
    """Keep the watch of a linkage instead of the one kept before."""
    missed = watch.missed
    connection.execute(
        "REPLACE INTO watch VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            linkage_id,
            write_time(watch.active_since),
            write_time(watch.looked_at),
            write_time(missed.since if missed else None),
            write_time(missed.heard_from if missed else None),
            watch.digest,
            watch.rewrites,
        ),
    )


def read_brake(connection: sqlite3.Connection, linkage_id: str) -> Brake:
    """Return the brake of a linkage."""
    row = connection.execute("SELECT * FROM brake WHERE linkage_id = ?", (linkage_id,)).fetchone()
    held = connection.execute("SELECT * FROM held_file WHERE linkage_id = ? ORDER BY place", (linkage_id,)).fetchall()
    return Brake(
        held=tuple(
            HeldFile(
                FileStamp(datetime.fromisoformat(file["modified_at"]), file["name"], file["size"]),
                json.loads(file["levels"]),
            )
            for file in held
        ),
        zeros=row["zeros"],
        in_stock=row["in_stock"],
        released=bool(row["released"]),
        settled_at=read_time(row["settled_at"]),
    )


def write_brake(connection: sqlite3.Connection, linkage_id: str, brake: Brake) -> None:
    """Keep the brake of a linkage instead of the one kept before."""
    connection.execute(
        "REPLACE INTO brake VALUES (?, ?, ?, ?, ?)",
        (linkage_id, brake.zeros, brake.in_stock, int(brake.released), write_time(brake.settled_at)),
    )
    connection.execute("DELETE FROM held_file WHERE linkage_id = ?", (linkage_id,))
    connection.executemany(
        "INSERT INTO held_file VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                linkage_id,
                place,
                file.stamp.name,
                file.stamp.modified_at.isoformat(),
                file.stamp.size,
                json.dumps(file.levels, ensure_ascii=False),
            )
            for place, file in enumerate(brake.held)
        ],
    )
