"""The service over fakes: a file that may have been overwritten unread is told once, until all of it has come again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reference.domain.limits import Limits
from reference.domain.linkage import LinkageState
from reference.domain.report import ExitCode
from reference.errors import LoginRefusedError
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN, stock_csv

ASKED = "【在庫連携】一括同期のお願い（ショップコード 20001）"


@pytest.fixture
def linked(world):
    """A-1 and B-2 known from a file, and a pass that has just looked."""
    world.tick(("A-1", 3), ("B-2", 5))
    world.run()
    return world


def missed(world):
    return world.state.recall("1").watch.missed


def test_a_file_for_every_interval_misses_nothing(linked):
    for level in range(4):
        linked.tick(("A-1", level))
        linked.run()
    assert (missed(linked), linked.mailer.sent) == (None, [])


def test_a_quiet_hour_misses_nothing_when_the_engine_has_looked(linked):
    for _ in range(2):
        linked.clock.advance()
        linked.run()
    linked.tick(("A-1", 1))
    linked.run()
    assert missed(linked) is None


def test_the_engines_own_downtime_across_a_pass_is_told_with_its_beginning_and_the_remedy(linked):
    linked.tick(("B-2", 1))
    linked.tick(("A-1", 1))
    report = linked.run()
    assert report.exit_code is ExitCode.OK
    assert linked.shop.stock_of("A-1") == [1]
    assert linked.mailer.subjects == [ASKED]
    assert "2026年04月01日 09:05（日本時間）より後" in linked.last_mail()
    assert "一括同期を行ってください" in linked.last_mail()
    assert report.linkages[0].missed.since == linked.clock.at - timedelta(minutes=10)
    assert "一括同期を行ってください" in report.linkages[0].summary


def test_it_is_mailed_once_and_said_in_every_report_until_it_is_cleared(linked):
    linked.tick(("B-2", 1))
    linked.tick(("A-1", 1))
    linked.run()
    linked.clock.advance()
    report = linked.run()
    linked.tick(("A-1", 2))
    linked.tick(("A-1", 3))
    linked.run()
    assert linked.mailer.subjects == [ASKED]
    assert "一括同期を行ってください" in report.linkages[0].summary


def test_one_interval_and_no_more_may_lie_between_a_look_and_a_file(linked):
    linked.limits = Limits(interval=timedelta(minutes=10))
    linked.tick(("B-2", 1))
    linked.tick(("A-1", 1))
    linked.run()
    assert missed(linked) is None


def test_a_file_that_comes_some_seconds_late_misses_nothing(linked):
    linked.clock.at += timedelta(seconds=1)
    linked.run()
    linked.clock.at += timedelta(seconds=2)
    linked.tick(("A-1", 1))
    linked.run()
    assert (missed(linked), linked.mailer.sent) == (None, [])


def test_one_that_comes_late_by_more_than_that_may_be_the_second_after_the_last(linked):
    linked.clock.at += timedelta(seconds=1)
    linked.run()
    linked.clock.at += timedelta(seconds=31)
    linked.tick(("A-1", 1))
    linked.run()
    assert missed(linked) is not None


def test_looks_some_seconds_late_at_an_area_whose_file_is_taken_away_miss_nothing(linked):
    linked.area.folders["20001"] = {}
    for _ in range(4):
        linked.clock.at += timedelta(minutes=5, seconds=4)
        linked.run()
    assert (missed(linked), linked.mailer.sent) == (None, [])
    linked.clock.at += timedelta(minutes=5, seconds=31)
    linked.run()
    assert missed(linked) is not None


def test_a_failed_pass_followed_by_a_newer_file_is_told(linked):
    linked.tick(("B-2", 1))
    linked.area.trouble = LoginRefusedError("530")
    linked.run()
    linked.area.trouble = None
    linked.tick(("A-1", 1))
    linked.run()
    assert ASKED in linked.mailer.subjects
    assert "一括同期をお願いする別のメール" in linked.last_mail()


def test_a_failed_pass_whose_file_still_stands_misses_nothing(linked):
    linked.tick(("B-2", 1))
    linked.area.trouble = LoginRefusedError("530")
    linked.run()
    linked.area.trouble = None
    linked.run()
    assert missed(linked) is None
    assert "一括同期" not in linked.last_mail()


def test_a_pass_that_took_the_file_in_and_then_failed_has_read_it(linked):
    linked.tick(("A-1", 1))
    linked.shop.send_trouble = SHOP_IS_DOWN
    linked.run()
    linked.shop.send_trouble = None
    linked.tick(("A-1", 2))
    linked.run()
    assert missed(linked) is None


def test_a_pause_in_which_files_were_overwritten_is_told_after_it(linked):
    linked.relink(state=LinkageState.PAUSED)
    linked.tick(("B-2", 1))
    linked.run()
    linked.tick(("A-1", 1))
    linked.run()
    assert linked.mailer.sent == []
    linked.relink(state=LinkageState.ACTIVE)
    linked.run()
    assert linked.mailer.subjects == [ASKED]


def test_an_unreadable_file_that_was_overwritten_is_lost(linked):
    linked.clock.advance()
    linked.area.put(b'"cut', linked.clock.at)
    linked.run()
    linked.tick(("A-1", 1))
    linked.run()
    assert ASKED in linked.mailer.subjects


def test_an_unreadable_file_that_is_passed_over_is_lost_though_it_stands(world):
    world.tick(("A-1", 3), ("B-2", 5), name="stock20260401090500.csv")
    world.run()
    world.clock.advance()
    world.area.put(b'"cut', world.clock.at, "stock20260401091000.csv")
    world.tick(("A-1", 1), name="stock20260401091500.csv")
    first = world.clock.at
    world.tick(("A-1", 1), name="stock20260401092000.csv")
    world.run()
    assert missed(world).heard_from == first
    world.run()
    world.tick(("A-1", 2), ("B-2", 5), name="stock20260401092500.csv")
    world.run()
    assert missed(world) is None


def test_files_with_a_time_in_their_name_overwrite_nothing(world):
    world.tick(("A-1", 1), ("B-2", 1), name="stock20260401090500.csv")
    world.run()
    world.clock.advance(10)
    world.tick(("A-1", 2), name="stock20260401092000.csv")
    world.run()
    assert missed(world) is None


def test_files_with_a_date_in_their_name_are_overwritten_within_the_day(world):
    world.tick(("A-1", 1), ("B-2", 5), name="stock20260401.csv")
    world.run()
    world.tick(("B-2", 2), name="stock20260401.csv")
    world.tick(("A-1", 2), name="stock20260401.csv")
    world.run()
    assert missed(world) is not None


def test_nothing_is_missed_at_the_very_first_look(world):
    world.tick(("A-1", 1), ("B-2", 1), name="stock20260401.csv")
    world.tick(("A-1", 2))
    world.tick(("A-1", 3))
    world.run()
    assert (missed(world), world.mailer.sent) == (None, [])


def test_nothing_is_missed_at_the_first_look_at_another_place(linked):
    linked.area.folders["20002"] = {}
    linked.clock.advance(60)
    linked.area.put(linked.area.folders["20001"]["stock.csv"].content, linked.clock.at, shop_code="20002")
    linked.relink(shop_code="20002")
    linked.run()
    assert missed(linked) is None


def test_a_file_that_is_gone_may_have_been_another_by_then(linked):
    linked.area.folders["20001"] = {}
    linked.clock.advance()
    linked.run()
    assert missed(linked) is None
    linked.clock.advance(10)
    linked.run()
    assert linked.mailer.subjects == [ASKED]
    linked.clock.advance()
    linked.tick(("A-1", 1), ("B-2", 5))
    linked.run()
    assert missed(linked) is None


def test_a_file_written_before_one_was_gone_proves_nothing(linked):
    linked.area.folders["20001"] = {}
    linked.clock.advance(10)
    linked.run()
    linked.area.put(stock_csv(("A-1", 1), ("B-2", 5)), linked.clock.at - timedelta(minutes=1))
    linked.run()
    assert missed(linked) is not None


def test_an_area_that_never_had_a_file_misses_nothing(world):
    world.run()
    world.clock.advance(10)
    world.run()
    assert missed(world) is None


def test_a_file_ahead_of_our_clock_dates_the_look(linked):
    linked.area.put(linked.area.folders["20001"]["stock.csv"].content, linked.clock.at + timedelta(minutes=5))
    linked.run()
    linked.tick(("A-1", 1))
    linked.tick(("A-1", 2))
    linked.run()
    assert missed(linked) is None


class TestCleared:
    @pytest.fixture
    def behind(self, linked):
        linked.tick(("B-2", 1))
        linked.tick(("A-1", 1))
        linked.run()
        return linked

    def test_when_every_code_has_come_again(self, behind):
        behind.tick(("B-2", 1))
        report = behind.run()
        assert (missed(behind), behind.shop.stock_of("B-2")) == (None, [1])
        assert "すべて届き直しました" in report.linkages[0].summary
        assert report.linkages[0].caught_up
        behind.clock.advance()
        assert not behind.run().linkages[0].caught_up
        assert behind.mailer.subjects == [ASKED]

    def test_in_slices(self, behind):
        behind.shop.add("C-3")
        behind.tick(("C-3", 2))
        behind.run()
        assert missed(behind) is not None
        behind.tick(("B-2", 1))
        behind.run()
        assert missed(behind) is None

    def test_not_by_rows_that_came_before_it(self, behind):
        behind.tick(("A-1", 1))
        behind.run()
        assert missed(behind) is not None

    def test_not_by_rows_before_a_file_missed_since(self, behind):
        behind.tick(("A-1", 1))
        behind.tick(("A-1", 2))
        behind.run()
        behind.tick(("A-1", 3))
        behind.run()
        assert missed(behind).heard_from == behind.clock.at - timedelta(minutes=5)
        assert missed(behind).since == behind.clock.at - timedelta(minutes=25)

    def test_without_codes_whose_variant_is_gone(self, behind):
        behind.shop.variants.pop("2")
        behind.tick(("A-1", 2))
        behind.run()
        assert missed(behind) is None

    def test_told_again_when_it_happens_again(self, behind):
        behind.tick(("B-2", 1))
        behind.run()
        behind.tick(("B-2", 2))
        behind.tick(("A-1", 2))
        behind.run()
        assert behind.mailer.subjects == [ASKED] * 2

    def test_by_the_very_file_that_raises_it_when_all_codes_are_in_it(self, linked):
        linked.tick(("A-1", 1), ("B-2", 1))
        linked.tick(("A-1", 2), ("B-2", 1))
        report = linked.run()
        assert (missed(linked), linked.mailer.sent, report.linkages[0].caught_up) == (None, [], False)

    def test_not_by_a_first_file_that_proves_nothing_of_those_before_it(self, world):
        world.run()
        world.tick(("B-2", 1))
        world.tick(("A-1", 1))
        world.run()
        assert world.mailer.subjects == [ASKED]
        world.tick(("A-1", 1), ("B-2", 1))
        world.run()
        assert missed(world) is None
