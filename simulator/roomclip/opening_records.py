"""The SQL that writes many shops, catalogues and linkages: one statement for each table, whatever their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.roomclip.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.roomclip.listing import ItemInput
    from simulator.store import Store

_TEMPLATES = """
CREATE TEMP TABLE new_shop (place INTEGER PRIMARY KEY, shop_id INTEGER, mark TEXT) STRICT;
CREATE TEMP TABLE new_item (
  number INTEGER PRIMARY KEY, item_number TEXT, name TEXT, kind TEXT, status TEXT, in_stock INTEGER) STRICT;
CREATE TEMP TABLE new_variant (
  number INTEGER PRIMARY KEY, item INTEGER, code TEXT, colour TEXT, size TEXT, price INTEGER, stock INTEGER) STRICT
"""
_GOODS = """
INSERT INTO rc_item (item_id, shop_id, item_number, name, kind, status, in_stock)
  SELECT :item + h.place * :items + t.number, h.shop_id, t.item_number, t.name, t.kind, t.status, t.in_stock
  FROM new_shop AS h CROSS JOIN new_item AS t;
INSERT INTO rc_variant (variant_id, shop_id, item_id, code, colour, size, price, stock, revision)
  SELECT :variant + h.place * :variants + t.number, h.shop_id, :item + h.place * :items + t.item,
    t.code || h.mark, t.colour, t.size, t.price, t.stock, :revision FROM new_shop AS h CROSS JOIN new_variant AS t
"""


class OpeningRecords:
    """Writes rows of many shops."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_shops(self, shops: Sequence[tuple[str, str]], first: int, revision: int) -> list[int]:
        """Shops (name, mail of the owner), of which the first is there; their ids."""
        ids = list(range(first, first + len(shops)))
        self._store.execute_many(
            "INSERT OR REPLACE INTO rc_shop VALUES (?, ?, ?, ?)",
            ((shop_id, *shop, revision) for shop_id, shop in zip(ids, shops, strict=True)),
        )
        return ids

    def add_items(self, shops: Sequence[tuple[int, str]], items: Sequence[ItemInput], revision: int) -> None:
        """The items for each (shop id, mark)."""
        variants = [(number, variant) for number, item in enumerate(items) for variant in item.variants]
        numbers = {
            "item": self._next("rc_item"),
            "items": len(items),
            "variant": self._next("rc_variant"),
            "variants": len(variants),
            "revision": revision,
        }
        with self._store.transaction():
            for statement in _TEMPLATES.split(";"):
                self._store.execute(statement)
            self._store.execute_many(
                "INSERT INTO new_shop VALUES (?, ?, ?)", ((place, *shop) for place, shop in enumerate(shops))
            )
            self._store.execute_many(
                "INSERT INTO new_item VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (number, item.item_number, item.name, item.kind, item.status, any(v.stock for v in item.variants))
                    for number, item in enumerate(items)
                ),
            )
            self._store.execute_many(
                "INSERT INTO new_variant VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (number, item, one.code, one.colour, one.size, one.price, one.stock)
                    for number, (item, one) in enumerate(variants)
                ),
            )
            for statement in _GOODS.split(";"):
                self._store.execute(statement, numbers)
            for table in ("new_shop", "new_item", "new_variant"):
                self._store.execute(f"DROP TABLE {table}")
            Changes(self._store).note_many((shop_id for shop_id, _ in shops), revision)

    def add_linkages(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Linkages, in the order of the table's columns but for the id."""
        self._store.execute_many(
            "INSERT INTO rc_linkage (shop_id, service, state, applied_at, ftp_user, ftp_password, shop_code, notify_to,"
            " saved_at, sync_now, url_token, store_account, auth_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def _next(self, table: str) -> int:
        """The next number of a table whose numbers are never used again."""
        row = self._store.row("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return 1 if row is None else int(row["seq"]) + 1
