"""One linkage of many, as a worker passes it over; and the list that the passes of a worker share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.domain.report import ExitCode, Outcome
from reference.errors import PassAlreadyRunningError, ShopApiError
from reference.service.linkage_list import LinkageList
from tests.unit.reference.engine_fakes import LINKAGE, SHOP_IS_DOWN

TWO = replace(LINKAGE, id="2", notify_to="two@shop.example")


def find(world):
    return lambda linkage_id: next((one for one in world.shop.linkages if one.id == linkage_id), None)


def refuse(_linkage_id):
    raise SHOP_IS_DOWN


def test_only_the_linkage_that_is_meant_is_passed_over(world):
    world.shop.linkages.append(TWO)
    world.tick(("A-1", 3))
    report = world.sync.run_linkage("1", find(world))
    assert [(one.linkage_id, one.outcome) for one in report.linkages] == [("1", Outcome.SYNCED)]
    assert [one.linkage_id for one in world.shop.runs] == ["1"]
    assert world.state.recall("2") is None
    assert world.shop.stock_of("A-1") == [3]


def test_only_its_own_mails_are_handed_over(world):
    world.shop.linkages.append(TWO)
    world.mailer.refusing = True
    world.area.trouble = SHOP_IS_DOWN
    world.run()
    world.mailer.refusing = False
    world.sync.run_linkage("2", find(world))
    assert [letter.to for letter in world.mailer.sent] == [TWO.notify_to]
    assert len(world.state.queued_letters()) == 1


def test_a_list_that_is_not_to_be_had_is_told_once_to_the_one_it_concerns(world):
    world.shop.linkages.append(TWO)
    world.run()
    for _ in range(2):
        report = world.sync.run_linkage("1", refuse)
        assert (report.exit_code, report.linkages) == (ExitCode.FAILED, ())
    assert [letter.to for letter in world.mailer.sent] == [LINKAGE.notify_to]


def test_a_linkage_that_was_never_met_fails_without_a_mail(world):
    assert world.sync.run_linkage("9", refuse).exit_code is ExitCode.FAILED
    assert (world.mailer.sent, world.state.recall_all()) == ([], ())


def test_a_linkage_the_shop_no_longer_has_is_left_alone_like_a_paused_one(world):
    world.run()
    world.shop.linkages.clear()
    report = world.sync.run_linkage("1", find(world))
    assert (report.exit_code, report.linkages) == (ExitCode.OK, ())
    assert world.state.recall("1").paused
    world.sync.run_linkage("1", refuse)
    assert world.mailer.sent == []


def test_a_linkage_that_another_pass_holds_is_left_to_it(world):
    world.shop.linkages.append(TWO)
    world.run()
    looks = world.area.visits
    world.state.held.add("1")
    with pytest.raises(PassAlreadyRunningError):
        world.sync.run_linkage("1", find(world))
    assert world.area.visits == looks
    report = world.run()
    assert [one.outcome for one in report.linkages] == [Outcome.LEFT_TO_ANOTHER, Outcome.NO_FILE_YET]
    assert report.exit_code is ExitCode.FAILED
    assert [one.linkage_id for one in world.shop.runs[2:]] == ["2"]
    world.shop.trouble = SHOP_IS_DOWN
    world.run()
    assert [letter.to for letter in world.mailer.sent] == [TWO.notify_to]
    assert world.state.recall("1").incident is None


def test_a_mail_that_another_worker_hands_over_holds_back_later_ones_to_the_same_address(world):
    world.mailer.refusing = True
    world.area.trouble = SHOP_IS_DOWN
    world.run()
    world.area.trouble = None
    world.run()
    world.mailer.refusing = False
    failure, _recovery = world.state.queued_letters()
    world.state.claimed.add(failure.key)
    assert world.sync.deliver_letters() == []
    assert world.mailer.sent == []
    world.state.claimed.clear()
    world.sync.deliver_letters()
    assert len(world.mailer.sent) == 2


class Asked:
    """A shop's list, and how often it was asked for."""

    def __init__(self):
        self.now, self.times, self.error, self.alone = 100.0, 0, None, False
        self.set_back, self.takes = 0.0, 0.0
        self.list = LinkageList(lambda: self.now - self.set_back, 5.0, lambda: self.now)

    def find(self, not_before, linkage_id="1"):
        return self.list.find(linkage_id, not_before, self.ask, self.fetch)

    def ask(self, linkage_id):
        if not self.alone:
            raise ShopApiError("it knows no ?id=")
        return replace(LINKAGE, id=linkage_id, ftp_password="of-itself")

    def fetch(self):
        self.times += 1
        self.now += self.takes
        if self.error:
            raise self.error
        return (replace(LINKAGE, ftp_password=f"of-{self.times}"),)


def test_a_shop_that_answers_for_one_linkage_is_not_asked_for_its_list():
    asked = Asked()
    asked.alone = True
    assert (asked.find(101.0, "9").ftp_password, asked.times) == ("of-itself", 0)
    asked.alone = False
    assert (asked.find(99.0).ftp_password, asked.times) == ("of-1", 1)


def test_a_list_serves_all_who_can_do_with_one_that_old_and_nobody_for_longer_than_it_is_kept():
    asked = Asked()
    assert [asked.find(99.0).ftp_password, asked.find(100.0).ftp_password] == ["of-1", "of-1"]
    assert asked.find(99.0, "9") is None
    asked.now = 104.0
    assert asked.find(101.0).ftp_password == "of-2"
    asked.now = 109.5
    assert asked.find(101.0).ftp_password == "of-3"


def test_a_failure_of_the_list_serves_as_long_so_a_shop_in_trouble_is_not_asked_by_each_pass():
    asked = Asked()
    asked.error = ShopApiError("429")
    for _ in range(3):
        with pytest.raises(ShopApiError):
            asked.find(99.0)
    assert asked.times == 1
    asked.now, asked.error = 106.0, None
    assert asked.find(99.0).ftp_password == "of-2"


def test_a_list_that_the_leader_has_asked_for_is_taken_unless_it_is_older():
    asked = Asked()
    asked.list.take((replace(LINKAGE, ftp_password="leader's"),), 99.5)
    assert asked.find(99.0).ftp_password == "leader's"
    asked.find(100.0)
    asked.list.take((), 99.9)
    assert asked.find(100.0).ftp_password == "of-1"


def test_a_shop_that_answers_late_is_not_waited_for_by_each_pass_anew():
    asked = Asked()
    asked.takes, asked.error = 60.0, ShopApiError("429")
    for _ in range(3):
        with pytest.raises(ShopApiError):
            asked.find(99.0)
    assert asked.times == 1


def test_a_list_is_not_kept_for_longer_when_the_shared_clock_is_set_back():
    asked = Asked()
    asked.find(99.0)
    asked.now, asked.set_back = 106.0, 3_600.0
    assert asked.find(-3_500.0).ftp_password == "of-2"
    asked.now = 112.0
    asked.list.take((replace(LINKAGE, ftp_password="leader's"),), -3_488.0)
    assert asked.find(-3_500.0).ftp_password == "leader's"
