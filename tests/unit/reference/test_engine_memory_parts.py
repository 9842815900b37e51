"""The JSON texts of a memory: a queue of very many rows, as a killed pass leaves it, and texts that are none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from reference.adapters.memory_parts import read_parts, write_parts
from reference.domain.columns import FEW, Rows
from reference.domain.plan import Batch, Update, list_numbers
from tests.contract.reference.test_engine_state import FRESH, FULL, OPENING


def test_the_rows_of_a_long_queue_are_read_as_columns_and_the_same_as_they_were():
    rows = tuple(Update(f"椅子 \0{number}, ]", number) for number in range(FEW + 2))
    queue = tuple(
        Batch(key, part, OPENING) for key, part in (("a", rows[:FEW]), ("b", rows[FEW:]), ("c", rows[:1]), ("d", ()))
    )
    texts = write_parts(replace(FRESH, queue=queue))
    assert json.loads(texts["queue"])[1][2] == [[f"椅子 \0{FEW}, ]", FEW], [f"椅子 \0{FEW + 1}, ]", FEW + 1]]
    memory = read_parts(texts)
    assert [isinstance(batch.updates, Rows) for batch in memory.queue] == [False, True, True, True]
    assert [tuple(batch.updates) for batch in memory.queue] == [batch.updates for batch in queue]
    assert [list_numbers(batch.updates) for batch in memory.queue] == [list_numbers(batch.updates) for batch in queue]
    assert write_parts(memory) == texts


def test_a_queue_of_few_rows_is_read_as_it_was():
    assert read_parts(write_parts(FULL)) == FULL
    assert read_parts(write_parts(FRESH)) == FRESH


@pytest.mark.parametrize("text", ["", "[", "{}", '[["a", 1]]', '[["a", "2026-04-01T09:00:00+09:00", []]["b"]]', "[1]"])
def test_a_queue_that_is_none_is_refused(text):
    with pytest.raises((ValueError, TypeError, KeyError)):
        read_parts(write_parts(FRESH) | {"queue": text})
