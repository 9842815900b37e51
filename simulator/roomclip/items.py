"""商品管理: registering, importing, changing and listing items."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from simulator.errors import BadFile, BadValue, Conflict, Unknown
from simulator.journal import Service
from simulator.roomclip.floor import JOURNALLED_CODES, Floor
from simulator.roomclip.item_csv import ambiguity_warnings, in_order, kind_problems, parse_items
from simulator.roomclip.item_lists import (
    KEPT_WARNINGS,
    CatalogueStanding,
    ImportRecord,
    ImportReport,
    ItemPage,
    JsonPage,
    VariantPage,
)
from simulator.roomclip.listing import checked_item, checked_number, parse_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.roomclip.item_records import KnownItem
    from simulator.roomclip.listing import Item, ItemInput, ListingStatus, Variant

MAX_PAGE = 10_000
ITEMS_PER_PAGE = 50
MAX_CODES = 10_000
_MAX_REVISION = 2**62
_CURSOR = re.compile(r"([0-9]{1,15}):([0-9]{1,15})", re.ASCII)


class Items(Floor):
    """The shop's catalogue."""

    def register_item(self, shop_id: str, item: ItemInput) -> Item:
        """Add one item (guide 4.1).

        Raises: Unknown shop; BadValue; Conflict when the 商品管理番号 is taken.
        """
        self.shop(shop_id)
        checked = checked_item(item)
        with self._store.transaction():
            if self._items.item(shop_id, checked.item_number) is not None:
                raise Conflict(
                    f"商品管理番号 {checked.item_number!r} is taken.", next_step="Edit that item, or choose another."
                )
            self._items.insert(shop_id, (checked,), self._shops.next_revision(shop_id))
            self._tell_item("item.registered", f"Item {checked.item_number} was registered.", shop_id, checked)
        return self.item(shop_id, checked.item_number)

    def edit_item(self, shop_id: str, item: ItemInput) -> Item:
        """Change an item's name, status, codes and prices. Its stock stays, variants not named stay, new ones are
        added.

        Raises: Unknown; BadValue; Conflict when a 単品 would become 種類あり or back.
        """
        checked = checked_item(item)
        with self._store.transaction():
            present = self.item(shop_id, checked.item_number)
            if present.kind is not checked.kind:
                raise Conflict(
                    f"Item {present.item_number!r} is {present.kind} and cannot become {checked.kind}.",
                    next_step="Register another item.",
                )
            self._write(shop_id, (checked,))
            self._tell_item("item.edited", f"Item {checked.item_number} was edited.", shop_id, checked)
        return self.item(shop_id, checked.item_number)

    def register_items(self, shop_id: str, items: Iterable[ItemInput], *, file_name: str = "", before: int = 0) -> int:
        """Add or update any number of items at once, as an import does, for catalogues made by programs. Returns how
        many. `file_name`: the 商品CSV they stand for, shown as the shop's last import; `before`: items of that file
        that were registered before these.

        Raises: Unknown shop; BadValue; Conflict for a changed kind or a 商品管理番号 given twice.
        """
        self.shop(shop_id)
        checked = tuple(checked_item(item) for item in items)
        numbers = {item.item_number for item in checked}
        if len(numbers) < len(checked):
            raise Conflict("A 商品管理番号 is given twice.", next_step="Give each item once.")
        with self._store.transaction():
            known = self._items.known(shop_id, numbers)
            for item in checked:
                if item.item_number in known and known[item.item_number].kind is not item.kind:
                    raise Conflict(f"Item {item.item_number!r} cannot become {item.kind}.")
            self._write(shop_id, checked, known)
            if file_name:
                record = ImportRecord(self._now(), file_name, before + len(checked), 0, ())
                self._items.keep_import(shop_id, record)
            self._tell_items(shop_id, checked, file_name=file_name, warnings=0)
        return len(checked)

    def import_items(self, shop_id: str, data: bytes, file_name: str = "items.csv") -> ImportReport:
        """Import a 商品CSV (guide 4.2, contract 3), whole or not at all.

        Raises: Unknown shop; BadFile with ItemProblems, row by row.
        """
        self.shop(shop_id)
        parsed = parse_items(data)
        with self._store.transaction():
            known = self._items.known(shop_id, (item.item_number for item in parsed.items))
            kinds = {number: item.kind for number, item in known.items()}
            problems = in_order(parsed.problems + kind_problems(parsed, kinds))
            if problems:
                raise BadFile(file_name, problems)
            items = tuple(checked_item(item) for item in parsed.items)
            self._write(shop_id, items, known)
            ambiguous = self._items.ambiguous(shop_id, (place.code for place in parsed.codes))
            warnings = in_order(parsed.warnings + ambiguity_warnings(parsed, ambiguous))
            self._items.keep_import(
                shop_id, ImportRecord(self._now(), file_name, len(items), len(warnings), warnings[:KEPT_WARNINGS])
            )
            self._tell_items(shop_id, items, file_name=file_name, warnings=len(warnings))
        return ImportReport(len(items), sum(len(item.variants) for item in items), warnings)

    def last_import(self, shop_id: str) -> ImportRecord | None:
        """What the shop's last import of a 商品CSV did, None before the first.

        Raises: Unknown shop.
        """
        self.shop(shop_id)
        return self._items.last_import(shop_id)

    def set_listing_status(self, shop_id: str, item_number: str, status: ListingStatus | str) -> Item:
        """Change 出品ステータス: only 公開 sells (guide 4.4).

        Raises: Unknown; BadValue.
        """
        wanted = parse_status(status)
        with self._store.transaction():
            item = self.item(shop_id, item_number)
            [known] = self._items.known(shop_id, (item_number,)).values()
            self._items.set_status(shop_id, known.item_id, wanted, self._shops.next_revision(shop_id))
            self._journal.record(
                Service.ROOMCLIP, "item.status_changed", f"Item {item_number} went from {item.status} to {wanted}.",
                skus=_codes(item), shop_id=shop_id, item_number=item_number, status=wanted, before=item.status,
            )  # fmt: skip
        return self.item(shop_id, item_number)

    def delete_item(self, shop_id: str, item_number: str) -> None:
        """Take an item and its variants out of the shop.

        Raises: Unknown.
        """
        with self._store.transaction():
            item = self.item(shop_id, item_number)
            [known] = self._items.known(shop_id, (item_number,)).values()
            self._items.delete(shop_id, known.item_id, self._shops.next_revision(shop_id))
            self._journal.record(
                Service.ROOMCLIP, "item.deleted", f"Item {item_number} was deleted.",
                skus=_codes(item), shop_id=shop_id, item_number=item_number,
            )  # fmt: skip

    def edit_stock(self, shop_id: str, variant_id: str, stock: int) -> Variant:
        """Set one variant's stock by hand, as a merchant does in the console.

        Raises: Unknown; BadValue.
        """
        checked_number("在庫数", stock)
        with self._store.transaction():
            before = self.variant(shop_id, variant_id)
            self._stock.set_by_hand(shop_id, int(before.variant_id), stock, self._shops.next_revision(shop_id))
            self._journal.record(
                Service.ROOMCLIP,
                "stock.edited",
                f"The stock of {before.item_number} was changed by hand from {before.stock} to {stock}.",
                skus=filter(None, (before.variant_code,)),
                shop_id=shop_id,
                item_number=before.item_number,
                variant_id=before.variant_id,
                before=before.stock,
                stock=stock,
            )
        return self.variant(shop_id, variant_id)

    def item(self, shop_id: str, item_number: str) -> Item:
        """One item. Raises: Unknown."""
        self.shop(shop_id)
        found = self._items.item(shop_id, item_number)
        if found is None:
            raise Unknown("item", item_number, next_step="商品管理 lists the items of the shop.")
        return found

    def items(
        self,
        shop_id: str,
        search: str = "",
        page: int = 1,
        *,
        status: ListingStatus | None = None,
        in_stock: bool | None = None,
    ) -> ItemPage:
        """One page of items, oldest first; `search` is a part of the number, the name or a code. `in_stock`: only
        items of which something is left, or nothing.

        Raises: Unknown shop; BadValue for a page below 1.
        """
        self.shop(shop_id)
        checked_number("page", page, least=1)
        found, total = self._items.items(
            shop_id,
            search=search,
            status=status,
            in_stock=in_stock,
            beginning=(page - 1) * ITEMS_PER_PAGE,
            limit=ITEMS_PER_PAGE,
        )
        return ItemPage(found, page, max(1, -(-total // ITEMS_PER_PAGE)), total)

    def catalogue_standing(self, shop_id: str) -> CatalogueStanding:
        """How far the shop's catalogue is on the guide's way.

        Raises: Unknown shop.
        """
        self.shop(shop_id)
        return self._items.standing(shop_id)

    def ambiguous_codes(self, shop_id: str, codes: Iterable[str]) -> set[str]:
        """Which of the codes more than one variant of the shop has: the stock of none of these is linked.

        Raises: Unknown shop.
        """
        self.shop(shop_id)
        return self._items.ambiguous(shop_id, codes)

    def variant(self, shop_id: str, variant_id: str) -> Variant:
        """One variant. Raises: Unknown."""
        self.shop(shop_id)
        found = self._items.variant(shop_id, variant_id)
        if found is None:
            raise Unknown("variant", variant_id, next_step="The list of variants shows what the shop has.")
        return found

    def variants(
        self,
        shop_id: str,
        *,
        limit: int = 1000,
        cursor: str | None = None,
        changed_after: int | None = None,
        codes: Sequence[str] = (),
    ) -> VariantPage:
        """A page of variants in the order of their ids, at most MAX_PAGE. `changed_after`: only what changed or was
        deleted after that revision; `codes`: only these, exactly.

        Raises: Unknown shop; BadValue.
        """
        with self._store.lock:
            beyond, revision = self._beginning(shop_id, limit, cursor, changed_after, codes)
            found = self._pages.values(
                shop_id, beyond=beyond, limit=limit + 1, changed_after=changed_after, codes=codes
            )
        if len(found) <= limit:
            return VariantPage(found, None, revision)
        return VariantPage(found[:limit], _compose_cursor(int(found[limit - 1].variant_id), revision), revision)

    def variants_as_json(
        self,
        shop_id: str,
        *,
        limit: int = 1000,
        cursor: str | None = None,
        changed_after: int | None = None,
        codes: Sequence[str] = (),
    ) -> JsonPage:
        """The page that `variants` gives, as the shop API answers it. Raises: as `variants`."""
        with self._store.lock:
            beyond, revision = self._beginning(shop_id, limit, cursor, changed_after, codes)
            array, last = self._pages.as_json(
                shop_id, beyond=beyond, limit=limit, changed_after=changed_after, codes=codes
            )
        return JsonPage(array, None if last is None else _compose_cursor(last, revision), revision)

    def codes_beginning(self, shop_id: str, text: str, *, limit: int) -> tuple[str, ...]:
        """The first 種類別の自社管理コード that begin with `text`, each once. Raises: Unknown shop."""
        self.shop(shop_id)
        return self._items.codes_beginning(shop_id, text, limit)

    def levels(self, shop_id: str) -> dict[str, int]:
        """Stock by code, of every code that exactly one variant has.

        Raises: Unknown shop.
        """
        self.shop(shop_id)
        return self._items.levels(shop_id)

    # ------------------------------------------------------------------ inside

    def _beginning(
        self, shop_id: str, limit: int, cursor: str | None, changed_after: int | None, codes: Sequence[str]
    ) -> tuple[int, int]:
        checked_number("limit", limit, least=1, most=MAX_PAGE)
        if changed_after is not None:
            checked_number("changed_after", changed_after, most=_MAX_REVISION)
        if len(codes) > MAX_CODES:
            raise BadValue("code", f"{len(codes)} of them", f"at most {MAX_CODES:,} are possible")
        self.shop(shop_id)
        return (0, self._shops.revision(shop_id)) if cursor is None else _parse_cursor(cursor)

    def _write(self, shop_id: str, items: Sequence[ItemInput], known: dict[str, KnownItem] | None = None) -> None:
        if known is None:
            known = self._items.known(shop_id, (item.item_number for item in items))
        revision = self._shops.next_revision(shop_id)
        self._items.insert(shop_id, [item for item in items if item.item_number not in known], revision)
        self._items.update(shop_id, [item for item in items if item.item_number in known], known, revision)

    def _tell_item(self, kind: str, summary: str, shop_id: str, item: ItemInput) -> None:
        self._journal.record(
            Service.ROOMCLIP, kind, summary, skus=_codes(item),
            shop_id=shop_id, item_number=item.item_number, name=item.name, status=item.status,
            variants=len(item.variants),
        )  # fmt: skip

    def _tell_items(self, shop_id: str, items: Sequence[ItemInput], *, file_name: str, warnings: int) -> None:
        codes = [code for item in items for code in _codes(item)]
        self._journal.record(
            Service.ROOMCLIP, "items.imported", f"{len(items)} items were imported.", skus=codes[:JOURNALLED_CODES],
            shop_id=shop_id, file_name=file_name, items=len(items),
            variants=sum(len(item.variants) for item in items), warnings=warnings,
        )  # fmt: skip


def _codes(item: Item | ItemInput) -> list[str]:
    found = (getattr(variant, "variant_code", None) or getattr(variant, "code", None) for variant in item.variants)
    return [code for code in found if code]


def _compose_cursor(beyond: int, revision: int) -> str:
    return base64.urlsafe_b64encode(f"{beyond}:{revision}".encode()).decode().rstrip("=")


def _parse_cursor(cursor: str) -> tuple[int, int]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise BadValue("cursor", cursor, "not one that this list gave out", next_step="Begin without a cursor.")
    return int(found[1]), int(found[2])
