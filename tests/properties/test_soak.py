"""`make soak` ends in time, counts what it tried, and says so when something is wrong."""

from __future__ import annotations

import math
import random
import re
import sys
from dataclasses import replace
from time import monotonic

import pytest

from tests.soak import Beside, Soak, main

SURVIVES = (sys.executable, "-c", "print('survived 18/18 double kills'); print('survived 70/70 kill points')")
DIES = (sys.executable, "-c", "print('busy: killed at 7'); print('survived 69/70 kill points'); raise SystemExit(1)")
STAYS = (sys.executable, "-c", "import threading; threading.Event().wait(60)")


class TwoRounds(random.Random):
    """Draws two seeds; with the second the program beside is over, and the time."""

    def __init__(self, soak: Soak) -> None:
        super().__init__(1)
        self._soak = soak
        self._first = True

    def randint(self, a: int, b: int) -> int:
        if not self._first:
            self._soak.beside._running.wait(60)
            self._soak.until = 0
        self._first = False
        return super().randint(a, b)


def soak(*programs, seconds=0.5, **parts):
    said: list[str] = []
    beside = Beside(list(programs))
    one = Soak(monotonic() + seconds, beside, said.append, draw=random.Random(1), a_round=1, **parts)
    return one.run(), said


def test_the_last_line_counts_everything():
    said: list[str] = []
    one = Soak(math.inf, Beside([SURVIVES]), said.append, a_round=1)
    one.draw = TwoRounds(one)
    assert one.run() == 0
    told = r"histories tried ([1-9]\d*), actions ([1-9]\d+), kill points survived 70/70, violations 0"
    assert re.fullmatch(told, said[-1])


def test_a_kill_point_that_is_not_survived_is_a_violation():
    code, said = soak(DIES, seconds=20)
    assert code == 1
    assert "busy: killed at 7" in said[0]
    assert said[-1].endswith("kill points survived 69/70, violations 1")


def test_what_is_not_over_in_time_is_ended_and_said_to_be():
    began = monotonic()
    code, said = soak(STAYS)
    assert (code, monotonic() - began < 30) == (0, True)
    assert said[0].startswith("The time was over before kill points and fuzz properties were")
    assert said[-1].endswith("kill points survived 0/0, violations 0")


def test_a_history_that_breaks_a_promise_ends_it_and_is_told():
    def absent_is_zero(sync):
        def match(levels, variants):
            return sync.rules.match({one.variant_code: 0 for one in variants if one.variant_code} | levels, variants)

        return replace(sync, rules=replace(sync.rules, match=match))

    code, said = soak(SURVIVES, seconds=60, adjust=absent_is_zero)
    assert code == 1
    assert "  ならば 在庫ファイルにない「OFF-4」「SHOP-5」の在庫数は変わらない" in said[0]
    assert "# python -m tests.soak --seed " in said[0]
    assert said[-1].endswith("violations 1")


def test_one_seed_can_be_tried_again():
    said: list[str] = []
    assert main(["--seed", "7", "--histories", "1", "--steps", "2"], said.append) == 0
    assert said[0].startswith("histories tried ")


@pytest.mark.parametrize("minutes", ["0", "-1", "nan", "100000", "x"])
def test_a_time_that_is_none_is_refused(minutes, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--minutes", minutes])
    assert "--minutes" in capsys.readouterr().err
