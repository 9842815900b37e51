"""The PostgreSQL that many shops' state is kept in: how it is reached, and what its schema must be like.

A fleet (all the shops behind one shop API) has a schema of its own, with a schema number and the fleet's address. One
of another number, of another fleet, or with tables of something else is refused with a sentence and left as it is.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from reference.errors import ConfigurationError, OtherFleetError, StateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reference.config import Database

Row = dict[str, Any]
Pool = ConnectionPool[psycopg.Connection[Row]]
SCHEMA_NUMBER = 1
_PATIENCE = 10
"""Seconds that a connection may take to be made, or to be given by a pool."""
_LIVELY = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_UNHEARD = {"tcp_user_timeout": 30_000}
"""A peer that is gone without a word is noticed within half a minute, on both ends: its locks are free then. Nothing
is asked of a peer while it has not taken what was sent; for that there is a time, in milliseconds, of its own."""

TABLES = """
CREATE TABLE fleet (
  one boolean PRIMARY KEY DEFAULT true CHECK (one), schema_number integer NOT NULL, shop_url text,
  queue_version text
);
CREATE TABLE linkage (
  linkage_id text COLLATE "C" PRIMARY KEY, shop_id bytea NOT NULL, ftp_user bytea NOT NULL, shop_code bytea NOT NULL,
  notify_to bytea NOT NULL, paused boolean NOT NULL, last_success_at timestamptz, incident_opened_at timestamptz,
  missed_news boolean NOT NULL, held_codes integer NOT NULL, standing text NOT NULL,
  place text NOT NULL, waiting text NOT NULL, queue text NOT NULL, told text NOT NULL, orders text NOT NULL,
  watch text NOT NULL, brake text NOT NULL
);
CREATE TABLE linked_code (
  linkage_id text COLLATE "C" NOT NULL, sku_code bytea NOT NULL, heard_at timestamptz NOT NULL, emptied_at timestamptz,
  PRIMARY KEY (linkage_id, sku_code)
);
CREATE TABLE letter (
  place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE,
  linkage_id text COLLATE "C" NOT NULL, content bytea NOT NULL
);
CREATE INDEX letter_of_linkage ON letter (linkage_id, place);
CREATE TABLE turn (linkage_id text COLLATE "C" PRIMARY KEY, due_at timestamptz NOT NULL);
"""
"""What others write (codes, addresses, mails) is kept as UTF-8 bytes: a text of PostgreSQL has no room for NUL."""


def name_place(database: Database) -> str:
    """Say in words where a database is, without its password."""
    try:
        told = conninfo_to_dict(database.url)
    except psycopg.Error as error:
        raise ConfigurationError(
            "SYNC_DATABASE_URL cannot be read as a PostgreSQL address; correct it to one such as "
            "postgresql://user:password@db.example:5432/zaiko."
        ) from error
    where = f"{told.get('host') or 'this machine'}:{told.get('port') or 5432}/{told.get('dbname') or ''}"
    return f"PostgreSQL at {where}, schema {database.schema},"


@contextmanager
def telling_state_errors(where: str) -> Iterator[None]:
    """Turn what psycopg raises into a `StateError`."""
    try:
        yield
    except (psycopg.Error, ValueError, TypeError, KeyError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StateError(
            f"{where} cannot be used ({reason}); see that it runs and that SYNC_DATABASE_URL is right. "
            "What was saved is safe, and the next pass goes on from it."
        ) from error


def connecting(database: Database, **settings: str) -> dict[str, Any]:
    """Return what a connection is made with: `conninfo`, and the rest as `kwargs`; `settings` are PostgreSQL's own."""
    lively = {**{f"tcp_{name}": str(value) for name, value in _LIVELY.items()}, **_UNHEARD}
    server_side = " ".join(f"-c {name}={value}" for name, value in (lively | settings).items())
    options = f"{conninfo_to_dict(database.url).get('options') or ''} -c search_path={database.schema} {server_side}"
    return {
        "conninfo": database.url,
        "kwargs": {
            "connect_timeout": _PATIENCE,
            "options": options.strip(),
            "application_name": "zaikosync",
            **_LIVELY,
            **_UNHEARD,
        },
    }


@contextmanager
def connect(database: Database) -> Iterator[psycopg.Connection[Row]]:
    """Open one connection; raises `StateError`."""
    where, how = name_place(database), connecting(database)
    with telling_state_errors(where):
        connection = psycopg.connect(how["conninfo"], autocommit=True, row_factory=dict_row, **how["kwargs"])
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def open_pool(database: Database, size: int) -> Iterator[Pool]:
    """Open up to `size` connections, each looked at before it is given: one that broke is replaced."""
    how = connecting(database)
    with ConnectionPool(
        how["conninfo"],
        kwargs={**how["kwargs"], "autocommit": True, "row_factory": dict_row},
        connection_class=psycopg.Connection[dict[str, Any]],
        min_size=1,
        max_size=size,
        timeout=_PATIENCE,
        check=ConnectionPool.check_connection,
        open=False,
    ) as pool:
        yield pool


def prepare(connection: psycopg.Connection[Row], database: Database, shop_url: str | None) -> None:
    """Make the schema where there is none, and see that it is this engine's, and this fleet's.

    `shop_url` None: whichever fleet it is; nothing is made then. Raises `StateError`.
    """
    where = name_place(database)
    with telling_state_errors(where), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{database.schema}/schema"])
        tables = _find_tables(connection, database.schema)
        if not tables and shop_url is None:
            raise StateError(f"No pass has been made yet with {where[:-1]}; run `zaikosync once` first.")
        if not tables:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(database.schema)))
            connection.execute(TABLES)
            connection.execute("INSERT INTO fleet (schema_number) VALUES (%s)", [SCHEMA_NUMBER])
        elif "fleet" not in tables:
            raise StateError(
                f"{where} has tables that are not this engine's ({', '.join(tables[:3])}); "
                "set SYNC_DATABASE_SCHEMA to a name that nothing else uses."
            )
        _check_number(connection, where)
        if shop_url is not None:
            _check_fleet(connection, where, database.schema, without_password(shop_url))


def share_token(connection: psycopg.Connection[Row], database: Database, token: str) -> None:
    """Be one of those who work with this token of the shop API, as long as the connection lasts.

    Raises `OtherFleetError` where others work with another one: each would have the other's shops for deleted ones. It
    is looked before and after: who is refused anyhow is in nobody's way meanwhile, and of two who come at once with
    different tokens at most one is let in.
    """
    where, names = name_place(database), [f"{database.schema}/token", hashlib.sha256(token.encode()).hexdigest()]
    with telling_state_errors(where):
        others = connection.execute(_OTHER_TOKENS, names).fetchone()
        if not others:
            connection.execute("SELECT pg_advisory_lock_shared(hashtext(%s), hashtext(%s))", names)
            others = connection.execute(_OTHER_TOKENS, names).fetchone()
    if others:
        raise OtherFleetError(where)


_OTHER_TOKENS = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid::bigint = hashtext(%s)::bigint & 4294967295 AND objid::bigint <> hashtext(%s)::bigint & 4294967295"
)
"""A lock of two numbers is told as `objsubid` 2 with both of them, unsigned."""


def without_password(url: str) -> str:
    """Return an address without user and password, and without a slash at its end."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")


def _find_tables(connection: psycopg.Connection[Row], schema: str) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", [schema])
    return [row["tablename"] for row in rows]


def _check_number(connection: psycopg.Connection[Row], where: str) -> None:
    row = connection.execute("SELECT (to_jsonb(fleet) ->> 'schema_number')::integer AS found FROM fleet").fetchone()
    found = row["found"] if row else None
    if found != SCHEMA_NUMBER:
        raise StateError(
            f"{where} has schema {found}, this engine knows schema {SCHEMA_NUMBER}; run the engine that wrote it, "
            "or set another SYNC_DATABASE_SCHEMA to start anew (every standing stock file is then applied again)."
        )


def _check_fleet(connection: psycopg.Connection[Row], where: str, schema: str, shop_url: str) -> None:
    """Write down whose schema it is, or see that it is this fleet's."""
    connection.execute("UPDATE fleet SET shop_url = %s WHERE shop_url IS NULL", [shop_url])
    row = connection.execute("SELECT shop_url FROM fleet").fetchone()
    known = row["shop_url"] if row else None
    if known != shop_url:
        raise StateError(
            f"{where} keeps the shops of {known}, and SYNC_SHOP_URL is {shop_url}; two fleets never share a schema. "
            "Name another SYNC_DATABASE_SCHEMA for this one. Only if the same shops have moved, "
            f"put the new address as shop_url into the one row of {schema}.fleet."
        )
