"""Workers killed with -9, a few times; `python -m tests.workerkills` kills fifty, and more."""

from __future__ import annotations

import random

from tests.fleet.ground import open_ground
from tests.fleet.workers import open_workers
from tests.workerkills import count_double_mails, kill_workers


def test_shops_whose_worker_was_killed_go_on_without_overlap_or_double_mail(tmp_path, database):
    with open_ground(tmp_path, 6) as (ground, environ), open_workers(tmp_path, environ, database) as workers:
        outcome = kill_workers(ground, workers, 3, random.Random(1))
    assert (outcome.kills, outcome.overlaps, outcome.lost, outcome.double_mails) == (3, 0, 0, 0), ground.overlaps
    assert outcome.passes > 6


def test_a_mail_that_comes_twice_is_counted(tmp_path):
    with open_ground(tmp_path, 1) as (ground, _):
        for subject in ("failed", "well", "failed", "failed"):
            ground.mail_came("a@shop.example", subject, "")
        ground.mail_came("b@shop.example", "failed", "")
        assert count_double_mails(ground) == 1


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
