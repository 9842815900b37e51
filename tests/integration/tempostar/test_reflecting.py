"""Passes by the clock: what goes out, when, and what stays in the area."""

from datetime import timedelta

import pytest

from simulator.errors import Conflict, Unknown
from simulator.tempostar.backoffice import FIRST_COMPANY, SkuInput
from tests.integration.tempostar.office import NINE, written


def test_sends_nothing_while_reflection_is_off(office):
    office.register("A-1")
    office.advance(minutes=60)
    assert office.files() == []
    assert office.tempostar.next_due() is None


def test_the_first_pass_goes_out_one_interval_after_the_start_with_every_linked_sku(office):
    office.register("B-1", "A-1", sellable=3)
    office.register("C-1", linked=False)
    office.start()
    office.advance(minutes=4, seconds=59)
    assert office.files() == []
    office.advance(seconds=1)
    assert office.sent() == {"A-1": 3, "B-1": 3}
    assert office.mtime() == NINE + timedelta(minutes=5)


def test_passes_follow_the_interval(office):
    office.tempostar.update_stock_settings(office.shop_code, interval_minutes=7)
    office.start()
    office.advance(minutes=30)
    assert [entry.at[11:16] for entry in office.told("reflection")] == ["09:07", "09:14", "09:21", "09:28"]


def test_another_interval_plans_anew_from_now_and_the_same_one_does_not(office):
    office.start()
    office.advance(minutes=3)
    office.tempostar.update_stock_settings(office.shop_code, interval_minutes=5)
    assert office.tempostar.next_due() == NINE + timedelta(minutes=5)
    office.tempostar.update_stock_settings(office.shop_code, interval_minutes=10)
    assert office.tempostar.next_due() == NINE + timedelta(minutes=13)


def test_an_interval_changed_while_off_plans_nothing(office):
    office.tempostar.update_stock_settings(office.shop_code, interval_minutes=10)
    assert office.tempostar.next_due() is None


def test_a_pass_sends_only_what_changed_since_the_last(office):
    office.register("A-1", "B-1")
    office.start()
    office.advance(minutes=5)
    office.tempostar.set_stock("B-1", sellable=9)
    office.advance(minutes=5)
    assert office.sent() == {"B-1": 9}


def test_full_content_sends_every_linked_sku_at_each_pass(office):
    office.set(content="full", slice_size=1)
    office.register("A-1", "B-1")
    office.start()
    office.advance(minutes=10)
    assert list(office.sent()) == ["A-1", "B-1"]
    assert written(office) == [2, 2]
    assert office.tempostar.reflection_state(office.shop_code).queued == 0


def test_full_content_leaves_out_what_is_not_both_carried_and_linked(office):
    office.set(content="full")
    office.register("A-1", "B-1", "C-1")
    office.tempostar.carry(office.shop_code, "B-1", False)
    office.tempostar.link(office.shop_code, "C-1", False)
    office.start()
    office.advance(minutes=5)
    assert list(office.sent()) == ["A-1"]


def test_a_pass_takes_a_slice_oldest_change_first(office):
    office.set(slice_size=2)
    office.register("A-1", "B-1", "C-1")
    office.start()
    office.advance(minutes=10)
    for code in ("C-1", "A-1", "B-1", "C-1"):
        office.tempostar.set_stock(code, sellable=office.tempostar.stock(code).sellable + 5)
    office.advance(minutes=5)
    assert office.sent() == {"C-1": 11, "A-1": 6}
    assert office.told("reflection.written")[-1].data["remaining"] == 1
    office.advance(minutes=5)
    assert office.sent() == {"B-1": 6}


def test_the_default_slice_is_2000(office):
    office.tempostar.add_product("A", "椅子", [SkuInput(f"A-{i:04}") for i in range(2001)])
    office.tempostar.carry(office.shop_code, "A")
    office.tempostar.link_in_bulk(office.shop_code, [f"A-{i:04}" for i in range(2001)])
    office.start()
    office.advance(minutes=10)
    assert written(office) == [2000, 1]
    first = office.told("reflection.written")[0]
    assert (first.data["remaining"], len(first.skus)) == (1, 2000)


def test_an_entry_about_more_than_2000_skus_tells_their_number_only(office):
    office.set(slice_size=3000)
    office.tempostar.add_product("A", "椅子", [SkuInput(f"A-{i:04}") for i in range(2001)])
    office.tempostar.carry(office.shop_code, "A")
    office.tempostar.link_in_bulk(office.shop_code, [f"A-{i:04}" for i in range(2001)])
    office.start()
    office.advance(minutes=5)
    for entry in (*office.told("product"), *office.told("sku"), *office.told("reflection.written")):
        assert entry.skus == ()
    assert written(office) == [2001]


def test_a_quantity_saved_unchanged_is_no_change(office):
    office.register("A-1", sellable=4)
    office.start()
    office.advance(minutes=5)
    office.tempostar.set_stock("A-1", sellable=4, held_back=0)
    assert office.tempostar.reflection_state(office.shop_code).queued == 0


@pytest.mark.parametrize("content", ["diff", "full"])
def test_what_is_held_back_is_not_sent(office, content):
    office.set(content=content)
    office.register("A-1", sellable=100)
    office.tempostar.set_stock("A-1", held_back=20)
    office.start()
    office.advance(minutes=5)
    assert office.sent() == {"A-1": 80}


@pytest.mark.parametrize("content", ["diff", "full"])
@pytest.mark.parametrize(("negative", "sent"), [("clamp", 0), ("raw", -3)])
def test_oversold_goes_out_as_the_setting_says(office, negative, sent, content):
    office.set(negative=negative, content=content)
    office.register("A-1", sellable=-3)
    office.start()
    office.advance(minutes=5)
    assert office.sent() == {"A-1": sent}
    assert office.tempostar.stock("A-1").stock == sent
    assert office.tempostar.skus().rows[0].stock == sent


def test_a_full_sync_queues_the_rest_behind_what_waits(office):
    office.set(slice_size=2)
    office.register("A-1", "B-1", "C-1", "D-1")
    office.start()
    office.advance(minutes=10)
    office.tempostar.set_stock("D-1", sellable=7)
    office.tempostar.request_full_sync(office.shop_code)
    office.advance(minutes=5)
    assert office.sent() == {"D-1": 7, "A-1": 1}
    office.tempostar.set_stock("A-1", sellable=8)
    office.advance(minutes=5)
    assert office.sent() == {"B-1": 1, "C-1": 1}
    office.advance(minutes=5)
    assert office.sent() == {"A-1": 8}


def test_a_full_sync_leaves_unlinked_skus_out(office):
    office.register("A-1", "B-1")
    office.start()
    office.advance(minutes=5)
    office.tempostar.link(office.shop_code, "B-1", False)
    office.tempostar.request_full_sync(office.shop_code)
    office.advance(minutes=5)
    assert office.sent() == {"A-1": 1}


def test_a_full_sync_is_refused_while_reflection_is_off(office):
    with pytest.raises(Conflict, match="起動"):
        office.tempostar.request_full_sync(office.shop_code)
    with pytest.raises(Unknown):
        office.tempostar.request_full_sync("99999")


def test_stopping_forgets_the_queue_and_leaves_the_file(office):
    office.register("A-1", "B-1")
    office.start()
    office.advance(minutes=5)
    before = office.content()
    office.tempostar.set_stock("A-1", sellable=5)
    office.tempostar.update_stock_settings(office.shop_code, reflection="停止")
    office.tempostar.set_stock("A-1", sellable=6)
    state = office.tempostar.reflection_state(office.shop_code)
    assert (state.next_pass, state.queued) == (None, 0)
    office.advance(minutes=60)
    assert (office.content(), office.mtime()) == (before, NINE + timedelta(minutes=5))


def test_starting_again_sends_every_linked_sku(office):
    office.register("A-1", "B-1")
    office.start()
    office.advance(minutes=5)
    office.tempostar.update_stock_settings(office.shop_code, reflection="停止")
    office.start()
    office.advance(minutes=5)
    assert list(office.sent()) == ["A-1", "B-1"]


def test_starting_what_runs_already_changes_nothing(office):
    office.register("A-1")
    office.start()
    office.advance(minutes=7)
    office.start()
    assert office.tempostar.reflection_state(office.shop_code).queued == 0
    assert office.tempostar.next_due() == NINE + timedelta(minutes=10)


def test_two_shops_have_queues_and_rhythms_of_their_own(office):
    second = office.tempostar.add_shop("Other", "O").shop_code
    office.tempostar.update_stock_settings(second, interval_minutes=3, file_suffix="なし")
    office.register("A-1", "B-1")
    office.tempostar.carry(second, "B-1")
    office.tempostar.link(second, "B-1")
    office.start()
    office.tempostar.update_stock_settings(second, reflection="起動")
    office.advance(minutes=3)
    assert (office.files(), office.files(second)) == ([], ["stock.csv"])
    office.advance(minutes=2)
    office.tempostar.set_stock("B-1", sellable=5)
    queued = [office.tempostar.reflection_state(code).queued for code in (office.shop_code, second)]
    assert queued == [1, 1]


def test_two_companies_are_entirely_separate(office):
    tempostar = office.tempostar
    other = tempostar.found_company().company_id
    shop = tempostar.add_shop("RoomClipShopping", "RCs", company_id=other)
    tempostar.update_stock_settings(shop.shop_code, reflection="起動", file_suffix="なし")
    office.register("A-1", sellable=1)
    tempostar.add_product("A-1", "椅子", [SkuInput("A-1", sellable=2)], company_id=other)
    tempostar.carry(shop.shop_code, "A-1")
    tempostar.link(shop.shop_code, "A-1")
    office.start()
    office.advance(minutes=5)
    tempostar.set_stock("A-1", sellable=50)
    assert tempostar.reflection_state(shop.shop_code).queued == 0
    assert tempostar.stock("A-1", company_id=other).sellable == 2
    assert office.sent() == {"A-1": 1}
    assert office.files(shop.shop_code, other) == ["stock.csv"]
    assert office.files(shop.shop_code, FIRST_COMPANY) == []
    assert tempostar.shop_codes(FIRST_COMPANY) == (office.shop_code,)
    assert tempostar.shop_codes(other) == (shop.shop_code,)
    with pytest.raises(Unknown):
        tempostar.stock("A-1", company_id=99)


def test_a_cleared_store_is_a_fresh_lab_once_prepared(office):
    office.register("A-1")
    office.start()
    office.parts.store.clear()
    office.tempostar.prepare()
    office.tempostar.prepare()
    assert [company.company_id for company in office.tempostar.companies()] == [FIRST_COMPANY]
    assert office.tempostar.shops() == ()
    assert office.tempostar.next_due() is None
    assert office.tempostar.add_shop("RoomClipShopping", "RCs").shop_code == "20001"


def test_a_restored_snapshot_goes_on_with_its_queue(office):
    office.register("A-1")
    office.start()
    office.parts.store.save_snapshot("started")
    office.tempostar.update_stock_settings(office.shop_code, reflection="停止")
    office.parts.store.restore_snapshot("started")
    office.parts.clock.load()
    office.advance(minutes=5)
    assert office.sent() == {"A-1": 1}
