"""商品管理 and 在庫管理: products and SKUs, 取扱, 在庫連動, quantities (guide 3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.errors import BadValue, Conflict, Unknown
from simulator.tempostar.catalog import (
    FIRST_COMPANY,
    LISTED,
    GoodsState,
    Page,
    PlannedCarrying,
    Product,
    ProductHead,
    ProductInput,
    Sku,
    SkuInput,
    check_product,
    find_repeats,
    is_code,
    name_codes,
    page_window,
)
from simulator.tempostar.desk import MOST_JOURNALLED, Desk
from simulator.tempostar.stock import SkuStock, check_held_back, check_sellable, compute_stock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

PAGE_SIZE = 50


class Goods(Desk):
    """The part of the back office behind 商品管理 and 在庫管理."""

    # Products

    def add_product(
        self, product_code: str, name: str, skus: Sequence[SkuInput], *, company_id: int = FIRST_COMPANY
    ) -> Product:
        """Register a product with its SKUs (guide 3.1.1); no shop carries it yet.

        Codes are kept as they are and unique within the company. Quantities: see `set_stock`.

        Raises: BadValue for a bad code, name or quantity, or no SKU; Conflict for a code that is taken; Unknown for the
        company.
        """
        product = ProductInput(product_code, name, skus)
        self._register([product], company_id)
        return Product(product_code, name, tuple(sorted(sku.sku_code for sku in skus)), ())

    def add_products(self, products: Iterable[ProductInput], *, company_id: int = FIRST_COMPANY) -> int:
        """Register any number of products at once, all or none; how many. Raises: as `add_product`."""
        wanted = list(products)
        self._register(wanted, company_id)
        return len(wanted)

    def products(
        self, *, search: str = "", page: int = 1, page_size: int = PAGE_SIZE, company_id: int = FIRST_COMPANY
    ) -> Page[Product]:
        """商品一覧: products by code, those whose code or name contains `search`, in any case of ASCII letters.

        Raises: BadValue for a page below 1 or a page size outside 1 to 1000; Unknown for the company.
        """
        self._check_company(company_id)
        limit, offset = page_window(page, page_size)
        rows, total = self._lists.products(company_id, search, limit, offset)
        return Page(rows, total, page, page_size)

    def product(self, product_code: str, *, company_id: int = FIRST_COMPANY) -> ProductHead:
        """One product, without its SKUs: those are `skus(product_code=...)`.

        Raises: Unknown for the product or the company.
        """
        _, name, carried_by = self._product(product_code, company_id)
        return ProductHead(product_code, name, carried_by)

    def skus(
        self, *, search: str = "", product_code: str | None = None, page: int = 1, page_size: int = PAGE_SIZE,
        company_id: int = FIRST_COMPANY,
    ) -> Page[Sku]:  # fmt: skip
        """在庫一覧: SKUs by code with quantities and, for each shop, 取扱 and 在庫連動; `search` looks into SKU code,
        product code and product name; `product_code`: those of one product only.

        Raises: as `products`; Unknown for the product.
        """
        self._check_company(company_id)
        limit, offset = page_window(page, page_size)
        product_id = None if product_code is None else self._product(product_code, company_id)[0]
        rows, total = self._lists.skus(company_id, search, self._settings().negative, limit, offset, product_id)
        return Page(rows, total, page, page_size)

    def goods_state(self, shop_code: str) -> GoodsState:
        """How far a shop's goods have come.

        Raises: Unknown for the shop.
        """
        company_id = self.shop(shop_code).company_id
        return GoodsState(
            self._lists.has_products(company_id),
            self._queue.carries_any(shop_code),
            self._queue.reflects_any(shop_code),
        )

    def find_sku(self, sku_code: str, *, company_id: int = FIRST_COMPANY) -> Sku | None:
        """The row of 在庫一覧 of exactly this code; None when there is none. Raises: Unknown for the company."""
        self._check_company(company_id)
        return self._lists.find_sku(company_id, sku_code, self._settings().negative)

    def codes_beginning(self, text: str, *, limit: int, company_id: int = FIRST_COMPANY) -> tuple[str, ...]:
        """The first SKU codes that begin with `text`. Raises: Unknown for the company."""
        self._check_company(company_id)
        return self._lists.codes_beginning(company_id, text, limit)

    def waits(self, shop_code: str, sku_code: str) -> bool:
        """Whether a SKU is among those that a shop's next passes send. Raises: Unknown for the shop."""
        company_id = self.shop(shop_code).company_id
        return self._queue.holds(shop_code, self._records.sku_ids(company_id, [sku_code]).get(sku_code))

    def levels(self, company_id: int = FIRST_COMPANY) -> dict[str, int]:
        """SKU code -> 在庫数 as it would go out now, of every SKU of a company.

        Raises: Unknown for the company.
        """
        self._check_company(company_id)
        return self._records.levels(company_id, self._settings().negative)

    def remove_sku(self, sku_code: str, *, company_id: int = FIRST_COMPANY) -> None:
        """Delete a SKU; it leaves every queue, and no file tells of it any more (ASSUMPTION).

        Raises: Unknown for the SKU.
        """
        with self._store.transaction():
            (sku_id,) = self._sku_ids(company_id, [sku_code])
            self._records.remove_sku(sku_id)
            self._record(
                "sku.removed", f"SKU {sku_code} was deleted.", skus=[sku_code], company_id=company_id, sku_code=sku_code
            )

    # 取扱

    def carry(self, shop_code: str, product_code: str, carried: bool = True) -> None:
        """Tick or untick 取扱 of one product for a shop, at once (guide 3.2.1.1, 3.2.1.2). Links stay as they are.

        Raises: Unknown for the shop, or for a product its company does not have.
        """
        with self._store.transaction():
            ids = self._product_ids(self.shop(shop_code).company_id, [product_code])
            self._set_carried(shop_code, ids, carried=carried)
            self._record(
                "product.carried",
                f"Shop {shop_code} {'carries' if carried else 'no longer carries'} {product_code}.",
                skus=self._records.sku_codes_of(ids, MOST_JOURNALLED + 1),
                shop_code=shop_code, product_code=product_code, carried=carried, queued=self._queue.queued(shop_code),
            )  # fmt: skip

    def carry_in_bulk(self, shop_code: str, product_codes: Sequence[str], carried: bool = True) -> None:
        """一括更新:取扱ショップ, 追加 or its reverse (guide 3.2.2.1); in effect after the setting
        `bulk_delay_minutes`, 0 being at once (guide 3.2.2.2).

        Raises: Unknown for the shop, or naming the products there are not; BadValue for an empty list.
        """
        with self._store.transaction():
            company_id = self.shop(shop_code).company_id
            _check_not_empty("product_codes", product_codes)
            ids = self._product_ids(company_id, product_codes)
            delay = self._settings().bulk_delay_minutes
            if delay == 0:
                self._carry_now(shop_code, ids, carried=carried)
                return
            due = self._now() + timedelta(minutes=delay)
            self._queue.plan_carrying(due, shop_code, ids, carried=carried)
            self._record(
                "product.carrying_requested",
                f"取扱 of {len(ids)} products for shop {shop_code} will be {_on(carried)} at {due:%H:%M:%S}.",
                shop_code=shop_code, products=len(ids), product_codes=list(product_codes[:LISTED]), carried=carried,
                effective_at=due.isoformat(),
            )  # fmt: skip

    def bulk_effective_at(self) -> datetime:
        """When a bulk change of carried shops asked for now would be in effect."""
        return self._now() + timedelta(minutes=self._settings().bulk_delay_minutes)

    def planned_carrying(self, company_id: int = FIRST_COMPANY) -> tuple[PlannedCarrying, ...]:
        """Bulk changes of carried shops that are not in effect yet, the next one first.

        Raises: Unknown for the company.
        """
        codes = [shop.shop_code for shop in self.shops(company_id)]
        return tuple(
            PlannedCarrying(bulk.due, bulk.shop_code, bulk.carried, len(bulk.product_ids))
            for bulk in self._queue.planned_carrying(codes)
        )

    # 在庫連動

    def link(self, shop_code: str, sku_code: str, linked: bool = True) -> None:
        """Set 在庫連携先 of one SKU for a shop to 連携する, or back (guide 3.2.1.4).

        May be set before 取扱; stock goes out once both are there (ASSUMPTION).

        Raises: Unknown for the shop, or for a SKU its company does not have.
        """
        self._link(shop_code, [sku_code], linked=linked)

    def link_in_bulk(self, shop_code: str, sku_codes: Sequence[str], linked: bool = True) -> None:
        """在庫連動一括設定 for the ticked SKUs (guide 3.2.2.3, 3.2.2.4), at once.

        Raises: Unknown for the shop, or naming the SKUs there are not; BadValue for an empty list.
        """
        self._link(shop_code, sku_codes, linked=linked)

    # Quantities

    def stock(self, sku_code: str, *, company_id: int = FIRST_COMPANY) -> SkuStock:
        """A SKU's 想定在庫数, 保留在庫数 and the 在庫数 that would go out.

        Raises: Unknown for the SKU.
        """
        (sku_id,) = self._sku_ids(company_id, [sku_code])
        sellable, held_back = self._records.quantities(sku_id)
        return SkuStock(sellable, held_back, compute_stock(sellable, held_back, self._settings().negative))

    def set_stock(
        self, sku_code: str, *, sellable: int | None = None, held_back: int | None = None,
        company_id: int = FIRST_COMPANY,
    ) -> SkuStock:  # fmt: skip
        """Overwrite 想定在庫数 (−999,999,999 to 999,999,999) or 保留在庫数 (0 to 999,999,999) or both.

        A real change puts the SKU at the end of each queue it belongs to; one that waits already keeps its place.

        Raises: BadValue for a quantity outside, or none given; Unknown for the SKU.
        """
        if sellable is None and held_back is None:
            raise BadValue("sellable", None, "neither 想定在庫数 nor 保留在庫数 is given")
        if sellable is not None:
            check_sellable(sellable)
        if held_back is not None:
            check_held_back(held_back)
        with self._store.transaction():
            (sku_id,) = self._sku_ids(company_id, [sku_code])
            before = self._records.quantities(sku_id)
            after = (before[0] if sellable is None else sellable, before[1] if held_back is None else held_back)
            if after != before:
                self._records.set_quantities(sku_id, *after)
                self._queue.enqueue_skus(company_id, [sku_id])
            stock = SkuStock(*after, compute_stock(*after, self._settings().negative))
            self._record(
                "stock.changed",
                f"{sku_code} was set to 想定在庫数 {stock.sellable}, 保留在庫数 {stock.held_back}.",
                skus=[sku_code], company_id=company_id, sku_code=sku_code, sellable=stock.sellable,
                held_back=stock.held_back, stock=stock.stock, sellable_before=before[0], held_back_before=before[1],
            )  # fmt: skip
        return stock

    def _product(self, product_code: str, company_id: int) -> tuple[int, str, tuple[str, ...]]:
        self._check_company(company_id)
        found = self._lists.product(company_id, product_code) if is_code(product_code) else None
        if found is None:
            raise Unknown("product", product_code, next_step="商品一覧 lists the products there are.")
        return found

    def _register(self, products: Sequence[ProductInput], company_id: int) -> None:
        for product in products:
            check_product(product)
            for sku in product.skus:
                check_sellable(sku.sellable)
                check_held_back(sku.held_back)
        self._check_company(company_id)
        sku_codes = [sku.sku_code for product in products for sku in product.skus]
        with self._store.transaction():
            if not self._records.add_products(company_id, products):
                raise self._taken(products, sku_codes, company_id)
            what = f"Product {products[0].product_code}" if len(products) == 1 else f"{len(products)} products"
            self._record(
                "product.added", f"{what} with {len(sku_codes)} SKUs was registered.", skus=sku_codes,
                company_id=company_id, products=len(products), sku_count=len(sku_codes),
                product_codes=[product.product_code for product in products[:LISTED]],
            )  # fmt: skip

    def _taken(self, products: Sequence[ProductInput], sku_codes: Sequence[str], company_id: int) -> Conflict:
        product_codes = [product.product_code for product in products]
        for what, codes, there in (
            ("product", product_codes, self._records.product_ids(company_id, product_codes)),
            ("SKU", sku_codes, self._records.sku_ids(company_id, sku_codes)),
        ):
            if twice := [*there, *find_repeats(codes)]:
                return Conflict(
                    f"The {what} codes {name_codes(twice)} are taken or given twice; nothing was registered.",
                    next_step="A code names one thing within a company.",
                )
        raise AssertionError("the tables refused products whose codes are free")

    def _set_carried(self, shop_code: str, product_ids: Sequence[int], *, carried: bool) -> None:
        (self._queue.carry if carried else self._queue.uncarry)(shop_code, product_ids)

    def _carry_now(self, shop_code: str, product_ids: Sequence[int], *, carried: bool) -> None:
        self._set_carried(shop_code, product_ids, carried=carried)
        self._record(
            "product.carrying_effective",
            f"取扱 of {len(product_ids)} products for shop {shop_code} is {_on(carried)}.",
            skus=self._records.sku_codes_of(product_ids, MOST_JOURNALLED + 1),
            shop_code=shop_code, products=len(product_ids), carried=carried, queued=self._queue.queued(shop_code),
        )  # fmt: skip

    def _link(self, shop_code: str, sku_codes: Sequence[str], *, linked: bool) -> None:
        with self._store.transaction():
            company_id = self.shop(shop_code).company_id
            _check_not_empty("sku_codes", sku_codes)
            ids = self._sku_ids(company_id, sku_codes)
            what = sku_codes[0] if len(ids) == 1 else f"{len(ids)} SKUs"
            (self._queue.link if linked else self._queue.unlink)(shop_code, ids)
            self._record(
                "sku.linked", f"在庫連動 of {what} for shop {shop_code} is {_on(linked)}.",
                skus=dict.fromkeys(sku_codes), shop_code=shop_code, sku_count=len(ids), linked=linked,
                queued=self._queue.queued(shop_code),
            )  # fmt: skip


def _on(state: bool) -> str:
    return "on" if state else "off"


def _check_not_empty(field: str, codes: Sequence[str]) -> None:
    if not codes:
        raise BadValue(field, list(codes), "nothing is ticked")
