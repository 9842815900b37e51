"""What many shops must not show: two passes of one shop at once, a mail that came twice."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.fleet import Run, count_doubles, count_lost, count_overlaps


def run(linkage: str, began: int, ended: int) -> Run:
    return Run(linkage, *(datetime.fromtimestamp(at, UTC) for at in (began, ended)))


def test_passes_of_one_linkage_that_overlap_are_counted() -> None:
    assert count_overlaps([run("1", 8, 10), run("1", 9, 11), run("1", 19, 20)]) == 1


def test_passes_one_after_the_other_and_those_of_two_linkages_do_not_overlap() -> None:
    assert count_overlaps([run("1", 10, 12), run("1", 8, 10), run("2", 6, 11)]) == 0


def test_a_mail_to_the_same_people_under_the_same_subject_is_one_too_many() -> None:
    mail = {"recipients": ["a@shop.example"], "subject": "連携に失敗しました"}
    other = {**mail, "recipients": ["b@shop.example"]}
    assert count_doubles([mail, other]) == 0
    assert count_doubles([mail, other, mail, mail]) == 2


def test_a_linkage_that_told_nothing_or_of_no_success_is_lost_and_so_is_a_mail_that_did_not_come() -> None:
    broken, mailed = {"9": "nine@shop.example"}, {"nine@shop.example"}
    well = {"1": {"ok"}, "2": {"failed", "ok"}, "9": {"failed"}}
    assert count_lost("129", well, broken, mailed) == 0
    assert count_lost("1239", {**well, "2": {"failed"}}, broken, mailed) == 2
    assert count_lost("129", well, broken, {"another@shop.example"}) == 1
    assert count_lost("129", {**well, "9": set()}, broken, mailed) == 1


def test_mails_that_nobody_waited_for_do_not_make_up_for_a_lost_linkage() -> None:
    assert count_lost("19", {"9": {"failed"}}, {"9": "nine@x.example"}, {"nine@x.example", "one@x.example"}) == 1
