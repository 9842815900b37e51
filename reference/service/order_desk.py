"""Orders on their way from the shop to TEMPOSTAR, each in exactly one file whatever is killed when.

1. Orders are read from the shop and kept, with how far they have been read, in one transaction.
2. Those that wait are put into one file, whose final name is kept before anything is uploaded. Its bytes follow from
   its orders, so a pass that takes over from a killed one means the same bytes by the same name.
3. The file is uploaded, renamed to its final name, and marked as handed over. A file that is found in the area or in
   TEMPOSTAR's log folder under that name and with those bytes was handed over before: it is only marked.
4. TEMPOSTAR's log folder tells when it was taken in, or that it was refused.

A pass that may have lost the linkage to another one (`service.sending_desk`) uploads nothing: TEMPOSTAR could have
taken in the other's file between the look for it and the upload.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reference.domain.letters import compose_refused_orders
from reference.domain.orders import (
    OrderBook,
    OrderFile,
    Stage,
    compose_next,
    compose_order_file,
    mark_handed_over,
    read_news,
    rename_composed,
    replace_file,
    settle_file,
)
from reference.errors import FolderMissingError, OrderHandoverError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference.domain.letters import Letter
    from reference.domain.linkage import Linkage
    from reference.service.notebook import Notebook
    from reference.service.ports import Clock, Shop, StockFolder

NAMES_TRIED = 60


@dataclass(slots=True)
class OrderDesk:
    """The orders of one linkage in one pass; `handed_over` counts them."""

    shop: Shop
    clock: Clock
    linkage: Linkage
    notebook: Notebook
    handed_over: int = 0

    @property
    def book(self) -> OrderBook:
        """What is remembered of the linkage's orders."""
        return self.notebook.memory.orders

    def read_news(self) -> frozenset[str]:
        """Read from the shop what is new of orders, keep it, and return the codes it is about."""
        news = self.shop.fetch_orders(self.linkage.shop_id, self.book.after)
        self._save(read_news(self.book, news))
        return frozenset(line.variant_code for order in news for line in order.lines if line.variant_code)

    def hand_over(self, folder: StockFolder) -> None:
        """Hand over what an earlier pass composed, then what waits; raises a `LinkageError` and keeps what is left."""
        for file in self.book.files:
            if file.stage is Stage.COMPOSED:
                self._deliver(folder, file)
        if self.book.waiting:
            self._save(compose_next(self.book, self.clock.now()))
            self._deliver(folder, self.book.files[-1])

    def read_log(self, folder: StockFolder) -> None:
        """Learn what became of the files handed over; a refused one is told to the merchant.

        To know what is in a stock file, read the log after the file: an intake that the file has is in the log by then.
        """
        asked = {file.name for file in self.book.files if file.stage in {Stage.HANDED_OVER, Stage.REFUSED}}
        if not asked:
            return
        try:
            refused = {file.name for file in self.book.files if file.stage is Stage.REFUSED}
            fates = folder.read_fates(sorted(asked), refused)
        except FolderMissingError:
            return
        now, book, letters = self.clock.now(), self.book, []
        for file in book.files:
            settled = settle_file(file, fates.get(file.name), now) if file.name in asked else file
            book = replace_file(book, file.name, settled)
            if settled.stage is Stage.REFUSED and file.stage is not Stage.REFUSED:
                told = fates[file.name].told
                letters.append(compose_refused_orders(self.notebook.memory, file, told, now))
        self._save(book, letters)

    def _deliver(self, folder: StockFolder, file: OrderFile) -> None:
        """Put a composed file into the area, without orders cancelled since unless it is there with them."""
        if file.cancelled and folder.find_order_file(file.name) != self._bytes(file):
            name, file = file.name, replace(file, orders=file.standing, cancelled=frozenset())
            self._save(replace_file(self.book, name, file if file.orders else None))
        if file.orders:
            self._put(folder, file)

    def _put(self, folder: StockFolder, file: OrderFile) -> None:
        for _ in range(NAMES_TRIED):
            self.notebook.state.confirm()
            if folder.put_order_file(file.name, self._bytes(file)):
                self._save(replace_file(self.book, file.name, mark_handed_over(file)))
                self.handed_over += len(file.orders)
                return
            book, file = rename_composed(self.book, file, self.clock.now())
            self._save(book)
        raise OrderHandoverError(f"Other files have the last {NAMES_TRIED} names tried, up to {file.name}.")

    def _bytes(self, file: OrderFile) -> bytes:
        return compose_order_file(self.linkage.shop_code, file.orders)

    def _save(self, book: OrderBook, letters: Iterable[Letter] = ()) -> None:
        self.notebook.save(replace(self.notebook.memory, orders=book), letters)
