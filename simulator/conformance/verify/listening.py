"""A pytest plugin that keeps the journal of each step, for the transcripts of `--report`.

What the lab notes a moment after a step (the end of an FTPS session, say) is told with the next one; what it notes
after the last one, with that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.conformance.transcript import LINES_KEPT, Line, StepTranscript

if TYPE_CHECKING:
    from pytest_bdd.parser import Scenario, Step

    from simulator.conformance.world import World
    from simulator.journal import Entry

_LOG: pytest.StashKey[JournalLog] = pytest.StashKey()


class JournalLog:
    """The entries of one scenario by step; a step that was not come to has none."""

    def __init__(self, steps: list[Step]) -> None:
        self._order = [id(step) for step in steps]
        self._entries: dict[int, list[Entry]] = {}
        self._left: dict[int, int] = {}
        self._heard = 0
        self._last: tuple[Step, World] | None = None
        self._told: tuple[StepTranscript, ...] | None = None

    def hear(self, step: Step, world: World) -> None:
        """Keep what was noted since the step before."""
        journal = world.lab.journal
        until = journal.last_seq()
        entries = journal.read(after=self._heard, limit=LINES_KEPT)
        self._entries.setdefault(id(step), []).extend(entries)
        if len(entries) == LINES_KEPT:
            self._left[id(step)] = until - entries[-1].seq
        self._heard, self._last = max(until, entries[-1].seq if entries else 0), (step, world)

    def transcripts(self) -> tuple[StepTranscript, ...]:
        """One for each step, in order, without secrets and the suite's own visits; none where no step had a world.
        They are made once, when the steps are over: afterwards the lab may end."""
        if self._told is None and self._last is not None:
            step, world = self._last
            self.hear(step, world)
            self._told = tuple(self._transcript(key, world) for key in self._order)
        return self._told or ()

    def _transcript(self, key: int, world: World) -> StepTranscript:
        shown = (entry for entry in self._entries.get(key, ()) if not world.is_own(entry))
        lines = tuple(Line(one.at, str(one.service), one.kind, world.masked(one.summary)) for one in shown)
        return StepTranscript(lines, self._left.get(key, 0))


def transcripts_of(item: pytest.Item) -> tuple[StepTranscript, ...]:
    """What went over the wire in each step; none where this plugin is not loaded, or no step was come to."""
    log = item.stash.get(_LOG, None)
    return () if log is None else log.transcripts()


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """Nothing of it has been heard yet."""
    request.node.stash[_LOG] = JournalLog(scenario.steps)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_after_step(request: pytest.FixtureRequest, step: Step) -> None:
    """It went well."""
    _hear(request, step)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Step) -> None:
    """It failed."""
    _hear(request, step)


def _hear(request: pytest.FixtureRequest, step: Step) -> None:
    if "world" in request.fixturenames:
        request.node.stash[_LOG].hear(step, request.getfixturevalue("world"))
