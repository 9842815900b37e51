"""What is kept has bounds, and what is gone stays gone."""

from __future__ import annotations

from simulator.roomclip.floor import JOURNALLED_CODES
from simulator.roomclip.item_csv import COLUMNS
from simulator.roomclip.item_lists import KEPT_WARNINGS
from simulator.roomclip.listing import MAX_NUMBER
from simulator.roomclip.sales import MAX_UPDATES

TOO_MANY = 2100


def items_csv(count: int, code: str) -> bytes:
    rows = (f"R-{number},0,椅子,,,{code.format(number)},100,0,公開" for number in range(count))
    return "\r\n".join((",".join(COLUMNS), *rows)).encode()


def test_the_journal_names_every_code_of_the_largest_batch_and_no_more_of_an_import(roomclip, ground):
    assert JOURNALLED_CODES == MAX_UPDATES
    roomclip.import_items("1", items_csv(MAX_UPDATES + 1, "C-{}"))
    (imported,) = ground.journal.read(kind="items.imported")
    assert len(imported.skus) == JOURNALLED_CODES
    roomclip.set_stock("1", [(f"C-{number}", 1) for number in range(MAX_UPDATES)])
    roomclip.set_stock("1", [(f"X-{number}", 1) for number in range(TOO_MANY)])
    changed, rejected = ground.journal.read(kind="stock.synced")
    assert (changed.data["updated"], len(changed.skus)) == (MAX_UPDATES, MAX_UPDATES)
    assert (rejected.data["rejected"], len(rejected.data["rejections"])) == (TOO_MANY, 100)


def test_the_page_of_the_last_import_keeps_the_first_warnings_and_their_number(roomclip):
    report = roomclip.import_items("1", items_csv(TOO_MANY, ""))
    kept = roomclip.last_import("1")
    assert len(report.warnings) == kept.warned == TOO_MANY
    assert kept.warnings == report.warnings[:KEPT_WARNINGS]


def test_the_latest_thousand_answers_are_kept(roomclip, register):
    register("A-1")
    for number in range(1001):
        roomclip.set_stock("1", [("A-1", number)], idempotency_key=str(number))
    assert roomclip.set_stock("1", [("A-1", 1)], idempotency_key="1").updated == 1
    assert roomclip.levels("1") == {"A-1": 1000}, "the second of 1,001 keys is known"
    roomclip.set_stock("1", [("A-1", 0)], idempotency_key="0")
    assert roomclip.levels("1") == {"A-1": 0}, "the first is forgotten"


def test_a_cancelled_order_lifts_stock_over_no_bound(roomclip, register):
    order = roomclip.purchase("1", [(register("A-1", stock=5), 5)])
    roomclip.set_stock("1", [("A-1", MAX_NUMBER)])
    roomclip.cancel_order("1", order.order_id)
    assert roomclip.levels("1") == {"A-1": MAX_NUMBER}


def test_cancelling_changes_nothing_of_an_item_that_is_gone(roomclip, register):
    order = roomclip.purchase("1", [(register("A-1", stock=5), 5)])
    roomclip.delete_item("1", "R-A-1")
    revision = roomclip.variants("1").revision
    roomclip.cancel_order("1", order.order_id)
    assert roomclip.variants("1", changed_after=revision).variants == ()


def test_a_pause_leaves_the_wish_for_a_run(linked):
    assert linked.pause("1").sync_now is True


def test_a_code_is_not_found_by_its_part_before_a_nul(roomclip, register):
    register("A-1")
    assert roomclip.variants("1", codes=["A-1\0x"]).variants == ()
