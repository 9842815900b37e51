"""The service over fakes: a file that would sell out much of the shop at once is held until the merchant has spoken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reference.domain.brake import Brake, LinkedStock, judge
from reference.domain.limits import Limits
from reference.domain.linkage import LinkageState
from reference.domain.matching import Match, Matching
from reference.domain.report import ExitCode, Outcome
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN, World

ASKED = "【在庫連携】失敗のお知らせ（ショップコード 20001）"
OVER = "【在庫連携】復旧のお知らせ（ショップコード 20001）"


def codes(count, start=0):
    return [f"SKU-{at:03}" for at in range(start, start + count)]


def rows(stock, count, start=0):
    return [(code, stock) for code in codes(count, start)]


@pytest.fixture
def world():
    """Forty linked SKUs with stock 5, and ten more of the shop that no file has ever named."""
    world = World()
    for code in codes(50):
        world.shop.add(code, 5)
    world.tick(*rows(5, 40))
    world.run()
    return world


def held(world):
    return world.state.recall("1").brake


def in_stock(world):
    return sum(1 for code in codes(50) if world.shop.stock_of(code)[0] > 0)


def test_a_file_that_sells_out_more_than_half_is_held_whole_and_asked_about(world):
    world.tick(*rows(0, 21), ("SKU-030", 9))
    report = world.run()
    assert (in_stock(world), world.shop.stock_of("SKU-030")) == (50, [5])
    assert report.exit_code is ExitCode.FAILED
    assert report.linkages[0].outcome is Outcome.FAILED
    assert "反映を止めています" in report.linkages[0].summary
    assert "`zaikosync release`" in report.linkages[0].failure.evidence
    assert world.mailer.subjects == [ASKED]
    for words in ("stock.csv", "40点のうち21点", "zaikosync release", "一括同期", "売り越し"):
        assert words in world.last_mail()


@pytest.mark.parametrize(
    ("limits", "zeros"),
    [(Limits(), 20), (Limits(zero_least=30), 29), (Limits(zero_share=0.8), 32), (Limits(zero_share=1.0), 40)],
    ids=["half is not more than half", "few SKUs", "the share set", "never"],
)
def test_what_is_not_too_much_is_applied(world, limits, zeros):
    world.limits = limits
    world.tick(*rows(0, zeros))
    assert world.run().exit_code is ExitCode.OK
    assert in_stock(world) == 50 - zeros


@pytest.mark.parametrize(
    ("limits", "zeros"),
    [(Limits(), 21), (Limits(zero_least=30), 30), (Limits(zero_share=0.8), 33), (Limits(zero_share=0.975), 40)],
    ids=["more than half", "enough SKUs", "the share set", "nearly never"],
)
def test_what_is_just_too_much_is_held(world, limits, zeros):
    world.limits = limits
    world.tick(*rows(0, zeros))
    world.run()
    assert in_stock(world) == 50


def test_items_no_file_has_named_do_not_count_as_linked_stock(world):
    world.tick(*rows(0, 21))
    world.run()
    assert (held(world).zeros, held(world).in_stock) == (21, 40)


def test_zeros_of_what_is_sold_out_already_do_not_count(world):
    for code in codes(30):
        world.shop.set_stock(code, 0)
    world.tick(*rows(0, 30), *rows(0, 5, 30))
    assert world.run().exit_code is ExitCode.OK


def test_the_first_file_of_all_can_be_held_too():
    world = World()
    for code in codes(25):
        world.shop.add(code, 5)
    world.tick(*rows(0, 25))
    world.run()
    assert (in_stock_of(world), held(world).codes) == (25, 25)


def in_stock_of(world):
    return sum(1 for one in world.shop.variants.values() if one.stock > 0)


def test_it_is_asked_once_and_every_pass_says_that_it_is_held(world):
    world.tick(*rows(0, 30))
    passes = [world.run().linkages[0].outcome for _ in range(3)]
    assert passes == [Outcome.FAILED] * 3
    assert world.mailer.subjects == [ASKED]


def test_what_is_held_outlives_the_file_in_the_area(world):
    world.tick(*rows(0, 30))
    world.run()
    world.area.folders["20001"] = {}
    world.release()
    world.run()
    assert in_stock(world) == 20


def test_a_release_lets_it_through_with_the_next_pass_and_ends_the_incident(world):
    world.tick(*rows(0, 30), ("SKU-030", 9))
    world.run()
    world.release()
    report = world.run()
    assert (in_stock(world), world.shop.stock_of("SKU-030")) == (20, [9])
    assert report.exit_code is ExitCode.OK
    assert report.linkages[0].counts.updated == 31
    assert world.mailer.subjects == [ASKED, OVER]
    assert "止めていた在庫数はなくなりました" in world.last_mail()
    assert held(world).codes == 0


def test_a_release_is_for_what_was_held_not_for_the_next(world):
    world.tick(*rows(0, 21))
    world.run()
    world.release()
    world.run()
    world.tick(*rows(5, 40))
    world.run()
    world.tick(*rows(0, 30))
    world.run()
    assert (held(world).released, in_stock(world)) == (False, 50)
    assert world.mailer.subjects == [ASKED, OVER, ASKED]


def test_a_release_that_the_shop_does_not_take_goes_on_with_the_next_pass(world):
    world.tick(*rows(0, 30))
    world.run()
    world.release()
    world.shop.send_trouble = SHOP_IS_DOWN
    world.run()
    world.shop.send_trouble = None
    world.run()
    assert in_stock(world) == 20


def test_zeros_before_a_release_are_not_counted_after_it(hundred):
    for start in (0, 20, 40):
        hundred.tick(*rows(0, 20, start))
        hundred.run()
    hundred.release()
    hundred.run()
    hundred.tick(*rows(0, 20, 60))
    assert hundred.run().exit_code is ExitCode.OK
    assert in_stock_of(hundred) == 20


def test_later_files_are_applied_and_take_the_place_of_held_rows(world):
    world.tick(*rows(0, 30))
    world.run()
    world.tick(("SKU-000", 7), ("SKU-035", 0))
    world.run()
    assert (world.shop.stock_of("SKU-000"), world.shop.stock_of("SKU-035")) == ([7], [0])
    assert held(world).codes == 29
    world.release()
    world.run()
    assert world.shop.stock_of("SKU-000") == [7]


def test_a_full_sync_with_right_numbers_ends_it(world):
    world.tick(*rows(0, 30))
    world.run()
    world.tick(*rows(6, 40))
    report = world.run()
    assert (report.exit_code, held(world).codes) == (ExitCode.OK, 0)
    assert world.mailer.subjects == [ASKED, OVER]


def test_a_mass_of_zeros_that_goes_on_is_held_as_well_and_asked_about_once(world):
    world.tick(*rows(0, 21))
    world.run()
    world.tick(*rows(0, 20, 15))
    world.run()
    assert (in_stock(world), held(world).codes, held(world).zeros) == (50, 35, 35)
    assert [len(file.levels) for file in held(world).held] == [15, 20]
    assert world.mailer.subjects == [ASKED]
    world.release()
    world.run()
    assert in_stock(world) == 15


@pytest.fixture
def hundred():
    """A hundred linked SKUs with stock 5."""
    world = World()
    for code in codes(100):
        world.shop.add(code, 5)
    world.tick(*rows(5, 100))
    world.run()
    return world


def test_a_mass_of_zeros_in_slices_is_held_before_half_the_shop_is_gone(hundred):
    for start in range(0, 100, 20):
        hundred.tick(*rows(0, 20, start))
        hundred.run()
    assert in_stock_of(hundred) == 60
    assert (held(hundred).zeros, held(hundred).in_stock) == (100, 100)


def test_zeros_that_the_file_raises_again_do_not_count(hundred):
    for start in (0, 20):
        hundred.tick(*rows(0, 20, start))
        hundred.run()
    hundred.tick(*rows(5, 40), *rows(0, 20, 40))
    assert hundred.run().exit_code is ExitCode.OK


def test_zeros_of_an_hour_ago_do_not_count(hundred):
    for start in (0, 20):
        hundred.tick(*rows(0, 20, start))
        hundred.run()
    hundred.clock.advance(60)
    hundred.tick(*rows(0, 20, 40))
    assert hundred.run().exit_code is ExitCode.OK


def test_held_zeros_that_the_file_corrects_do_not_count(hundred):
    hundred.tick(*rows(0, 60))
    hundred.run()
    hundred.tick(*rows(5, 60), *rows(0, 20, 60))
    assert hundred.run().exit_code is ExitCode.OK
    assert in_stock_of(hundred) == 80


def test_fewer_zeros_than_a_mass_are_never_held():
    few = Matching(tuple(Match(code, 0, 5) for code in codes(19)), (), ())
    stock = LinkedStock(dict.fromkeys(codes(19), 5), codes(19), ())
    assert not judge(Brake(), few, stock, Limits()).holds
    assert judge(Brake(), few, stock, Limits(zero_least=19)).holds


def test_a_paused_linkage_is_not_touched_though_released(world):
    world.tick(*rows(0, 30))
    world.run()
    world.release()
    world.relink(state=LinkageState.PAUSED)
    world.run()
    assert in_stock(world) == 50


def test_what_was_held_of_another_place_is_forgotten(world):
    world.tick(*rows(0, 30))
    world.run()
    world.area.folders["20002"] = {}
    world.relink(shop_code="20002")
    assert world.run().exit_code is ExitCode.OK
    assert held(world).codes == 0


def test_a_held_number_is_lowered_by_orders_that_came_after_its_file(world):
    """The order is taken in and in the numbers of newer files, but not in those that are held."""
    world.tick(*rows(0, 30), ("SKU-030", 9))
    world.run()
    world.shop.buy("SKU-030", 2)
    world.run()
    world.clock.advance()
    world.area.take_in(world.clock.at)
    world.tick(("SKU-031", 4))
    world.run()
    world.run()
    world.release()
    world.run()
    assert world.shop.stock_of("SKU-030") == [7]
    assert world.state.recall("1").orders.files == ()


def test_a_held_number_that_knows_of_an_order_is_not_lowered_again(world):
    world.shop.buy("SKU-030", 2)
    world.run()
    world.clock.advance()
    world.area.take_in(world.clock.at)
    world.tick(*rows(0, 30), ("SKU-030", 9))
    world.run()
    world.release()
    world.run()
    assert world.shop.stock_of("SKU-030") == [9]


def test_a_held_code_whose_variant_is_gone_at_the_release_does_not_come_back_with_an_old_number(world):
    world.tick(*rows(0, 30), ("SKU-030", 9))
    world.run()
    gone = world.shop.variants.pop("31")
    world.release()
    world.run()
    world.shop.variants["31"] = replace(gone, stock=0)
    world.run()
    assert world.shop.stock_of("SKU-030") == [0]


def test_a_held_row_the_shop_rejects_at_the_release_is_told_and_does_not_wait(world):
    world.tick(*rows(0, 30), ("SKU-030", 9))
    world.run()
    world.tick(("SKU-039", 5))
    world.run()
    world.release()
    world.shop.vanished = "SKU-030"
    world.run()
    assert world.state.recall("1").waiting == {}
    assert any("「SKU-030」" in mail.letter.body for mail in world.mailer.sent)


def test_bad_rows_of_a_held_file_are_told_and_unknown_codes_wait(world):
    world.tick(*rows(0, 30), ("SKU-031", "abc"), ("NEW-1", 6))
    world.run()
    assert len(world.mailer.sent) == 2
    assert "「SKU-031」" in world.last_mail()
    assert "このファイルの反映は止めています" in world.last_mail()
    assert "そのほかの在庫数は反映しています" not in world.last_mail()
    world.shop.add("NEW-1")
    world.run()
    assert (world.shop.stock_of("NEW-1"), held(world).codes) == ([6], 30)


def test_a_held_file_has_come_in_as_far_as_missed_news_go(world):
    world.tick(*rows(0, 30))
    world.tick(*rows(0, 40))
    world.run()
    assert world.state.recall("1").watch.missed is None
    world.clock.advance()
    world.run()
    world.tick(("SKU-000", 1))
    world.run()
    assert world.state.recall("1").watch.missed is None
    assert timedelta(0) == world.clock.at - world.state.recall("1").watch.looked_at
