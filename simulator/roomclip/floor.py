"""What every part of the shop stands on: the store, the clock, the journal, and who the shops are."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from simulator.errors import BadValue
from simulator.journal import Service
from simulator.roomclip.item_records import ItemRecords
from simulator.roomclip.linkage import is_mail_address
from simulator.roomclip.listing import checked_number, checked_text
from simulator.roomclip.records import ShopPage, ShopRecords
from simulator.roomclip.sent_stock import SentStock
from simulator.roomclip.stock_records import StockRecords
from simulator.roomclip.trade_records import AnswerRecords, LinkageRecords, OrderRecords
from simulator.roomclip.variant_pages import VariantPages

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from simulator.journal import Journal
    from simulator.roomclip.records import ShopInfo
    from simulator.store import Store

FIRST_SHOP = ("RoomClipショッピング店", "owner@shop.example")
MOST_IN_MENU = 10
SHOPS_PER_PAGE = 50
JOURNALLED_CODES = 10_000
"""An import's journal entry names as many codes as the largest batch of stock updates can have, and no more."""


class Floor:
    """The shops themselves. `now` gives the lab's time."""

    def __init__(self, store: Store, now: Callable[[], datetime], journal: Journal) -> None:
        self._store = store
        self._now = now
        self._journal = journal
        self._shops = ShopRecords(store)
        self._sent = SentStock(store)
        self._stock = StockRecords(store)
        self._items = ItemRecords(store)
        self._pages = VariantPages(store)
        self._orders = OrderRecords(store)
        self._answers = AnswerRecords(store)
        self._linkages = LinkageRecords(store)

    def at_once(self) -> AbstractContextManager[None]:
        """Several questions and verbs inside are one: nobody changes anything between them, and all happen or none."""
        return self._store.transaction()

    def prepare(self) -> None:
        """Write the initial rows: shop 1, and an API token unless the store holds one."""
        with self._store.transaction():
            self._shops.add(*FIRST_SHOP)
            self._shops.token()

    def add_shop(self, name: str, owner_mail: str) -> ShopInfo:
        """Open another shop.

        Raises: BadValue for a blank name or an address without @.
        """
        checked_text("name", name, wanted=True)
        if not is_mail_address(owner_mail):
            raise BadValue("owner_mail", owner_mail, "a mail address is wanted")
        with self._store.transaction():
            shop = self._shops.add(name, owner_mail)
            self._journal.record(
                Service.ROOMCLIP, "shop.opened", f"RoomClip shop {shop.shop_id} {name} was opened.",
                shop_id=shop.shop_id, name=name,
            )  # fmt: skip
        return shop

    def shops(self) -> tuple[ShopInfo, ...]:
        """Every shop, oldest first."""
        return self._shops.all()

    def few_shops(self) -> tuple[ShopInfo, ...]:
        """Every shop where a menu can name them all, MOST_IN_MENU at most; nothing where they are more."""
        found = self._shops.first(MOST_IN_MENU + 1)
        return found if len(found) <= MOST_IN_MENU else ()

    def shop_page(self, search: str = "", page: int = 1) -> ShopPage:
        """A page of the shops whose id, name, address or ショップコード of TEMPOSTAR holds `search`, oldest first.

        Raises: BadValue for a page below 1.
        """
        checked_number("page", page, least=1)
        found, total = self._shops.page(search.replace("\0", ""), (page - 1) * SHOPS_PER_PAGE, SHOPS_PER_PAGE)
        return ShopPage(found, page, max(1, -(-total // SHOPS_PER_PAGE)), total)

    def shop(self, shop_id: str) -> ShopInfo:
        """One shop. Raises: Unknown."""
        return self._shops.find(shop_id)

    def counts(self) -> dict[str, int]:
        """How many shops, items, variants, orders and runs there are."""
        return self._shops.counts()

    def api_token(self) -> str:
        """The token that the shop API wants."""
        return self._shops.token()

    def knows_token(self, token: str) -> bool:
        """Whether `token` is the shop API's."""
        return hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self.api_token().encode())
