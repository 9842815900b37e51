"""Stock updates by the thousand: read, written and told of in sets, with the same outcome as one by one."""

from __future__ import annotations

import json

import pytest

from simulator.journal import Filter
from simulator.journal_skus import MANY
from simulator.roomclip.api.models import StockUpdates, read_levels
from simulator.roomclip.changes import Changes
from simulator.roomclip.listing import ItemInput, ListingStatus, VariantInput
from simulator.roomclip.sales import MAX_UPDATES, checked_updates

CODES = tuple(sorted([f"A-{number:03}" for number in range(3 * MANY)] + ['q"q', "l\nl", ",", "椅子①"]))

ODD_CODES = (None, 'q"q', "l\nl", "\\u0041", "\x01", "\x7f", "\u2028", "𠮷😀", "null", "01", "[1]")


@pytest.fixture
def large(roomclip):
    roomclip.register_items("1", [ItemInput(f"R-{n}", "椅子", (VariantInput(code),)) for n, code in enumerate(CODES)])
    return roomclip


def stock(roomclip) -> dict[str | None, int]:
    return {one.variant_code: one.stock for one in roomclip.variants("1", limit=10_000).variants}


@pytest.mark.parametrize(
    "wanted", [CODES, CODES[::-1], CODES[::7], (CODES[0], CODES[-1])], ids=["all", "unsorted", "scattered", "far apart"]
)
def test_close_and_scattered_codes_are_all_found_and_no_other(large, wanted):
    report = large.set_stock("1", [(code, 5) for code in wanted])
    assert (report.updated, report.unchanged, report.rejected) == (len(wanted), 0, ())
    assert stock(large) == {code: 5 * (code in wanted) for code in CODES}


@pytest.mark.parametrize("wanted", [CODES, (CODES[0], CODES[1], CODES[-1])], ids=["all", "far apart"])
def test_a_code_of_a_deleted_item_is_no_holder_however_codes_are_found(large, wanted):
    large.delete_item("1", "R-1")
    report = large.set_stock("1", [(code, 5) for code in wanted])
    assert [(one.variant_code, one.reason) for one in report.rejected] == [(CODES[1], "unknown")]
    assert report.updated == len(wanted) - 1


def test_each_sku_of_a_batch_finds_the_entry_that_lists_them_and_no_part_of_a_code_does(large, ground):
    large.set_stock("1", [(code, 5) for code in CODES])
    [entry] = ground.journal.read(kind="stock.synced")
    assert entry.skus == CODES
    for code in CODES:
        assert ground.journal.read(kind="stock.synced", sku=code) == (entry,)
        assert [line.seq for line in ground.journal.newest(Filter(sku=code), limit=1).lines] == [entry.seq]
    for part in ("A-00", "-001", '"', "q", "l", ' "', "\n", "A-001\nA-002", "@"):
        assert ground.journal.read(kind="stock.synced", sku=part) == ()


def test_a_batch_costs_the_journal_one_row(large, ground):
    def rows() -> int:
        return len(ground.store.rows("SELECT seq FROM journal_sku UNION ALL SELECT seq FROM journal_list"))

    before = rows()
    large.set_stock("1", [(code, 5) for code in CODES])
    assert rows() == before + 1


def test_what_was_sent_for_a_code_outlives_the_variant_that_took_it(large):
    large.set_stock("1", [("A-001", 5), ("A-002", 6)])
    item = next(v.item_number for v in large.variants("1", codes=["A-001"]).variants)
    large.edit_item("1", ItemInput(item, "椅子", (VariantInput("B-001"),)))
    assert (large.last_update("1", "A-001").stock, large.last_update("1", "B-001")) == (5, None)
    large.delete_item("1", next(v.item_number for v in large.variants("1", codes=["A-002"]).variants))
    assert large.last_update("1", "A-002").stock == 6
    large.set_stock("1", [("B-001", 7), ("A-001", 8)])
    assert (large.last_update("1", "B-001").stock, large.last_update("1", "A-001").rejection) == (7, "unknown")
    large.register_item("1", ItemInput("R-new", "椅子", (VariantInput("A-001"),)))
    large.set_stock("1", [("A-001", 0)])
    assert (large.last_update("1", "A-001").stock, large.last_update("1", "A-001").rejection) == (0, "")


def test_changes_are_remembered_while_they_are_few(ground):
    changes = Changes(ground.store, few=3)
    for revision, ids in ((10, [1]), (11, [2, 3]), (12, [4])):
        changes.note("1", revision, ids)
    assert [changes.are_few("1", after) for after in (12, 11, 10, 9)] == [True, True, True, False]
    assert [changes.are_few("2", after) for after in (12, 0)] == [True, True]
    changes.note("1", 13, [5, 6, 7])
    assert ground.store.rows("SELECT revision FROM rc_change")[0]["revision"] == 12
    changes.note("1", 14, [1, 2, 3, 4])
    assert [changes.are_few("1", after) for after in (14, 13)] == [True, False]


@pytest.mark.parametrize("changed_after", [None, 0])
def test_a_page_that_holds_the_rest_to_the_last_variant_leads_no_further(large, changed_after):
    for limit, further in ((len(CODES) - 1, True), (len(CODES), False), (len(CODES) + 1, False)):
        page = large.variants_as_json("1", limit=limit, changed_after=changed_after)
        assert (page.next_cursor is not None) is further
        assert [one["variant_code"] for one in json.loads(page.variants)] == list(CODES[:limit])


@pytest.mark.parametrize("codes", [(), ODD_CODES[1:], ODD_CODES[1:2]], ids=["any", "these", "one"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_as_json_are_the_pages_of_values(roomclip, register, limit, codes):
    for number, code in enumerate(ODD_CODES):
        register(code, stock=number, number=f"R-{number}", status=tuple(ListingStatus)[number % 3])
    before = roomclip.variants("1").revision
    roomclip.set_stock("1", [(ODD_CODES[4], 7), (ODD_CODES[2], 8)])
    roomclip.delete_item("1", "R-3")
    for changed_after in (None, 0, before):
        asked = {"limit": limit, "changed_after": changed_after, "codes": codes}
        cursor, more = None, True
        while more:
            page = roomclip.variants("1", cursor=cursor, **asked)
            same = roomclip.variants_as_json("1", cursor=cursor, **asked)
            assert json.loads(same.variants) == [
                {"variant_id": v.variant_id, "variant_code": v.variant_code, "stock": v.stock}
                | {"listing_status": v.listing_status, **({"deleted": True} if v.deleted else {})}
                for v in page.variants
            ]
            assert (same.next_cursor, same.revision) == (page.next_cursor, page.revision)
            cursor, more = page.next_cursor, page.next_cursor is not None


def test_an_edited_item_is_among_what_changed(large):
    before = large.variants("1").revision
    large.edit_item("1", ItemInput("R-7", "机", (VariantInput("B-007"),)))
    assert [one.variant_code for one in large.variants("1", changed_after=before).variants] == ["B-007"]


@pytest.mark.parametrize(
    "body",
    [
        {"updates": [{"variant_code": "A", "stock": True}]},
        {"updates": [{"variant_code": "A", "stock": 1.0}]},
        {"updates": [{"variant_code": "A", "stock": -1}]},
        {"updates": [{"variant_code": "A", "stock": 10**9}]},
        {"updates": [{"variant_code": "", "stock": 1}]},
        {"updates": [{"variant_code": 1, "stock": 1}]},
        {"updates": [{"variant_code": "\0", "stock": 1}]},
        {"updates": [{"variant_code": "A", "stock": 1, "more": 1}]},
        {"updates": [{"variant_code": "A", "stock": 1}], "more": 1},
        {"updates": [{"variant_code": "A"}]},
        {"updates": [["A", 1]]},
        {"updates": [{"variant_code": "A", "stock": 1}, {"variant_code": "A", "stock": 1}]},
        {"updates": [{"variant_code": str(number), "stock": 1} for number in range(MAX_UPDATES + 1)]},
        {"updates": []},
        {"updates": "A"},
        {"updates": {"variant_code": "A"}},
        [],
        1,
    ],
    ids=lambda body: str(body)[:80],
)
def test_the_quick_reader_leaves_whatever_is_not_good_to_the_model(body):
    assert read_levels(json.dumps(body).encode()) is None


def test_the_quick_reader_reads_what_the_model_reads():
    body = json.dumps({"updates": [{"variant_code": code, "stock": n} for n, code in enumerate(CODES)]}).encode()
    assert read_levels(body) == checked_updates(StockUpdates.model_validate_json(body).pairs())
    assert read_levels(body[:-1]) is None
