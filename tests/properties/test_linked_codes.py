"""Which codes were heard of when, and which are empty since when: kept in ranges, as one by one."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reference.adapters import watch_records
from reference.adapters.clock import JAPAN
from reference.domain.linked_codes import Heard
from tests.properties.budget import times

AT = datetime(2026, 4, 1, 9, tzinfo=JAPAN)
CODES = ["A", "a", "A ", "B", "ソ", "①", "𠮷", "\uffff", "0", "\x01", "é", "/"]
FILES = st.lists(
    st.tuples(st.integers(0, 3), st.dictionaries(st.sampled_from(CODES), st.sampled_from("seo"))), max_size=5
)


@times(2)
@given(FILES)
def test_ranges_of_codes_are_kept_as_one_by_one(files):
    connection = sqlite3.connect(":memory:")
    connection.executescript(watch_records.SCHEMA)
    expected: dict[str, tuple[float, float | None]] = {}
    for minutes, said in files:
        written = AT + timedelta(minutes=minutes)
        at = written.timestamp()
        kinds = [tuple(sorted(code for code, kind in said.items() if kind == wanted)) for wanted in "seo"]
        watch_records.keep_heard(connection, "1", Heard(written, *kinds), at_once=3)
        for code, kind in said.items():
            before = expected.get(code, (at, None))
            expected[code] = (max(at, before[0]), {"s": None, "e": at, "o": before[1]}[kind])
    rows = connection.execute("SELECT sku_code, heard_at, emptied_at FROM linked_code").fetchall()
    connection.close()
    assert {code: rest for code, *rest in map(list, rows)} == {code: list(rest) for code, rest in expected.items()}


def test_a_file_with_the_same_codes_looks_none_of_them_up():
    connection = sqlite3.connect(":memory:")
    connection.executescript(watch_records.SCHEMA)
    told: list[str] = []
    connection.set_trace_callback(told.append)
    for minutes in (0, 5):
        told.clear()
        watch_records.keep_heard(connection, "1", Heard(AT + timedelta(minutes=minutes), ("A", "B"), (), ("C", "D")))
    connection.close()
    assert not any("INSERT" in one for one in told)
