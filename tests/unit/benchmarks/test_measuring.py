"""Sides are run turn by turn, and one that breaks stops nothing else."""

from __future__ import annotations

import pytest

from benchmarks.measuring import Figures, Interrupted, Measurement, Side, take


class Log:
    """Remembers who ran; a side's figures are given turn by turn, an error is raised in its turn."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def side(self, name: str, *turns: float | BaseException) -> Side:
        left = iter(turns)

        def run() -> Figures:
            self.ran.append(name)
            turn = next(left)
            if isinstance(turn, BaseException):
                raise turn
            return {"seconds": turn}

        return Side(name, run)


def test_sides_take_turns_and_each_round_begins_with_another_one() -> None:
    log = Log()
    take(Measurement((log.side("a", 1, 1, 1), log.side("b", 1, 1, 1)), lambda: log.ran.append("|")), 3)
    assert log.ran == ["|", "a", "b", "|", "b", "a", "|", "a", "b"]


def test_every_figure_is_kept_and_the_median_is_the_middle_one() -> None:
    [taken] = take(Measurement((Log().side("a", 9, 1, 2),)), 3)
    assert taken.figures == {"seconds": [9, 1, 2]}
    assert taken.median("seconds") == 2
    assert taken.median("peak MiB") is None


def test_a_side_that_breaks_is_named_and_the_others_go_on() -> None:
    log = Log()
    broken, well = take(Measurement((log.side("a", 1, RuntimeError("first\nno such file")), log.side("b", 1, 2, 3))), 3)
    assert broken.failed == "RuntimeError: no such file"
    assert broken.median("seconds") is None
    assert well.figures["seconds"] == [1, 2, 3]
    assert log.ran.count("a") == 2


def test_a_missing_side_is_not_run_and_keeps_its_reason() -> None:
    log = Log()
    missing, well = take(Measurement((Side("a", log.side("a").run, "no npm"), log.side("b", 1))), 1)
    assert (missing.missing, log.ran) == ("no npm", ["b"])
    assert well.median("seconds") == 1


def test_a_round_that_cannot_be_prepared_ends_the_rounds() -> None:
    def prepare() -> None:
        raise OSError("disk full")

    log = Log()
    [taken] = take(Measurement((log.side("a", 1),), prepare), 5)
    assert taken.failed == "round 1 was not prepared: OSError: disk full"
    assert log.ran == []


def test_an_interruption_keeps_the_turns_before_it() -> None:
    log = Log()
    with pytest.raises(Interrupted) as end:
        take(Measurement((log.side("a", 1, 2), log.side("b", 1, KeyboardInterrupt()))), 3)
    assert [one.figures for one in end.value.taken] == [{"seconds": [1]}, {"seconds": [1]}]
