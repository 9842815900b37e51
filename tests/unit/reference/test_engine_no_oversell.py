"""Any history of purchases, restocking, intakes, mass zeros, passes and kills: nothing is sold that is not there.

The world is a model: TEMPOSTAR writes what has changed and takes orders in, the stock change going out with its next
pass; RoomClip is the only channel.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from reference.domain.limits import Limits
from tests.unit.reference.engine_fakes import World, read_order_file

CODES = ("A-1", "B-2")


@dataclass
class History:
    """A world in which units are counted: `held` ever came in, `known` is TEMPOSTAR's number."""

    full: bool = False
    braking: bool = False
    large: bool = False
    world: World = field(default_factory=World)
    held: Counter = field(default_factory=Counter)
    known: Counter = field(default_factory=Counter)
    changed: set[str] = field(default_factory=lambda: set(CODES))
    taken_in: list[str] = field(default_factory=list)

    def __post_init__(self):
        if self.braking:
            self.world.limits = Limits(zero_share=0.4, zero_least=1)
        self.world.area.large = self.large
        for code in CODES:
            self.world.shop.add(code)
            self.restock(code, 3)
        self.tempostar_pass()
        self.engine_pass()

    def restock(self, code, units):
        self.held[code] += units
        self.known[code] += units
        self.changed.add(code)

    def buy(self, code, units=1):
        if self.world.shop.stock_of(code)[0] >= units:
            self.world.shop.buy(code, units)
        self.check()

    def cancel(self, at):
        placed = [one.order_id for one in self.world.shop.orders.values() if one.state == "placed"]
        if placed:
            self.world.shop.cancel(placed[at % len(placed)])

    def tempostar_pass(self):
        """Write what has changed, or all; then take orders in: their change goes out with the next pass."""
        if self.full:
            self.changed = set(CODES)
        if self.changed:
            self.world.tick(*((code, self.known[code]) for code in sorted(self.changed)))
            self.changed = set()
        else:
            self.world.clock.advance()
        for content in self.world.area.take_in(self.world.clock.at):
            for row in read_order_file(content):
                self.taken_in.append(row["ショップ受注番号"])
                self.known[row["商品コード"]] -= int(row["数量"])
                self.changed.add(row["商品コード"])

    def wrong_zeros(self):
        """Write 0 for everything by mistake; the next pass of TEMPOSTAR puts it right."""
        self.world.tick(*((code, 0) for code in CODES))
        self.changed = set(CODES)

    def release(self):
        self.world.release()

    def engine_pass(self):
        self.world.run()
        self.check()

    def killed_pass(self, nth):
        self.world.run_until_killed(nth)
        self.check()

    def pass_with_a_purchase(self, nth, code):
        self.world.run_with(nth, lambda: self.buy(code))
        self.check()

    def sold(self):
        orders = [one for one in self.world.shop.orders.values() if one.state == "placed"]
        return Counter({code: sum(line.quantity for one in orders for line in one.lines if line.variant_code == code)
                        for code in CODES})  # fmt: skip

    def check(self):
        assert all(self.sold()[code] <= self.held[code] for code in CODES)

    def settle_down(self):
        """Make up by 一括同期 for files that were overwritten unread, and let everything arrive."""
        self.changed = set(CODES)
        for _ in range(3):
            self.engine_pass()
            self.tempostar_pass()
        self.engine_pass()
        self.release()
        self.engine_pass()


codes = st.sampled_from(CODES)
calls = st.integers(1, 40)
deeds = st.one_of(
    st.tuples(st.just("buy"), codes, st.integers(1, 3)),
    st.tuples(st.just("restock"), codes, st.integers(1, 3)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("tempostar_pass")),
    st.tuples(st.just("engine_pass")),
    st.tuples(st.just("wrong_zeros")),
    st.tuples(st.just("release")),
    st.tuples(st.just("killed_pass"), calls),
    st.tuples(st.just("pass_with_a_purchase"), calls, codes),
)


@settings(max_examples=300)
@given(st.booleans(), st.booleans(), st.booleans(), st.lists(deeds, max_size=30))
def test_never_sells_what_is_not_there_and_hands_every_order_over_once(full, braking, large, history):
    world = History(full, braking, large)
    for name, *arguments in history:
        getattr(world, name)(*arguments)
    world.settle_down()
    shop = world.world.shop
    assert len(world.taken_in) == len(set(world.taken_in))
    placed = {f"20001-{one.order_id}" for one in shop.orders.values() if one.state == "placed"}
    cancelled = {f"20001-{one.order_id}" for one in shop.orders.values() if one.state == "cancelled"}
    assert placed <= set(world.taken_in) <= placed | cancelled
    in_vain = {one for one in cancelled if one in world.taken_in}
    for code in CODES:
        (stock,) = shop.stock_of(code)
        assert stock >= world.known[code], "units that are there are offered again"
        assert stock + world.sold()[code] <= world.held[code]
        if not in_vain:
            assert stock == world.known[code] == world.held[code] - world.sold()[code]
