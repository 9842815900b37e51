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
from simulator.conformance.drivers import REFERENCE_ENGINE, UrlEngine, engine_for, is_url
from simulator.conformance.guide import features_dir
from simulator.conformance.profiles import DEFAULT, EVERY, applies, choose_profiles, profiles
from simulator.conformance.sources import Owed
from simulator.conformance.verify.address import kept_address
from simulator.conformance.verify.resemblance import name_resemblances
from simulator.conformance.verify.results import Finding, Verification
from simulator.conformance.verify.selection import choose, read_scenarios
from simulator.conformance.verify.smoke import examine
from simulator.conformance.verify.suite import SuiteRun, run_suite
from simulator.errors import BadValue, EngineUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.conformance.drivers import Engine
    from simulator.conformance.profiles import Profile
    from simulator.conformance.verify.address import Address
    from simulator.conformance.verify.results import Result
    from simulator.conformance.verify.selection import Chosen


class Audience(Protocol):
    """Is told how the verification goes."""

    def begins(self, wish: Wish, legs: Sequence[Leg], workers: int) -> None:
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
    should, everything for the reference engine; `home`: where the lab of an engine behind a URL is kept; `profiles`:
    names, none for the service of the guide alone; `transcripts`: whether to keep what went over the wire."""

    engine: str
    home: Path
    environment: Mapping[str, str]
    workers: int
    time_limit: float
    level: Owed | None = None
    only: tuple[str, ...] = ()
    keep: bool = False
    profiles: tuple[str, ...] = ()
    transcripts: bool = False

    @property
    def judged_by(self) -> Owed:
        """The level that holds."""
        return self.level or default_level(self.engine, self.profiles)


@dataclass(frozen=True, slots=True)
class Leg:
    """The scenarios that are to hold under one profile."""

    profile: Profile
    scenarios: tuple[Chosen, ...]

    @property
    def cases(self) -> int:
        """How many cases they have."""
        return sum(scenario.cases for scenario in self.scenarios)


def default_level(engine: str, profiles: Sequence[str] = ()) -> Owed:
    """What an engine is judged by when nobody says: must and should; the reference engine by everything, where no
    profile is named."""
    return Owed.BRAKES if engine == REFERENCE_ENGINE and not profiles else Owed.SHOULD


def verify(wish: Wish, audience: Audience) -> Verification:
    """Judge the engine. An interrupted run is told with what it has found so far.

    Raises: BadValue for an `only` or a profile that means nothing; LabError when no lab can be started.
    """
    began = monotonic()
    legs = _legs(wish)
    expected = sum(leg.cases for leg in legs)
    findings: tuple[Finding, ...] = ()
    results: dict[tuple[str, str, str, str], Result] = {}
    trouble = ""
    try:
        engine = engine_for(wish.engine, wish.time_limit)
        address = kept_address(wish.home / "verify") if isinstance(engine, UrlEngine) else None
        workers = 1 if address else min(wish.workers, *(leg.cases for leg in legs))
        audience.begins(wish, legs, workers)
        findings = _smoke(engine, address, legs[0].profile)
        audience.found(findings)
        if not any(finding.stops for finding in findings):
            trouble = _run(wish, legs, address, workers, lambda result: _hear(result, results, audience))
    except EngineUnusable as error:
        findings = (Finding(str(error.trouble), error.message, error.next_step, stops=True),)
        audience.found(findings)
    except KeyboardInterrupt:
        trouble = "interrupted"
    seen = tuple(
        like
        for leg in legs
        for like in name_resemblances(
            [one for one in results.values() if one.profile == leg.profile.name], recorded(), seeded_defects()
        )
    )
    return Verification(
        wish.engine, wish.judged_by, findings, seen, expected, monotonic() - began, trouble, power_of(recorded()),
        tuple(leg.profile.name for leg in legs), _everywhere(wish, legs), wish.only,
    )  # fmt: skip


def _everywhere(wish: Wish, legs: Sequence[Leg]) -> bool:
    """Whether that is all that must and should hold, under every profile."""
    return len(legs) == len(profiles()) and wish.judged_by.includes(Owed.SHOULD) and not wish.only


def _legs(wish: Wish) -> tuple[Leg, ...]:
    """The profiles asked for under which something is to hold, with what is. To an engine behind a URL, `all` are those
    of one TLS mode.

    Raises: BadValue for names that mean nothing, or nothing together.
    """
    chosen = choose_profiles(wish.profiles or (DEFAULT,))
    if is_url(wish.engine) and EVERY in wish.profiles:
        chosen = tuple(profile for profile in chosen if profile.tls is chosen[0].tls)
    if is_url(wish.engine) and len({profile.tls for profile in chosen}) > 1:
        other = ", ".join(profile.name for profile in chosen if profile.tls is not chosen[0].tls)
        raise BadValue(
            "--profile", ", ".join(wish.profiles), "the operator of an engine behind a URL sets SYNC_FTPS_TLS once",
            next_step=f"Run apart, with the variables that verify --env --profile NAME prints: {other}.",
        )  # fmt: skip
    scenarios = choose(read_scenarios(features_dir()), wish.judged_by, wish.only)
    legs = [Leg(one, tuple(each for each in scenarios if applies(one, each.tags))) for one in chosen]
    if not any(leg.scenarios for leg in legs):
        raise BadValue(
            "--profile", ", ".join(wish.profiles), f"nothing that --only {' '.join(wish.only)} means applies there",
            next_step="Name another profile, or other scenarios.",
        )  # fmt: skip
    return tuple(leg for leg in legs if leg.scenarios)


def _run(wish: Wish, legs: Sequence[Leg], address: Address | None, workers: int, tell: Callable[[Result], None]) -> str:
    """Run the legs one after the other; why the run is incomplete, "" when it is not."""
    troubles = []
    for leg in legs:
        run = SuiteRun(
            wish.engine, leg.scenarios, wish.environment, workers, wish.keep, wish.time_limit, address,
            profile=leg.profile.name, transcripts=wish.transcripts,
        )  # fmt: skip
        _, trouble = run_suite(run, tell)
        troubles += [f"{leg.profile.name}: {trouble}" if len(legs) > 1 else trouble] if trouble else []
    return "\n".join(troubles)


def _smoke(engine: Engine, address: Address | None, profile: Profile) -> tuple[Finding, ...]:
    from simulator.lab import Lab

    with tempfile.TemporaryDirectory(prefix="zaikolab-verify-") as name:
        state_dir = Path(name) / "engine-state"
        if address is None:
            state_dir.mkdir()
        else:
            address.empty_state()
            state_dir = address.state_dir
        with Lab(address.config(profile) if address else profile.lab_config()) as lab:
            return examine(engine, lab, state_dir)


def _hear(result: Result, results: dict[tuple[str, str, str, str], Result], audience: Audience) -> None:
    results[result.case_of] = result
    audience.goes_on(result)
    if result.lab:
        audience.kept(result)
        threading.Event().wait()  # until Ctrl-C
