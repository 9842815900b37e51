"""Whatever an order file holds: TEMPOSTAR takes it in whole, or refuses it with a log and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import event, given

from simulator import journal
from simulator.clock import Clock
from simulator.config import ClockMode
from simulator.store import Store
from simulator.tempostar import area, backoffice
from simulator.tempostar.backoffice import FIRST_COMPANY
from tests.conftest import Parts
from tests.integration.tempostar.office import Office
from tests.properties.budget import times
from tests.properties.order_sheets import Order, any_order_file, good_order_files, read_slowly

NAME = "order20260401090001_IDutf8.csv"
SKUS = ("A-1", "B-1")
HELD = 1_000
LOG_LINE = re.compile(r"row [1-9][0-9]*(, .*)?: .+")


@contextmanager
def open_office() -> Iterator[Office]:
    """TEMPOSTAR with two SKUs that are linked, 受注取込 起動."""
    store = Store(None, (journal.SCHEMA, area.SCHEMA, backoffice.SCHEMA))
    try:
        clock = Clock(store, None, ClockMode.FROZEN, 1.0)
        clock.restart()
        office = Office(Parts(store, clock, journal.Journal(store, clock.now)))
        office.register(*SKUS, sellable=HELD)
        office.tempostar.update_stock_settings(office.shop_code, order_intake="起動")
        yield office
    finally:
        store.close()


@times(3)
@given(any_order_file())
def test_any_order_file_is_taken_in_whole_or_refused_with_a_log(data):
    wanted = read_slowly(data, "20001")
    event("refused" if wanted is None else "taken in")
    with open_office() as office:
        log = take_in(office, data)
        assert orders(office) == (wanted or {})
        assert sellable(office) == less_sold(wanted or {})
    assert (log is None) == (wanted is not None)
    if log is not None:
        title, *lines = log.decode().removesuffix("\r\n").split("\r\n")
        assert NAME in title
        assert lines
        assert [line for line in lines if not LOG_LINE.fullmatch(line)] == []


@times(0.5)
@given(good_order_files())
def test_an_order_file_taken_in_again_changes_nothing(data):
    with open_office() as office:
        take_in(office, data)
        before = orders(office), sellable(office)
        take_in(office, data)
        assert (orders(office), sellable(office)) == before


def take_in(office: Office, data: bytes) -> bytes | None:
    """Let a pass take a file, and return the log beside it; either way the file itself is kept as it was."""
    folder = f"/netorder/{office.shop_code}"
    office.area.write(FIRST_COMPANY, f"{folder}/{NAME}", data)
    office.advance(minutes=5)
    assert office.area.files(FIRST_COMPANY, folder) == ()
    standing = {file.name for file in office.area.files(FIRST_COMPANY, f"{folder}/log")}
    log = office.area.read(FIRST_COMPANY, f"{folder}/log/{NAME}.log")
    outcome = "done" if log is None else "error"
    assert standing == {f"{NAME}.done"} if log is None else {f"{NAME}.error", f"{NAME}.log"}
    assert office.area.read(FIRST_COMPANY, f"{folder}/log/{NAME}.{outcome}") == data
    return log


def less_sold(taken: dict[str, Order]) -> list[int]:
    lines = [line for order in taken.values() for line in order.lines]
    return [HELD - sum(quantity for code, quantity in lines if code == sku) for sku in SKUS]


def orders(office: Office) -> dict[str, Order]:
    return {
        order.shop_order_number: Order([(line.sku_code, line.quantity) for line in order.lines])
        for order in office.tempostar.orders().rows
    }


def sellable(office: Office) -> list[int]:
    return [office.tempostar.stock(code).sellable for code in SKUS]
