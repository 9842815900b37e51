"""The shop as one object: everything that its console, its API, its storefront and the lab can ask for."""

from __future__ import annotations

from simulator.roomclip.items import Items
from simulator.roomclip.linking import Linking
from simulator.roomclip.opening import Opening
from simulator.roomclip.ordering import Ordering
from simulator.roomclip.restoring import Restoring
from simulator.roomclip.stock_updates import StockUpdates


class RoomClip(Items, StockUpdates, Ordering, Linking, Opening, Restoring):
    """RoomClipショッピング with all its shops.

    Every verb checks first, then changes rows in one transaction with one journal entry. Public ids are text: shop
    "1", variant "0000000001", order "RC00000001".
    """
