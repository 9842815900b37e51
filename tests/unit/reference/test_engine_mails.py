"""The service over fakes: which mails a merchant gets, and which not."""

from __future__ import annotations

from reference.domain.incident import Cause
from reference.domain.linkage import LinkageState
from reference.domain.report import ExitCode
from reference.errors import ConnectionFailedError, LoginRefusedError, NoRoomError
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN


def test_a_pause_neither_opens_nor_closes_an_incident(world):
    world.area.trouble = LoginRefusedError("530")
    world.run()
    world.area.trouble = None
    world.relink(state=LinkageState.PAUSED)
    world.run()
    world.shop.trouble = SHOP_IS_DOWN
    world.run()
    assert len(world.mailer.sent) == 1
    world.shop.trouble = None
    world.relink(state=LinkageState.ACTIVE)
    world.run()
    assert world.mailer.subjects[1:] == ["【在庫連携】復旧のお知らせ（ショップコード 20001）"]


def test_one_mail_per_incident_and_one_when_it_is_over(world):
    world.area.trouble = LoginRefusedError("530 Not logged in")
    assert [world.run().exit_code for _ in range(3)] == [ExitCode.FAILED] * 3
    assert world.mailer.subjects == ["【在庫連携】失敗のお知らせ（ショップコード 20001）"]
    world.area.trouble = None
    world.run()
    world.run()
    assert world.mailer.subjects[1:] == ["【在庫連携】復旧のお知らせ（ショップコード 20001）"]


def test_nobody_is_told_of_a_recovery_before_the_failure(world):
    world.mailer.refusing = True
    world.area.trouble = LoginRefusedError("530")
    world.run()
    world.area.trouble, world.mailer.refusing, world.mailer.refused_once = None, False, "失敗"
    report = world.run()
    assert (world.mailer.sent, report.exit_code, len(report.trouble)) == ([], ExitCode.FAILED, 1)
    world.run()
    assert ["失敗" in subject for subject in world.mailer.subjects] == [True, False]


def test_another_cause_is_told_once_more(world):
    world.area.trouble = LoginRefusedError("530")
    world.run()
    world.area.trouble = ConnectionFailedError("timed out")
    world.run()
    world.area.trouble = LoginRefusedError("530")
    world.run()
    assert len(world.mailer.sent) == 2


def test_a_machine_without_room_is_no_matter_of_the_merchants(world):
    world.area.trouble = NoRoomError("/var/zaiko", "No space left on device")
    (report,) = world.run().linkages
    assert (report.failure.cause, "/var/zaiko" in report.failure.evidence) == (Cause.NO_ROOM, True)
    assert "在庫ファイルを受信する場所に空きがありません" in world.last_mail()
    assert "設定の変更は不要です" in world.last_mail()


def test_a_failure_mail_says_shop_time_meaning_and_next_step_and_no_password(world):
    world.area.trouble = LoginRefusedError("530 Not logged in")
    world.run()
    body = world.last_mail()
    for words in (
        "7",
        "20001",
        "2026年04月01日 09:00",
        "在庫数は変更していません",
        "FTPパスワードを発行",
        "<保存する>",
    ):
        assert words in body
    assert "never-shown" not in body
    assert world.mailer.sent[0].to == "owner@shop.example"


def test_a_mail_that_is_not_taken_stays_queued_and_the_pass_fails(world):
    world.tick(("GONE", 1))
    world.mailer.refusing = True
    report = world.run()
    assert report.exit_code is ExitCode.FAILED
    assert report.trouble == ("the mail server is down",)
    world.mailer.refusing = False
    assert world.run().exit_code is ExitCode.OK
    assert len(world.mailer.sent) == 1


def test_a_mail_that_was_not_taken_goes_to_the_address_as_corrected(world):
    world.area.trouble = LoginRefusedError("530")
    world.mailer.refusing = True
    world.run()
    world.mailer.refusing = False
    world.relink(notify_to="new-owner@shop.example")
    world.run()
    assert [mail.to for mail in world.mailer.sent] == ["new-owner@shop.example"]


def test_when_the_list_of_linkages_fails_those_known_are_told_once(world):
    world.run()
    world.shop.trouble = SHOP_IS_DOWN
    assert [world.run().exit_code for _ in range(2)] == [ExitCode.FAILED] * 2
    assert world.mailer.subjects == ["【在庫連携】失敗のお知らせ（ショップコード 20001）"]
    world.shop.trouble = None
    world.run()
    assert len(world.mailer.sent) == 2


def test_codes_that_meet_nothing_are_told_once_with_the_near_miss(world):
    world.shop.add("chair-9")
    world.tick(("CHAIR-9", 6), ("GONE", 1))
    world.run()
    world.tick(("CHAIR-9", 7), ("GONE", 2))
    world.run()
    assert len(world.mailer.sent) == 1
    assert "「CHAIR-9」　→ もしかして 「chair-9」 ですか（大文字と小文字が違います）" in world.last_mail()
    assert "「GONE」" in world.last_mail()
    assert world.shop.stock_of("chair-9") == [0]


def test_a_told_problem_is_told_again_after_it_was_well(world):
    world.tick(("A-1", "abc"))
    world.run()
    world.tick(("A-1", 2))
    world.run()
    world.tick(("A-1", "abc"))
    world.run()
    assert len(world.mailer.sent) == 2


def test_bad_rows_are_kept_out_and_told_with_row_and_reason(world):
    world.tick(("A-1", "1,000"), ("B-2", -4))
    report = world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([0], [0])
    assert report.linkages[0].counts.bad_rows == 2
    assert "2行目" in world.last_mail()
    assert "3行目" in world.last_mail()
    assert report.exit_code is ExitCode.OK


def test_a_linkage_the_shop_no_longer_has_is_not_mailed_for(world):
    world.run()
    world.shop.linkages = []
    world.run()
    world.shop.trouble = SHOP_IS_DOWN
    assert world.run().exit_code is ExitCode.FAILED
    assert world.mailer.sent == []
