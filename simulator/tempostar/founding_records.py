"""The SQL that writes many companies, shops and catalogues: one statement for each table, whatever their number."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from simulator.store import Store
    from simulator.tempostar.catalog import ProductInput, Shop

# What is multiplied: the shops (`place` counts them from 0), and one catalogue (`number` counts within it from 0).
_TEMPLATES = """
CREATE TEMP TABLE new_shop (place INTEGER PRIMARY KEY, shop_code TEXT, company_id INTEGER, mark TEXT) STRICT;
CREATE TEMP TABLE new_product (number INTEGER PRIMARY KEY, code TEXT, name TEXT) STRICT;
CREATE TEMP TABLE new_sku (
  number INTEGER PRIMARY KEY, product INTEGER, code TEXT, attribute1 TEXT, attribute2 TEXT, sellable INTEGER,
  held_back INTEGER) STRICT
"""
_GOODS = """
INSERT INTO ts_product SELECT :product + h.place * :products + t.number, h.company_id, t.code || h.mark, t.name
  FROM new_shop AS h CROSS JOIN new_product AS t;
INSERT INTO ts_sku SELECT :sku + h.place * :skus + t.number, h.company_id, :product + h.place * :products + t.product,
    t.code || h.mark, t.attribute1, t.attribute2,
    -- a quantity of its own for each shop, so that another shop's is never right by chance, 0 stays 0
    CASE t.sellable WHEN 0 THEN 0 ELSE 1 + (t.sellable + 7 * h.place) % 60 END, t.held_back
  FROM new_shop AS h CROSS JOIN new_sku AS t;
INSERT INTO ts_carried SELECT h.shop_code, :product + h.place * :products + t.number
  FROM new_shop AS h CROSS JOIN new_product AS t;
INSERT INTO ts_linked SELECT h.shop_code, :sku + h.place * :skus + t.number FROM new_shop AS h CROSS JOIN new_sku AS t;
INSERT INTO ts_queue SELECT h.shop_code, :sku + h.place * :skus + t.number, t.number + 1
  FROM new_shop AS h CROSS JOIN new_sku AS t
"""


class FoundingRecords:
    """Writes rows of many merchants."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_companies(self, passwords: Mapping[int, str]) -> None:
        """Companies with their FTP passwords; one that is there gets the password."""
        self._store.execute_many("INSERT OR REPLACE INTO ts_company VALUES (?, ?)", passwords.items())

    def add_shops(self, shops: Sequence[Shop], next_pass: datetime) -> None:
        """New shops, each with its first pass planned."""
        self._store.execute_many(
            "INSERT INTO ts_shop VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                (
                    *(shop.shop_code, shop.company_id, shop.name, shop.short_name),
                    *(shop.mall_type, shop.etc_column, shop.ftp_settings, shop.mail_settings),
                    *dataclasses.astuple(shop.stock),
                    next_pass.isoformat(),
                )
                for shop in shops
            ),
        )

    def add_goods(self, shops: Sequence[tuple[str, int, str]], products: Sequence[ProductInput]) -> None:
        """The catalogue for each (shop code, company, mark), carried, linked and queued there by SKU code."""
        order = sorted((sku.sku_code, number) for number, product in enumerate(products) for sku in product.skus)
        by_code = {sku.sku_code: sku for product in products for sku in product.skus}
        first = self._store.rows(
            "SELECT (SELECT coalesce(max(product_id), 0) + 1 FROM ts_product) AS product,"
            " (SELECT coalesce(max(sku_id), 0) + 1 FROM ts_sku) AS sku"
        )[0]
        numbers = {"product": first["product"], "sku": first["sku"], "products": len(products), "skus": len(order)}
        with self._store.transaction():
            for statement in _TEMPLATES.split(";"):
                self._store.execute(statement)
            self._store.execute_many(
                "INSERT INTO new_shop VALUES (?, ?, ?, ?)", ((place, *shop) for place, shop in enumerate(shops))
            )
            self._store.execute_many(
                "INSERT INTO new_product VALUES (?, ?, ?)",
                ((number, product.product_code, product.name) for number, product in enumerate(products)),
            )
            self._store.execute_many(
                "INSERT INTO new_sku VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (number, product, code, sku.attribute1, sku.attribute2, sku.sellable, sku.held_back)
                    for number, (code, product) in enumerate(order)
                    for sku in (by_code[code],)
                ),
            )
            for statement in _GOODS.split(";"):
                self._store.execute(statement, numbers)
            for table in ("new_shop", "new_product", "new_sku"):
                self._store.execute(f"DROP TABLE {table}")
