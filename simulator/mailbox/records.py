"""The inbox's tables and their rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from simulator.mailbox.message import Readable
    from simulator.store import Store

SCHEMA = """
CREATE TABLE mail (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL,
  subject TEXT NOT NULL, date TEXT NOT NULL, body TEXT NOT NULL, raw BLOB NOT NULL) STRICT;
CREATE TABLE mail_recipient (
  address TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (address, seq)) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came in. `received_at`: lab time; `date`: its Date header as written, "" without one; `subject`
    and `body` decoded, `body` from its first text/plain part, "" without one; `raw`: the bytes."""

    seq: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    date: str
    body: str = field(repr=False)
    raw: bytes = field(repr=False)


def add(
    store: Store, received_at: datetime, sender: str, recipients: Sequence[str], readable: Readable, raw: bytes
) -> int:
    """Keep a mail; returns its number."""
    seq = store.execute(
        "INSERT INTO mail (received_at, sender, recipients, subject, date, body, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            received_at.isoformat(),
            sender,
            json.dumps(list(recipients), ensure_ascii=False),
            readable.subject,
            readable.date,
            readable.body,
            raw,
        ),
    ).lastrowid
    assert seq is not None  # noqa: S101 - an INSERT into a table with a rowid always has one
    addresses = {address.lower() for address in recipients}
    store.execute_many("INSERT INTO mail_recipient VALUES (?, ?)", [(address, seq) for address in addresses])
    return seq


def find(
    store: Store, *, after: int = 0, before: int | None = None, to: str = "", subject: str = "", search: str = "",
    limit: int,
) -> tuple[Mail, ...]:  # fmt: skip
    """Mails with a number above `after`, oldest first; with `before` those below it too, newest first. `search`: a text
    anywhere a person would look."""
    conditions, parameters = ["seq > ?"], [after]
    for wanted, condition, value in (
        (before is not None, "seq < ?", before),
        (to, "seq IN (SELECT seq FROM mail_recipient WHERE address = ?)", to.lower()),
        (subject, "instr(subject, ?) > 0", subject),
        (
            search,
            "instr(subject || char(10) || body || char(10) || sender || char(10) || recipients, ?) > 0",
            search.replace("\0", ""),
        ),
    ):
        if wanted:
            conditions.append(condition)
            parameters.append(value)  # type: ignore[arg-type]  # numbers and text, bound by SQLite
    direction = "ASC" if before is None else "DESC"
    rows = store.rows(
        f"SELECT * FROM mail WHERE {' AND '.join(conditions)} ORDER BY seq {direction} LIMIT ?",  # noqa: S608 - fixed
        (*parameters, limit),
    )
    return tuple(_mail(row) for row in rows)


def get(store: Store, seq: int) -> Mail | None:
    """One mail, None when there is none of that number."""
    row = store.row("SELECT * FROM mail WHERE seq = ?", (seq,))
    return None if row is None else _mail(row)


def count(store: Store) -> int:
    """How many mails there are."""
    row = store.row("SELECT count(*) AS mails FROM mail")
    return int(row["mails"]) if row else 0


def _mail(row: sqlite3.Row) -> Mail:
    return Mail(
        seq=row["seq"],
        received_at=datetime.fromisoformat(row["received_at"]),
        sender=row["sender"],
        recipients=tuple(json.loads(row["recipients"])),
        subject=row["subject"],
        date=row["date"],
        body=row["body"],
        raw=bytes(row["raw"]),
    )
