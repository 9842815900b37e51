"""What many shops must not show: two passes of one shop at once, a mail that came twice."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.fleet import Run, count_doubles, count_overlaps


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
