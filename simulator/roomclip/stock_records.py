"""Stock of variants: SQL, set by set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from simulator.roomclip.changes import Changes
from simulator.roomclip.listing import MAX_NUMBER
from simulator.roomclip.sales import Holders
from simulator.roomclip.sent_stock import seconds_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from simulator.roomclip.sales import StockPlan, VariantLevels
    from simulator.store import Store

_BITS = 30
"""A stock has so many: one JSON number holds a variant's id and, below it, its stock."""
_STOCK = (1 << _BITS) - 1
assert MAX_NUMBER <= _STOCK  # noqa: S101 - what the packing stands on
# Every variant named is there, so that nothing is inserted: an upsert takes three quarters of what UPDATE FROM takes.
_EACH = (
    "INSERT INTO rc_variant (variant_id, stock, shop_id, item_id, colour, size, price, revision)"  # noqa: S608 - fixed text
    f" SELECT value >> {_BITS}, value & {_STOCK}, 0, 0, '', '', 0, 0 FROM json_each(?1) WHERE true"
    " ON CONFLICT (variant_id) DO UPDATE SET"
)


class StockRecords:
    """Reads and writes the stock of variants by their ids."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes = Changes(store)

    def holders(self, shop_id: str, codes: Sequence[str]) -> Holders:
        """The variants that have one of the codes; others may be among them."""
        # Codes that lie close together are found in one walk through the index, the others one by one.
        beside = self._holders(
            "SELECT code, variant_id, stock FROM rc_variant"
            " WHERE shop_id = ? AND deleted = 0 AND code BETWEEN ? AND ? LIMIT ?",
            (int(shop_id), min(codes), max(codes), 2 * len(codes) + 1),
        )
        if len(beside.codes) <= 2 * len(codes):
            return beside
        return self._holders(
            "SELECT v.code, v.variant_id, v.stock FROM json_each(?) wanted"
            " CROSS JOIN rc_variant v ON v.shop_id = ? AND v.deleted = 0 AND v.code = wanted.value",
            (orjson.dumps(codes).decode(), int(shop_id)),
        )

    def _holders(self, sql: str, values: Sequence[object]) -> Holders:
        # A column as JSON made in the store costs less than its values one by one.
        [columns] = self._store.tuples(
            "SELECT json_group_array(code), json_group_array(variant_id), json_group_array(stock)"  # noqa: S608 - fixed text
            f" FROM ({sql})",
            values,
        )
        return Holders(*map(orjson.loads, columns))

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
            f"{_EACH} stock = excluded.stock, sent_stock = excluded.stock, revision = ?2, linked_at = ?3, sent_at = ?3",
            (_packed(plan.writes), revision, seconds_of(sent_at)),
        )
        self._changes.note(shop_id, revision, plan.writes.variant_ids)
        self.renew_in_stock_of(plan.turned)

    def keep_sent(self, levels: VariantLevels, sent_at: datetime) -> None:
        """That a number was sent to variants which had it already, or are not to take it."""
        if levels.variant_ids:
            self._store.execute(
                f"{_EACH} sent_stock = excluded.stock, sent_at = ?2", (_packed(levels), seconds_of(sent_at))
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


def _packed(levels: VariantLevels) -> str:
    rows = zip(levels.variant_ids, levels.stocks, strict=True)
    return orjson.dumps([(variant_id << _BITS) | stock for variant_id, stock in rows]).decode()
