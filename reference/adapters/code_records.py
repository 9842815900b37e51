"""Which codes were heard of when, in the state file: a row per code, and one record for all that a whole file has.

A whole file mostly has the codes of the one before it, and there may be a million: they are kept in parts, as JSON,
with one time for all of them, and such a file only moves that time. A code was last heard of at the later of its row's
time and, where it has the code, the record's; since when it is empty stands in its row. Times are seconds since 1970,
which compare as numbers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reference.adapters.json_answer import write_json
from reference.domain.columns import list_codes, merge_codes, those_among

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reference.domain.linkage import Memory
    from reference.domain.linked_codes import Heard

WHOLE_SCHEMA = """
CREATE TABLE IF NOT EXISTS heard_whole (
  linkage_id TEXT PRIMARY KEY, heard_at REAL NOT NULL, codes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heard_part (
  linkage_id TEXT NOT NULL, place INTEGER NOT NULL, codes TEXT NOT NULL, PRIMARY KEY (linkage_id, place)
) STRICT;
"""
"""What schema 4 lacks; `zaikosync status` and a pass may find that at once, and both make it, one after the other."""
SCHEMA = f"""
CREATE TABLE linked_code (
  linkage_id TEXT NOT NULL, sku_code TEXT NOT NULL, heard_at REAL NOT NULL, emptied_at REAL,
  PRIMARY KEY (linkage_id, sku_code)
) STRICT, WITHOUT ROWID;
{WHOLE_SCHEMA}"""
WHOLE = 2_001
"""So many codes are a whole file's: of what has changed a pass of TEMPOSTAR writes 2,000 at most (contract 2)."""
_AT_ONCE = 50_000


def keep_heard(connection: sqlite3.Connection, linkage_id: str, heard: Heard, whole_from: int = WHOLE) -> None:
    """Keep when these codes were heard of, and since when those set to 0 are; so many are a whole file's."""
    at, stocked, others = heard.written_at.timestamp(), heard.stocked, heard.others
    if len(stocked) + len(heard.emptied) + len(others) >= whole_from and _keep_whole(connection, linkage_id, heard, at):
        stocked = others = ()
    _keep_rows(connection, linkage_id, stocked, at, None)
    _keep_rows(connection, linkage_id, heard.emptied, at, at)
    _keep_rows(connection, linkage_id, others, at, None, as_before=True)


def find_linked_codes(
    connection: sqlite3.Connection, linkage_id: str, heard_before: datetime | None, emptied_from: datetime | None
) -> frozenset[str]:
    """Return the codes kept of a linkage, or those of them not heard of since a time, or emptied since one."""
    before = heard_before.timestamp() if heard_before else None
    emptied = emptied_from.timestamp() if emptied_from else None

    def rows_that(condition: str) -> Iterator[str]:
        query = f"SELECT sku_code FROM linked_code WHERE linkage_id = ?1 AND ({condition})"  # noqa: S608 - our own two
        return (code for (code,) in connection.execute(query, (linkage_id, before, emptied)))

    codes = set(rows_that("(?2 IS NULL OR heard_at < ?2) AND (?3 IS NULL OR emptied_at >= ?3)"))
    heard_at, _ = _read_whole(connection, linkage_id)
    if before is not None and heard_at >= before:
        for part in _read_parts(connection, linkage_id) if codes else ():
            codes.difference_update(part)
    elif emptied is None:
        for part in _read_parts(connection, linkage_id):
            codes.update(part)
        codes.difference_update(rows_that("heard_at >= ?2 AND ?3 IS NULL"))
    return frozenset(codes)


def forget_codes_of_another_place(connection: sqlite3.Connection, memory: Memory) -> None:
    """Forget the codes of a linkage that is about to be kept with another shop, FTP user or shop code."""
    same_place = connection.execute(
        "SELECT 1 FROM linkage WHERE linkage_id = ? AND shop_id = ? AND ftp_user = ? AND shop_code = ?",
        (memory.linkage_id, memory.shop_id, memory.ftp_user, memory.shop_code),
    ).fetchone()
    if same_place is None:
        for table in ("linked_code", "heard_whole", "heard_part"):
            connection.execute(f"DELETE FROM {table} WHERE linkage_id = ?", (memory.linkage_id,))  # noqa: S608 - as above


def _keep_whole(connection: sqlite3.Connection, linkage_id: str, heard: Heard, at: float) -> bool:
    """Make the codes the record; False where it would be of an older file, or lose most of what it has."""
    codes = merge_codes(heard.stocked, heard.emptied, heard.others)
    known_at, known = _read_whole(connection, linkage_id)
    if at < known_at or len(codes) < known / 2:
        return False
    if known != len(codes) or not _has_parts(connection, linkage_id, codes):
        for part in _read_parts(connection, linkage_id):
            left = sorted(set(part) - those_among(codes, part))
            _keep_rows(connection, linkage_id, left, known_at, None, as_before=True)
        connection.execute("DELETE FROM heard_part WHERE linkage_id = ?", (linkage_id,))
        connection.executemany(
            "INSERT INTO heard_part VALUES (?, ?, ?)",
            ((linkage_id, place, part) for place, part in enumerate(_write_parts(codes))),
        )
    connection.execute("REPLACE INTO heard_whole VALUES (?, ?, ?)", (linkage_id, at, len(codes)))
    _drop_rows(connection, linkage_id, heard.stocked, at)
    return True


def _read_whole(connection: sqlite3.Connection, linkage_id: str) -> tuple[float, int]:
    """Return when the record's codes were heard of, and how many they are."""
    query = "SELECT heard_at, codes FROM heard_whole WHERE linkage_id = ?"
    heard_at, codes = connection.execute(query, (linkage_id,)).fetchone() or (float("-inf"), 0)
    return heard_at, codes


def _texts_of_parts(connection: sqlite3.Connection, linkage_id: str) -> Iterator[str]:
    query = "SELECT codes FROM heard_part WHERE linkage_id = ? ORDER BY place"
    return (text for (text,) in connection.execute(query, (linkage_id,)))


def _read_parts(connection: sqlite3.Connection, linkage_id: str) -> Iterator[list[str]]:
    return map(json.loads, _texts_of_parts(connection, linkage_id))


def _write_parts(codes: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(codes), _AT_ONCE):
        yield write_json(list_codes(codes[start : start + _AT_ONCE])).decode()


def _has_parts(connection: sqlite3.Connection, linkage_id: str, codes: Sequence[str]) -> bool:
    """Tell whether the record is of these codes, which are as many as it has."""
    known = _texts_of_parts(connection, linkage_id)
    return all(one == other for one, other in zip(known, _write_parts(codes), strict=True))


def _keep_rows(
    connection: sqlite3.Connection,
    linkage_id: str,
    codes: Sequence[str],
    at: float,
    emptied_at: float | None,
    *,
    as_before: bool = False,
) -> None:
    """Keep a row for each code; `as_before`: one that is empty stays so."""
    for part in _write_parts(codes):
        connection.execute(
            "INSERT INTO linked_code SELECT ?, value, ?, ? FROM json_each(?) WHERE true "
            "ON CONFLICT (linkage_id, sku_code) DO UPDATE SET "
            "heard_at = max(heard_at, excluded.heard_at), "
            "emptied_at = CASE WHEN ? THEN emptied_at ELSE excluded.emptied_at END",
            (linkage_id, at, emptied_at, part, as_before),
        )


def _drop_rows(connection: sqlite3.Connection, linkage_id: str, stocked: Sequence[str], at: float) -> None:
    """Drop rows of codes of which the record says all; a row of a later time stays, empty no more."""
    rows = connection.execute("SELECT sku_code FROM linked_code WHERE linkage_id = ?", (linkage_id,))
    found: set[str] = set()
    while some := [code for (code,) in rows.fetchmany(_AT_ONCE)]:
        found |= those_among(stocked, some)
    these = "linkage_id = ? AND sku_code IN (SELECT value FROM json_each(?))"
    for part in _write_parts(sorted(found)):
        connection.execute(f"DELETE FROM linked_code WHERE {these} AND heard_at <= ?", (linkage_id, part, at))  # noqa: S608 - our own words
        connection.execute(f"UPDATE linked_code SET emptied_at = NULL WHERE {these}", (linkage_id, part))  # noqa: S608 - as above
