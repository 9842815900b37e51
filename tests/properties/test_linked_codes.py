"""Which codes were heard of when, and which are empty since when: kept as records of whole files, as one by one."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.adapters import code_records
from reference.adapters.clock import JAPAN
from reference.domain.columns import Rows, as_text
from reference.domain.linked_codes import Heard
from tests.properties.budget import times

AT = datetime(2026, 4, 1, 9, tzinfo=JAPAN)
CODES = ["A", "a", "A ", "B", "ソ", "①", "𠮷", "\uffff", "0", "\x01", "é", "/", ""]
FILES = st.lists(
    st.tuples(st.integers(0, 3), st.dictionaries(st.sampled_from(CODES), st.sampled_from("seo")), st.booleans()),
    max_size=6,
)


@contextmanager
def records():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(code_records.SCHEMA)
        yield connection


def after(minutes):
    return AT + timedelta(minutes=minutes)


def in_columns(codes):
    return Rows(pl.DataFrame({"code": codes}, schema={"code": pl.String}), as_text)


def hear(connection, minutes, *kinds, whole_from=3):
    code_records.keep_heard(connection, "1", Heard(after(minutes), *kinds), whole_from)


@times(2)
@given(FILES)
def test_records_of_whole_files_tell_what_rows_one_by_one_would(files):
    expected: dict[str, tuple[int, int]] = {}
    with records() as connection:
        for minutes, said, columns in files:
            kinds = [sorted(code for code, kind in said.items() if kind == wanted) for wanted in "seo"]
            hear(connection, minutes, *(in_columns(codes) if columns else tuple(codes) for codes in kinds))
            for code, kind in said.items():
                heard, emptied = expected.get(code, (minutes, -1))
                expected[code] = (max(minutes, heard), {"s": -1, "e": minutes, "o": emptied}[kind])
        for before in (None, 1, 2, 3):
            for since in (None, 0, 1, 2, 3):
                times_asked = (None if one is None else after(one) for one in (before, since))
                assert code_records.find_linked_codes(connection, "1", *times_asked) == {
                    code
                    for code, (heard, emptied) in expected.items()
                    if (before is None or heard < before) and (since is None or emptied >= since)
                }


@pytest.mark.parametrize("make", [tuple, in_columns])
def test_a_file_with_the_same_codes_writes_none_of_them(make):
    told: list[str] = []
    with records() as connection:
        connection.set_trace_callback(told.append)
        for minutes in (0, 5):
            told.clear()
            hear(connection, minutes, make(["A", "B"]), make([]), make(["C", "D"]))
        assert code_records.find_linked_codes(connection, "1", after(5), None) == frozenset()
    assert not any("INSERT" in one for one in told)


def test_a_file_of_less_than_half_leaves_the_record_alone():
    with records() as connection:
        hear(connection, 0, tuple(CODES))
        hear(connection, 1, tuple(CODES[:4]))
        assert connection.execute("SELECT codes FROM heard_whole").fetchall() == [(len(CODES),)]
        assert code_records.find_linked_codes(connection, "1", after(1), None) == set(CODES[4:])


def test_rows_that_the_record_says_all_of_are_dropped():
    with records() as connection:
        hear(connection, 0, ("A", "D"), ("B",), ("C",), whole_from=9)
        hear(connection, 1, ("A", "B"), (), ("C",))
        rows = connection.execute("SELECT sku_code FROM linked_code ORDER BY 1").fetchall()
    assert rows == [("C",), ("D",)]


def test_a_row_of_a_later_time_stays_and_is_empty_no_more():
    with records() as connection:
        hear(connection, 3, (), ("A",))
        hear(connection, 1, ("A", "B", "C"))
        assert code_records.find_linked_codes(connection, "1", after(2), None) == {"B", "C"}
        assert code_records.find_linked_codes(connection, "1", None, AT) == frozenset()
