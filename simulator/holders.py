"""Who has a code, at either end, found in the store: a lab may have thousands of shops, and a page shows a few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.store import Store

# CROSS JOIN keeps these orders: each shop or company is asked along an index for the one code.
_AT_TEMPOSTAR = (
    "FROM ts_company AS o CROSS JOIN ts_sku AS s ON s.company_id = o.company_id AND s.sku_code = :code"
    " CROSS JOIN ts_shop AS h ON h.company_id = o.company_id"
)
_AT_ROOMCLIP = "FROM rc_shop AS r CROSS JOIN rc_variant AS v ON v.shop_id = r.shop_id AND v.deleted = 0 AND v.code"


@dataclass(frozen=True, slots=True)
class Holders:
    """A part of TEMPOSTAR's shops that a code is about, by shop code, and how many these are."""

    shop_codes: tuple[str, ...]
    total: int


def find_holders(store: Store, code: str, *, limit: int, offset: int) -> Holders:
    """The shops whose company has the SKU, or whose RoomClip shop has a variant of the code; those that carry or link
    it, or have the variant, come first."""
    rows = store.rows(
        "SELECT shop_code, max(concerned) AS concerned, count(*) OVER () AS total FROM ("  # noqa: S608 - fixed text
        "SELECT h.shop_code, EXISTS (SELECT 1 FROM ts_linked AS l WHERE l.shop_code = h.shop_code"
        " AND l.sku_id = s.sku_id) OR EXISTS (SELECT 1 FROM ts_carried AS c WHERE c.shop_code = h.shop_code"
        f" AND c.product_id = s.product_id) AS concerned {_AT_TEMPOSTAR}"
        f" UNION ALL SELECT h.shop_code, 1 {_AT_ROOMCLIP} = :code"
        " CROSS JOIN rc_linkage AS k ON k.shop_id = r.shop_id AND k.saved_at IS NOT NULL"
        " CROSS JOIN ts_shop AS h ON h.shop_code = k.shop_code"
        ") GROUP BY shop_code ORDER BY concerned DESC, shop_code LIMIT :limit OFFSET :offset",
        {"code": code, "limit": limit, "offset": offset},
    )
    if not rows and offset:  # beyond the last one: how many there are is told all the same
        return Holders((), find_holders(store, code, limit=1, offset=0).total)
    return Holders(tuple(row["shop_code"] for row in rows), rows[0]["total"] if rows else 0)


def find_variants(store: Store, code: str, *, limit: int) -> tuple[tuple[str, str], ...]:
    """The first variants of a code in whatever RoomClip shop: shop id and the variant's number."""
    rows = store.rows(
        f"SELECT v.shop_id, v.variant_id {_AT_ROOMCLIP} = :code ORDER BY r.shop_id LIMIT :limit",
        {"code": code, "limit": limit},
    )
    return tuple((str(row["shop_id"]), str(row["variant_id"])) for row in rows)


def codes_beginning(store: Store, text: str, *, limit: int) -> tuple[str, ...]:
    """Some codes of either end that begin with a text, sorted: the first ones of the first companies and shops that
    have any."""
    values = {"text": text, "end": text + "\U0010ffff", "limit": limit}
    rows = store.rows(
        "SELECT DISTINCT s.sku_code AS code FROM ts_company AS o CROSS JOIN ts_sku AS s"
        " ON s.company_id = o.company_id AND s.sku_code >= :text AND s.sku_code < :end LIMIT :limit",
        values,
    )
    others = store.rows(
        f"SELECT DISTINCT v.code {_AT_ROOMCLIP} >= :text AND v.code < :end LIMIT :limit",
        values,
    )
    return tuple(sorted({row["code"] for row in (*rows, *others)})[:limit])
