"""The ground that the parts of the back office stand on together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import Unknown
from simulator.faults.armed import nothing_armed
from simulator.journal import Service
from simulator.tempostar.catalog import LISTED, Company, Page, Shop, name_codes, page_window
from simulator.tempostar.goods_lists import GoodsLists
from simulator.tempostar.order_records import OrderRecords
from simulator.tempostar.queue_records import QueueRecords
from simulator.tempostar.records import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from simulator.config import Settings
    from simulator.faults.armed import Take
    from simulator.journal import Journal
    from simulator.store import Store
    from simulator.tempostar.area import Area

SHOPS_A_PAGE = 50
MOST_JOURNALLED = 2000
"""An entry about more SKUs than this tells their number only."""


class Desk:
    """Store, clock, journal, area and settings in one hand, and the questions every part asks."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        journal: Journal,
        area: Area,
        settings: Callable[[], Settings],
        take: Take = nothing_armed,
    ) -> None:
        self._store = store
        self._now = now
        self._journal = journal
        self._area = area
        self._settings = settings
        self._take = take
        self._records = Records(store)
        self._lists = GoodsLists(store)
        self._queue = QueueRecords(store)
        self._orders = OrderRecords(store)

    def at_once(self) -> AbstractContextManager[None]:
        """Several questions and verbs inside are one: nobody changes anything between them, and all happen or none."""
        return self._store.transaction()

    def companies(self) -> tuple[Company, ...]:
        """All companies, the first one first."""
        return self._records.companies()

    def shops(self, company_id: int | None = None) -> tuple[Shop, ...]:
        """All shops, or one company's, by shop code (ショップ一覧, guide 5.2.2).

        Raises: Unknown for a company that is not there.
        """
        if company_id is not None:
            self._check_company(company_id)
        return self._records.shops(company_id)

    def shop_page(
        self, company_id: int, *, search: str = "", page: int = 1, page_size: int = SHOPS_A_PAGE
    ) -> Page[Shop]:
        """A part of a company's shops, by shop code: those whose code or one of whose names holds `search`.

        Raises: Unknown for a company that is not there; BadValue for a page below 1 or a size outside 1 to 1000.
        """
        self._check_company(company_id)
        limit, offset = page_window(page, page_size)
        rows, total = self._records.shop_page(company_id, search.replace("\0", ""), limit, offset)
        return Page(rows, total, page, page_size)

    def has_company(self, company_id: int) -> bool:
        """Whether there is such a company."""
        return self._records.has_company(company_id)

    def shop(self, shop_code: str) -> Shop:
        """One shop.

        Raises: Unknown when no shop has the code; the next step lists the codes there are.
        """
        found = self._records.shop(shop_code) if shop_code.isascii() else None
        if found is None:
            codes = ", ".join(self._records.shop_codes()[:LISTED]) or "none yet, add one first"
            raise Unknown("shop", shop_code, next_step=f"ショップ一覧 has: {codes}.")
        return found

    def _check_company(self, company_id: int) -> None:
        if not self._records.has_company(company_id):
            known = [str(company.company_id) for company in self.companies()]
            more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
            raise Unknown("company", company_id, next_step=f"There are: {', '.join(known[:LISTED])}{more}.")

    def _product_ids(self, company_id: int, codes: Sequence[str]) -> list[int]:
        self._check_company(company_id)
        return _all_found("product", codes, self._records.product_ids(company_id, codes))

    def _sku_ids(self, company_id: int, codes: Sequence[str]) -> list[int]:
        self._check_company(company_id)
        return _all_found("SKU", codes, self._records.sku_ids(company_id, codes))

    def _record(self, kind: str, summary: str, *, skus: Iterable[str] = (), **data: object) -> None:
        told = tuple(skus)
        self._journal.record(
            Service.TEMPOSTAR, kind, summary, skus=told if len(told) <= MOST_JOURNALLED else (), **data
        )


def _all_found(what: str, codes: Sequence[str], found: dict[str, int]) -> list[int]:
    missing = [code for code in dict.fromkeys(codes) if code not in found]
    if missing:
        name = missing[0] if len(missing) == 1 else missing[:LISTED]
        raise Unknown(
            what,
            name,
            next_step=f"Nothing was changed. Register {name_codes(missing)} first, or leave it out.",
        )
    return list(found.values())
