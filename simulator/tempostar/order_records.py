"""The SQL on orders taken in, and on the stock that they lower."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.tempostar.orders import Amounts, OrderLine, OrderWarning, Progress, TempostarOrder
from simulator.tempostar.stock import LOWEST

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence

    from simulator.store import Store


class OrderRecords:
    """Reads and writes orders. Knows no rules: callers have checked what they hand over."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_number(self) -> int:
        """The システム受注番号 of the next order."""
        return int(self._store.rows("SELECT coalesce(max(order_no), 0) + 1 AS next FROM ts_order")[0]["next"])

    def add(self, company_id: int, order: TempostarOrder) -> None:
        """A new order with its lines."""
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO ts_order VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(order.system_order_number, company_id, order.shop_code, order.shop_order_number),
                    *(order.ordered_at.isoformat(), order.taken_in_at.isoformat(), order.buyer_name),
                    *(order.payment, order.payment_name, order.carrier, order.carrier_name),
                    *(json.dumps(order.warnings), order.progress, json.dumps(dataclasses.astuple(order.amounts))),
                ),
            )
            self._store.execute_many(
                "INSERT INTO ts_order_line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        *(order.system_order_number, number, line.sku_code, line.name, line.option),
                        *(line.quantity, line.unit_price, int(line.matched), int(line.lowered)),
                    )
                    for number, line in enumerate(order.lines, 1)
                ),
            )

    def known(self, shop_order_numbers: Collection[str]) -> frozenset[str]:
        """Those ショップ受注番号 of the given ones that were taken in before."""
        rows = self._store.rows(
            "SELECT shop_order_number AS number FROM json_each(?) AS wanted"
            " CROSS JOIN ts_order ON shop_order_number = wanted.value",
            (json.dumps(list(shop_order_numbers)),),
        )
        return frozenset(row["number"] for row in rows)

    def reflected_skus(self, shop_code: str, sku_ids: Collection[int]) -> frozenset[int]:
        """Those of the SKUs that the shop carries and has linked."""
        rows = self._store.rows(
            "SELECT s.sku_id FROM json_each(:ids) AS wanted CROSS JOIN ts_sku AS s ON s.sku_id = wanted.value"
            " CROSS JOIN ts_linked AS l ON l.shop_code = :shop AND l.sku_id = s.sku_id"
            " CROSS JOIN ts_carried AS c ON c.shop_code = :shop AND c.product_id = s.product_id",
            {"shop": shop_code, "ids": json.dumps(list(sku_ids))},
        )
        return frozenset(row["sku_id"] for row in rows)

    def lower_stock(self, quantities: Mapping[int, int]) -> None:
        """Take from 想定在庫数 of each SKU, down to the lowest that there is."""
        self._store.execute_many(
            "UPDATE ts_sku SET sellable = max(?, sellable - ?) WHERE sku_id = ?",
            ((LOWEST, quantity, sku_id) for sku_id, quantity in quantities.items()),
        )

    def orders(
        self, company_id: int, shop_code: str | None, limit: int, offset: int
    ) -> tuple[tuple[TempostarOrder, ...], int]:
        """Orders of a company, or of one of its shops, the last one first, and how many there are."""
        where = "company_id = :company" + (" AND shop_code = :shop" if shop_code is not None else "")
        values = {"company": company_id, "shop": shop_code, "limit": limit, "offset": offset}
        total = self._store.rows(f"SELECT count(*) AS n FROM ts_order WHERE {where}", values)[0]["n"]  # noqa: S608 - fixed text
        rows = self._store.rows(
            f"SELECT * FROM ts_order WHERE {where} ORDER BY order_no DESC LIMIT :limit OFFSET :offset",  # noqa: S608 - fixed text
            values,
        )
        lines: dict[int, list[OrderLine]] = {row["order_no"]: [] for row in rows}
        for row in self._store.rows(
            "SELECT l.* FROM json_each(?) AS wanted CROSS JOIN ts_order_line AS l ON l.order_no = wanted.value"
            " ORDER BY l.order_no, l.line_no",
            (json.dumps(list(lines)),),
        ):
            lines[row["order_no"]].append(_line(row))
        return tuple(_order(row, lines[row["order_no"]]) for row in rows), total


def _line(row: sqlite3.Row) -> OrderLine:
    return OrderLine(
        *(row["sku_code"], row["name"], row["option"], row["quantity"], row["unit_price"]),
        matched=bool(row["matched"]),
        lowered=bool(row["lowered"]),
    )


def _order(row: sqlite3.Row, lines: Sequence[OrderLine]) -> TempostarOrder:
    return TempostarOrder(
        *(row["order_no"], row["shop_code"], row["shop_order_number"]),
        *(datetime.fromisoformat(row["ordered_at"]), datetime.fromisoformat(row["taken_in_at"]), row["buyer_name"]),
        *(row["payment"], row["payment_name"], row["carrier"], row["carrier_name"]),
        warnings=tuple(OrderWarning(one) for one in json.loads(row["warnings"])),
        progress=Progress(row["progress"]),
        amounts=Amounts(*json.loads(row["amounts"])),
        lines=tuple(lines),
    )
