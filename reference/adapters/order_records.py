"""How orders are kept in the state file: one row per order file, with its orders as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reference.adapters.moments import read_time, write_time
from reference.domain.orders import Buyer, Order, OrderBook, OrderFile, OrderLine, OrderState, Stage

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

SCHEMA = """
CREATE TABLE order_book (
  linkage_id TEXT PRIMARY KEY, after INTEGER NOT NULL, named_at TEXT, waiting TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE order_file (
  linkage_id TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, stage TEXT NOT NULL, taken_in_at TEXT,
  cancelled TEXT NOT NULL, orders TEXT NOT NULL, PRIMARY KEY (linkage_id, place)
) STRICT, WITHOUT ROWID;
"""


def read_order_book(connection: sqlite3.Connection, linkage_id: str) -> OrderBook:
    """Return the orders of a linkage."""
    row = connection.execute("SELECT * FROM order_book WHERE linkage_id = ?", (linkage_id,)).fetchone()
    files = connection.execute("SELECT * FROM order_file WHERE linkage_id = ? ORDER BY place", (linkage_id,)).fetchall()
    return OrderBook(
        after=row["after"],
        named_at=read_time(row["named_at"]),
        waiting=read_orders(row["waiting"]),
        files=tuple(
            OrderFile(
                name=file["name"],
                orders=read_orders(file["orders"]),
                stage=Stage(file["stage"]),
                cancelled=frozenset(json.loads(file["cancelled"])),
                taken_in_at=read_time(file["taken_in_at"]),
            )
            for file in files
        ),
    )


def write_order_book(connection: sqlite3.Connection, linkage_id: str, book: OrderBook) -> None:
    """Keep the orders of a linkage instead of those kept before."""
    row = (linkage_id, book.after, write_time(book.named_at), write_orders(book.waiting))
    connection.execute("REPLACE INTO order_book VALUES (?, ?, ?, ?)", row)
    connection.execute("DELETE FROM order_file WHERE linkage_id = ?", (linkage_id,))
    connection.executemany(
        "INSERT INTO order_file VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                linkage_id,
                place,
                file.name,
                file.stage.value,
                write_time(file.taken_in_at),
                json.dumps(sorted(file.cancelled), ensure_ascii=False),
                write_orders(file.orders),
            )
            for place, file in enumerate(book.files)
        ],
    )


def write_orders(orders: Iterable[Order]) -> str:
    """Return orders as JSON."""
    rows = [{**asdict(order), "ordered_at": order.ordered_at.isoformat()} for order in orders]
    return json.dumps(rows, ensure_ascii=False)


def read_orders(text: str) -> tuple[Order, ...]:
    """Return the orders that a JSON text holds."""
    return tuple(_read_order(row) for row in json.loads(text))


def _read_order(row: dict[str, Any]) -> Order:
    return Order(
        **{
            **row,
            "ordered_at": datetime.fromisoformat(row["ordered_at"]),
            "state": OrderState(row["state"]),
            "buyer": Buyer(**row["buyer"]),
            "lines": tuple(OrderLine(**line) for line in row["lines"]),
        }
    )
