"""Lists of the pages: what is left is known without asking every variant, and paging stays within the indexes."""

from __future__ import annotations

import pytest

from simulator.clock import FROZEN_START
from simulator.roomclip.item_lists import CatalogueStanding
from simulator.roomclip.item_records import ItemRecords
from simulator.roomclip.linkage import Run, RunOutcome
from simulator.roomclip.listing import ItemInput, ListingStatus, VariantInput
from simulator.roomclip.stock_push import sign_push


def left(roomclip):
    return {item.item_number for item in roomclip.items("1", in_stock=True).items}


def gone(roomclip):
    return {item.item_number for item in roomclip.items("1", in_stock=False).items}


def run(outcome=RunOutcome.OK, summary=""):
    return Run(FROZEN_START, FROZEN_START, outcome, summary)


@pytest.fixture
def pair(roomclip):
    """R-1 with two variants of which nothing is left; gives their ids."""
    variants = (VariantInput("A-1", colour="黒"), VariantInput("A-2", colour="白"))
    return [one.variant_id for one in roomclip.register_item("1", ItemInput("R-1", "椅子", variants, "公開")).variants]


def test_an_item_is_left_as_long_as_one_variant_is(roomclip, pair):
    assert (left(roomclip), gone(roomclip)) == (set(), {"R-1"})
    roomclip.set_stock("1", [("A-2", 1)])
    assert (left(roomclip), gone(roomclip)) == ({"R-1"}, set())
    roomclip.edit_stock("1", pair[0], 1)
    roomclip.set_stock("1", [("A-2", 0)])
    assert left(roomclip) == {"R-1"}
    roomclip.edit_stock("1", pair[0], 0)
    assert left(roomclip) == set()


def test_buying_and_cancelling_change_what_is_left(roomclip, pair):
    roomclip.edit_stock("1", pair[0], 1)
    order = roomclip.purchase("1", [(pair[0], 1)])
    assert left(roomclip) == set()
    roomclip.cancel_order("1", order.order_id)
    assert left(roomclip) == {"R-1"}


def test_stock_of_new_items_and_new_variants_counts(roomclip, register, pair):
    register("B-1", stock=2)
    assert left(roomclip) == {"R-B-1"}
    roomclip.edit_item("1", ItemInput("R-1", "椅子", (VariantInput("A-3", stock=1, colour="青"),), "公開"))
    assert left(roomclip) == {"R-B-1", "R-1"}
    roomclip.delete_item("1", "R-1")
    assert (left(roomclip), gone(roomclip)) == ({"R-B-1"}, set())


def test_what_is_left_is_found_by_status_and_search_too(roomclip, register):
    register("A-1", stock=1)
    register("A-2", stock=1, status="下書き")
    register("B-1", stock=1)
    found = roomclip.items("1", "A-", status=ListingStatus.PUBLISHED, in_stock=True)
    assert ([item.item_number for item in found.items], found.total) == (["R-A-1"], 1)


def test_a_search_is_paged(roomclip, register):
    for number in range(52):
        register(f"C-{number:02d}")
    page = roomclip.items("1", "R-C", 2)
    assert ([item.item_number for item in page.items], page.total, page.pages) == (["R-C-50", "R-C-51"], 52, 2)


def test_only_the_linkage_says_when_it_changed_a_stock_last(roomclip, ground, pair):
    def when():
        return roomclip.variant("1", pair[0]).linked_at

    roomclip.edit_stock("1", pair[0], 3)
    assert when() is None
    roomclip.set_stock("1", [("A-1", 3)])
    assert when() is None  # it had that number already
    roomclip.set_stock("1", [("A-1", 4)])
    assert when() == ground.clock.now()
    roomclip.edit_stock("1", pair[0], 5)
    assert when() == ground.clock.now()


def test_a_push_is_the_linkage_too(linked, ground, pair):
    linkage = linked.linkage("1")
    signature = sign_push(linkage.store_account, "A-1", "2", "20260401090000", linkage.auth_key)
    query = {"StoreAccount": linkage.store_account, "Code": "A-1", "Stock": "2", "ts": "20260401090000"}
    linked.push_stock(linkage.url_token, query | {".sig": signature})
    assert linked.variant("1", pair[0]).linked_at == ground.clock.now()


def test_the_standing_of_the_catalogue(roomclip, register):
    assert roomclip.catalogue_standing("1") == CatalogueStanding({}, coded=False, blank=False)
    register(None, number="R-1", status="下書き")
    assert roomclip.catalogue_standing("1") == CatalogueStanding({ListingStatus.DRAFT: 1}, coded=False, blank=True)
    register("A-1")
    standing = roomclip.catalogue_standing("1")
    assert (standing.coded, standing.blank, standing.items) == (True, True, 2)
    roomclip.delete_item("1", "R-1")
    assert roomclip.catalogue_standing("1") == CatalogueStanding({ListingStatus.PUBLISHED: 1}, coded=True, blank=False)


def test_runs_are_paged_and_the_last_success_is_known(linked):
    assert linked.last_success("1") is None
    linked.record_run("1", run(summary="0"))
    for number in range(1, 51):
        linked.record_run("1", run(RunOutcome.FAILED, str(number)))
    first, second = linked.run_page("1"), linked.run_page("1", 2)
    assert (first.runs[0].run.summary, len(first.runs), first.total, first.pages) == ("50", 50, 51, 2)
    assert [record.run.summary for record in second.runs] == ["0"]
    success = linked.last_success("1")
    assert success is not None
    assert success.run.summary == "0"


def test_orders_are_paged_the_latest_first(roomclip, register):
    variant = register("A-1", stock=100)
    for _ in range(51):
        roomclip.purchase("1", [(variant, 1)])
    first, second = roomclip.order_page("1"), roomclip.order_page("1", 2)
    assert (first.orders[0].order_id, first.total, first.pages) == ("RC00000051", 51, 2)
    assert [order.order_id for order in second.orders] == ["RC00000001"]


class Overheard:
    """A store that keeps the questions it was asked."""

    def __init__(self, store) -> None:
        self.store = store
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    def rows(self, sql, values=()):
        self.asked.append((sql, tuple(values)))
        return self.store.rows(sql, values)

    def row(self, sql, values=()):
        self.asked.append((sql, tuple(values)))
        return self.store.row(sql, values)

    def plans(self) -> list[str]:
        """The steps of every question that may meet all items or all variants of a shop."""
        return [
            step["detail"]
            for sql, values in self.asked
            if "json_each" not in sql
            for step in self.store.rows(f"EXPLAIN QUERY PLAN {sql}", values)
            if "SEARCH" in step["detail"] or "SCAN rc" in step["detail"] or "B-TREE" in step["detail"]
        ]


@pytest.mark.parametrize(
    ("status", "in_stock"), [(None, None), (ListingStatus.PUBLISHED, None), (ListingStatus.PUBLISHED, True)]
)
def test_what_lies_before_a_page_is_passed_over_within_an_index(ground, roomclip, status, in_stock):
    store = Overheard(ground.store)
    wanted = {"status": status, "in_stock": in_stock, "search": "", "beginning": 5000, "limit": 50}
    ItemRecords(store).items("1", **wanted)
    assert len(store.plans()) == 2
    assert [step for step in store.plans() if "COVERING INDEX" not in step] == []


def test_a_search_of_codes_reads_an_index_only(ground, roomclip):
    store = Overheard(ground.store)
    ItemRecords(store).items("1", status=None, in_stock=None, search="A", beginning=0, limit=50)
    assert any("SEARCH rc_variant USING COVERING INDEX" in step for step in store.plans())
    assert len([sql for sql, _ in store.asked if "instr" in sql]) == 1


def test_the_standing_is_found_within_indexes(ground, roomclip):
    store = Overheard(ground.store)
    ItemRecords(store).standing("1")
    assert len(store.plans()) == 3
    assert [step for step in store.plans() if "COVERING INDEX" not in step] == []
