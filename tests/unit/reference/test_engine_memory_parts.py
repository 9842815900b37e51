"""The JSON texts of a memory: a queue of very many rows, as a killed pass leaves it, and texts that are none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from reference.adapters.memory_parts import read_parts, write_parts
from reference.domain.columns import Rows
from reference.domain.plan import BATCH_ROWS, Batch, Update, list_numbers
from tests.contract.reference.test_engine_state import FRESH, FULL, OPENING


def test_large_batches_are_read_as_columns_and_the_same_as_they_were():
    rows = tuple(Update(f"椅子 \0{number}, ]", number) for number in range(BATCH_ROWS + 1))
    queue = tuple(
        Batch(key, part, OPENING) for key, part in (("a", rows[:-1]), ("b", rows), ("c", rows[-2:]), ("d", ()))
    )
    texts = write_parts(replace(FRESH, queue=queue))
    assert json.loads(texts["queue"])[2][2] == [[one.variant_code, one.stock] for one in rows[-2:]]
    memory = read_parts(texts)
    assert [isinstance(batch.updates, Rows) for batch in memory.queue] == [False, True, False, False]
    assert [tuple(batch.updates) for batch in memory.queue] == [batch.updates for batch in queue]
    assert [list_numbers(batch.updates) for batch in memory.queue] == [list_numbers(batch.updates) for batch in queue]
    assert write_parts(memory) == texts


def test_a_queue_of_few_rows_is_read_as_it_was():
    assert read_parts(write_parts(FULL)) == FULL
    assert read_parts(write_parts(FRESH)) == FRESH


BATCH = '["a", "2026-04-01T09:00:00+09:00", []]'


@pytest.mark.parametrize("text", ["", "[", "{}", '[["a", 1]]', f'[{BATCH}["b"]]', f"[{BATCH}; {BATCH}]", "[1]"])
def test_a_queue_that_is_none_is_refused(text):
    with pytest.raises((ValueError, TypeError, KeyError)):
        read_parts(write_parts(FRESH) | {"queue": text})
