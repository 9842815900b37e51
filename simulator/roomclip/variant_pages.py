"""Pages of a shop's variants: as values, and as the JSON that the shop API answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from simulator.roomclip.changes import CHANGED, Changes
from simulator.roomclip.listing import ListingStatus, Variant
from simulator.roomclip.records import variant_id_of
from simulator.roomclip.sent_stock import moment_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from simulator.store import Store

VARIANTS = (
    "SELECT v.variant_id, v.code, v.stock, v.colour, v.size, v.price, v.deleted, v.linked_at, v.item_id,"
    " i.item_number, i.name, i.status FROM rc_variant v JOIN rc_item i USING (item_id)"
)
"""The rows that `variant_of` reads."""
# JSON made in the store, from no more columns than it has: a page of 10,000 as values would cost several times as much.
_NARROW = "SELECT v.variant_id, v.code, v.stock, v.deleted, i.status FROM rc_variant v JOIN rc_item i USING (item_id)"
_OBJECT = (
    "json_object('variant_id', printf('%010d', variant_id), 'variant_code', code, 'stock', stock,"
    " 'listing_status', status{more})"
)
_PRESENT = _OBJECT.format(more="")
_DELETED = _OBJECT.format(more=", 'deleted', json('true')")
_CHANGED = f"json(iif(deleted, {_DELETED}, {_PRESENT}))"


class VariantPages:
    """Reads variants by id, at most so many with an id above `beyond`; with `changed_after` only what changed after
    that revision, deleted ones too; with `codes` only these, exactly."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes = Changes(store)

    def values(
        self, shop_id: str, *, beyond: int, limit: int, changed_after: int | None, codes: Collection[str]
    ) -> tuple[Variant, ...]:
        """A page as values."""
        wanted, values = self._wanted(shop_id, beyond, changed_after, codes)
        return tuple(variant_of(row) for row in self._store.rows(f"{VARIANTS} {wanted}", (*values, limit)))

    def as_json(
        self, shop_id: str, *, beyond: int, limit: int, changed_after: int | None, codes: Collection[str]
    ) -> tuple[bytes, int | None]:
        """A page as a JSON array in UTF-8, and the last id on it when there are more beyond it."""
        wanted, values = self._wanted(shop_id, beyond, changed_after, codes)
        one = _PRESENT if changed_after is None else _CHANGED
        row = self._store.rows(
            f"SELECT CAST(json_group_array({one}) AS BLOB) AS variants, max(variant_id) AS last, count(*) AS n"  # noqa: S608 - fixed text
            f" FROM ({_NARROW} {wanted})",
            (*values, limit),
        )[0]
        if row["n"] < limit:
            return row["variants"], None
        further = self.values(shop_id, beyond=row["last"], limit=1, changed_after=changed_after, codes=codes)
        return row["variants"], row["last"] if further else None

    def _wanted(
        self, shop_id: str, beyond: int, changed_after: int | None, codes: Collection[str]
    ) -> tuple[str, list[object]]:
        # A unary plus takes a column's index away. Few rows: find them by code or among the changes, then sort. Many:
        # walk them in the order of their ids, so that no page sorts what the next one sorts again.
        shop, values = int(shop_id), list[object]()
        few_changes = changed_after is not None and self._changes.are_few(shop_id, changed_after)
        if codes:
            conditions = ["v.shop_id = ?", "+v.variant_id > ?", "v.code IN (SELECT value FROM json_each(?))"]
            # json_each ends a text at NUL; no registered code holds one.
            values += [shop, beyond, orjson.dumps([code for code in codes if "\0" not in code]).decode()]
        elif few_changes:
            conditions = ["+v.shop_id = ?", "+v.variant_id > ?", f"v.variant_id IN ({CHANGED})"]
            values += [shop, beyond, shop, changed_after]
        else:
            conditions = ["v.shop_id = ?", "v.variant_id > ?"]
            values += [shop, beyond]
        if changed_after is None:
            conditions.append("v.deleted = 0")
        else:
            conditions.append("v.deleted IN (0, 1) AND v.revision > ?" if codes else "v.revision > ?")
            values.append(changed_after)
        by_id = "+v.variant_id" if codes else "v.variant_id"
        return f"WHERE {' AND '.join(conditions)} ORDER BY {by_id} LIMIT ?", values


def variant_of(row: sqlite3.Row) -> Variant:
    """The variant of a row of VARIANTS."""
    return Variant(
        variant_id_of(row["variant_id"]),
        row["code"],
        row["stock"],
        ListingStatus(row["status"]),
        row["item_number"],
        row["name"],
        row["colour"],
        row["size"],
        row["price"],
        bool(row["deleted"]),
        None if row["linked_at"] is None else moment_of(row["linked_at"]),
    )
