"""How the watch, the brake and the linked codes are kept in the state file.

The codes are many (a row per SKU), so they are written and asked in sets, never one by one; times of theirs are seconds
since 1970, which compare as numbers.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from reference.adapters.json_answer import write_json
from reference.adapters.moments import read_time, write_time
from reference.domain.brake import Brake, HeldFile
from reference.domain.columns import list_codes
from reference.domain.linkage import FileStamp
from reference.domain.watch import MissedNews, Watch

if TYPE_CHECKING:
    import sqlite3

    from reference.domain.linkage import Memory
    from reference.domain.linked_codes import Heard

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
CREATE TABLE linked_code (
  linkage_id TEXT NOT NULL, sku_code TEXT NOT NULL, heard_at REAL NOT NULL, emptied_at REAL,
  PRIMARY KEY (linkage_id, sku_code)
) STRICT, WITHOUT ROWID;
"""
_ROWS_AT_ONCE = 50_000
_ALIKE_AT_ONCE = 5_000


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


def keep_heard(connection: sqlite3.Connection, linkage_id: str, heard: Heard, at_once: int = _ALIKE_AT_ONCE) -> None:
    """Keep when these codes were heard of, and since when those set to 0 are; `at_once` are compared at a time."""
    at = heard.written_at.timestamp()
    stocked, emptied, others = map(list_codes, (heard.stocked, heard.emptied, heard.others))
    every = sorted((*stocked, *emptied, *others))
    new: set[str] = set()
    unmoved = frozenset(others)
    for start in range(0, len(every), at_once):
        part = every[start : start + at_once]
        if not _hear_again(connection, linkage_id, part, at, unmoved):
            new.update(part)
    for codes, emptied_at, as_before in (
        ([code for code in stocked if code in new] if new else [], None, False),
        (emptied, at, False),
        ([code for code in others if code in new] if new else [], None, True),
    ):
        for start in range(0, len(codes), _ROWS_AT_ONCE):
            rows = write_json(codes[start : start + _ROWS_AT_ONCE]).decode()
            connection.execute(
                "INSERT INTO linked_code SELECT ?, value, ?, ? FROM json_each(?) WHERE true "
                "ON CONFLICT (linkage_id, sku_code) DO UPDATE SET "
                "heard_at = max(heard_at, excluded.heard_at), "
                "emptied_at = CASE WHEN ? THEN emptied_at ELSE excluded.emptied_at END",
                (linkage_id, at, emptied_at, rows, as_before),
            )


def _hear_again(
    connection: sqlite3.Connection, linkage_id: str, codes: list[str], at: float, others: frozenset[str]
) -> bool:
    """Keep that a range of sorted codes was heard of, and is not empty but for `others`; False: it holds other codes.

    A file mostly has the codes of the one before it: a range that holds these and no others is walked once, which takes
    a third of looking each code up.
    """
    place = (linkage_id, codes[0], codes[-1])
    (known,) = connection.execute(
        "SELECT json_group_array(sku_code) FROM linked_code WHERE linkage_id = ? AND sku_code BETWEEN ? AND ?", place
    ).fetchone()
    if known != write_json(codes).decode():
        return False
    as_before = [code for code in codes if code in others] if others else []
    connection.execute(
        "UPDATE linked_code SET heard_at = max(heard_at, ?4), emptied_at = CASE WHEN emptied_at IS NOT NULL "
        "AND sku_code IN (SELECT value FROM json_each(?5)) THEN emptied_at END "
        "WHERE linkage_id = ?1 AND sku_code BETWEEN ?2 AND ?3",
        (*place, at, write_json(as_before).decode()),
    )
    return True


def find_linked_codes(
    connection: sqlite3.Connection, linkage_id: str, heard_before: datetime | None, emptied_from: datetime | None
) -> frozenset[str]:
    """Return the codes kept of a linkage, or those of them not heard of since a time, or emptied since one."""
    rows = connection.execute(
        "SELECT sku_code FROM linked_code WHERE linkage_id = :id "
        "AND (:before IS NULL OR heard_at < :before) AND (:emptied IS NULL OR emptied_at >= :emptied)",
        {
            "id": linkage_id,
            "before": heard_before.timestamp() if heard_before else None,
            "emptied": emptied_from.timestamp() if emptied_from else None,
        },
    )
    return frozenset(code for (code,) in rows)


def forget_codes_of_another_place(connection: sqlite3.Connection, memory: Memory) -> None:
    """Forget the codes of a linkage that is about to be kept with another shop, FTP user or shop code."""
    same_place = connection.execute(
        "SELECT 1 FROM linkage WHERE linkage_id = ? AND shop_id = ? AND ftp_user = ? AND shop_code = ?",
        (memory.linkage_id, memory.shop_id, memory.ftp_user, memory.shop_code),
    ).fetchone()
    if same_place is None:
        connection.execute("DELETE FROM linked_code WHERE linkage_id = ?", (memory.linkage_id,))
