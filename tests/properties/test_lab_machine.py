"""No oversell: any history of merchants, buyers, TEMPOSTAR, other channels, the engine and bad luck, over a real lab.

Longer: `make soak`. What is excused, and nothing else, stands in `lab_ledger`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.properties.lab_search import Violation, ground, search

SEED = 1
HISTORIES = 28
LEAST_KINDS = 20
SHORT_HISTORIES = 200
"""Of a few steps each: more than enough to meet a wrong engine's mistake, and the search ends with the first."""


def forgets_orders(sync):
    """An engine that puts back what orders have taken."""
    return replace(sync, rules=replace(sync.rules, hold_back=lambda _book, _written_at: {}))


def test_no_history_breaks_a_promise(record_property):
    with ground() as there:
        tried = search(there, SEED, HISTORIES)
    record_property("histories", tried.histories)
    print(f"histories tried {tried.histories}, actions {tried.actions}, kinds of action {len(tried.kinds)}")
    assert tried.histories >= HISTORIES
    assert len(tried.kinds) >= LEAST_KINDS


def test_a_wrong_engine_is_found_and_its_smallest_history_is_told_with_the_seed_that_replays_it():
    with ground(forgets_orders) as there, pytest.raises(Violation) as found:
        # Few steps: the shorter the histories, the sooner the smallest is found.
        search(there, 11, SHORT_HISTORIES, steps=3)
    scenario, *steps, again = str(found.value).splitlines()
    assert scenario == "シナリオ: 種「11」の最小の経過"
    assert [line.split()[0] for line in steps[:2]] == ["前提", "前提"]
    assert {line.split()[0] for line in steps[2:-1]} == {"もし"}
    assert steps[-1].startswith("  ならば 同期の後、RoomClipは「A-1」を実際より「0」個までしか多く出さない")
    assert len(steps) <= 9
    assert again == f"  # python -m tests.soak --seed 11 --histories {SHORT_HISTORIES} --steps 3"


def test_the_same_seed_tries_the_same_histories():
    with ground() as there:
        first, second = (search(there, SEED, 3, steps=10) for _ in range(2))
    assert (first.kinds, first.story) == (second.kinds, second.story)
