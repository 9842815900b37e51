"""Beside a large file the shop's variants are read while it is received, and nothing else is different for it."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass

import pytest

from reference.domain.incident import Cause
from reference.errors import ConnectionFailedError
from reference.service.ahead import begun
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN, FakeFolder, FakeShop, World

PATIENCE = 60.0


@dataclass
class SlowShop(FakeShop):
    """Tells when its variants were read; `first` is waited for before."""

    def __post_init__(self):
        self.read, self.first, self.variant_trouble = threading.Event(), None, None

    def fetch_variants(self, shop_id):
        if self.first:
            assert self.first.wait(PATIENCE)
        if self.variant_trouble:
            raise self.variant_trouble
        variants = super().fetch_variants(shop_id)
        self.read.set()
        return variants


@pytest.fixture
def world(monkeypatch):
    """A shop with A-1 at 5; `received` happens when the file has come."""
    world = World(SlowShop())
    world.area.large = True
    world.received = lambda: None
    fetch = FakeFolder.fetch_file

    def fetch_file(folder, name):
        fetched = fetch(folder, name)
        world.received()
        return fetched

    monkeypatch.setattr(FakeFolder, "fetch_file", fetch_file)
    world.shop.add("A-1", 5)
    return world


@pytest.mark.parametrize("large", [True, False])
def test_variants_are_read_while_a_large_file_is_received(world, large):
    world.area.large = large
    seen = []
    world.received = lambda: seen.append(world.shop.read.wait(PATIENCE if large else 0))
    world.tick(("A-1", 7))
    world.run()
    assert (seen, world.shop.stock_of("A-1")) == ([large], [7])


def test_what_is_sold_after_they_were_read_is_known(world):
    def sell():
        assert world.shop.read.wait(PATIENCE)
        world.shop.buy("A-1")

    world.received = sell
    world.tick(("A-1", 6))
    world.run()
    assert world.shop.stock_of("A-1") == [5], "6 less the one sold, which looks like what was read"


def test_a_shop_that_does_not_answer_fails_the_pass_as_ever(world):
    world.shop.variant_trouble = SHOP_IS_DOWN
    world.tick(("A-1", 7))
    (report,) = world.run().linkages
    assert (report.failure.cause, report.failure.evidence) == (Cause.SHOP_API, str(SHOP_IS_DOWN))
    assert world.state.recall("1").newest is None


def test_a_file_that_does_not_come_is_what_is_told_and_nothing_goes_on_behind(world):
    def break_off():
        world.shop.first.set()
        raise ConnectionFailedError("cut")

    world.shop.variant_trouble, world.shop.first, world.received = SHOP_IS_DOWN, threading.Event(), break_off
    world.tick(("A-1", 7))
    (report,) = world.run().linkages
    assert report.failure.cause is Cause.CONNECTION_FAILED
    assert not any(one.name.startswith("ahead") for one in threading.enumerate())


def test_an_unreadable_file_is_passed_over_and_the_next_is_applied(world):
    world.clock.advance()
    world.area.put(b"nonsense", world.clock.at, "a.csv")
    world.tick(("A-1", 7), name="b.csv")
    world.run()
    assert world.shop.stock_of("A-1") == [7]


class Many(list):
    """Variants of which can be told whether somebody has them still."""


@pytest.mark.parametrize("large", [True, False])
def test_nobody_has_the_variants_any_more_while_the_queue_is_sent(world, monkeypatch, large):
    world.area.large = large
    read, lent, left = world.shop.fetch_variants, [], []

    def lend(shop_id):
        variants = Many(read(shop_id))
        lent.append(weakref.ref(variants))
        return variants

    monkeypatch.setattr(world.shop, "fetch_variants", lend)
    world.shop.before_send = lambda: left.extend(one() for one in lent)
    world.tick(("A-1", 7))
    world.run()
    assert left == [None]


def test_what_was_begun_has_ended_when_the_block_has():
    go_on, ended = threading.Event(), []

    def work():
        assert go_on.wait(PATIENCE)
        ended.append(True)

    with pytest.raises(KeyError), begun(work):
        go_on.set()
        raise KeyError
    assert ended
