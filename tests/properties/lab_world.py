"""One history of a real lab and a real engine: the verbs of everybody who acts on it, with their bookkeeping."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulator.conformance.world import COMPANY
from simulator.errors import Conflict
from simulator.lab import Lab
from simulator.roomclip.listing import Variant
from simulator.roomclip.sales import Order, OrderState
from simulator.tempostar.backoffice import SkuInput
from tests.properties.lab_engine import Adjust, Deed, Ending, Pass, lose_the_answer, make_pass
from tests.properties.lab_faults import Trouble
from tests.properties.lab_ledger import SHOP_ID, Ledger

CODES = ("A-1", "B-2", "C-3")
LEFT_ALONE = ("OFF-4", "SHOP-5")
"""In the shop with a number of their own: one is in TEMPOSTAR without a link, one is not there at all."""
LATE = "LATE-6"
"""Linked in TEMPOSTAR; the shop has it later, or never."""
START = 3
_ITEMS = "商品管理番号,親子・単品フラグ,商品名,カラー,サイズ,種類別の自社管理コード,販売価格,在庫数,出品ステータス"


@dataclass(frozen=True)
class Ground:
    """What histories share: the lab, a folder for the engines' states, and what makes the engine another one."""

    lab: Lab
    folder: Path
    adjust: Adjust | None = None


@dataclass
class LabWorld:
    """The guide's shop, set up and synced once. `sole`: RoomClip is the only channel."""

    ground: Ground
    sole: bool = True
    paused: bool = False
    reachable: bool = True
    linked: set[str] = field(default_factory=lambda: {*CODES})
    passwords: list[str] = field(default_factory=list, repr=False)
    interruptions: int = 0
    state_was_lost: bool = False
    shop_code: str = field(init=False)
    ledger: Ledger = field(init=False)
    state_dir: Path = field(init=False)

    def __post_init__(self) -> None:
        self.lab = self.ground.lab
        self.lab.reset()
        self.began = self._read_until = self.lab.journal.last_seq()
        self.new_state()
        self._set_up()
        self.ledger = Ledger(self.lab, CODES, self.shop_code, self.sole)
        for code in CODES:
            self.ledger.come_in(code, START)
        self.ledger.look()

    def _set_up(self) -> None:
        office, shop = self.lab.tempostar, self.lab.roomclip
        self.shop_code = code = office.add_shop("RoomClipShopping", "RCs").shop_code
        office.update_stock_settings(code, order_intake="起動", reflection="起動", file_suffix="なし")
        office.add_carrier("その他", "その他", {code: "その他"})
        office.add_payment("クレジットカード", {code: "クレジットカード"})
        office.add_product("P-1", "椅子", [SkuInput(one, sellable=START) for one in (*CODES, LEFT_ALONE[0], LATE)])
        office.carry(code, "P-1")
        office.link_in_bulk(code, [*CODES, LATE])
        rows = [f"{one},0,椅子{one},,,{one},1000,0,公開" for one in (*CODES, *LEFT_ALONE)]
        shop.import_items(SHOP_ID, "\r\n".join([_ITEMS, *rows, "BLANK,0,机,,,,1000,0,公開"]).encode())
        for variant in self.variants():
            if variant.variant_code not in CODES:
                shop.edit_stock(SHOP_ID, variant.variant_id, 4)
        shop.apply_for_linkage(SHOP_ID)
        self.reissue_password()
        self.save_linkage()

    # ------------------------------------------------------------------ looking

    def variants(self) -> tuple[Variant, ...]:
        """Everything the shop has."""
        return self.lab.roomclip.variants(SHOP_ID).variants

    def variant(self, code: str) -> Variant:
        """The variant with this code."""
        (found,) = self.lab.roomclip.variants(SHOP_ID, codes=(code,)).variants
        return found

    def placed_orders(self) -> list[Order]:
        """The orders that stand."""
        return [one for one in self.lab.roomclip.orders(SHOP_ID, limit=1000) if one.state is OrderState.PLACED]

    # ------------------------------------------------------------------ TEMPOSTAR's side

    def restock(self, code: str, units: int) -> None:
        """Units come in and are entered in TEMPOSTAR."""
        self.ledger.come_in(code, units)
        self.lab.tempostar.set_stock(code, sellable=self.lab.tempostar.stock(code).sellable + units)

    def sell_elsewhere(self, code: str, units: int) -> None:
        """Another channel sells units that TEMPOSTAR has."""
        self.ledger.taken(code, units)
        self.lab.tempostar.set_stock(code, sellable=self.lab.tempostar.stock(code).sellable - units)

    def hold_back(self, code: str, units: int) -> None:
        """Set 保留在庫数: more is taken from the channels, less comes back."""
        more = units - self.lab.tempostar.stock(code).held_back
        if more > 0:
            self.ledger.taken(code, more)
        else:
            self.ledger.come_in(code, -more)
        self.lab.tempostar.set_stock(code, held_back=units)

    def pass_of_tempostar(self) -> None:
        """Go on to TEMPOSTAR's next pass, or five minutes when none is due."""
        try:
            self.lab.next_pass()
        except Conflict:
            self.lab.advance(minutes=5)
        self.read_journal()

    def switch(self, name: str, on: bool) -> None:
        """受注取込 or 在庫反映."""
        field_name = {"受注取込": "order_intake", "在庫反映": "reflection"}[name]
        self.lab.tempostar.update_stock_settings(self.shop_code, **{field_name: "起動" if on else "停止"})

    def link(self, code: str, linked: bool) -> None:
        """在庫連動 of one SKU, on or off."""
        self.lab.tempostar.link(self.shop_code, code, linked)
        (self.linked.add if linked else self.linked.discard)(code)

    def full_sync(self) -> None:
        """一括同期; refused while 在庫反映 is 停止."""
        try:
            self.lab.tempostar.request_full_sync(self.shop_code)
        except Conflict:
            return

    def reissue_password(self) -> None:
        """TEMPOSTAR issues another FTP password; the one that RoomClip has is void."""
        self.passwords.append(self.lab.tempostar.issue_ftp_password().password)
        self.reachable = False

    # ------------------------------------------------------------------ RoomClip's side

    def save_linkage(self) -> None:
        """保存する with the right password."""
        account = self.lab.tempostar.ftp_account()
        assert account is not None
        self.lab.roomclip.save_linkage(
            SHOP_ID, ftp_user=account.user, ftp_password=account.password, shop_code=self.shop_code
        )
        self.reachable = True

    def pause(self) -> None:
        """一時停止, if it runs."""
        if not self.paused:
            self.lab.roomclip.pause(SHOP_ID)
            self.paused = True

    def resume(self) -> None:
        """再開, if it is paused."""
        if self.paused:
            self.lab.roomclip.resume(SHOP_ID)
            self.paused = False

    def buy(self, *lines: tuple[str, int]) -> bool:
        """Buy these units of these SKUs; tell whether the shop sold them."""
        wanted = [(self.variant(code).variant_id, units) for code, units in lines]
        offers = all(
            (one := self.variant(code)).stock >= units and one.listing_status == "公開" for code, units in lines
        )
        if offers:
            for code, units in lines:
                self.ledger.about_to_buy(code, units)
        try:
            self.lab.roomclip.purchase(SHOP_ID, wanted)
        except Conflict:
            assert not offers, f"the shop refuses {lines}"
            return False
        assert offers, f"the shop sells {lines}"
        return True

    def cancel(self, at: int) -> str:
        """Cancel one of the orders that stand; return its number, "" when there is none."""
        orders = self.placed_orders()
        if not orders:
            return ""
        order = orders[at % len(orders)]
        self.lab.roomclip.cancel_order(SHOP_ID, order.order_id)
        self.ledger.behind.add("an order was cancelled, which TEMPOSTAR may never hear of")
        return order.order_id

    def edit_stock(self, code: str, stock: int) -> None:
        """The merchant sets the shop's number by hand."""
        self.lab.roomclip.edit_stock(SHOP_ID, self.variant(code).variant_id, stock)
        self.ledger.behind.add("the shop's number was changed by hand")

    def list_late(self) -> None:
        """The shop gets the SKU that TEMPOSTAR has linked all along."""
        if not self.lab.roomclip.variants(SHOP_ID, codes=(LATE,)).variants:
            row = f"{LATE},0,棚,,,{LATE},1000,0,公開"
            self.lab.roomclip.import_items(SHOP_ID, f"{_ITEMS}\r\n{row}".encode())

    # ------------------------------------------------------------------ the engine

    def sync(self, deeds: Mapping[int, Deed] | None = None) -> Pass:
        """Have the engine make a pass, with deeds in the middle of it."""
        made = make_pass(self.lab, self.state_dir, adjust=self.ground.adjust, deeds=deeds)
        if made.ending is Ending.KILLED or lose_the_answer in (deeds or {}).values():
            self.interruptions += 1
        self.read_journal()
        return made

    def new_state(self) -> None:
        """Give the engine an empty state folder."""
        self.state_dir = Path(tempfile.mkdtemp(dir=self.ground.folder))

    def lose_state(self) -> None:
        """The engine's state folder is lost."""
        self.new_state()
        self.state_was_lost = True
        self.ledger.forgot()

    def go_wrong(self, trouble: Trouble, times: int) -> None:
        """Let something go wrong so often, from now on."""
        self.lab.fault(trouble.kind, on=trouble.on, times=times, **trouble.parameters)
        if trouble.kind.startswith("smtp."):
            self.interruptions += times
        if trouble.kind == "file.replaced-while-read":
            self.ledger.behind.add("a file was written out of turn, sooner after an intake than passes are")

    # ------------------------------------------------------------------ inside

    def read_journal(self) -> None:
        """Let the ledger learn what TEMPOSTAR has written since it looked last."""
        for entry in self.lab.journal.read(after=self._read_until, kind="reflection", limit=100_000):
            self._read_until = entry.seq
            self.ledger.read(entry)

    def area_files(self) -> tuple[str, ...]:
        """The order files that wait for intake."""
        found = self.lab.area.files(COMPANY, f"/netorder/{self.shop_code}")
        return tuple(file.name for file in found)
