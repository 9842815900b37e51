"""The service over fakes: that no new file comes is an incident where one has to come, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reference.domain.limits import Limits
from reference.domain.linkage import LinkageState
from reference.domain.report import ExitCode, Outcome

TOLD = "【在庫連携】失敗のお知らせ（ショップコード 20001）"
OVER = "【在庫連携】復旧のお知らせ（ショップコード 20001）"


def exits(world, passes, *rows):
    """Make passes five minutes apart, each after a file with these rows, or after none; return the exit codes."""
    found = []
    for _ in range(passes):
        if rows:
            world.tick(*rows)
        else:
            world.clock.advance()
        found.append(world.run().exit_code)
    return found


QUIET, TOO_LATE = [ExitCode.OK] * 3, [ExitCode.FAILED]


@pytest.fixture
def linked(world):
    """A-1 and B-2 known from two files that differ."""
    world.tick(("A-1", 3), ("B-2", 5))
    world.run()
    world.tick(("A-1", 4))
    world.run()
    return world


def test_a_quiet_shop_with_one_file_is_no_incident(linked):
    assert exits(linked, 20) == [ExitCode.OK] * 20


class TestNeverAFile:
    def test_is_told_after_three_intervals_once_and_over_when_one_comes(self, world):
        world.run()
        assert exits(world, 5) == QUIET + TOO_LATE * 2
        assert world.mailer.subjects == [TOLD]
        assert "新しい在庫ファイルが届いていません" in world.last_mail()
        assert "在庫反映が「起動」" in world.last_mail()
        world.tick(("A-1", 3))
        assert world.run().exit_code is ExitCode.OK
        assert world.mailer.subjects == [TOLD, OVER]

    def test_in_intervals_as_they_are_set(self, world):
        world.limits = Limits(interval=timedelta(minutes=10))
        world.run()
        assert exits(world, 7) == QUIET * 2 + TOO_LATE

    def test_counts_anew_after_a_pause(self, world):
        world.run()
        world.relink(state=LinkageState.PAUSED)
        assert exits(world, 5) == [ExitCode.OK] * 5
        world.relink(state=LinkageState.ACTIVE)
        world.run()
        assert exits(world, 4) == QUIET + TOO_LATE

    def test_once_told_a_pause_does_not_end_it(self, world):
        world.run()
        exits(world, 4)
        world.relink(state=LinkageState.PAUSED)
        world.run()
        world.relink(state=LinkageState.ACTIVE)
        assert world.run().exit_code is ExitCode.FAILED
        assert world.mailer.subjects == [TOLD]

    def test_the_sentence_names_the_evidence_and_since_when(self, world):
        world.run()
        exits(world, 4)
        (report,) = world.run().linkages
        assert report.outcome is Outcome.FAILED
        assert report.failure.evidence == (
            "No stock file was written since 2026-04-01 09:00:00, and there never was a stock file."
        )


class TestAnOrderTakenIn:
    @pytest.fixture
    def sold(self, linked):
        linked.shop.buy("A-1")
        linked.run()
        linked.clock.advance()
        linked.area.take_in(linked.clock.at)
        linked.run()
        return linked

    def test_has_to_bring_a_file(self, sold):
        assert exits(sold, 4) == QUIET + TOO_LATE
        assert "an order was taken in" in sold.run().linkages[0].failure.evidence

    def test_and_brought_one(self, sold):
        exits(sold, 1, ("A-1", 3))
        assert exits(sold, 10) == [ExitCode.OK] * 10

    def test_is_over_with_the_next_file_though_another_order_was_taken_in_with_it(self, sold):
        exits(sold, 4)
        sold.shop.buy("B-2")
        sold.run()
        sold.tick(("A-1", 3))
        sold.area.take_in(sold.clock.at)
        assert sold.run().exit_code is ExitCode.OK
        assert exits(sold, 4) == QUIET + TOO_LATE

    def test_not_when_it_is_of_codes_no_file_has_named(self, linked):
        linked.shop.add("OWN-1", 5)
        linked.shop.buy("OWN-1")
        linked.run()
        linked.clock.advance()
        linked.area.take_in(linked.clock.at)
        assert exits(linked, 10) == [ExitCode.OK] * 10

    def test_not_while_it_waits_for_intake(self, linked):
        linked.shop.buy("A-1")
        assert exits(linked, 10) == [ExitCode.OK] * 10

    def test_counts_anew_after_a_pause(self, sold):
        sold.relink(state=LinkageState.PAUSED)
        exits(sold, 5)
        sold.relink(state=LinkageState.ACTIVE)
        sold.run()
        assert exits(sold, 4) == QUIET + TOO_LATE


class TestATempostarThatWritesAtEachPass:
    def test_is_known_by_three_rewrites_and_then_missed(self, linked):
        exits(linked, 4, ("A-1", 4))
        assert exits(linked, 4) == QUIET + TOO_LATE
        assert "a file came at each pass" in linked.run().linkages[0].failure.evidence
        assert exits(linked, 1, ("A-1", 9)) == [ExitCode.OK]
        assert linked.mailer.subjects == [TOLD, OVER]

    def test_has_to_be_seen_anew_after_that(self, linked):
        exits(linked, 4, ("A-1", 4))
        exits(linked, 4)
        exits(linked, 1, ("A-1", 4))
        assert exits(linked, 10) == [ExitCode.OK] * 10

    def test_is_not_known_by_two_in_a_row(self, linked):
        exits(linked, 2, ("A-1", 4))
        exits(linked, 1, ("A-1", 5))
        exits(linked, 2, ("A-1", 5))
        assert exits(linked, 10) == [ExitCode.OK] * 10

    def test_is_not_known_by_the_same_rows_now_and_then(self, linked):
        for _ in range(5):
            exits(linked, 1, ("A-1", 4))
            linked.clock.advance()
            linked.run()
        assert exits(linked, 10) == [ExitCode.OK] * 10

    def test_stays_known_while_numbers_change(self, linked):
        exits(linked, 4, ("A-1", 4))
        exits(linked, 1, ("A-1", 5))
        exits(linked, 1, ("A-1", 6))
        assert exits(linked, 4) == QUIET + TOO_LATE

    def test_counts_anew_after_a_pause(self, linked):
        exits(linked, 4, ("A-1", 4))
        linked.relink(state=LinkageState.PAUSED)
        exits(linked, 5)
        linked.relink(state=LinkageState.ACTIVE)
        linked.run()
        assert exits(linked, 4) == QUIET + TOO_LATE
