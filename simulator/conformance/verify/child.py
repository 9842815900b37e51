"""The pytest plugin in the child process that `suite.py` starts: obeys the run's file, tells each result.

With pytest-xdist it is loaded in the workers too: they choose, describe what failed, and keep the lab; the first
process alone tells, and ends with the process that started it.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.conformance.engine_under_test import EngineUnderTest
from simulator.conformance.profiles import find_profile
from simulator.conformance.sources import Owed
from simulator.conformance.verify.address import address_from
from simulator.conformance.verify.listening import transcripts_of
from simulator.conformance.verify.recording import steps_of
from simulator.conformance.verify.results import Outcome, Result, result_from
from simulator.conformance.verify.stragglers import end_stragglers
from simulator.conformance.verify.suite import TIME_TO_END
from simulator.errors import EngineUnusable

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_bdd.parser import ScenarioTemplate

    from simulator.config import LabConfig
    from simulator.conformance.drivers import Engine
    from simulator.conformance.profiles import Profile
    from simulator.lab import Lab

_RUN: pytest.StashKey[dict[str, Any]] = pytest.StashKey()
_LAB: pytest.StashKey[Lab] = pytest.StashKey()
_ENGINE: pytest.StashKey[EngineUnderTest] = pytest.StashKey()
_SET_UP: pytest.StashKey[pytest.CallInfo[Any]] = pytest.StashKey()
_STORY = "zaikolab"
_WRONG = "does something else than expected"
_LAB_BROKEN = "not judged: an error of the lab or of the suite"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two ends that `suite.py` holds."""
    group = parser.getgroup("zaikolab verify")
    group.addoption("--zaikolab-run", help="the JSON file that says what to run")
    group.addoption("--zaikolab-results", type=int, help="the file descriptor to tell results to")
    group.addoption("--zaikolab-alive", type=int, help="the file descriptor that ends when nobody waits any more")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the run; end at SIGTERM as at Ctrl-C, so that the engine under way and the lab are ended first."""
    told = Path(config.getoption("--zaikolab-run"))
    config.stash[_RUN] = run = json.loads(told.read_text(encoding="utf-8"))
    for name, path in run["copies"].items():
        if importlib.import_module(name).__file__ != path:
            raise pytest.UsageError(f"the installed {name} was imported, not the copy {path}")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Parent(config.getoption("--zaikolab-alive"), Path(run["folder"])))
        config.pluginmanager.register(_Teller(config.getoption("--zaikolab-results"), run["profile"]))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


class _Parent:
    """The process that started this one. When it is gone, nobody else ends engines and labs, and takes away their
    folder."""

    def __init__(self, alive: int, folder: Path) -> None:
        self._folder = folder
        self._gone = threading.Event()
        threading.Thread(target=self._watch, args=(alive,), daemon=True).start()

    def pytest_unconfigure(self) -> None:
        """The labs have ended by now."""
        if self._gone.is_set():
            self._clear()

    def _watch(self, alive: int) -> None:
        os.read(alive, 1)  # nobody writes: reading ends with the other end
        self._gone.set()
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(TIME_TO_END)  # an engine or lab that will not end
        self._clear()
        os.killpg(os.getpid(), signal.SIGKILL)

    def _clear(self) -> None:
        end_stragglers(self._folder)
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def zaikolab_engine(request: pytest.FixtureRequest) -> Engine:
    """The engine the run names."""
    from simulator.conformance.drivers import engine_for

    run = request.config.stash[_RUN]
    return engine_for(run["engine"], run["time_limit"])


@pytest.fixture(scope="session")
def zaikolab_profile(request: pytest.FixtureRequest) -> Profile:
    """The profile the run names."""
    return find_profile(request.config.stash[_RUN]["profile"])


@pytest.fixture(scope="session")
def zaikolab_config(request: pytest.FixtureRequest, zaikolab_profile: Profile) -> LabConfig:
    """A lab on free ports, or the one whose address the operator of a URL engine was given."""
    told = request.config.stash[_RUN]["address"]
    return address_from(told).config(zaikolab_profile) if told else zaikolab_profile.lab_config()


@pytest.fixture
def engine(request: pytest.FixtureRequest, zaikolab_engine: Engine, lab: Lab, tmp_path: Path) -> EngineUnderTest:
    """The engine bound to the lab, its state folder empty."""
    request.config.stash[_LAB] = lab
    told = request.config.stash[_RUN]["address"]
    if told:
        address_from(told).empty_state()
        state_dir = address_from(told).state_dir
    else:
        state_dir = tmp_path / "engine-state"
        state_dir.mkdir()
    request.node.stash[_ENGINE] = found = EngineUnderTest(zaikolab_engine, lab, state_dir)
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the scenarios the run names."""
    wanted = _chosen(config)
    kept = [item for item in items if _identity(item) in wanted]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put into the report what the first process cannot know: which scenario it was, and how it failed."""
    report = yield
    if report.when == "setup":
        item.stash[_SET_UP] = call
    engine = item.stash.get(_ENGINE, None)
    story: dict[str, Any] = {
        **_chosen(item.config)[_identity(item)], "case": _case(item), "row": _row(item),
        "began": item.stash[_SET_UP].start,
        "seconds": call.duration + (item.stash[_SET_UP].duration if report.when == "call" else 0),
        "engine_seconds": engine.seconds if engine else 0.0, "steps": [step.as_json() for step in steps_of(item)],
        "transcripts": [one.as_json() for one in transcripts_of(item)],
    }  # fmt: skip
    if call.excinfo is not None and not report.skipped:
        error = call.excinfo.value
        judged = isinstance(error, (AssertionError, EngineUnusable)) and report.when == "call"
        story["error"] = type(error).__name__
        story["outcome"] = str(Outcome.FAILED if judged else Outcome.BROKEN)
        story["verdict"] = str(
            error.trouble if isinstance(error, EngineUnusable) else _WRONG if judged else _LAB_BROKEN
        )
        story["message"] = str(error) if judged else f"{type(error).__name__}: {error}\n{report.longreprtext}"
        if item.config.stash[_RUN]["keep"] and _LAB in item.config.stash and report.when == "call":
            story["lab"] = _addresses(item)
    setattr(report, _STORY, story)  # a report takes further attributes along between processes
    return report


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the lab of a failed scenario as it is: wait, once the report has been told, for the end of this process."""
    if getattr(report, _STORY, {}).get("lab") and not hasattr(report, "node"):
        threading.Event().wait()


class _Teller:
    """Writes a line for each case that is over, and for what went wrong around them."""

    def __init__(self, descriptor: int, profile: str) -> None:
        self._to = os.fdopen(descriptor, "w", encoding="utf-8")
        self._profile = profile

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One line a case, and another one when something breaks after it."""
        if report.when == "call" or not report.passed:
            self._tell({"result": _result(report, self._profile).as_told()})

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """What could not be collected is the suite's trouble."""
        if report.failed:
            self._tell({"trouble": str(report.longrepr)})

    @pytest.hookimpl
    def pytest_internalerror(self, excrepr: object) -> None:
        """So is an error of the runner."""
        self._tell({"trouble": str(excrepr)})

    def _tell(self, line: dict[str, Any]) -> None:
        self._to.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._to.flush()


def _result(report: pytest.TestReport, profile: str) -> Result:
    # Where a worker has died there is no story: pytest-xdist makes such a report itself.
    nameless = {
        "file": "",
        "line": 0,
        "name": report.nodeid,
        "case": "",
        "level": Owed.MUST,
        "statements": [],
        "profile": profile,
        "row": 0,
        "began": report.start,
    }
    outcome = Outcome.BROKEN if report.failed else Outcome.SKIPPED if report.skipped else Outcome.PASSED
    message = "" if report.passed else report.longreprtext
    if report.skipped and isinstance(report.longrepr, tuple):
        message = str(report.longrepr[2]).removeprefix("Skipped: ")
    sections = {
        title.removeprefix("Captured ").removesuffix(f" {report.when}"): text for title, text in report.sections
    }
    unsaid = {
        "outcome": outcome, "verdict": _LAB_BROKEN if outcome is Outcome.BROKEN else "", "message": message,
        "error": "", "seconds": report.duration, "engine_seconds": 0.0, "steps": [], "lab": {},
        "resembles": "", "sections": {} if report.passed else sections,
    }  # fmt: skip
    return result_from(nameless | unsaid | getattr(report, _STORY, {}))


def _chosen(config: pytest.Config) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["file"], one["name"]): one for one in config.stash[_RUN]["scenarios"]}


def _template(item: pytest.Item) -> ScenarioTemplate:
    from pytest_bdd.scenario import scenario_wrapper_template_registry

    assert isinstance(item, pytest.Function)  # noqa: S101 - the test module has nothing else
    return scenario_wrapper_template_registry[item.obj]


def _identity(item: pytest.Item) -> tuple[str, str]:
    template = _template(item)
    features = item.config.stash[_RUN]["features"]
    return Path(template.feature.filename).relative_to(features).as_posix(), template.name


def _case(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return "" if callspec is None else str(callspec.id)


def _row(item: pytest.Item) -> int:
    """Which row of its 例: pytest makes the names of two equal rows differ, so a name tells no row."""
    callspec = getattr(item, "callspec", None)
    return 0 if callspec is None else int(callspec.indices["_pytest_bdd_example"])


def _addresses(item: pytest.Item) -> dict[str, str]:
    """Where to look at a lab that stays. No password, no token: the pages and `zaikolab --lab URL env` have those."""
    where = item.config.stash[_LAB].endpoints
    return {
        "lab": where.http_url,
        "TEMPOSTAR": f"{where.http_url}/tempostar/",
        "RoomClipビジネス": f"{where.http_url}/roomclip/business/",
        "storefront": f"{where.http_url}/roomclip/shop/",
        "inbox": f"{where.http_url}/mail/",
        "FTPS": f"{where.host}:{where.ftps_port}",
    }
