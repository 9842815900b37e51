"""商品一覧 and 在庫一覧: products and SKUs searched and paged in the store, along its indexes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulator.tempostar.catalog import Product, Sku, SkuShop, is_code
from simulator.tempostar.stock import compute_stock

if TYPE_CHECKING:
    import sqlite3

    from simulator.config import Negative
    from simulator.store import Store

_SKU_ROWS = (
    "SELECT s.*, p.product_code, p.name,"
    " (SELECT json_group_array(json_array(shop_code, carried, linked)) FROM (SELECT shop_code,"
    "   EXISTS (SELECT 1 FROM ts_carried AS c"
    "     WHERE c.shop_code = h.shop_code AND c.product_id = s.product_id) AS carried,"
    "   EXISTS (SELECT 1 FROM ts_linked AS l WHERE l.shop_code = h.shop_code AND l.sku_id = s.sku_id) AS linked"
    "   FROM ts_shop AS h WHERE h.company_id = s.company_id ORDER BY shop_code)) AS shops"
    " FROM ({}) AS s CROSS JOIN ts_product AS p USING (product_id) ORDER BY s.sku_code"
)


class GoodsLists:
    """Reads TEMPOSTAR's products and SKUs as its lists show them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def products(self, company_id: int, search: str, limit: int, offset: int) -> tuple[tuple[Product, ...], int]:
        """Products whose code or name contains `search`, by code, and how many there are."""
        where = "company_id = :company"
        if search:
            where += " AND (product_code LIKE :like ESCAPE '\\' OR name LIKE :like ESCAPE '\\')"
        values = {"company": company_id, "like": _like(search), "limit": limit, "offset": offset}
        total = self._store.rows(f"SELECT count(*) AS n FROM ts_product WHERE {where}", values)[0]["n"]  # noqa: S608 - fixed text
        rows = self._store.rows(
            "SELECT product_code, name,"  # noqa: S608 - fixed text
            " (SELECT json_group_array(sku_code) FROM (SELECT sku_code FROM ts_sku AS s"
            "   WHERE s.product_id = p.product_id ORDER BY sku_code)) AS skus,"
            " (SELECT json_group_array(shop_code) FROM (SELECT c.shop_code FROM ts_shop AS h"
            "   CROSS JOIN ts_carried AS c ON c.shop_code = h.shop_code AND c.product_id = p.product_id"
            "   WHERE h.company_id = :company ORDER BY c.shop_code)) AS shops"
            f" FROM (SELECT * FROM ts_product WHERE {where} ORDER BY product_code LIMIT :limit OFFSET :offset) AS p"
            " ORDER BY product_code",
            values,
        )
        found = (
            Product(row["product_code"], row["name"], tuple(json.loads(row["skus"])), tuple(json.loads(row["shops"])))
            for row in rows
        )
        return tuple(found), total

    def product(self, company_id: int, product_code: str) -> tuple[int, str, tuple[str, ...]] | None:
        """Id, name and the codes of the shops that carry it; None when there is no such product."""
        row = self._store.row(
            "SELECT product_id, name, (SELECT json_group_array(shop_code) FROM (SELECT h.shop_code FROM ts_shop AS h"
            "   CROSS JOIN ts_carried AS c ON c.shop_code = h.shop_code AND c.product_id = p.product_id"
            "   ORDER BY h.shop_code)) AS shops"
            " FROM ts_product AS p WHERE company_id = ? AND product_code = ?",
            (company_id, product_code),
        )
        return None if row is None else (row["product_id"], row["name"], tuple(json.loads(row["shops"])))

    def has_products(self, company_id: int) -> bool:
        """Whether a company has registered any."""
        return self._store.row("SELECT 1 FROM ts_product WHERE company_id = ? LIMIT 1", (company_id,)) is not None

    def skus(
        self, company_id: int, search: str, negative: Negative, limit: int, offset: int, product_id: int | None = None
    ) -> tuple[tuple[Sku, ...], int]:
        """SKUs whose code, product code or product name contains `search`, by SKU code, and how many there are; of one
        product only, where it is named."""
        values = {
            "company": company_id, "product": product_id, "like": _like(search), "limit": limit, "offset": offset,
        }  # fmt: skip
        found = _found_skus(search, of_one_product=product_id is not None)
        # A search reads every code, once for both answers; without one each is read along the index.
        kept = "MATERIALIZED" if search else "NOT MATERIALIZED"
        page = self._store.rows(
            f"WITH found AS {kept} ({found}) SELECT (SELECT count(*) FROM found) AS total,"  # noqa: S608 - fixed text
            " (SELECT json_group_array(sku_id) FROM"
            "   (SELECT sku_id FROM found ORDER BY sku_code LIMIT :limit OFFSET :offset)) AS ids",
            values,
        )[0]
        rows = self._store.rows(
            _SKU_ROWS.format(
                "SELECT s.* FROM json_each(?) AS f CROSS JOIN ts_sku AS s ON s.sku_id = f.value ORDER BY s.sku_code"
            ),
            (page["ids"],),
        )
        return tuple(_sku(row, negative) for row in rows), page["total"]

    def find_sku(self, company_id: int, code: str, negative: Negative) -> Sku | None:
        """The SKU of exactly this code."""
        if not is_code(code):
            return None
        row = self._store.row(
            _SKU_ROWS.format("SELECT * FROM ts_sku WHERE company_id = ? AND sku_code = ?"), (company_id, code)
        )
        return None if row is None else _sku(row, negative)

    def codes_beginning(self, company_id: int, text: str, limit: int) -> tuple[str, ...]:
        """The first SKU codes that begin with a text, by code."""
        rows = self._store.rows(
            "SELECT sku_code FROM ts_sku WHERE company_id = ? AND sku_code >= ? AND sku_code < ?"
            " ORDER BY sku_code LIMIT ?",
            (company_id, text, text + "\U0010ffff", limit),
        )
        return tuple(row["sku_code"] for row in rows)


def _found_skus(search: str, *, of_one_product: bool) -> str:
    """SQL for id and code of SKUs: of :company or of :product, those that :like is found in."""
    if of_one_product:
        # The unary plus keeps the index of SKU codes out: a product has a few SKUs, its company a million.
        whose = (
            "SELECT s.sku_id, s.sku_code FROM ts_sku AS s WHERE s.product_id = :product AND +s.company_id = :company"
        )
    else:
        whose = "SELECT s.sku_id, s.sku_code FROM ts_sku AS s WHERE s.company_id = :company"
    if not search:
        return whose
    # The codes are read along their index, and the few products found lead to their SKUs: joining each of a million
    # SKUs to its product to look at the name takes seconds.
    return (
        f"{whose} AND s.sku_code LIKE :like ESCAPE '\\'"  # noqa: S608 - fixed text
        " UNION SELECT s.sku_id, s.sku_code FROM ts_product AS p CROSS JOIN ts_sku AS s USING (product_id)"
        " WHERE p.company_id = :company AND (p.product_code LIKE :like ESCAPE '\\' OR p.name LIKE :like ESCAPE '\\')"
        + (" AND p.product_id = :product" if of_one_product else "")
    )


def _sku(row: sqlite3.Row, negative: Negative) -> Sku:
    shops = tuple(SkuShop(code, bool(carried), bool(linked)) for code, carried, linked in json.loads(row["shops"]))
    return Sku(
        *(row["sku_code"], row["product_code"], row["name"], row["attribute1"], row["attribute2"]),
        *(row["sellable"], row["held_back"], compute_stock(row["sellable"], row["held_back"], negative)),
        shops=shops,
    )


def _like(search: str) -> str:
    storable = search.encode("utf-8", "replace").decode()
    escaped = storable.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
