"""TEMPOSTAR's back office: carries out what the console, the control API and the clock ask for.

`BackOffice` is the one public object. Its verbs stand where the real console has them: `shops` (設定), `goods`
(商品管理, 在庫管理), `reflecting` (在庫反映), `intake` (受注取込). Each is one transaction: it checks
first and raises one of `errors.Refused` with nothing changed; then it changes rows and tells the journal once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tempostar.catalog import (
    FIRST_COMPANY,
    Carrier,
    Company,
    FtpAccount,
    GoodsState,
    Page,
    Payment,
    PlannedCarrying,
    Product,
    ProductHead,
    ProductInput,
    Shop,
    Sku,
    SkuInput,
    SkuShop,
)
from simulator.tempostar.founding import Founding
from simulator.tempostar.goods import Goods
from simulator.tempostar.intake import Intake
from simulator.tempostar.orders import OrderLine, OrderWarning, Progress, TempostarOrder
from simulator.tempostar.records import SCHEMA
from simulator.tempostar.reflecting import Reflecting, ReflectionState
from simulator.tempostar.reflection import SendType, StockSettings, Switch
from simulator.tempostar.shops import Shops
from simulator.tempostar.stock import SkuStock
from simulator.tempostar.stock_file import FileSuffix, OutputColumns

if TYPE_CHECKING:
    from datetime import datetime


class BackOffice(Shops, Goods, Reflecting, Intake, Founding):
    """All verbs of TEMPOSTAR, and a `clock.Due` source: passes, bulk changes and half-written files fall due on it."""

    def next_due(self) -> datetime | None:
        """When the next pass, bulk change or completion of a file falls due; None when nothing is planned."""
        return self._queue.next_due()

    def next_pass_due(self) -> datetime | None:
        """When the next pass of any shop is due; None while 在庫反映 and 受注取込 are 停止 for all."""
        return self._queue.next_pass_due()

    def counts(self) -> dict[str, int]:
        """How many companies, shops, products, SKUs, linked SKUs, queued SKUs and orders there are."""
        return self._records.counts()

    def run_due(self, now: datetime) -> None:
        """Carry out everything planned for `now` or before: bulk changes first, so that a pass of the same moment sends
        what they bring in."""
        with self._store.transaction():
            for bulk in self._queue.take_due_carrying(now):
                self._carry_now(bulk.shop_code, bulk.product_ids, carried=bulk.carried)
            self._complete_files(now)
            due = self._begin_passes(now)
            for shop in due:
                if shop.stock.reflection is Switch.ON:
                    self._send_stock(shop, now)
            # After all files: what an order changes goes out with the next pass (contract 2), of whatever shop.
            self._take_orders_of([shop for shop in due if shop.stock.order_intake is Switch.ON])


__all__ = [
    "FIRST_COMPANY",
    "SCHEMA",
    "BackOffice",
    "Carrier",
    "Company",
    "FileSuffix",
    "FtpAccount",
    "GoodsState",
    "OrderLine",
    "OrderWarning",
    "OutputColumns",
    "Page",
    "Payment",
    "PlannedCarrying",
    "Product",
    "ProductHead",
    "ProductInput",
    "Progress",
    "ReflectionState",
    "SendType",
    "Shop",
    "Sku",
    "SkuInput",
    "SkuShop",
    "SkuStock",
    "StockSettings",
    "Switch",
    "TempostarOrder",
]
