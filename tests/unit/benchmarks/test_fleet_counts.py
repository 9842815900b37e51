"""What many shops must not show: two passes of one shop at once, a mail that came twice."""

from __future__ import annotations

from benchmarks.fleet import Run, count_doubles, count_overlaps


def test_passes_of_one_linkage_that_overlap_are_counted() -> None:
    assert count_overlaps([Run("1", 10, 2), Run("1", 11, 2), Run("1", 20, 1)]) == 1


def test_passes_one_after_the_other_and_those_of_two_linkages_do_not_overlap() -> None:
    assert count_overlaps([Run("1", 12, 2), Run("1", 10, 2), Run("2", 11, 5)]) == 0


def test_a_mail_to_the_same_people_under_the_same_subject_is_one_too_many() -> None:
    mail = {"recipients": ["a@shop.example"], "subject": "連携に失敗しました"}
    other = {**mail, "recipients": ["b@shop.example"]}
    assert count_doubles([mail, other]) == 0
    assert count_doubles([mail, other, mail, mail]) == 2
