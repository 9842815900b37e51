"""The service over fakes: what a pass owes, rule by rule (contract 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reference.domain.linkage import LinkageState
from reference.domain.matching import Variant
from reference.domain.report import Counts, ExitCode, Outcome
from reference.errors import UntrustedFileError, UntrustedReason
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN


def test_sets_the_stock_of_variants_whose_code_is_in_the_file(world):
    world.tick(("A-1", 3), ("B-2", 0))
    report = world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([3], [0])
    assert report.exit_code is ExitCode.OK
    assert report.linkages[0].outcome is Outcome.SYNCED
    assert report.linkages[0].counts == Counts(updated=2)


def test_a_code_absent_from_the_file_keeps_its_stock(world):
    world.tick(("A-1", 3))
    world.run()
    assert world.shop.stock_of("B-2") == [5]


def test_sends_only_numbers_that_differ(world):
    world.tick(("A-1", 3), ("B-2", 5))
    report = world.run()
    assert [update.variant_code for update in world.shop.requests[0].updates] == ["A-1"]
    assert report.linkages[0].counts == Counts(updated=1, unchanged=1)


def test_sets_the_number_again_after_a_sale_when_a_new_file_says_so(world):
    world.tick(("A-1", 3))
    world.run()
    world.shop.set_stock("A-1", 2)
    world.tick(("A-1", 3))
    world.run()
    assert world.shop.stock_of("A-1") == [3]


@pytest.mark.parametrize("status", ["公開", "下書き", "非公開"])
def test_stock_is_linked_whatever_the_listing_status_guide_4_4_2(world, status):
    world.shop.add("C-3", 0, status)
    world.tick(("C-3", 8))
    world.run()
    assert world.shop.stock_of("C-3") == [8]


def test_applies_each_file_once(world):
    world.tick(("A-1", 3))
    world.run()
    world.shop.set_stock("A-1", 1)
    report = world.run()
    assert world.shop.stock_of("A-1") == [1]
    assert world.area.fetched == ["stock.csv"]
    assert report.linkages[0].outcome is Outcome.NOTHING_NEW


def test_a_second_pass_on_the_same_file_writes_no_stock(world):
    world.tick(("A-1", 3))
    world.run()
    world.run()
    assert len(world.shop.requests) == 1


def test_a_pass_that_finds_nothing_new_writes_its_memory_down_once(world):
    world.tick(("A-1", 3))
    world.run()
    before, looked_at = world.state.saves, world.state.recall("1").watch.looked_at
    world.clock.advance(minutes=5)
    world.run()
    after = world.state.recall("1")
    assert world.state.saves == before + 1
    assert after.watch.looked_at > looked_at
    assert after.last_success_at >= after.watch.looked_at


def test_files_with_dated_names_are_applied_in_order(world):
    world.tick(("A-1", 3), name="stock20260401.csv")
    world.tick(("A-1", 4), ("B-2", 1), name="stock20260402.csv")
    world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([4], [1])
    world.run()
    assert world.area.fetched == ["stock20260401.csv", "stock20260402.csv"]


def test_a_folder_without_a_file_is_not_a_failure(world):
    report = world.run()
    assert (report.exit_code, report.linkages[0].outcome) == (ExitCode.OK, Outcome.NO_FILE_YET)


def test_a_missing_folder_is_a_failure_that_names_the_shop_code(world):
    world.relink(shop_code="20999")
    assert world.run().exit_code is ExitCode.FAILED
    assert "20999" in world.last_mail()
    assert "連携ショップ基本設定" in world.last_mail()


def test_a_run_the_console_does_not_take_is_noted_and_no_failure(world):
    world.shop.report_trouble = SHOP_IS_DOWN
    report = world.run()
    assert report.exit_code is ExitCode.OK
    assert report.notes == (f"The run of linkage 1 is not in 連携履歴: {SHOP_IS_DOWN}",)


def test_a_paused_linkage_is_left_alone_in_both_directions(world):
    world.relink(state=LinkageState.PAUSED)
    world.tick(("A-1", 3))
    report = world.run()
    assert report.linkages[0].outcome is Outcome.SKIPPED
    assert report.exit_code is ExitCode.OK
    assert (world.area.visits, world.shop.requests, world.shop.runs) == (0, [], [])


def test_a_resumed_linkage_catches_up(world):
    world.relink(state=LinkageState.PAUSED)
    world.tick(("A-1", 3))
    world.run()
    world.relink(state=LinkageState.ACTIVE)
    world.run()
    assert world.shop.stock_of("A-1") == [3]


def test_a_linkage_of_another_service_is_not_ours(world):
    world.relink(service="other")
    world.tick(("A-1", 3))
    assert world.run().linkages[0].outcome is Outcome.SKIPPED
    assert world.area.visits == 0


def test_one_failing_linkage_does_not_hold_up_another(world):
    other = replace(world.shop.linkages[0], id="2", shop_code="20999")
    world.shop.linkages = [other, world.shop.linkages[0]]
    world.tick(("A-1", 3))
    report = world.run()
    assert [one.outcome for one in report.linkages] == [Outcome.FAILED, Outcome.SYNCED]
    assert world.shop.stock_of("A-1") == [3]


def test_a_file_that_cannot_be_trusted_changes_nothing(world):
    world.area.put(b'"\x8f\xa4', world.clock.at)
    report = world.run()
    assert world.shop.requests == []
    assert report.linkages[0].failure.detail is UntrustedReason.CUT
    assert "stock.csv" in world.last_mail()


def test_an_unreadable_file_is_told_once_and_does_not_hold_back_newer_ones(world):
    world.tick(("A-1", 9), name="stock20260401.csv")
    world.area.put(b'"cut', world.clock.at + timedelta(minutes=1), "stock20260402.csv")
    world.tick(("A-1", 3), name="stock20260403.csv")
    assert world.run().linkages[0].failure.file_name == "stock20260402.csv"
    assert world.shop.stock_of("A-1") == [3]
    assert world.run().linkages[0].outcome is Outcome.NOTHING_NEW
    assert world.mailer.subjects == [
        "【在庫連携】失敗のお知らせ（ショップコード 20001）",
        "【在庫連携】復旧のお知らせ（ショップコード 20001）",
    ]
    assert "stock20260402.csv" in world.mailer.sent[0].letter.body
    assert "これより新しい正しいファイルは反映します" in world.mailer.sent[0].letter.body


def test_a_file_that_did_not_come_whole_holds_back_newer_ones(world):
    world.tick(("A-1", 9), name="stock20260401.csv")
    world.tick(("A-1", 3), name="stock20260402.csv")
    world.area.short = "stock20260401.csv"
    assert world.run().linkages[0].outcome is Outcome.FAILED
    assert world.shop.requests == []
    world.area.short = ""
    world.run()
    assert world.shop.stock_of("A-1") == [3]


def test_the_newest_file_is_read_again_while_it_is_unreadable(world):
    world.area.put(b'"cut', world.clock.at)
    world.run()
    world.run()
    assert world.area.fetched == ["stock.csv"] * 2
    assert len(world.mailer.sent) == 1


def test_a_file_taken_away_and_put_back_is_not_applied_again(world):
    world.tick(("A-1", 3))
    world.run()
    files, world.area.folders["20001"] = world.area.folders["20001"], {}
    world.run()
    world.area.folders["20001"] = files
    world.shop.set_stock("A-1", 1)
    assert world.run().linkages[0].outcome is Outcome.NOTHING_NEW
    assert world.shop.stock_of("A-1") == [1]


def test_files_no_longer_there_are_forgotten(world):
    for day in range(3):
        world.area.folders["20001"] = {}
        world.tick(("A-1", day), name=f"stock2026040{day}.csv")
        world.run()
    assert [stamp.name for stamp in world.state.recall("1").files] == ["stock20260402.csv"]


def test_a_listing_that_lacks_the_newest_forgets_none_of_the_others(world):
    world.tick(("A-1", 3), name="stock20260401090500.csv")
    world.tick(("A-1", 4), name="stock20260401091000.csv")
    world.run()
    files, world.area.folders["20001"] = world.area.folders["20001"], {}
    world.run()
    world.area.folders["20001"] = files
    assert world.run().exit_code is ExitCode.OK
    assert world.area.fetched == ["stock20260401090500.csv", "stock20260401091000.csv"]


def test_an_old_file_put_back_is_not_applied(world):
    world.tick(("A-1", 9))
    old = dict(world.area.folders["20001"])
    world.tick(("A-1", 3))
    world.run()
    world.area.folders["20001"] = old
    report = world.run()
    assert report.linkages[0].outcome is Outcome.FAILED
    assert world.shop.stock_of("A-1") == [3]
    assert "一括同期" in world.last_mail()
    assert report.linkages[0].failure.evidence == (
        "stock.csv: written 2026-04-01 09:05:00, but a file of 2026-04-01 09:10:00 was applied before; "
        "if the area was set up anew (a lab after reset), go on with an empty SYNC_STATE_DIR"
    )


def test_another_shop_code_starts_the_memory_of_files_anew(world):
    world.tick(("A-1", 3))
    world.run()
    world.area.folders["20002"] = world.area.folders["20001"]
    world.shop.set_stock("A-1", 0)
    world.relink(shop_code="20002")
    world.run()
    assert world.shop.stock_of("A-1") == [3]


def test_an_item_registered_after_its_file_came_gets_its_stock_guide_4_0_1(world):
    world.tick(("NEW-1", 6))
    world.run()
    world.shop.add("NEW-1")
    report = world.run()
    assert world.shop.stock_of("NEW-1") == [6]
    assert report.linkages[0].outcome is Outcome.SYNCED
    world.shop.set_stock("NEW-1", 1)
    world.run()
    assert world.shop.stock_of("NEW-1") == [1]


def test_a_new_file_replaces_the_rows_that_wait(world):
    world.tick(("NEW-1", 6))
    world.run()
    world.tick(("A-1", 1))
    world.run()
    world.shop.add("NEW-1")
    world.run()
    assert world.shop.stock_of("NEW-1") == [0]


def test_a_code_on_two_variants_touches_neither_and_is_told(world):
    world.shop.add("A-1", 4)
    world.tick(("A-1", 9))
    report = world.run()
    assert world.shop.stock_of("A-1") == [0, 4]
    assert report.linkages[0].counts.ambiguous == 1
    assert "2つ以上の商品" in world.last_mail()


def test_a_row_the_shop_rejects_waits_and_is_told(world):
    world.shop.vanished = "A-1"
    world.tick(("A-1", 9))
    report = world.run()
    assert report.linkages[0].counts.unmatched == 1
    assert "「A-1」" in world.last_mail()
    world.shop.vanished = None
    world.shop.add("A-1")
    world.run()
    assert world.shop.stock_of("A-1") == [9]


def test_every_run_is_reported_with_one_sentence(world):
    world.tick(("A-1", 3))
    world.run()
    world.area.trouble = UntrustedFileError(UntrustedReason.SHORT, file_name="stock.csv")
    world.run()
    assert [run.summary for run in world.shop.runs] == [
        "在庫を反映しました（更新1件、変更なし0件）。",
        "在庫連携に失敗しました（在庫ファイルを正しく読み取れません）。",
    ]


def test_a_blank_variant_code_is_never_touched(world):
    world.shop.add(None, 3)
    world.tick(("A-1", 1))
    world.run()
    assert Variant("3", None, 3, "公開") in world.shop.variants.values()


class TestDefectsAreEasyToPutIn:
    """The replacements that bootstrap's docstring shows do make the engine wrong."""

    def test_ignores_the_pause(self, world):
        world.relink(state=LinkageState.PAUSED)
        world.tick(("A-1", 3))
        sync = world.sync
        replace(sync, rules=replace(sync.rules, is_paused=lambda linkage: False)).run_pass()
        assert world.shop.stock_of("A-1") == [3]

    def test_trims_codes(self, world):
        world.tick(("A-1 ", 3))
        sync = world.sync

        def trimming(levels, variants):
            return sync.rules.match({code.strip(): level for code, level in levels.items()}, variants)

        replace(sync, rules=replace(sync.rules, match=trimming)).run_pass()
        assert world.shop.stock_of("A-1") == [3]

    def test_treats_absent_as_zero(self, world):
        world.tick(("A-1", 3))
        sync = world.sync

        def zeroing(levels, variants):
            absent = {variant.variant_code: 0 for variant in variants if variant.variant_code}
            return sync.rules.match({**absent, **levels}, variants)

        replace(sync, rules=replace(sync.rules, match=zeroing)).run_pass()
        assert world.shop.stock_of("B-2") == [0]
