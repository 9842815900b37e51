"""Tables of the shop, and the rows that everything else hangs on: shops, revisions, the API token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import Unknown

if TYPE_CHECKING:
    from simulator.store import Store

SCHEMA = """
CREATE TABLE rc_shop (
  shop_id INTEGER PRIMARY KEY, name TEXT NOT NULL, owner_mail TEXT NOT NULL, revision INTEGER NOT NULL) STRICT;
CREATE TABLE rc_revision (number INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;
CREATE TABLE rc_item (
  item_id INTEGER PRIMARY KEY AUTOINCREMENT, shop_id INTEGER NOT NULL, item_number TEXT NOT NULL, name TEXT NOT NULL,
  kind TEXT NOT NULL, status TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, in_stock INTEGER NOT NULL DEFAULT 0)
  STRICT;
CREATE UNIQUE INDEX rc_item_number ON rc_item (shop_id, item_number) WHERE deleted = 0;
CREATE INDEX rc_item_shop ON rc_item (shop_id, deleted);
CREATE INDEX rc_item_status ON rc_item (shop_id, deleted, status);
CREATE INDEX rc_item_stock ON rc_item (shop_id, deleted, in_stock, status);
CREATE TABLE rc_variant (
  variant_id INTEGER PRIMARY KEY AUTOINCREMENT, shop_id INTEGER NOT NULL, item_id INTEGER NOT NULL, code TEXT,
  colour TEXT NOT NULL, size TEXT NOT NULL, price INTEGER NOT NULL, stock INTEGER NOT NULL, revision INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0, linked_at INTEGER, sent_stock INTEGER, sent_at INTEGER) STRICT;
CREATE INDEX rc_variant_shop ON rc_variant (shop_id);
CREATE INDEX rc_variant_item ON rc_variant (item_id);
CREATE INDEX rc_variant_code ON rc_variant (shop_id, deleted, code, item_id);
CREATE TABLE rc_change (
  number INTEGER PRIMARY KEY AUTOINCREMENT, shop_id INTEGER NOT NULL, revision INTEGER NOT NULL, total INTEGER NOT NULL,
  count INTEGER NOT NULL, variants TEXT NOT NULL) STRICT;
CREATE INDEX rc_change_shop ON rc_change (shop_id, revision);
CREATE TABLE rc_import (
  shop_id INTEGER PRIMARY KEY, imported_at TEXT NOT NULL, file_name TEXT NOT NULL, report TEXT NOT NULL) STRICT;
CREATE TABLE rc_order (
  order_no INTEGER PRIMARY KEY AUTOINCREMENT, shop_id INTEGER NOT NULL, seq INTEGER NOT NULL, ordered_at TEXT NOT NULL,
  state TEXT NOT NULL, payment_method TEXT NOT NULL, shipping_method TEXT NOT NULL, buyer TEXT NOT NULL,
  lines TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX rc_order_seq ON rc_order (shop_id, seq);
CREATE TABLE rc_stock_update (
  shop_id INTEGER NOT NULL, code TEXT NOT NULL, stock INTEGER NOT NULL, sent_at INTEGER NOT NULL,
  rejection TEXT NOT NULL, PRIMARY KEY (shop_id, code)) STRICT, WITHOUT ROWID;
CREATE TABLE rc_answer (
  number INTEGER PRIMARY KEY AUTOINCREMENT, shop_id INTEGER NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL,
  answer TEXT NOT NULL, UNIQUE (shop_id, key)) STRICT;
CREATE TABLE rc_linkage (
  linkage_id INTEGER PRIMARY KEY, shop_id INTEGER NOT NULL UNIQUE, service TEXT NOT NULL, state TEXT NOT NULL,
  applied_at TEXT NOT NULL, ftp_user TEXT, ftp_password TEXT, shop_code TEXT, notify_to TEXT, saved_at TEXT,
  sync_now INTEGER NOT NULL DEFAULT 0, url_token TEXT NOT NULL UNIQUE, store_account TEXT NOT NULL,
  auth_key TEXT NOT NULL) STRICT;
CREATE TABLE rc_run (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT, linkage_id INTEGER NOT NULL, reported_at TEXT NOT NULL,
  started_at TEXT NOT NULL, finished_at TEXT NOT NULL, outcome TEXT NOT NULL, summary TEXT NOT NULL,
  counts TEXT NOT NULL) STRICT;
CREATE INDEX rc_run_linkage ON rc_run (linkage_id, run_id);
CREATE INDEX rc_run_ok ON rc_run (linkage_id, run_id) WHERE outcome = 'ok';
"""

_MAX_DIGITS = 15
_LISTED = 20
_TOKEN = "api_token"  # noqa: S105 - the name it is kept under


@dataclass(frozen=True, slots=True)
class ShopInfo:
    """A shop of RoomClip. `owner_mail`: who is told of failures unless the linkage says otherwise."""

    shop_id: str
    name: str
    owner_mail: str


@dataclass(frozen=True, slots=True)
class ListedShop:
    """A shop as the list of shops shows it. `shop_code`: of TEMPOSTAR, "" before the linkage was saved; `state`: of the
    linkage, "" before 申請."""

    shop: ShopInfo
    shop_code: str
    state: str


@dataclass(frozen=True, slots=True)
class ShopPage:
    """One page of the list of shops; `pages` is at least 1."""

    shops: tuple[ListedShop, ...]
    page: int
    pages: int
    total: int


def number_of(what: str, text: str) -> int:
    """The number behind a public id such as a shop's or a variant's.

    Raises: Unknown for anything that could not be one.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise Unknown(what, text)
    return int(text)


def variant_id_of(number: int) -> str:
    """A variant's public id: ten digits, so that text sorts like the number."""
    return f"{number:010d}"


class ShopRecords:
    """Rows of shops. A revision is a number that only grows, over resets and restores too: it stamps every change of a
    variant or an order, so that clients can ask for what is newer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, owner_mail: str) -> ShopInfo:
        """Insert a shop; the first of an empty lab is 1."""
        shop_id = self._store.execute(
            "INSERT INTO rc_shop (name, owner_mail, revision) VALUES (?, ?, 0)", (name, owner_mail)
        ).lastrowid
        return ShopInfo(str(shop_id), name, owner_mail)

    def all(self) -> tuple[ShopInfo, ...]:
        """Every shop, oldest first."""
        rows = self._store.rows("SELECT shop_id, name, owner_mail FROM rc_shop ORDER BY shop_id")
        return tuple(ShopInfo(str(row["shop_id"]), row["name"], row["owner_mail"]) for row in rows)

    def count(self) -> int:
        """How many shops there are."""
        row = self._store.row("SELECT count(*) AS n FROM rc_shop")
        return 0 if row is None else int(row["n"])

    def first(self, limit: int) -> tuple[ShopInfo, ...]:
        """The oldest shops."""
        rows = self._store.rows("SELECT shop_id, name, owner_mail FROM rc_shop ORDER BY shop_id LIMIT ?", (limit,))
        return tuple(ShopInfo(str(row["shop_id"]), row["name"], row["owner_mail"]) for row in rows)

    def page(self, search: str, beginning: int, limit: int) -> tuple[tuple[ListedShop, ...], int]:
        """A stretch of the shops whose id is `search`, or whose name, address or ショップコード holds it, oldest first,
        and how many there are."""
        found = "FROM rc_shop AS h LEFT JOIN rc_linkage AS l ON l.shop_id = h.shop_id"
        if search:
            found += (
                " WHERE instr(h.name, :search) OR instr(h.owner_mail, :search) OR instr(l.shop_code, :search)"
                " OR CAST(h.shop_id AS TEXT) = :search"
            )
        values = {"search": search, "limit": limit, "beginning": beginning}
        total = self._store.rows(f"SELECT count(*) AS n {found}", values)[0]["n"]
        rows = self._store.rows(
            f"SELECT h.shop_id, h.name, h.owner_mail, l.shop_code, l.state {found}"
            " ORDER BY h.shop_id LIMIT :limit OFFSET :beginning",
            values,
        )
        shops = (
            ListedShop(
                ShopInfo(str(row["shop_id"]), row["name"], row["owner_mail"]),
                row["shop_code"] or "",
                row["state"] or "",
            )
            for row in rows
        )
        return tuple(shops), total

    def find(self, shop_id: str) -> ShopInfo:
        """One shop. Raises: Unknown."""
        row = self._store.row("SELECT * FROM rc_shop WHERE shop_id = ?", (number_of("RoomClip shop", shop_id),))
        if row is None or str(row["shop_id"]) != shop_id:
            known, count = self.first(_LISTED), self.count()
            more = f" and {count - len(known)} more" if count > len(known) else ""
            raise Unknown(
                "RoomClip shop", shop_id, next_step=f"There are: {', '.join(shop.shop_id for shop in known)}{more}."
            )
        return ShopInfo(shop_id, row["name"], row["owner_mail"])

    def revision(self, shop_id: str) -> int:
        """The shop's latest revision, 0 when nothing was registered yet."""
        row = self._store.row("SELECT revision FROM rc_shop WHERE shop_id = ?", (int(shop_id),))
        return 0 if row is None else int(row["revision"])

    def next_revision(self, shop_id: str) -> int:
        """A new revision, to stamp what changes in the transaction under way."""
        number = self._store.execute("INSERT INTO rc_revision DEFAULT VALUES").lastrowid
        self._store.execute("DELETE FROM rc_revision WHERE number < ?", (number,))
        self._store.execute("UPDATE rc_shop SET revision = ? WHERE shop_id = ?", (number, int(shop_id)))
        assert number is not None  # noqa: S101 - an INSERT into a table with a rowid always has one
        return number

    def token(self) -> str:
        """The shop API's token, made with the first call."""
        kept = self._store.value(_TOKEN)
        if kept is None:
            kept = secrets.token_urlsafe(32)
            self._store.set_value(_TOKEN, kept)
        return str(kept)

    def counts(self) -> dict[str, int]:
        """How much there is of everything."""
        row = self._store.row(
            "SELECT (SELECT count(*) FROM rc_shop) AS shops,"
            " (SELECT count(*) FROM rc_item WHERE deleted = 0) AS items,"
            " (SELECT count(*) FROM rc_variant WHERE deleted = 0) AS variants,"
            " (SELECT count(*) FROM rc_order) AS orders, (SELECT count(*) FROM rc_run) AS runs"
        )
        return {} if row is None else {name: int(row[name]) for name in row.keys()}  # noqa: SIM118 - a Row iterates values
