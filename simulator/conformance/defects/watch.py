"""A pytest plugin for the run of one engine in one process: writes down, as JSON, how each scenario fared.

    {"scenarios": [{"feature", "scenario", "outcome", "kind", "step", "error", "words"}], "trouble": [...]}

`outcome` is `passed` or `failed`. `kind` (`given`, `when` or `then`), `step`, `error` (the exception's class) and
`words` tell of the step that failed; they are empty where none did. `trouble` is what kept scenarios from
running at all.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_bdd.parser import Feature, Scenario, Step

_OPTION = "--zaikolab-watch"
_LONGEST = 2_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file to write."""
    parser.addoption(_OPTION, metavar="FILE", required=True, help="where to write how each scenario fared, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch."""
    config.pluginmanager.register(Watch(Path(config.getoption(_OPTION))))


class Watch:
    """What is seen of a run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scenarios: list[dict[str, str]] = []
        self._trouble: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_before_scenario(self, feature: Feature, scenario: Scenario) -> None:
        """A scenario begins; unless something fails it passes."""
        seen = dict.fromkeys(("feature", "scenario", "outcome", "kind", "step", "error", "words"), "")
        here = {"feature": Path(feature.filename).stem, "scenario": scenario.name, "outcome": "passed"}
        self._scenarios.append(seen | here)

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_step_error(self, step: Step, exception: Exception) -> None:
        """A step of it fails."""
        error, words = type(exception).__name__, str(exception)[:_LONGEST]
        self._scenarios[-1] |= {"kind": step.type, "step": step.name, "error": error, "words": words}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """It has failed, in a step or not; or its fixtures have: no lab, no engine."""
        if report.failed and report.when == "call" and self._scenarios:
            self._scenarios[-1]["outcome"] = "failed"
        elif report.failed:
            self._trouble.append(report.longreprtext[-_LONGEST:])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Scenarios could not be collected."""
        if report.failed:
            self._trouble.append(str(report.longrepr)[-_LONGEST:])

    def pytest_sessionfinish(self) -> None:
        """Write down what was seen."""
        seen = {"scenarios": self._scenarios, "trouble": self._trouble}
        self._path.write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
