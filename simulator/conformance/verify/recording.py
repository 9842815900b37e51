"""A pytest plugin that remembers how each step of a scenario went, for the result that `child` tells."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import pytest

from simulator.conformance.verify.results import StepOutcome, StepRun

if TYPE_CHECKING:
    from pytest_bdd.parser import Scenario, Step

_STEPS: pytest.StashKey[StepLog] = pytest.StashKey()


class StepLog:
    """The steps of one scenario; those it has not come to are skipped."""

    def __init__(self, steps: list[Step]) -> None:
        self._order = [id(step) for step in steps]
        self._runs = {id(step): StepRun(step.keyword.strip(), step.name, step.line_number, step.type) for step in steps}
        self._began = monotonic()

    def begin(self) -> None:
        """A step begins."""
        self._began = monotonic()

    def end(self, step: Step, outcome: StepOutcome) -> None:
        """It is over."""
        run = self._runs[id(step)]
        seconds = monotonic() - self._began
        self._runs[id(step)] = StepRun(run.keyword, run.text, run.line, run.kind, outcome, seconds)

    def runs(self) -> tuple[StepRun, ...]:
        """All steps, in order."""
        return tuple(self._runs[key] for key in self._order)


def steps_of(item: pytest.Item) -> tuple[StepRun, ...]:
    """How the steps of this scenario went; none where it was not begun."""
    log = item.stash.get(_STEPS, None)
    return () if log is None else log.runs()


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """Nothing of it has been come to yet."""
    request.node.stash[_STEPS] = StepLog(scenario.steps)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_step(request: pytest.FixtureRequest) -> None:
    """A step begins."""
    request.node.stash[_STEPS].begin()


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_after_step(request: pytest.FixtureRequest, step: Step) -> None:
    """It went well."""
    request.node.stash[_STEPS].end(step, StepOutcome.PASSED)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Step) -> None:
    """It failed."""
    request.node.stash[_STEPS].end(step, StepOutcome.FAILED)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, step: Step) -> None:
    """There is no such step."""
    request.node.stash[_STEPS].end(step, StepOutcome.UNDEFINED)
