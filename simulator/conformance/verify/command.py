"""The order of a verification: choose, smoke check, scenarios, verdict."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from simulator.conformance.defects.matrix import power_of, recorded
from simulator.conformance.defects.seeded import seeded_defects
from simulator.conformance.drivers import REFERENCE_ENGINE, UrlEngine, engine_for
from simulator.conformance.guide import features_dir
from simulator.conformance.sources import Owed
from simulator.conformance.verify.address import kept_address
from simulator.conformance.verify.resemblance import name_resemblances
from simulator.conformance.verify.results import Finding, Verification
from simulator.conformance.verify.selection import choose, read_scenarios
from simulator.conformance.verify.smoke import examine
from simulator.conformance.verify.suite import SuiteRun, run_suite
from simulator.errors import EngineUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.conformance.drivers import Engine
    from simulator.conformance.verify.address import Address
    from simulator.conformance.verify.results import Result
    from simulator.conformance.verify.selection import Chosen


class Audience(Protocol):
    """Is told how the verification goes."""

    def begins(self, wish: Wish, scenarios: Sequence[Chosen], workers: int) -> None:
        """What is going to run."""

    def found(self, findings: Sequence[Finding]) -> None:
        """What the smoke check says."""

    def goes_on(self, result: Result) -> None:
        """One case is over."""

    def kept(self, result: Result) -> None:
        """The lab of this failed case stays until Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to know. `engine`: as `engine_for` takes it; `level`: None for what the engine owes: must and
    should, everything for the reference engine; `home`: where the lab of an engine behind a URL is kept."""

    engine: str
    home: Path
    environment: Mapping[str, str]
    workers: int
    time_limit: float
    level: Owed | None = None
    only: tuple[str, ...] = ()
    keep: bool = False

    @property
    def judged_by(self) -> Owed:
        """The level that holds."""
        return self.level or default_level(self.engine)


def default_level(engine: str) -> Owed:
    """What an engine is judged by when nobody says: must and should, everything for the reference engine."""
    return Owed.BRAKES if engine == REFERENCE_ENGINE else Owed.SHOULD


def verify(wish: Wish, audience: Audience) -> Verification:
    """Judge the engine. An interrupted run is told with what it has found so far.

    Raises: BadValue for an `only` that means nothing; LabError when no lab can be started.
    """
    began = monotonic()
    scenarios = choose(read_scenarios(features_dir()), wish.judged_by, wish.only)
    expected = sum(scenario.cases for scenario in scenarios)
    findings: tuple[Finding, ...] = ()
    results: dict[tuple[str, str, str, str], Result] = {}
    trouble = ""
    try:
        engine = engine_for(wish.engine, wish.time_limit)
        address = kept_address(wish.home / "verify") if isinstance(engine, UrlEngine) else None
        workers = 1 if address else min(wish.workers, expected)
        audience.begins(wish, scenarios, workers)
        findings = _smoke(engine, address)
        audience.found(findings)
        if not any(finding.stops for finding in findings):
            run = SuiteRun(wish.engine, scenarios, wish.environment, workers, wish.keep, wish.time_limit, address)
            _, trouble = run_suite(run, lambda result: _hear(result, results, audience))
    except EngineUnusable as error:
        findings = (Finding(str(error.trouble), error.message, error.next_step, stops=True),)
        audience.found(findings)
    except KeyboardInterrupt:
        trouble = "interrupted"
    seen = name_resemblances(tuple(results.values()), recorded(), seeded_defects())
    return Verification(
        wish.engine, wish.judged_by, findings, seen, expected, monotonic() - began, trouble, power_of(recorded())
    )


def _smoke(engine: Engine, address: Address | None) -> tuple[Finding, ...]:
    from simulator.lab import Lab

    with tempfile.TemporaryDirectory(prefix="zaikolab-verify-") as name:
        state_dir = Path(name) / "engine-state"
        if address is None:
            state_dir.mkdir()
        else:
            address.empty_state()
            state_dir = address.state_dir
        with Lab(address.config() if address else None) as lab:
            return examine(engine, lab, state_dir)


def _hear(result: Result, results: dict[tuple[str, str, str, str], Result], audience: Audience) -> None:
    results[result.case_of] = result
    audience.goes_on(result)
    if result.lab:
        audience.kept(result)
        threading.Event().wait()  # until Ctrl-C
