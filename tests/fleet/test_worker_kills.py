"""Workers killed with -9, a few times; `python -m tests.workerkills` kills fifty, and more."""

from __future__ import annotations

import random

import pytest

from tests.fleet.ground import open_ground
from tests.fleet.workers import open_workers
from tests.workerkills import count_mails, kill_workers


def test_shops_whose_worker_was_killed_go_on_without_overlap_or_double_mail(tmp_path, database):
    with open_ground(tmp_path, 6) as (ground, environ), open_workers(tmp_path, environ, database) as workers:
        outcome = kill_workers(ground, workers, 3, random.Random(1))
    assert (outcome.kills, outcome.overlaps, outcome.lost, outcome.double_mails) == (3, 0, 0, 0), ground.overlaps
    assert outcome.passes > 6


def mails(*told, to="a@shop.example"):
    return [(to, subject, message_id) for subject, message_id in told]


@pytest.mark.parametrize(
    ("came", "doubles", "repeated"),
    [
        (mails(("failed", "<1>"), ("well", "<2>"), ("failed", "<3>")), 0, 0),
        (mails(("failed", "<1>"), ("well", "<2>"), ("failed", "<3>"), ("failed", "<4>")), 1, 0),
        (mails(("failed", "<1>"), ("failed", "<1>"), ("well", "<2>"), ("well", "<2>"), ("well", "<2>")), 0, 3),
        (mails(("failed", "<1>"), ("failed", "<1>"), ("failed", "<2>")), 1, 1),
        (mails(("failed", "<1>"), ("well", "<2>"), ("failed", "<1>"), ("well", "<3>")), 1, 1),
        (mails(("failed", ""), ("failed", "")), 1, 0),
        (mails(("failed", "<1>")) + mails(("failed", "<2>"), to="b@shop.example"), 0, 0),
    ],
)
def test_two_mails_about_one_incident_are_told_from_one_that_was_repeated(came, doubles, repeated):
    assert count_mails(came) == (doubles, repeated)


def test_two_things_at_once_of_one_shop_are_an_overlap(tmp_path):
    with (
        open_ground(tmp_path, 2) as (ground, _),
        ground.seen("http", "20001"),
        ground.seen("http", "20002"),
        ground.seen("ftps", "20001"),
    ):
        assert ground.overlaps == []
        with ground.seen("http", "20001"):
            assert ground.overlaps == ["http of 20001"]
