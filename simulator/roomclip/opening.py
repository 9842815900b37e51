"""Many shops at once, each with a catalogue and a linkage that was saved (guide 4 and 5), set by set."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import Conflict
from simulator.journal import Service
from simulator.roomclip.floor import Floor
from simulator.roomclip.linkage import LinkageInputs, LinkageState, checked_inputs
from simulator.roomclip.listing import checked_item
from simulator.roomclip.opening_records import OpeningRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.roomclip.listing import ItemInput


@dataclass(frozen=True, slots=True)
class NewShop:
    """A shop to be opened. `mark`: what the codes of its variants end with; `inputs`: what 在庫連携設定 is given."""

    name: str
    owner_mail: str
    mark: str
    inputs: LinkageInputs


class Opening(Floor):
    """The part of RoomClip that opens many shops at once, for tests and benchmarks."""

    def open_linked(self, shops: Sequence[NewShop], items: Sequence[ItemInput]) -> tuple[str, ...]:
        """The shops' ids, in order: the shop that every lab has becomes the first one, the others are opened. Each has
        `items` of its own and an active linkage that wants its first run.

        Raises: Conflict when RoomClip has an item, a linkage or a second shop already; BadValue as registering an item
        or saving a linkage does.
        """
        checked = tuple(checked_item(item) for item in items)
        for shop in shops:
            checked_inputs(shop.inputs)
        with self._store.transaction():
            counts, present = self.counts(), self.shops()
            if counts["items"] or len(present) > 1 or self._linkages.of_shop(present[0].shop_id) is not None:
                raise Conflict(
                    "Many shops are opened on an empty lab, and RoomClip has items, a linkage or more than one shop.",
                    next_step="Run `zaikolab reset` while it is up, or start one with another --data folder.",
                )
            records = OpeningRecords(self._store)
            first = int(present[0].shop_id)
            revision = self._shops.next_revision(present[0].shop_id)
            ids = records.add_shops([(shop.name, shop.owner_mail) for shop in shops], first, revision)
            records.add_items(list(zip(ids, (shop.mark for shop in shops), strict=True)), checked, revision)
            now = self._now().isoformat()
            records.add_linkages(
                (
                    *(shop_id, "tempostar", LinkageState.ACTIVE, now),
                    *(shop.inputs.ftp_user, shop.inputs.ftp_password, shop.inputs.shop_code, shop.inputs.notify_to),
                    *(now, 1, secrets.token_urlsafe(24), f"roomclip{shop_id}", secrets.token_hex(16)),
                )
                for shop_id, shop in zip(ids, shops, strict=True)
            )
            variants = sum(len(item.variants) for item in checked)
            self._journal.record(
                Service.ROOMCLIP, "shops.opened", f"{len(ids)} shops were opened and linked.",
                shops=len(ids), items_of_each=len(checked), variants_of_each=variants,
            )  # fmt: skip
        return tuple(map(str, ids))
