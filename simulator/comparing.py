"""Both ends compared SKU by SKU, in the store: one walk over the linked SKUs of a shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.config import Negative

if TYPE_CHECKING:
    from simulator.store import Store


@dataclass(frozen=True, slots=True)
class Compared:
    """How many linked SKUs have the same number at both ends, and how many do not: other number, no such code, or one
    that several variants have."""

    same: int
    differing: int


def compare(store: Store, shop_code: str, roomclip_shop: str, negative: Negative, limit: int) -> Compared:
    """Compare the first `limit` SKUs that are carried and linked for a shop with a RoomClip shop's variants."""
    stock = "s.sellable - s.held_back"
    wanted = f"max(0, {stock})" if negative is Negative.CLAMP else stock
    held = "FROM rc_variant AS v WHERE v.shop_id = :roomclip AND v.deleted = 0 AND v.code = s.sku_code"
    row = store.rows(
        "SELECT count(*) AS total, coalesce(sum(holders = 1 AND held = wanted), 0) AS same"  # noqa: S608 - fixed text
        f" FROM (SELECT {wanted} AS wanted, (SELECT count(*) {held}) AS holders, (SELECT max(stock) {held}) AS held"
        " FROM ts_linked AS l CROSS JOIN ts_sku AS s ON s.sku_id = l.sku_id"
        " CROSS JOIN ts_carried AS c ON c.shop_code = l.shop_code AND c.product_id = s.product_id"
        " WHERE l.shop_code = :shop LIMIT :limit)",
        {"shop": shop_code, "roomclip": int(roomclip_shop), "limit": limit},
    )[0]
    return Compared(row["same"], row["total"] - row["same"])
