"""Whose units are whose: what the machine counts beside the lab to know what may be sold.

`overhang` of a SKU: the units the shop offers beyond what is there, that is, TEMPOSTAR's number less the units of
orders that stand and that TEMPOSTAR has not taken in yet. The engine never makes it larger, but for three things:

1. Units that others took (another channel, a stock-taking, 保留在庫数) and of which no stock file has told yet that the
   engine has applied: it cannot know. In `diff` content a file overwritten unread has told nobody.
2. Units bought between its reading of orders and the update right after it, in a pass that did not end well: the
   correction is left to the next pass (README of the engine's pass: the window of one request).
3. When its state is lost, whatever of 1. it had learned; and that it had handed an order over which was cancelled
   since: TEMPOSTAR takes it in all the same, and until a stock file tells of that its units seem to be free.

What buyers, merchants and TEMPOSTAR do to the overhang is theirs; it is taken over as it is (`look`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from simulator.journal import Entry
from simulator.lab import Lab
from simulator.roomclip.sales import OrderState

SHOP_ID = "1"
EVERYTHING = 1000


@dataclass(frozen=True)
class Written:
    """A stock file: codes in it, and the journal's number from which on its numbers may be out of date."""

    seq: int
    codes: frozenset[str]


@dataclass(frozen=True)
class Taking:
    """Units that others took."""

    seq: int
    code: str
    units: int


@dataclass
class Ledger:
    """`held`: units that came in, less those others took. `excused`: units sold too often, each for a reason above.

    `sole`: RoomClip is the only channel, and only reason 2 excuses anything.
    `behind`: why the shop may stay behind TEMPOSTAR until 一括同期; empty when every pass will do.
    """

    lab: Lab
    codes: tuple[str, ...]
    shop_code: str
    sole: bool
    held: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    behind: set[str] = field(default_factory=set)
    standing: dict[str, Written] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    maybe_read: set[str] = field(default_factory=set)
    """Of the unread ones, those that a pass has met that did not end well, or in whose middle they came."""
    writing: dict[str, int] = field(default_factory=dict)
    takings: list[Taking] = field(default_factory=list)
    unknown: list[Taking] = field(default_factory=list)
    forgotten: set[tuple[str, str]] = field(default_factory=set)
    """Orders that a lost state may have handed over, by number and SKU, until a file tells that they were taken in."""
    window: Counter[str] = field(default_factory=Counter)
    overhung: Counter[str] = field(default_factory=Counter)

    # ------------------------------------------------------------------ what is there

    def shop_stock(self, code: str) -> int:
        """Units the shop shows."""
        return self.lab.roomclip.levels(SHOP_ID)[code]

    def placed(self) -> Counter[str]:
        """Units in orders that stand."""
        return self._units(taken_in=None)

    def not_lowered(self) -> Counter[str]:
        """Units that TEMPOSTAR took in and did not take off, because the SKU was not linked then (contract 2)."""
        units: Counter[str] = Counter()
        for order in self.lab.tempostar.orders(self.shop_code, page_size=EVERYTHING).rows:
            for line in order.lines:
                if not line.lowered:
                    units[line.sku_code] += line.quantity
        return units

    def overhang(self) -> Counter[str]:
        """Units the shop offers beyond what is there, per SKU."""
        pending, offered = self._units(taken_in=False), self.lab.roomclip.levels(SHOP_ID)
        found: Counter[str] = Counter()
        for code in self.codes:
            stock = self.lab.tempostar.stock(code)
            there = stock.sellable - stock.held_back - pending[code]
            found[code] = max(0, offered[code] - max(0, there))
        return found

    def is_behind(self) -> bool:
        """Tell whether it takes 一括同期 to end well: also after an order of a SKU without link, which changes no stock
        and brings no file, so that the engine waits for one."""
        return bool(self.behind) or self.not_lowered().total() > 0

    def order_numbers(self, *states: OrderState) -> list[str]:
        """ショップ受注番号 of the shop's orders in these states."""
        orders = self.lab.roomclip.orders(SHOP_ID, limit=EVERYTHING)
        return [f"{self.shop_code}-{order.order_id}" for order in orders if order.state in states]

    def taken_in_numbers(self) -> list[str]:
        """ショップ受注番号 of 受注一覧."""
        return [one.shop_order_number for one in self.lab.tempostar.orders(self.shop_code, page_size=EVERYTHING).rows]

    def _units(self, *, taken_in: bool | None) -> Counter[str]:
        known = () if taken_in is None else frozenset(self.taken_in_numbers())
        units: Counter[str] = Counter()
        for order in self.lab.roomclip.orders(SHOP_ID, limit=EVERYTHING):
            if order.state is OrderState.PLACED and f"{self.shop_code}-{order.order_id}" not in known:
                for line in order.lines:
                    units[line.variant_code or ""] += line.quantity
        return units

    # ------------------------------------------------------------------ what happened

    def come_in(self, code: str, units: int) -> None:
        """Units came in."""
        self.held[code] += units

    def taken(self, code: str, units: int) -> None:
        """Others took units; those that RoomClip had sold already are sold twice, which no sync can help."""
        before = self._short(code)
        self.held[code] -= units
        self.excused[code] += self._short(code) - before
        taking = Taking(self.lab.journal.last_seq(), code, units)
        self.takings.append(taking)
        self.unknown.append(taking)

    def about_to_buy(self, code: str, units: int) -> None:
        """Excuse units about to be sold too often, as far as the shop offers too many for a reason above."""
        reasons = self.window if self.sole else self.overhang()
        more = max(0, self._balance(code) + units) - self._short(code)
        self.excused[code] += min(more, reasons[code])

    def read(self, entry: Entry) -> None:
        """Learn from the journal which stock files stand in the area."""
        path = entry.data["path"]
        match entry.kind:
            case "reflection.writing":
                self._overwrite(path, frozenset())
                self.writing[path] = entry.seq
            case "reflection.written":
                codes = frozenset(entry.skus)
                self._overwrite(path, codes)
                self.standing[path] = Written(self.writing.pop(path, entry.seq), codes)
                self.unread.add(path)
                self.maybe_read.discard(path)
            case "reflection.failed" | "reflection.nothing_to_send" if path:
                self._overwrite(path, frozenset())

    def _overwrite(self, path: str, codes: frozenset[str]) -> None:
        before = self.standing.pop(path, Written(0, frozenset()))
        if path in self.unread and not before.codes <= codes:
            self.behind.add("a file was overwritten unread")
        self.unread.discard(path)

    def look(self) -> None:
        """Take the overhang over as it is."""
        self.overhung = self.overhang()
        for code in self.codes:
            self.excused[code] = min(self.excused[code], self._short(code))

    @contextmanager
    def while_the_engine_works(self) -> Iterator[None]:
        """Take over only what somebody else adds to the overhang in the middle of a pass."""
        before = self.overhang()
        yield
        after = self.overhang()
        for code in self.codes:
            self.overhung[code] += max(0, after[code] - before[code])

    def applied(self, standing: Mapping[str, Written]) -> frozenset[str]:
        """A pass has ended well: what stood when it began and stands still is applied; return the codes it had news of.

        A file replaced in the middle of the pass counts as unread: nobody knows which of the two the engine has.
        """
        fresh: set[str] = set()
        for path, written in standing.items():
            if path in self.unread and self.standing.get(path) == written and path not in self.writing:
                self.unread.discard(path)
                fresh |= written.codes if path not in self.maybe_read else frozenset()
                self.unknown = [one for one in self.unknown if one.code not in written.codes or one.seq > written.seq]
                self.forgotten -= {
                    (number, code) for number in self._taken_in_before(written) for code in written.codes
                }
        self.window.clear()
        return frozenset(fresh)

    def met(self) -> None:
        """A pass is over, however it ended: it may have applied what is not known to be applied."""
        self.maybe_read |= self.unread

    def forgot(self) -> None:
        """The engine's state was lost."""
        self.unknown = list(self.takings)
        self.unread = set(self.standing)
        self.forgotten = {
            (f"{self.shop_code}-{order.order_id}", line.variant_code or "")
            for order in self.lab.roomclip.orders(SHOP_ID, limit=EVERYTHING)
            for line in order.lines
        }
        self.behind.add("the engine's state was lost")

    def allowed(self) -> Counter[str]:
        """Units that the engine may offer too many, per SKU."""
        units = Counter(self.window)
        for one in self.unknown:
            units[one.code] += one.units
        for order in self.lab.roomclip.orders(SHOP_ID, limit=EVERYTHING):
            for line in order.lines:
                forgotten = (f"{self.shop_code}-{order.order_id}", line.variant_code or "") in self.forgotten
                if order.state is OrderState.CANCELLED and forgotten:
                    units[line.variant_code or ""] += line.quantity
        return units

    def _taken_in_before(self, written: Written) -> set[str]:
        entries = self.lab.journal.read(kind="order.taken_in", limit=100_000)
        return {entry.data["shop_order_number"] for entry in entries if entry.seq < written.seq}

    def _short(self, code: str) -> int:
        return max(0, self._balance(code))

    def _balance(self, code: str) -> int:
        """Units sold less units held; above 0 when more are sold than there are."""
        return self.placed()[code] - self.held[code] - self.not_lowered()[code]
