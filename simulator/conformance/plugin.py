"""The pytest plugin: the lab, the engine under test and the step library for anybody's feature files, and the guards.

    # test_shop.py
    from pytest_bdd import scenarios
    scenarios("shop.feature")

    pytest --zaikolab-engine "my-engine once"        # or a URL

Fixtures: `lab` (running, empty at the start of each test), `engine` (the engine under test, bound to that lab),
`world` (what the steps of one scenario know). `--zaikolab-profile NAME` has the lab play another plausible service;
scenarios that say nothing there are skipped, with the reason. Override `zaikolab_config` to start another lab,
`zaikolab_engine` to test an engine in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path
    from typing import Any

    from pytest_bdd.parser import Feature, Scenario, Step

    from simulator.config import LabConfig
    from simulator.conformance.collected import Guard
    from simulator.conformance.drivers import Engine
    from simulator.conformance.engine_under_test import EngineUnderTest
    from simulator.conformance.profiles import Profile
    from simulator.conformance.world import World
    from simulator.lab import Lab

pytest_plugins = (
    "simulator.conformance.steps.clock",
    "simulator.conformance.steps.engine",
    "simulator.conformance.steps.faults",
    "simulator.conformance.steps.linkage",
    "simulator.conformance.steps.mail",
    "simulator.conformance.steps.orders",
    "simulator.conformance.steps.other_shop",
    "simulator.conformance.steps.roomclip",
    "simulator.conformance.steps.stock_settings",
    "simulator.conformance.steps.tempostar",
)

_GUARD: pytest.StashKey[Guard] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--zaikolab-engine` and `--zaikolab-profile`."""
    group = parser.getgroup("zaikolab", "zaikolab: stock sync conformance")
    group.addoption(
        "--zaikolab-engine",
        metavar="COMMAND|URL",
        default="",
        help="the engine under test: a command that makes one pass and ends, or a URL that makes one when posted to",
    )
    group.addoption(
        "--zaikolab-profile",
        metavar="NAME",
        default="guide",
        help="which plausible service the lab plays; an unknown name is answered with those there are (default: guide)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Refuse what hides failures; make the tags of the feature files known as markers."""
    from simulator.conformance.collected import Guard, tags_in_reach

    if config.getoption("cucumber_json_path", None):
        raise pytest.UsageError(
            "--cucumberjson is not to be used: its file is empty under xdist and leaves out tables, rules and failed "
            "first steps. Use --junit-xml."
        )
    config.stash[_GUARD] = Guard()
    for tag in sorted(tags_in_reach(config)):
        config.addinivalue_line("markers", _marker(tag))
    config.pluginmanager.register(_TagsElsewhere(config))


class _TagsElsewhere:
    """Makes tags of feature files outside the invocation's folders known, just before pytest-bdd applies them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_bdd_apply_tag(self, tag: str) -> None:
        """Register the marker, and leave the applying to pytest-bdd."""
        if not any(line.partition(":")[0] == tag for line in self._config.getini("markers")):
            self._config.addinivalue_line("markers", _marker(tag))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the guards' findings into a collection error: no scenario of a doubtful file runs."""
    report = yield
    if report.passed:
        problems = collector.config.stash[_GUARD].check(collector, report.result)
        if problems:
            report.outcome = "failed"
            report.longrepr = "\n".join(problems)
            report.result = []
    return report


def pytest_exception_interact(call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport) -> None:
    """Put the guards' sentence in place of the parser's traceback when a feature file cannot be parsed."""
    from simulator.conformance.collected import explain_unreadable

    if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
        explained = explain_unreadable(call.excinfo.value)
        if explained:
            report.longrepr = explained


@pytest.fixture(scope="session")
def zaikolab_profile(request: pytest.FixtureRequest) -> Profile:
    """Which plausible service is played in this run, from `--zaikolab-profile`."""
    from simulator.conformance.profiles import find_profile
    from simulator.errors import BadValue

    try:
        return find_profile(request.config.getoption("--zaikolab-profile"))
    except BadValue as error:
        told = str(error)
    pytest.fail(told, pytrace=False)


@pytest.fixture(scope="session")
def zaikolab_config(zaikolab_profile: Profile) -> LabConfig:
    """How the lab of this run is started: as its profile says; override it to vary TLS mode, ports or settings."""
    return zaikolab_profile.lab_config()


@pytest.fixture(scope="session")
def zaikolab_session(zaikolab_config: LabConfig) -> Iterator[Lab]:
    """The one running lab of this test process. Tests use `lab`, which is reset."""
    from simulator.lab import Lab

    with Lab(zaikolab_config) as running:
        yield running


@pytest.fixture
def lab(zaikolab_session: Lab) -> Lab:
    """The running lab, empty: no shops, no items, no mails, the clock at its start."""
    zaikolab_session.reset()
    return zaikolab_session


@pytest.fixture(scope="session")
def zaikolab_engine(request: pytest.FixtureRequest) -> Engine:
    """The driver of the engine under test, from `--zaikolab-engine`; override it to test an engine in this process."""
    from simulator.conformance.drivers import engine_for
    from simulator.errors import EngineUnusable

    choice = request.config.getoption("--zaikolab-engine")
    if not choice:
        pytest.fail("No engine to test. Say --zaikolab-engine 'COMMAND' or --zaikolab-engine URL.", pytrace=False)
    try:
        return engine_for(choice)
    except EngineUnusable as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def engine(zaikolab_engine: Engine, lab: Lab, tmp_path: Path) -> EngineUnderTest:
    """The engine under test, bound to the lab, with a fresh state folder."""
    from simulator.conformance.engine_under_test import EngineUnderTest

    state_dir = tmp_path / "engine-state"
    state_dir.mkdir()
    return EngineUnderTest(zaikolab_engine, lab, state_dir)


@pytest.fixture
def world(lab: Lab, engine: EngineUnderTest, zaikolab_profile: Profile) -> World:
    """What the steps of one scenario know of the merchant's two shops."""
    from simulator.conformance.world import World

    return World(lab, engine, zaikolab_profile.stock_settings)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest) -> None:
    """Skip a scenario that says nothing about an engine under this run's profile, before a lab is started for it."""
    from simulator.conformance.profiles import explain_inapplicable

    tags = {mark.name for mark in request.node.iter_markers()}
    reason = explain_inapplicable(request.getfixturevalue("zaikolab_profile"), tags)
    if reason:
        pytest.skip(reason)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_step_call(feature: Feature, step: Step, step_func_args: dict[str, Any]) -> None:
    """Remember where the journal stands when a もし begins; a かつ goes on with it."""
    from simulator.conformance.feature_files import conjunctions

    found = step_func_args.get("world")
    if found is not None and step.type == "when" and step.keyword.strip() not in conjunctions(feature.language):
        found.mark_action()


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_step_error(
    request: pytest.FixtureRequest, feature: Feature, scenario: Scenario, step: Step, step_func_args: dict[str, Any]
) -> None:
    """Add to the report where the failed step stands, what the lab saw since the last もし, what the engine said."""
    from simulator.conformance.world import STEP

    found = step_func_args.get("world")
    request.node.add_report_section("call", STEP, _place(feature, scenario, step))
    if found is not None:
        found.failed = True
        _tell_story(request, found)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """Fail a scenario that passed although what it broke never struck: it has shown nothing."""
    if "world" in request.fixturenames:
        found = request.getfixturevalue("world")
        if not found.failed:
            try:
                found.check_faults_struck()
            except AssertionError:
                _tell_story(request, found)
                raise


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_step_func_lookup_error(
    request: pytest.FixtureRequest, feature: Feature, scenario: Scenario, step: Step, exception: Exception
) -> None:
    """Say where the undefined step stands and which sentences come near, in the error itself: reports of every kind
    show that, captured output or not."""
    from simulator.conformance.collected import explain_undefined
    from simulator.conformance.world import STEP

    place = _place(feature, scenario, step)
    request.node.add_report_section("call", STEP, place)
    exception.add_note(f"{place}\n{explain_undefined(request.node, step)}")


def _tell_story(request: pytest.FixtureRequest, world: World) -> None:
    for title, text in world.story():
        request.node.add_report_section("call", title, text)


def _place(feature: Feature, scenario: Scenario, step: Step) -> str:
    return f"{step.keyword} {step.name}\n{feature.filename}:{step.line_number}: シナリオ「{scenario.name}」"


def _marker(tag: str) -> str:
    return f"{tag}: a tag of feature files"
