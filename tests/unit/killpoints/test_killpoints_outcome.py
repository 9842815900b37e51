"""What the harness of the kill points calls a difference, and what not."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.killpoints.outcome import Outcome, differences

FAILED, RECOVERED = (("owner@shop.example",), "failed", "body"), (("owner@shop.example",), "recovered", "body")
VARIANTS = {"1": ("A-1", 3), "2": ("B-2", 4)}
MAILS = [FAILED, RECOVERED]


def told(variants, mails, twice_allowed=0):
    wanted, found = Outcome({"variant": VARIANTS}, Counter(MAILS)), Outcome({"variant": variants}, Counter(mails))
    return list(differences(wanted, found, twice_allowed=twice_allowed))


def test_nothing_is_told_of_what_is_equal():
    assert told(VARIANTS, MAILS) == []


@pytest.mark.parametrize(
    ("variants", "sentence"),
    [
        (VARIANTS | {"1": ("A-1", 5)}, "variant 1 is ('A-1', 5), not ('A-1', 3) (1 in all)"),
        ({"3": ("A-1", 5)}, "variant 1 is missing (3 in all)"),
        (VARIANTS | {"3": ()}, "variant 3 was not to be there (1 in all)"),
        (VARIANTS | {"1": "x" * 500}, "variant 1 is another (1 in all)"),
    ],
)
def test_tells_of_the_first_thing_that_differs_and_how_many_do(variants, sentence):
    assert told(variants, MAILS) == [sentence]


def test_never_shows_what_is_in_an_order_file():
    wanted, found = (Outcome({"file": {"a.csv": content}}, Counter()) for content in (b"secret", b"another secret"))
    assert list(differences(wanted, found, twice_allowed=0)) == ["file a.csv is another (1 in all)"]


def test_tells_of_a_lost_mail_also_when_another_came_twice():
    assert told(VARIANTS, [RECOVERED]) == ["the mail failed is lost"]
    assert told(VARIANTS, [RECOVERED, RECOVERED], 1) == ["the mail failed is lost"]


def test_tells_of_a_mail_that_was_not_to_come():
    another = (*RECOVERED[:2], "another body")
    assert told(VARIANTS, [*MAILS, another], 1) == ["the mail recovered came and was not to come"]


def test_as_many_mails_may_come_again_as_were_on_their_way():
    assert told(VARIANTS, [*MAILS, RECOVERED], 1) == []
    sentence = "1 more mails came again than were on their way when the engine was killed"
    assert told(VARIANTS, [*MAILS, RECOVERED], 0) == [sentence]
    assert told(VARIANTS, [*MAILS, RECOVERED, RECOVERED], 1) == [sentence]
