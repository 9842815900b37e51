"""Rows of items and variants: SQL, set by set."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.roomclip.changes import Changes
from simulator.roomclip.item_file import Reason, item_problem
from simulator.roomclip.item_lists import CatalogueStanding, ImportRecord
from simulator.roomclip.listing import Item, ItemInput, ItemKind, ListingStatus, Variant
from simulator.roomclip.records import number_of
from simulator.roomclip.sent_stock import SentStock
from simulator.roomclip.stock_records import StockRecords
from simulator.roomclip.variant_pages import VARIANTS, variant_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from simulator.store import Store


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the shop has of an item that is registered again."""

    item_id: int
    kind: ItemKind
    variants: dict[tuple[str, str], int]


class ItemRecords:
    """Reads and writes items. Every write stamps the revision given."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes = Changes(store)
        self._stock = StockRecords(store)
        self._sent = SentStock(store)

    # ------------------------------------------------------------------ reading

    def known(self, shop_id: str, item_numbers: Iterable[str]) -> dict[str, KnownItem]:
        """The items of these numbers that the shop has, with the variant ids by colour and size."""
        found: dict[str, KnownItem] = {}
        for row in self._store.rows(
            "SELECT i.item_number, i.item_id, i.kind, v.colour, v.size, v.variant_id"
            " FROM json_each(?) wanted"
            " CROSS JOIN rc_item i ON i.shop_id = ? AND i.deleted = 0 AND i.item_number = wanted.value"
            " JOIN rc_variant v ON v.item_id = i.item_id AND v.deleted = 0",
            (json.dumps(list(item_numbers)), int(shop_id)),
        ):
            item = found.setdefault(row["item_number"], KnownItem(row["item_id"], ItemKind(row["kind"]), {}))
            item.variants[row["colour"], row["size"]] = row["variant_id"]
        return found

    def ambiguous(self, shop_id: str, codes: Iterable[str]) -> set[str]:
        """Which of the codes more than one variant has."""
        rows = self._store.rows(
            "SELECT wanted.value AS code FROM json_each(?) wanted"
            " JOIN rc_variant v ON v.shop_id = ? AND v.deleted = 0 AND v.code = wanted.value"
            " GROUP BY wanted.value HAVING count(DISTINCT v.variant_id) > 1",
            (json.dumps(list(dict.fromkeys(codes))), int(shop_id)),
        )
        return {row["code"] for row in rows}

    def standing(self, shop_id: str) -> CatalogueStanding:
        """How far the shop's catalogue is; each question ends at the first row found or counts within an index."""
        shop = int(shop_id)
        by_status = {
            ListingStatus(row["status"]): int(row["n"])
            for row in self._store.rows(
                "SELECT status, count(*) AS n FROM rc_item WHERE shop_id = ? AND deleted = 0 GROUP BY status", (shop,)
            )
        }
        found = self._store.row(
            "SELECT EXISTS (SELECT 1 FROM rc_variant WHERE shop_id = ? AND deleted = 0 AND code IS NOT NULL) AS coded,"
            " EXISTS (SELECT 1 FROM rc_variant WHERE shop_id = ? AND deleted = 0 AND code IS NULL) AS blank",
            (shop, shop),
        )
        coded, blank = (False, False) if found is None else (bool(found["coded"]), bool(found["blank"]))
        return CatalogueStanding(by_status, coded, blank)

    def variant(self, shop_id: str, variant_id: str) -> Variant | None:
        """One variant, None when the shop has none of that id."""
        row = self._store.row(
            f"{VARIANTS} WHERE v.variant_id = ? AND v.shop_id = ? AND v.deleted = 0",
            (number_of("variant", variant_id), int(shop_id)),
        )
        return None if row is None else variant_of(row)

    def codes_beginning(self, shop_id: str, text: str, limit: int) -> tuple[str, ...]:
        """The first codes that begin with a text, each once, by code."""
        rows = self._store.rows(
            "SELECT DISTINCT code FROM rc_variant WHERE shop_id = ? AND deleted = 0 AND code >= ? AND code < ?"
            " ORDER BY code LIMIT ?",
            (int(shop_id), text, text + "\U0010ffff", limit),
        )
        return tuple(row["code"] for row in rows)

    def levels(self, shop_id: str) -> dict[str, int]:
        """Stock by code, of the codes that exactly one variant has."""
        rows = self._store.rows(
            "SELECT code, max(stock) AS stock FROM rc_variant WHERE shop_id = ? AND deleted = 0 AND code IS NOT NULL"
            " GROUP BY code HAVING count(*) = 1",
            (int(shop_id),),
        )
        return {row["code"]: row["stock"] for row in rows}

    def items(
        self,
        shop_id: str,
        *,
        search: str,
        status: ListingStatus | None,
        in_stock: bool | None,
        beginning: int,
        limit: int,
    ) -> tuple[tuple[Item, ...], int]:
        """A stretch of the items whose number, name or a code holds `search`, oldest first, and how many there are.
        `in_stock`: only items of which something, or nothing, is left."""
        conditions, values = ["shop_id = ?", "deleted = 0"], list[object]([int(shop_id)])
        if in_stock is not None:
            conditions.append("in_stock = ?")
            values.append(int(in_stock))
        if status is not None:
            conditions.append("status = ?")
            values.append(status)
        # Numbers first, rows then: counting and passing over what lies before the page stay within an index. A search
        # has to read every name and code, so it is made once, for both.
        if search:
            found = [row["item_id"] for row in self._store.rows(*_searched(conditions, values, search, int(shop_id)))]
            ids, total = found[beginning : beginning + limit], len(found)
        else:
            chosen = f"FROM rc_item WHERE {' AND '.join(conditions)}"
            page = f"SELECT item_id {chosen} ORDER BY item_id LIMIT ? OFFSET ?"
            ids = [row["item_id"] for row in self._store.rows(page, (*values, limit, beginning))]
            counted = self._store.row(f"SELECT count(*) AS total {chosen}", values)
            total = 0 if counted is None else int(counted["total"])
        rows = self._store.rows(
            "SELECT * FROM rc_item WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY item_id",
            (json.dumps(ids),),
        )
        return self._with_variants(rows), total

    def item(self, shop_id: str, item_number: str) -> Item | None:
        """One item, None when the shop has none of that number."""
        rows = self._store.rows(
            "SELECT * FROM rc_item WHERE shop_id = ? AND item_number = ? AND deleted = 0", (int(shop_id), item_number)
        )
        return self._with_variants(rows)[0] if rows else None

    # ------------------------------------------------------------------ writing

    def insert(self, shop_id: str, items: Sequence[ItemInput], revision: int) -> None:
        """Add items that are not there yet, with their variants and stock."""
        self._store.execute_many(
            "INSERT INTO rc_item (shop_id, item_number, name, kind, status, in_stock) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (int(shop_id), item.item_number, item.name, item.kind, item.status, any(v.stock for v in item.variants))
                for item in items
            ],
        )
        rows = self._store.rows(
            "SELECT i.item_number, i.item_id FROM json_each(?) wanted"
            " CROSS JOIN rc_item i ON i.shop_id = ? AND i.deleted = 0 AND i.item_number = wanted.value",
            (json.dumps([item.item_number for item in items]), int(shop_id)),
        )
        ids = {row["item_number"]: row["item_id"] for row in rows}
        self._insert_variants(
            (int(shop_id), ids[item.item_number], v.code, v.colour, v.size, v.price, v.stock, revision)
            for item in items
            for v in item.variants
        )
        self._changes.note(shop_id, revision, self._variants_of(list(ids.values())))

    def update(self, shop_id: str, items: Sequence[ItemInput], known: dict[str, KnownItem], revision: int) -> None:
        """Change items that are there: name, status, codes and prices; the stock of variants that exist stays."""
        self._store.execute_many(
            "UPDATE rc_item SET name = ?, status = ? WHERE item_id = ?",
            [(item.name, item.status, known[item.item_number].item_id) for item in items],
        )
        self._store.execute_many(
            "UPDATE rc_variant SET revision = ? WHERE item_id = ? AND deleted = 0",
            [(revision, known[item.item_number].item_id) for item in items],
        )
        self._sent.set_aside(
            (variant_id, v.code)
            for item in items
            for v in item.variants
            if (variant_id := known[item.item_number].variants.get(v.option)) is not None
        )
        self._store.execute_many(
            "UPDATE rc_variant SET code = ?, price = ? WHERE variant_id = ?",
            [
                (v.code, v.price, variant_id)
                for item in items
                for v in item.variants
                if (variant_id := known[item.item_number].variants.get(v.option)) is not None
            ],
        )
        self._insert_variants(
            (int(shop_id), known[item.item_number].item_id, v.code, v.colour, v.size, v.price, v.stock, revision)
            for item in items
            for v in item.variants
            if v.option not in known[item.item_number].variants
        )
        grown = [item for item in items if any(v.option not in known[item.item_number].variants for v in item.variants)]
        self._stock.renew_in_stock([known[item.item_number].item_id for item in grown])
        self._changes.note(shop_id, revision, self._variants_of([known[item.item_number].item_id for item in items]))

    def set_status(self, shop_id: str, item_id: int, status: ListingStatus, revision: int) -> None:
        """Change one item's 出品ステータス."""
        self._store.execute("UPDATE rc_item SET status = ? WHERE item_id = ?", (status, item_id))
        self._changes.note(shop_id, revision, self._variants_of([item_id]))
        self._store.execute("UPDATE rc_variant SET revision = ? WHERE item_id = ? AND deleted = 0", (revision, item_id))

    def delete(self, shop_id: str, item_id: int, revision: int) -> None:
        """Take one item out of the shop; its rows stay for those who ask what changed."""
        gone = self._variants_of([item_id])
        self._changes.note(shop_id, revision, gone)
        self._sent.set_aside((variant_id, None) for variant_id in gone)
        self._store.execute("UPDATE rc_item SET deleted = 1 WHERE item_id = ?", (item_id,))
        self._store.execute(
            "UPDATE rc_variant SET deleted = 1, revision = ? WHERE item_id = ? AND deleted = 0", (revision, item_id)
        )

    def keep_import(self, shop_id: str, record: ImportRecord) -> None:
        """Remember the shop's last import."""
        report = {
            "imported": record.imported,
            "warned": record.warned,
            "warnings": [(one.row, one.column, one.value, one.reason) for one in record.warnings],
        }
        self._store.execute(
            "INSERT OR REPLACE INTO rc_import VALUES (?, ?, ?, ?)",
            (int(shop_id), record.imported_at.isoformat(), record.file_name, json.dumps(report, ensure_ascii=False)),
        )

    def last_import(self, shop_id: str) -> ImportRecord | None:
        """The shop's last import, None before the first."""
        row = self._store.row("SELECT * FROM rc_import WHERE shop_id = ?", (int(shop_id),))
        if row is None:
            return None
        report = json.loads(row["report"])
        warnings = tuple(
            item_problem(row, column, value, Reason(reason)) for row, column, value, reason in report["warnings"]
        )
        return ImportRecord(
            datetime.fromisoformat(row["imported_at"]), row["file_name"], report["imported"], report["warned"], warnings
        )

    # ------------------------------------------------------------------ inside

    def _variants_of(self, item_ids: Sequence[int]) -> list[int]:
        rows = self._store.tuples(
            "SELECT v.variant_id FROM json_each(?) wanted CROSS JOIN rc_variant v ON v.item_id = wanted.value"
            " WHERE v.deleted = 0",
            (json.dumps(item_ids),),
        )
        return [variant_id for (variant_id,) in rows]

    def _insert_variants(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._store.execute_many(
            "INSERT INTO rc_variant (shop_id, item_id, code, colour, size, price, stock, revision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def _with_variants(self, rows: Sequence[sqlite3.Row]) -> tuple[Item, ...]:
        variants: dict[int, list[Variant]] = {row["item_id"]: [] for row in rows}
        for row in self._store.rows(
            f"{VARIANTS} JOIN json_each(?) wanted ON wanted.value = v.item_id WHERE v.deleted = 0 ORDER BY variant_id",
            (json.dumps(list(variants)),),
        ):
            variants[row["item_id"]].append(variant_of(row))
        return tuple(
            Item(
                row["item_number"],
                row["name"],
                ListingStatus(row["status"]),
                ItemKind(row["kind"]),
                tuple(variants[row["item_id"]]),
            )
            for row in rows
        )


def _searched(
    conditions: Sequence[str], values: Sequence[object], search: str, shop_id: int
) -> tuple[str, tuple[object, ...]]:
    """The query, with its values, for the items of which number, name or a code holds `search`, oldest first."""
    by_code = "SELECT item_id FROM rc_variant WHERE shop_id = ? AND deleted = 0 AND instr(code, ?)"
    sql = (
        f"SELECT item_id FROM rc_item WHERE {' AND '.join(conditions)}"  # noqa: S608 - fixed text
        f" AND (instr(item_number, ?) OR instr(name, ?) OR item_id IN ({by_code})) ORDER BY item_id"
    )
    return sql, (*values, search, search, shop_id, search)
