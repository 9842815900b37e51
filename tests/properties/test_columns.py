"""What is said of rows in columns is what the plain rules say of them one by one."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from reference.adapters.clock import JAPAN
from reference.domain import columns
from reference.domain.brake import Brake, HeldFile, LinkedStock, find_emptied, judge
from reference.domain.columns import LevelColumns, Rows, levels_in_columns, levels_of
from reference.domain.limits import Limits
from reference.domain.linkage import FileStamp
from reference.domain.linked_codes import hear
from reference.domain.matching import Match, Matching, Variant, find_near_misses, match_levels, stock_by_code
from reference.domain.plan import (
    Batch,
    Update,
    cut_batches,
    hold_back,
    list_numbers,
    make_request,
    plan_updates,
    read_numbers,
    write_numbers,
)
from tests.properties.budget import times

AT = datetime(2026, 4, 1, 9, tzinfo=JAPAN)
CODES = st.sampled_from(["A", "a", "A ", "B", "ソ", "①", "𠮷", "\uffff", "0", "00", "é", "~"])
NUMBERS = st.sampled_from([0, 0, 1, 5])
LEVELS = st.dictionaries(CODES, NUMBERS)
VARIANTS = st.lists(st.tuples(CODES | st.none(), NUMBERS), max_size=14).map(
    lambda rows: tuple(Variant(str(at), code, stock, "公開") for at, (code, stock) in enumerate(rows))
)


def in_columns(variants):
    schema = {"variant_id": pl.String, "code": pl.String, "stock": pl.Int64, "listing_status": pl.String}
    rows = [(one.variant_id, one.variant_code, one.stock, one.listing_status) for one in variants]
    return Rows(pl.DataFrame(rows, schema=schema, orient="row"), Variant)


def many(matching):
    """The same matching with its matched rows in columns, however few."""
    rows = [(one.variant_code, one.level, one.shop_stock) for one in matching.matched]
    frame = pl.DataFrame(rows, schema={"code": pl.String, "level": pl.Int64, "stock": pl.Int64}, orient="row")
    return Matching(Rows(frame, Match), matching.unmatched, matching.ambiguous)


@times(2)
@given(LEVELS, VARIANTS)
def test_levels_meet_the_same_variants(levels, variants):
    plain = match_levels(levels, variants)
    for given_levels in (levels, LevelColumns(levels_in_columns(levels))):
        assert match_levels(given_levels, in_columns(variants)) == plain
        assert match_levels(given_levels, variants) == plain
        assert dict(given_levels.items()) == levels == {code: given_levels[code] for code in given_levels}
    assert stock_by_code(in_columns(variants)) == stock_by_code(variants)
    assert find_near_misses(plain.unmatched, in_columns(variants)) == find_near_misses(plain.unmatched, variants)


@times(2)
@given(LEVELS, VARIANTS, st.dictionaries(CODES, st.integers(1, 6)), st.frozensets(CODES))
def test_the_same_updates_are_planned_and_the_same_codes_heard_of(levels, variants, held, moved):
    plain = match_levels(levels, variants)
    assert plan_updates(many(plain), held, moved) == plan_updates(plain, held, moved)
    for is_held in (True, False):
        heard, wide = hear(plain, AT, held=is_held), hear(many(plain), AT, held=is_held)
        kinds = ("stocked", "emptied", "others")
        assert [sorted(getattr(wide, kind)) for kind in kinds] == [sorted(getattr(heard, kind)) for kind in kinds]


@times(2)
@given(LEVELS, st.dictionaries(CODES, st.integers(0, 6)))
def test_the_same_numbers_are_sent_under_the_same_key(levels, held):
    updates = tuple(Update(code, level) for code, level in sorted(levels.items()))
    plain = Batch("k", updates, AT)
    wide = Batch("k", Rows(levels_in_columns(levels), Update), AT)
    lowered, lowered_wide = hold_back(plain, held), hold_back(wide, held)
    assert tuple(lowered_wide) == lowered
    assert list_numbers(lowered_wide) == list_numbers(lowered) == [(one.variant_code, one.stock) for one in lowered]
    assert make_request(wide, lowered_wide, 7).key == make_request(plain, lowered, 7).key


@times(2)
@given(st.dictionaries(st.text(), st.integers(0, 2**63 - 1)))
def test_numbers_are_written_alike_byte_for_byte(levels):
    updates = [Update(code, level) for code, level in sorted(levels.items())]
    written = write_numbers(Rows(levels_in_columns(levels), Update))
    assert written == write_numbers(updates)
    assert json.loads(written) == [{"variant_code": one.variant_code, "stock": one.stock} for one in updates]


@times(2)
@given(LEVELS, VARIANTS, st.lists(LEVELS, max_size=2), st.frozensets(CODES), st.frozensets(CODES), st.integers(0, 3))
def test_the_brake_counts_the_same(levels, variants, held, linked, emptied, least):
    plain = match_levels(levels, variants)
    brake = Brake(
        tuple(HeldFile(FileStamp(AT - timedelta(minutes=at), "stock.csv", 1), one) for at, one in enumerate(held))
    )
    limits = Limits(zero_least=least)
    expected = judge(brake, plain, LinkedStock(stock_by_code(variants), linked, emptied), limits)
    wide = LinkedStock(stock_by_code(in_columns(variants)), linked, emptied)
    assert judge(brake, many(plain), wide, limits) == expected
    assert judge(brake, plain, wide, limits) == expected
    assert find_emptied(many(plain)) == find_emptied(plain)


class AskedOnce(LevelColumns):
    """Levels that may not be asked for one by one."""

    def __getitem__(self, code):
        raise AssertionError(code)


def test_the_levels_of_many_codes_are_asked_for_at_once():
    levels = {"A": 1, "a": 2, "ソ": 3, "①": 0}
    asked = AskedOnce(levels_in_columns(levels))
    for codes in (("ソ", "A"), ()):
        assert levels_of(asked, codes) == levels_of(levels, codes) == {code: levels[code] for code in codes}


def test_many_rows_stay_columns_and_are_cut_without_being_made():
    many_codes = {f"{at:06}": 1 for at in range(columns.FEW + 1)}
    variants = in_columns([Variant(code, code, 0, "公開") for code in many_codes])
    matching = match_levels(many_codes, variants)
    plan = plan_updates(matching, {})
    batches = list(cut_batches(plan, lambda: "k", AT))
    assert isinstance(matching.matched, Rows)
    assert [len(batch.updates) for batch in batches] == [5_000] * 4 + [1]
    assert all(isinstance(batch.updates, Rows) for batch in batches)
    assert [one.variant_code for batch in batches for one in batch.updates] == list(many_codes)
    assert (matching.matched[0], matching.matched[-1].variant_code) == (Match("000000", 1, 0), "020000")


def test_a_large_batch_is_read_back_as_columns():
    updates = tuple(Update(f"{at:06}", at) for at in range(1_001))
    for kept in (updates, updates[:1_000], (*updates[1:], Update("ソ", 2**63))):
        read = read_numbers(list_numbers(kept))
        assert isinstance(read, Rows) is (kept is updates)
        assert tuple(read) == kept


def test_a_large_batch_is_read_back_where_the_extra_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    updates = tuple(Update(f"{at:06}", at) for at in range(1_001))
    assert read_numbers(list_numbers(updates)) == updates
