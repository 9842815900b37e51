"""What a step's transcript holds: the journal since the step before, without secrets and the suite's own visits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.conformance.transcript import LINES_KEPT
from simulator.conformance.verify.listening import JournalLog
from simulator.journal import Entry, Journal, Service
from tests.conftest import Parts


@dataclass
class FakeWorld:
    """A world of a journal alone; it is its own lab."""

    journal: Journal
    own: int = 0

    @property
    def lab(self) -> FakeWorld:
        return self

    def masked(self, text: str) -> str:
        return text.replace("himitsu", "***")

    def is_own(self, entry: Entry) -> bool:
        return entry.seq == self.own


@dataclass(eq=False)
class FakeStep:
    """Known by what it is, not by what it says."""

    name: str


@pytest.fixture
def world(parts: Callable[..., Parts]) -> FakeWorld:
    return FakeWorld(parts().journal)


def told(log: JournalLog) -> list[list[str]]:
    return [[line.summary for line in one.lines] for one in log.transcripts()]


def note(world: FakeWorld, *summaries: str) -> int:
    return [world.journal.record(Service.FTPS, "ftps.command", one) for one in summaries][-1]


def test_each_step_has_what_was_noted_since_the_one_before_and_the_last_what_came_after(world: Any) -> None:
    steps: list[Any] = [FakeStep("same"), FakeStep("same"), FakeStep("never come to")]
    log = JournalLog(steps)
    note(world, "set up", "USER himitsu")
    log.hear(steps[0], world)
    world.own = note(world, "a visit")
    note(world, "RETR")
    log.hear(steps[1], world)
    note(world, "QUIT")
    assert told(log) == [["set up", "USER ***"], ["RETR", "QUIT"], []]
    note(world, "the next scenario's")
    assert told(log) == [["set up", "USER ***"], ["RETR", "QUIT"], []]


def test_a_flood_is_told_from_its_beginning_with_how_much_is_left(world: Any) -> None:
    steps: list[Any] = [FakeStep("flood"), FakeStep("calm")]
    log = JournalLog(steps)
    note(world, *(f"{number}" for number in range(LINES_KEPT + 7)))
    log.hear(steps[0], world)
    note(world, "calm")
    log.hear(steps[1], world)
    flood, calm = log.transcripts()
    assert (len(flood.lines), flood.left, flood.lines[-1].summary) == (LINES_KEPT, 7, f"{LINES_KEPT - 1}")
    assert ([line.summary for line in calm.lines], calm.left) == (["calm"], 0)


def test_a_scenario_that_came_to_no_step_has_none() -> None:
    assert JournalLog([]).transcripts() == ()
