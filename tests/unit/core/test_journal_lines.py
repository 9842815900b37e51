"""The journal read backwards: each filter by its index, a text within bounds, every entry once."""

from __future__ import annotations

import pytest

from simulator.journal import Filter, Service
from simulator.journal_lines import SHOWN_SKUS, list_kinds, read_newest

FILTERS = (
    Filter(), Filter(service="ftps"), Filter(kind="stock"), Filter(kind="stock.synced"), Filter(sku="A"),
    Filter(text="about"), Filter("ftps", "ftps.sent", "A", "about"), Filter(service="roomclip", kind="stock"),
)  # fmt: skip


@pytest.fixture
def ground(parts):
    ground = parts()
    for number in range(40):
        ground.journal.record(
            (Service.FTPS, Service.ROOMCLIP)[number % 2],
            ("ftps.sent", "stock.synced", "stock.pushed", "stocks")[number % 4],
            f"about {number}", skus=["A", "B"] if number % 3 == 0 else [],
        )  # fmt: skip
    return ground


def fits(line, wanted: Filter) -> bool:
    return (
        wanted.service in {"", line.service}
        and (not wanted.kind or line.kind == wanted.kind or line.kind.startswith(wanted.kind + "."))
        and (not wanted.sku or wanted.sku in line.skus)
        and wanted.text in line.summary
    )


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
@pytest.mark.parametrize("span", [100_000, 7])
def test_page_by_page_every_entry_that_fits_comes_once_newest_first(ground, wanted, span):
    everything = read_newest(ground.store, Filter(), limit=1000).lines
    assert [line.seq for line in everything] == list(range(40, 0, -1))
    found, before = [], None
    for _ in range(100):
        stretch = read_newest(ground.store, wanted, before=before, limit=3, span=span)
        assert len(stretch.lines) <= 3
        found += stretch.lines
        before = stretch.older
        if before is None:
            break
    assert found == [line for line in everything if fits(line, wanted)]


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_no_filter_sorts_or_reads_what_it_does_not_need(ground, wanted):
    asked: list[str] = []
    ground.store._db.set_trace_callback(asked.append)
    read_newest(ground.store, wanted, before=30, after=3, limit=5)
    ground.store._db.set_trace_callback(None)
    plans = [
        row["detail"]
        for sql in asked
        if sql.startswith("SELECT")
        for row in ground.store.rows(f"EXPLAIN QUERY PLAN {sql}")
    ]
    assert plans
    assert [plan for plan in plans if (plan.startswith("SCAN") and "CONSTANT" not in plan) or "B-TREE" in plan] == []


def test_after_bounds_what_is_read(ground):
    assert [line.seq for line in read_newest(ground.store, Filter(), after=38, limit=10).lines] == [40, 39]
    assert read_newest(ground.store, Filter(), after=40, limit=10).lines == ()


def test_of_many_skus_a_line_shows_the_first_and_their_number(ground):
    ground.journal.record(Service.LAB, "x", "many", skus=[f"S{number}" for number in range(9)])
    (line,) = read_newest(ground.store, Filter(), limit=1).lines
    assert (len(line.skus), line.sku_count) == (SHOWN_SKUS, 9)


def test_kinds_are_listed_once_each(ground):
    assert list_kinds(ground.store) == ("ftps.sent", "stock.pushed", "stock.synced", "stocks")
