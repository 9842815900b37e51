"""What happens at the same time happens one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from simulator.errors import Conflict

T = TypeVar("T")
MANY = 6


def at_once(action: Callable[[], T]) -> list[T]:
    start = threading.Barrier(MANY)

    def wait_and_act() -> T:
        start.wait(10)
        return action()

    with ThreadPoolExecutor(MANY) as pool:
        return [future.result() for future in [pool.submit(wait_and_act) for _ in range(MANY)]]


def test_one_of_many_buyers_gets_the_last_one(roomclip, register):
    for number in range(20):
        variant = register(f"A-{number}", stock=1)

        def buy(variant: str = variant) -> bool:
            try:
                return bool(roomclip.purchase("1", [(variant, 1)]))
            except Conflict:
                return False

        assert sum(at_once(buy)) == 1
    assert set(roomclip.levels("1").values()) == {0}
    assert len(roomclip.orders("1")) == 20


def test_the_same_request_sent_many_times_at_once_is_carried_out_once(roomclip, register, ground):
    for number in range(20):
        register(f"A-{number}")
        reports = at_once(lambda code=f"A-{number}": roomclip.set_stock("1", [(code, 3)], idempotency_key=code))
        assert [report.updated for report in reports] == [1] * MANY
    assert len(ground.journal.read(kind="stock.synced")) == 20


def test_of_many_items_of_one_number_one_is_registered(roomclip, register):
    for number in range(20):

        def add(code: str = f"A-{number}") -> bool:
            try:
                return bool(register(code))
            except Conflict:
                return False

        assert sum(at_once(add)) == 1
    assert roomclip.items("1").total == 20
