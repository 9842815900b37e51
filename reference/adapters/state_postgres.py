"""What the engine remembers, in PostgreSQL: one row a linkage, a row a linked code, a row a mail that waits.

One connection is one `PostgresState`, for one thread. Passes of one linkage are kept apart by a lock of the session: it
is free again when the process dies, or loses its connection.
"""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import psycopg

from reference.adapters.database import connect, name_place, prepare, share_token, telling_state_errors
from reference.adapters.memory_parts import PARTS, read_parts, write_parts
from reference.domain.columns import list_codes
from reference.domain.letters import Letter
from reference.domain.report import name_other_pass
from reference.domain.standing import describe
from reference.errors import PassAlreadyRunningError
from reference.service.ports import QueuedLetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reference.adapters.database import Row
    from reference.config import Database
    from reference.domain.linkage import Memory
    from reference.domain.linked_codes import Heard

_CODES_AT_ONCE = 50_000


def name_lock(linkage_id: str) -> str:
    """Name the lock that keeps two passes of a linkage apart; the queue has the same."""
    return f"linkage {linkage_id}"


@dataclass(frozen=True, slots=True)
class PostgresState:
    """The state of all linkages over a connection to a prepared schema."""

    database: Database
    connection: psycopg.Connection[Row] = field(repr=False)

    @classmethod
    @contextmanager
    def open(cls, database: Database, shop_url: str | None, token: str | None = None) -> Iterator[Self]:
        """Open the state of a fleet, made if it is missing; `shop_url` None: of whichever is there. `StateError`.

        `token`: of the shop API, for whoever makes passes.
        """
        with connect(database) as connection:
            prepare(connection, database, shop_url)
            if token is not None:
                share_token(connection, database, token)
            yield cls(database, connection)

    @contextmanager
    def hold(self, linkage_id: str) -> Iterator[None]:
        """Keep every other pass off this linkage until the end; raises `PassAlreadyRunningError`."""
        key = f"{self.database.schema}/{name_lock(linkage_id)}"
        with telling_state_errors(name_place(self.database)):
            row = self.connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS got", [key])
            got = row.fetchone() or {}
        if not got.get("got"):
            raise PassAlreadyRunningError(name_other_pass(linkage_id))
        try:
            yield
        finally:
            try:
                self.connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
            except psycopg.Error:
                self.connection.close()  # a connection that is gone holds nothing any more

    def confirm(self) -> None:
        """See that the session that holds is there: its lock is another's as soon as PostgreSQL has lost it."""
        with self._statement() as connection:
            connection.execute("")  # a question and an answer, and nothing for PostgreSQL to do

    def recall(self, linkage_id: str) -> Memory | None:
        """Return what is remembered of a linkage."""
        with self._statement() as connection:
            row = connection.execute(_PARTS_OF_ONE, [linkage_id]).fetchone()
            return None if row is None else read_parts(row)

    def recall_all(self) -> tuple[Memory, ...]:
        """Return what is remembered of every linkage, by id."""
        with self._statement() as connection:
            return tuple(read_parts(row) for row in connection.execute(_PARTS_OF_ALL))

    def unpaused(self) -> frozenset[str]:
        """Return the ids of the linkages remembered as not paused."""
        with self._statement() as connection:
            rows = connection.execute("SELECT linkage_id FROM linkage WHERE NOT paused")
            return frozenset(row["linkage_id"] for row in rows)

    def save(self, memory: Memory, letters: Sequence[Letter] = (), heard: Heard | None = None) -> None:
        """Remember this of the linkage, queue these letters, keep these codes: all of it, or nothing."""
        with self._transaction() if letters or heard else self._statement() as connection:
            connection.execute(_UPSERT, _write_row(memory))
            if heard:
                _keep_heard(connection, memory.linkage_id, heard)
            for one in letters:
                content = json.dumps([one.subject, one.body, one.written_at.isoformat()], ensure_ascii=False)
                _see_that_it_is_text(one.subject, one.body)
                connection.execute(
                    "INSERT INTO letter (key, linkage_id, content) VALUES (%s, %s, %s)",
                    [uuid.uuid4().hex, memory.linkage_id, content.encode()],
                )

    def linked_codes(
        self, linkage_id: str, heard_before: datetime | None = None, emptied_from: datetime | None = None
    ) -> frozenset[str]:
        """Return the codes kept of a linkage, or those of them not heard of since a time, or emptied since one."""
        with self._statement() as connection:
            rows = connection.execute(
                "SELECT sku_code FROM linked_code WHERE linkage_id = %s "
                "AND (%s::timestamptz IS NULL OR heard_at < %s) AND (%s::timestamptz IS NULL OR emptied_at >= %s)",
                [linkage_id, heard_before, heard_before, emptied_from, emptied_from],
            )
            return frozenset(row["sku_code"].decode() for row in rows)

    def queued_letters(self, linkage_id: str | None = None) -> tuple[QueuedLetter, ...]:
        """Return the letters not handed over yet, of all linkages or of one, oldest first."""
        with self._statement() as connection:
            rows = connection.execute(
                "SELECT key, notify_to, content FROM letter JOIN linkage USING (linkage_id) "
                "WHERE %s::text IS NULL OR linkage_id = %s ORDER BY letter.place",
                [linkage_id, linkage_id],
            )
            return tuple(_read_letter(row) for row in rows)

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        """Hold a letter while it is handed over; False when another has it, has sent it, or has an earlier one."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT 1 FROM letter AS mine WHERE key = %s AND NOT EXISTS (SELECT 1 FROM letter AS earlier "
                "WHERE earlier.linkage_id = mine.linkage_id AND earlier.place < mine.place) "
                "FOR UPDATE OF mine SKIP LOCKED",
                [key],
            ).fetchone()
            yield row is not None

    def mark_sent(self, keys: Iterable[str]) -> None:
        """Take letters off the queue."""
        with self._statement() as connection:
            connection.execute("DELETE FROM letter WHERE key = ANY(%s)", [list(keys)])

    @contextmanager
    def _statement(self) -> Iterator[psycopg.Connection[Row]]:
        """Give the connection for one statement, which is a transaction by itself: BEGIN and COMMIT cost as much."""
        with telling_state_errors(name_place(self.database)):
            yield self.connection

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Row]]:
        with telling_state_errors(name_place(self.database)), self.connection.transaction():
            yield self.connection


_COLUMNS = (
    "linkage_id", "shop_id", "ftp_user", "shop_code", "notify_to", "paused", "last_success_at", "incident_opened_at",
    "missed_news", "held_codes", "standing", *PARTS,
)  # fmt: skip
_ALL_PARTS = f"SELECT {', '.join(PARTS)} FROM linkage "  # noqa: S608 - our own words, here and below
_PARTS_OF_ONE, _PARTS_OF_ALL = (
    f"{_ALL_PARTS}{rest}".encode() for rest in ("WHERE linkage_id = %s", "ORDER BY linkage_id")
)
_UPSERT = (
    "WITH codes_of_another_shop AS (DELETE FROM linked_code WHERE linkage_id = %(linkage_id)s "  # noqa: S608 - our own
    "AND NOT EXISTS (SELECT 1 FROM linkage WHERE linkage_id = %(linkage_id)s AND shop_id = %(shop_id)s "
    "AND ftp_user = %(ftp_user)s AND shop_code = %(shop_code)s)) "
    f"INSERT INTO linkage ({', '.join(_COLUMNS)}) VALUES ({', '.join(f'%({one})s' for one in _COLUMNS)}) "
    "ON CONFLICT (linkage_id) DO UPDATE SET "
    f"{', '.join(f'{one} = excluded.{one}' for one in _COLUMNS if one != 'linkage_id')}"
).encode()
"""Written once: putting the words together takes psycopg longer than PostgreSQL the work."""


def _write_row(memory: Memory) -> dict[str, Any]:
    return {
        **write_parts(memory),
        "linkage_id": memory.linkage_id,
        "shop_id": memory.shop_id.encode(),
        "ftp_user": memory.ftp_user.encode(),
        "shop_code": memory.shop_code.encode(),
        "notify_to": memory.notify_to.encode(),
        "paused": memory.paused,
        "last_success_at": memory.last_success_at,
        "incident_opened_at": memory.incident.opened_at if memory.incident else None,
        "missed_news": memory.watch.missed is not None,
        "held_codes": memory.brake.codes,
        "standing": json.dumps(describe(memory), ensure_ascii=False),
    }


def _keep_heard(connection: psycopg.Connection[Row], linkage_id: str, heard: Heard) -> None:
    for codes, emptied_at, as_before in (
        (heard.stocked, None, False),
        (heard.emptied, heard.written_at, False),
        (heard.others, None, True),
    ):
        for start in range(0, len(codes), _CODES_AT_ONCE):
            some = list_codes(codes[start : start + _CODES_AT_ONCE])
            _see_that_it_is_text(*some)
            connection.execute(
                "INSERT INTO linked_code SELECT %s, code, %s, %s FROM unnest(%b::bytea[]) AS code "
                "ON CONFLICT (linkage_id, sku_code) DO UPDATE SET "
                "heard_at = greatest(linked_code.heard_at, excluded.heard_at), "
                "emptied_at = CASE WHEN %s THEN linked_code.emptied_at ELSE excluded.emptied_at END",
                [linkage_id, heard.written_at, emptied_at, [code.encode() for code in some], as_before],
            )


def _read_letter(row: Mapping[str, Any]) -> QueuedLetter:
    subject, body, written_at = json.loads(row["content"])
    return QueuedLetter(
        row["key"], row["notify_to"].decode(), Letter(subject, body, datetime.fromisoformat(written_at))
    )


def _see_that_it_is_text(*values: object) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is no text")
