"""TEMPOSTAR's tables, and the SQL on companies, shops, products and stock; that on the queue is in `queue_records`,
that on orders in `order_records`.

Every statement works on sets: lists come in as JSON, so a million SKUs take as many statements as one.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.tempostar.catalog import (
    FIRST_SHOP_CODE,
    Carrier,
    Company,
    Payment,
    ProductInput,
    Shop,
    is_code,
)
from simulator.tempostar.reflection import StockSettings
from simulator.tempostar.stock import compute_stock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from simulator.config import Negative
    from simulator.store import Store

SCHEMA = """
CREATE TABLE ts_company (company_id INTEGER PRIMARY KEY, ftp_password TEXT) STRICT;
CREATE TABLE ts_shop (
  shop_code TEXT PRIMARY KEY, company_id INTEGER NOT NULL, name TEXT NOT NULL, short_name TEXT NOT NULL,
  mall_type TEXT NOT NULL, etc_column TEXT NOT NULL, ftp_settings TEXT NOT NULL, mail_settings TEXT NOT NULL,
  order_intake TEXT NOT NULL, reflection TEXT NOT NULL, interval_minutes INTEGER NOT NULL, send_type TEXT NOT NULL,
  file_prefix TEXT NOT NULL, file_suffix TEXT NOT NULL, output_columns TEXT NOT NULL,
  next_pass TEXT, last_path TEXT,
  UNIQUE (company_id, name), UNIQUE (company_id, short_name)) STRICT, WITHOUT ROWID;
CREATE TABLE ts_carrier (
  company_id INTEGER NOT NULL, name TEXT NOT NULL, console_name TEXT NOT NULL, shop_names TEXT NOT NULL,
  PRIMARY KEY (company_id, name)) STRICT, WITHOUT ROWID;
CREATE TABLE ts_payment (
  company_id INTEGER NOT NULL, name TEXT NOT NULL, shop_names TEXT NOT NULL,
  PRIMARY KEY (company_id, name)) STRICT, WITHOUT ROWID;
CREATE TABLE ts_product (
  product_id INTEGER PRIMARY KEY, company_id INTEGER NOT NULL, product_code TEXT NOT NULL, name TEXT NOT NULL,
  UNIQUE (company_id, product_code)) STRICT;
CREATE TABLE ts_sku (
  sku_id INTEGER PRIMARY KEY, company_id INTEGER NOT NULL, product_id INTEGER NOT NULL, sku_code TEXT NOT NULL,
  attribute1 TEXT NOT NULL, attribute2 TEXT NOT NULL, sellable INTEGER NOT NULL, held_back INTEGER NOT NULL,
  UNIQUE (company_id, sku_code)) STRICT;
CREATE INDEX ts_sku_product ON ts_sku (product_id);
CREATE TABLE ts_carried (
  shop_code TEXT NOT NULL, product_id INTEGER NOT NULL, PRIMARY KEY (shop_code, product_id)) STRICT, WITHOUT ROWID;
CREATE TABLE ts_linked (
  shop_code TEXT NOT NULL, sku_id INTEGER NOT NULL, PRIMARY KEY (shop_code, sku_id)) STRICT, WITHOUT ROWID;
CREATE TABLE ts_queue (
  shop_code TEXT NOT NULL, sku_id INTEGER NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY (shop_code, sku_id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ts_queue_place ON ts_queue (shop_code, place);
CREATE TABLE ts_bulk_carrying (
  bulk_id INTEGER PRIMARY KEY, due TEXT NOT NULL, shop_code TEXT NOT NULL, carried INTEGER NOT NULL,
  product_ids TEXT NOT NULL) STRICT;
CREATE TABLE ts_writing (
  company_id INTEGER NOT NULL, path TEXT NOT NULL, due TEXT NOT NULL, content BLOB NOT NULL, entry TEXT NOT NULL,
  PRIMARY KEY (company_id, path)) STRICT, WITHOUT ROWID;
CREATE TABLE ts_order (
  order_no INTEGER PRIMARY KEY, company_id INTEGER NOT NULL, shop_code TEXT NOT NULL,
  shop_order_number TEXT NOT NULL UNIQUE, ordered_at TEXT NOT NULL, taken_in_at TEXT NOT NULL, buyer_name TEXT NOT NULL,
  payment TEXT NOT NULL, payment_name TEXT NOT NULL, carrier TEXT NOT NULL, carrier_name TEXT NOT NULL,
  warnings TEXT NOT NULL, progress TEXT NOT NULL, amounts TEXT NOT NULL) STRICT;
CREATE INDEX ts_order_company ON ts_order (company_id, order_no);
CREATE INDEX ts_order_shop ON ts_order (shop_code, order_no);
CREATE TABLE ts_order_line (
  order_no INTEGER NOT NULL, line_no INTEGER NOT NULL, sku_code TEXT NOT NULL, name TEXT NOT NULL, option TEXT NOT NULL,
  quantity INTEGER NOT NULL, unit_price INTEGER, matched INTEGER NOT NULL, lowered INTEGER NOT NULL,
  PRIMARY KEY (order_no, line_no)) STRICT, WITHOUT ROWID;
"""

_LARGEST = 2**63 - 1
_STOCK_SETTINGS = tuple(f.name for f in dataclasses.fields(StockSettings))


class Records:
    """Reads and writes TEMPOSTAR's rows. Knows no rules: callers have checked what they hand over."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Companies

    def add_company(self, company_id: int) -> None:
        """A company without an FTP password; nothing when it is there already."""
        self._store.execute("INSERT OR IGNORE INTO ts_company VALUES (?, NULL)", (company_id,))

    def companies(self) -> tuple[Company, ...]:
        """All, in the order founded."""
        rows = self._store.rows("SELECT company_id FROM ts_company ORDER BY company_id")
        return tuple(Company(row["company_id"]) for row in rows)

    def has_company(self, company_id: int) -> bool:
        """Whether there is such a company; a number that no table can hold is none."""
        if type(company_id) is not int or not 0 < company_id <= _LARGEST:
            return False
        return self._store.row("SELECT 1 FROM ts_company WHERE company_id = ?", (company_id,)) is not None

    def shop_codes(self, company_id: int | None = None) -> tuple[str, ...]:
        """The codes of all shops, or of a company's, sorted."""
        whose, values = ("", ()) if company_id is None else (" WHERE company_id = ?", (company_id,))
        rows = self._store.rows(f"SELECT shop_code FROM ts_shop{whose} ORDER BY shop_code", values)  # noqa: S608 - fixed text
        return tuple(row["shop_code"] for row in rows)

    def shop_page(self, company_id: int, search: str, limit: int, offset: int) -> tuple[tuple[Shop, ...], int]:
        """A company's shops whose code or one of whose names holds `search`, by shop code, and how many there are."""
        where = "company_id = :company"
        if search:
            where += " AND (instr(shop_code, :search) OR instr(name, :search) OR instr(short_name, :search))"
        values = {"company": company_id, "search": search, "limit": limit, "offset": offset}
        total = self._store.rows(f"SELECT count(*) AS n FROM ts_shop WHERE {where}", values)[0]["n"]  # noqa: S608 - fixed text
        rows = self._store.rows(
            f"SELECT * FROM ts_shop WHERE {where} ORDER BY shop_code LIMIT :limit OFFSET :offset",  # noqa: S608 - fixed text
            values,
        )
        return tuple(_shop(row) for row in rows), total

    def ftp_password(self, company_id: int) -> str | None:
        """The one in force; None when none was issued."""
        row = self._store.row("SELECT ftp_password FROM ts_company WHERE company_id = ?", (company_id,))
        return None if row is None else row["ftp_password"]

    def set_ftp_password(self, company_id: int, password: str) -> None:
        """Replace the one in force."""
        self._store.execute("UPDATE ts_company SET ftp_password = ? WHERE company_id = ?", (password, company_id))

    # Shops

    def next_shop_code(self) -> str:
        """The code of the next shop, of whatever company."""
        row = self._store.row("SELECT max(shop_code) AS last FROM ts_shop")
        return str(FIRST_SHOP_CODE if row is None or row["last"] is None else int(row["last"]) + 1)

    def add_shop(self, shop: Shop) -> None:
        """A new shop, no pass planned."""
        self._store.execute(
            "INSERT INTO ts_shop VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                *(shop.shop_code, shop.company_id, shop.name, shop.short_name),
                *(shop.mall_type, shop.etc_column, shop.ftp_settings, shop.mail_settings),
                *dataclasses.astuple(shop.stock),
            ),
        )

    def shops(self, company_id: int | None = None) -> tuple[Shop, ...]:
        """All shops, or one company's, by shop code."""
        whose, values = ("", ()) if company_id is None else (" WHERE company_id = ?", (company_id,))
        rows = self._store.rows(f"SELECT * FROM ts_shop{whose} ORDER BY shop_code", values)  # noqa: S608 - fixed text
        return tuple(_shop(row) for row in rows)

    def shops_of(self, shop_codes: Iterable[str]) -> tuple[Shop, ...]:
        """The shops of these codes that there are, in the order asked for."""
        rows = self._store.rows(
            "SELECT h.* FROM json_each(?) AS wanted CROSS JOIN ts_shop AS h ON h.shop_code = wanted.value"
            " ORDER BY wanted.key",
            (_json(list(shop_codes)),),
        )
        return tuple(_shop(row) for row in rows)

    def shop(self, shop_code: str) -> Shop | None:
        """One shop; None when no shop has the code."""
        row = self._store.row("SELECT * FROM ts_shop WHERE shop_code = ?", (shop_code,))
        return None if row is None else _shop(row)

    def set_stock_settings(self, shop_code: str, stock: StockSettings) -> None:
        """Replace a shop's 在庫管理設定."""
        assignments = ", ".join(f"{name} = ?" for name in _STOCK_SETTINGS)
        self._store.execute(
            f"UPDATE ts_shop SET {assignments} WHERE shop_code = ?",  # noqa: S608 - field names of a dataclass
            (*dataclasses.astuple(stock), shop_code),
        )

    # Carriers and payments

    def add_carrier(self, company_id: int, carrier: Carrier) -> None:
        """A new row of 配送業者設定."""
        self._store.execute(
            "INSERT INTO ts_carrier VALUES (?, ?, ?, ?)",
            (company_id, carrier.name, carrier.console_name, _json(carrier.shop_names)),
        )

    def set_carrier_names(self, company_id: int, carrier: Carrier) -> None:
        """Replace what a carrier is called in shops."""
        self._store.execute(
            "UPDATE ts_carrier SET shop_names = ? WHERE company_id = ? AND name = ?",
            (_json(carrier.shop_names), company_id, carrier.name),
        )

    def carriers(self, company_id: int) -> tuple[Carrier, ...]:
        """A company's, by name."""
        rows = self._store.rows("SELECT * FROM ts_carrier WHERE company_id = ? ORDER BY name", (company_id,))
        return tuple(Carrier(row["name"], row["console_name"], json.loads(row["shop_names"])) for row in rows)

    def add_payment(self, company_id: int, payment: Payment) -> None:
        """A new row of 支払方法設定."""
        self._store.execute(
            "INSERT INTO ts_payment VALUES (?, ?, ?)", (company_id, payment.name, _json(payment.shop_names))
        )

    def set_payment_names(self, company_id: int, payment: Payment) -> None:
        """Replace what a payment is called in shops."""
        self._store.execute(
            "UPDATE ts_payment SET shop_names = ? WHERE company_id = ? AND name = ?",
            (_json(payment.shop_names), company_id, payment.name),
        )

    def payments(self, company_id: int) -> tuple[Payment, ...]:
        """A company's, by name."""
        rows = self._store.rows("SELECT * FROM ts_payment WHERE company_id = ? ORDER BY name", (company_id,))
        return tuple(Payment(row["name"], json.loads(row["shop_names"])) for row in rows)

    # Products and SKUs

    def add_products(self, company_id: int, products: Sequence[ProductInput]) -> bool:
        """All, or none and False when a code of theirs is taken."""
        first = self._store.rows("SELECT coalesce(max(product_id), 0) + 1 AS next FROM ts_product")[0]["next"]
        try:
            with self._store.transaction():
                self._store.execute_many(
                    "INSERT INTO ts_product VALUES (?, ?, ?, ?)",
                    ((i, company_id, p.product_code, p.name) for i, p in enumerate(products, first)),
                )
                self._store.execute_many(
                    "INSERT INTO ts_sku (company_id, product_id, sku_code, attribute1, attribute2, sellable, held_back)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        (company_id, i, s.sku_code, s.attribute1, s.attribute2, s.sellable, s.held_back)
                        for i, product in enumerate(products, first)
                        for s in product.skus
                    ),
                )
        except sqlite3.IntegrityError:
            return False
        return True

    def product_ids(self, company_id: int, codes: Collection[str]) -> dict[str, int]:
        """Product code -> id, of those that there are."""
        rows = self._store.rows(
            "SELECT product_code AS code, product_id AS id FROM json_each(?) AS wanted"
            " CROSS JOIN ts_product ON company_id = ? AND product_code = wanted.value",
            (_json([code for code in codes if is_code(code)]), company_id),
        )
        return {row["code"]: row["id"] for row in rows}

    def sku_ids(self, company_id: int, codes: Collection[str]) -> dict[str, int]:
        """SKU code -> id, of those that there are."""
        rows = self._store.rows(
            "SELECT sku_code AS code, sku_id AS id FROM json_each(?) AS wanted"
            " CROSS JOIN ts_sku ON company_id = ? AND sku_code = wanted.value",
            (_json([code for code in codes if is_code(code)]), company_id),
        )
        return {row["code"]: row["id"] for row in rows}

    def sku_codes_of(self, product_ids: Iterable[int], limit: int) -> tuple[str, ...]:
        """SKU codes of products, at most `limit`, by code."""
        rows = self._store.rows(
            "SELECT sku_code FROM ts_sku WHERE product_id IN (SELECT value FROM json_each(?))"
            " ORDER BY sku_code LIMIT ?",
            (_json(list(product_ids)), limit),
        )
        return tuple(row["sku_code"] for row in rows)

    def quantities(self, sku_id: int) -> tuple[int, int]:
        """想定在庫数 and 保留在庫数 of a SKU that exists."""
        row = self._store.rows("SELECT sellable, held_back FROM ts_sku WHERE sku_id = ?", (sku_id,))[0]
        return row["sellable"], row["held_back"]

    def set_quantities(self, sku_id: int, sellable: int, held_back: int) -> None:
        """Replace both."""
        self._store.execute(
            "UPDATE ts_sku SET sellable = ?, held_back = ? WHERE sku_id = ?", (sellable, held_back, sku_id)
        )

    def levels(self, company_id: int, negative: Negative) -> dict[str, int]:
        """SKU code -> 在庫数, of all SKUs of a company, by code."""
        rows = self._store.rows(
            "SELECT sku_code, sellable, held_back FROM ts_sku WHERE company_id = ? ORDER BY sku_code", (company_id,)
        )
        return {row["sku_code"]: compute_stock(row["sellable"], row["held_back"], negative) for row in rows}

    def counts(self) -> dict[str, int]:
        """How much there is of everything, over all companies."""
        row = self._store.rows(
            "SELECT (SELECT count(*) FROM ts_company) AS companies, (SELECT count(*) FROM ts_shop) AS shops,"
            " (SELECT count(*) FROM ts_product) AS products, (SELECT count(*) FROM ts_sku) AS skus,"
            " (SELECT count(*) FROM ts_linked) AS linked, (SELECT count(*) FROM ts_queue) AS queued,"
            " (SELECT count(*) FROM ts_order) AS orders"
        )[0]
        return {name: int(row[name]) for name in row.keys()}  # noqa: SIM118 - a Row iterates values

    def remove_sku(self, sku_id: int) -> None:
        """A SKU with its links and places. Its product stays, also without SKUs, so that product ids are never reused
        and a bulk change under way cannot hit another product."""
        with self._store.transaction():
            for table in ("ts_queue", "ts_linked"):
                self._store.execute(
                    f"DELETE FROM {table}"  # noqa: S608 - the two names above
                    " WHERE sku_id = ? AND shop_code IN (SELECT shop_code FROM ts_shop)",
                    (sku_id,),
                )
            self._store.execute("DELETE FROM ts_sku WHERE sku_id = ?", (sku_id,))


def _shop(row: sqlite3.Row) -> Shop:
    return Shop(
        *(row["shop_code"], row["company_id"], row["name"], row["short_name"]),
        *(row["mall_type"], row["etc_column"], row["ftp_settings"], row["mail_settings"]),
        stock=_stock_settings(*(row[name] for name in _STOCK_SETTINGS)),
    )


@lru_cache(maxsize=1024)
def _stock_settings(*values: object) -> StockSettings:
    """The same settings are many shops': they are read from their texts once."""
    return StockSettings().changed(dict(zip(_STOCK_SETTINGS, values, strict=True)))


def _json(value: Sequence[object] | Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False)
