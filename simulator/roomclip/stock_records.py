"""Stock of variants: SQL, set by set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from simulator.roomclip.changes import Changes
from simulator.roomclip.listing import MAX_NUMBER
from simulator.roomclip.sent_stock import seconds_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from simulator.roomclip.sales import StockPlan
    from simulator.store import Store

_BITS = 30
"""A stock has so many: one JSON number holds a variant's id and, below it, its stock."""
_STOCK = (1 << _BITS) - 1
assert MAX_NUMBER <= _STOCK  # noqa: S101 - what the packing stands on


class StockRecords:
    """Reads and writes the stock of variants by their ids."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes = Changes(store)

    def holders(self, shop_id: str, codes: Collection[str]) -> Sequence[tuple[str, int, int]]:
        """The variants that have one of the codes, as (code, id, stock); others may be among them."""
        # Codes that lie close together are found in one walk through the index, the others one by one.
        beside = self._store.tuples(
            "SELECT code, variant_id, stock FROM rc_variant"
            " WHERE shop_id = ? AND deleted = 0 AND code BETWEEN ? AND ? LIMIT ?",
            (int(shop_id), min(codes), max(codes), 2 * len(codes) + 1),
        )
        if len(beside) <= 2 * len(codes):
            return beside
        return self._store.tuples(
            "SELECT v.code, v.variant_id, v.stock FROM json_each(?) wanted"
            " CROSS JOIN rc_variant v ON v.shop_id = ? AND v.deleted = 0 AND v.code = wanted.value",
            (orjson.dumps(list(codes)).decode(), int(shop_id)),
        )

    def set_by_hand(self, shop_id: str, variant_id: int, stock: int, revision: int) -> None:
        """Absolute stock of one variant, as the merchant says it."""
        self._store.execute(
            "UPDATE rc_variant SET stock = ?, revision = ? WHERE variant_id = ?", (stock, revision, variant_id)
        )
        self._changes.note(shop_id, revision, [variant_id])
        self.renew_in_stock_of([variant_id])

    def carry_out(self, shop_id: str, plan: StockPlan, revision: int, sent_at: datetime) -> None:
        """Absolute stock as it was sent from outside, and that it was sent."""
        self._store.execute(
            f"UPDATE rc_variant SET stock = w.value & {_STOCK}, sent_stock = w.value & {_STOCK}, revision = ?1,"  # noqa: S608 - fixed text
            f" linked_at = ?2, sent_at = ?2 FROM json_each(?3) w WHERE variant_id = w.value >> {_BITS}",
            (revision, seconds_of(sent_at), _packed(plan.writes)),
        )
        self._changes.note(shop_id, revision, [variant_id for variant_id, _ in plan.writes])
        self.renew_in_stock_of(plan.turned)

    def keep_sent(self, levels: Sequence[tuple[int, int]], sent_at: datetime) -> None:
        """That a number was sent to variants which had it already, or are not to take it."""
        if levels:
            self._store.execute(
                f"UPDATE rc_variant SET sent_stock = w.value & {_STOCK}, sent_at = ?"  # noqa: S608 - fixed text
                f" FROM json_each(?) w WHERE variant_id = w.value >> {_BITS}",
                (seconds_of(sent_at), _packed(levels)),
            )

    def move(self, shop_id: str, moves: Sequence[tuple[str, int]], revision: int) -> None:
        """Add to stock by variant id (negative: take away); variants that are gone are passed over."""
        self._store.execute_many(
            "UPDATE rc_variant SET stock = min(stock + ?, ?), revision = ?"
            " WHERE variant_id = ? AND shop_id = ? AND deleted = 0",
            [(quantity, MAX_NUMBER, revision, int(variant_id), int(shop_id)) for variant_id, quantity in moves],
        )
        moved = [int(variant_id) for variant_id, _ in moves]
        self._changes.note(shop_id, revision, moved)
        self.renew_in_stock_of(moved)

    def renew_in_stock_of(self, variant_ids: Sequence[int]) -> None:
        """Note at the items of these variants whether anything is left."""
        if variant_ids:
            rows = self._store.tuples(
                "SELECT DISTINCT v.item_id FROM json_each(?) wanted"
                " CROSS JOIN rc_variant v ON v.variant_id = wanted.value",
                (orjson.dumps(variant_ids).decode(),),
            )
            self.renew_in_stock([item_id for (item_id,) in rows])

    def renew_in_stock(self, item_ids: Sequence[int]) -> None:
        """Note at the items whether anything of them is left: pages could not ask every variant. Rows that hold it
        already are not written."""
        left = "EXISTS (SELECT 1 FROM rc_variant v WHERE v.item_id = rc_item.item_id AND v.deleted = 0 AND v.stock > 0)"
        self._store.execute(
            f"UPDATE rc_item SET in_stock = NOT in_stock"  # noqa: S608 - fixed text
            f" WHERE item_id IN (SELECT value FROM json_each(?)) AND in_stock <> {left}",
            (orjson.dumps(item_ids).decode(),),
        )


def _packed(levels: Sequence[tuple[int, int]]) -> str:
    return orjson.dumps([(variant_id << _BITS) | stock for variant_id, stock in levels]).decode()
