"""The timeline: newest first, filtered, live, older by paging; each entry opens to its data."""

from __future__ import annotations

import re

import pytest

from simulator.journal import Service
from simulator.journal_lines import Filter
from simulator.lab_pages import timeline
from simulator.lab_pages.views import VIEWS


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="entry-(\d+)"', page)]


def test_shows_the_newest_first_with_time_word_sentence_and_skus(site):
    page = site.open("/lab/")
    numbers = shown(page)
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] == site.lab.journal.last_seq()
    assert "2026-04-01 <b>09:05:00</b>" in page
    assert "stock.csv was written with 20 SKUs" in page
    assert "▤</span> ファイル" in page
    assert "ほか 15 SKU" in page


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.key)
def test_each_place_filters_by_itself(site, view):
    for service, kind in {(one.service, f"{one.kind}.x" if one.kind else "some.kind") for one in VIEWS}:
        site.lab.journal.record(Service(service), kind, "told")
    page = site.open(f"/lab/?view={view.key}")
    lines = site.lab.journal.newest(Filter(view.service, view.kind), limit=50).lines
    assert shown(page) == [line.seq for line in lines]
    assert lines


def test_filters_by_kind_sku_and_text_and_all_of_them(site):
    journal = site.lab.journal
    wanted = journal.record(Service.ROOMCLIP, "stock.synced", "A 'told' <b>thing</b>", skus=["漢字-1"], note="深い所")
    journal.record(Service.ROOMCLIP, "stock.syncedness", "another", skus=["漢字-10"])
    for query in (
        "kind=stock.synced",
        "sku=漢字-1",
        "text='told' <b>",
        "text=深い所",
        "kind=stock.synced&sku=漢字-1&text=told",
    ):
        assert shown(site.open(f"/lab/?{query}")) == [wanted], query
    assert "&lt;b&gt;thing" in site.client.get("/lab/?sku=漢字-1").text
    assert wanted in shown(site.open("/lab/?kind=stock"))
    assert shown(site.open("/lab/?kind=stock.sync")) == []
    assert "この条件の記録はここにありません" in site.open("/lab/?sku=nothing")


def test_the_live_fragment_brings_only_what_is_new_and_asks_from_there(site):
    after = site.lab.journal.last_seq()
    assert site.client.get(f"/lab/new?after={after}").status_code == 204
    first = site.lab.journal.record(Service.CLOCK, "clock.set", "one")
    site.lab.journal.record(Service.LAB, "lab.x", "two")
    page = site.open(f"/lab/new?after={after}")
    assert shown(page) == [first + 1, first]
    assert f"after={first + 1}" in page
    assert "<html" not in page
    narrowed = site.open(f"/lab/new?after={after}&view=clock")
    assert shown(narrowed) == [first]
    assert "view=clock" in narrowed


def test_what_is_new_but_filtered_out_moves_the_question_on(site):
    after = site.lab.journal.last_seq()
    last = site.lab.journal.record(Service.LAB, "lab.x", "two")
    page = site.open(f"/lab/new?after={after}&view=clock")
    assert shown(page) == []
    assert f"after={last}" in page


def test_more_news_than_fit_leave_a_way_to_the_rest(site):
    after = site.lab.journal.last_seq()
    for _ in range(timeline.ON_A_PAGE + 1):
        last = site.lab.journal.record(Service.LAB, "lab.x", "again")
    page = site.open(f"/lab/new?after={after}")
    assert len(shown(page)) == timeline.ON_A_PAGE
    assert f"before={last - timeline.ON_A_PAGE + 1}" in page


def test_older_entries_are_a_page_away_and_are_not_live(site):
    for _ in range(timeline.ON_A_PAGE * 2):
        site.lab.journal.record(Service.LAB, "lab.x", "again")
    page, seen = site.open("/lab/?view=lab"), []
    while True:
        seen += shown(page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        if older is None:
            break
        page = site.open(older[1])
        assert "data-live" not in page
    assert seen == [line.seq for line in site.lab.journal.newest(Filter("lab"), limit=1000).lines]


def test_an_entry_opens_to_its_data_and_its_neighbours(site):
    seq = site.lab.journal.record(Service.LAB, "lab.x", "told", skus=["A&B"], deep={"値": [1, "<script>"]})
    last = site.lab.journal.record(Service.LAB, "lab.y", "after it")
    page = site.open(f"/lab/entries/{seq}")
    assert '"値": [' in page
    assert "&lt;script&gt;" in site.client.get(f"/lab/entries/{seq}").text
    assert "/lab/sku?code=A%26B" in page
    assert shown(page) == list(range(last, seq - 6, -1))
    site.open(f"/lab/entries/{last + 1}", 404)
    site.open(f"/lab/entries/{10**30}", 404)


@pytest.mark.parametrize(
    "query", ["before=-1", f"before={10**30}", "before=x", "view=nothing", "kind=%27", "sku=%00", "text=%00"]
)
def test_odd_addresses_are_shown_something(site, query):
    site.open(f"/lab/?{query}")
    site.client.get(f"/lab/new?after=x&{query}")
