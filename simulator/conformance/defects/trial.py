"""Runs defective engines and labs through the scenarios meant for them, and tells whether those say no, and why.

The changed copy is imported in place of what is installed, in a process and on a lab of its own.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.conformance.defects.seeded import Defect, DidNotApply, Package, feature_of, seed
from simulator.conformance.drivers import REFERENCE_ENGINE, necessities
from simulator.conformance.guide import features_dir
from simulator.conformance.verify.selection import read_scenarios
from simulator.conformance.verify.suite import Halt, SuiteRun, run_suite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.conformance.verify.results import Result
    from simulator.conformance.verify.selection import Chosen

TIME_LIMIT = 180.0
"""Seconds for the scenarios that one defect names."""
TIME_LIMIT_FULL = 1_800.0
"""Seconds for all scenarios with one defect."""
_SHOWN = 300


class Verdict(StrEnum):
    """What became of one defect."""

    KILLED = "killed for the stated reason"
    SURVIVED = "survived"
    DID_NOT_START = "did not start"
    DID_NOT_APPLY = "did not apply"


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a defect, why, and how each case that ran fared."""

    defect: Defect
    verdict: Verdict
    why: str
    seen: tuple[Result, ...] = ()

    @property
    def killed(self) -> bool:
        """Whether the scenarios noticed."""
        return self.verdict is Verdict.KILLED


def try_defects(
    defects: Iterable[Defect], *, at_once: int, scenarios: Callable[[Defect], Sequence[Chosen]] | None = None
) -> Iterator[Trial]:
    """Try defects, several at once; the trials come in the order of the defects.

    `scenarios`: those to run with a defect; None: those named for it.
    """
    pool, halt = ThreadPoolExecutor(at_once), Halt()
    try:
        yield from pool.map(lambda one: try_defect(one, scenarios(one) if scenarios else None, halt=halt), defects)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        halt.now()
        pool.shutdown()


def try_defect(
    defect: Defect, scenarios: Sequence[Chosen] | None = None, *, limit: float | None = None, halt: Halt | None = None
) -> Trial:
    """Change a copy of the engine or lab, run it through the scenarios for `limit` seconds at most, or until a halt,
    and judge what is seen."""
    limit = limit or (TIME_LIMIT if scenarios is None else TIME_LIMIT_FULL)
    with tempfile.TemporaryDirectory(prefix="zaikolab-defect-") as folder:
        try:
            seed(defect, Path(folder))
        except DidNotApply as problem:
            return Trial(defect, Verdict.DID_NOT_APPLY, str(problem))
        run = SuiteRun(
            REFERENCE_ENGINE, named(defect) if scenarios is None else scenarios, necessities(),
            whole_limit=limit, halt=halt or Halt(), copies=Path(folder),
        )  # fmt: skip
        seen, trouble = run_suite(run, lambda _: None)
    return judge(defect, seen, trouble)


def named(defect: Defect) -> tuple[Chosen, ...]:
    """The scenarios that are to notice a defect."""
    wanted = {(feature_of(kill).name, kill.scenario) for kill in defect.killed_by}
    return tuple(one for one in read_scenarios(features_dir()) if (one.file, one.name) in wanted)


def judge(defect: Defect, seen: tuple[Result, ...], trouble: str) -> Trial:
    """Tell what became of a defect: killed, if each scenario named for it has said no, for the reason stated."""
    if trouble:
        return Trial(defect, Verdict.DID_NOT_START, _end_of(trouble), seen)
    for kill in defect.killed_by:
        runs = [one for one in seen if place_of(one) == kill.place]
        if any(one.claims and kill.because in f"{_step(one)}\n{one.message}" for one in runs):
            continue
        failed = next((one for one in runs if one.wrong), None)
        if failed is None:
            return Trial(defect, Verdict.SURVIVED, f"{kill.place}: passes", seen)
        said = " ".join(failed.message.split())
        what = f"{failed.error} in 「{_step(failed)}」: {said}" if _step(failed) else f"no step, {said}"
        if not failed.claims:
            return Trial(defect, Verdict.DID_NOT_START, f"{kill.place}: no claim, {what}"[:_SHOWN], seen)
        reason = f"{kill.place}: fails, but not because of {kill.because!r}: {what}"
        return Trial(defect, Verdict.SURVIVED, reason[:_SHOWN], seen)
    return Trial(defect, Verdict.KILLED, "; ".join(kill.place for kill in defect.killed_by), seen)


def describe(trials: Iterable[Trial]) -> dict[str, object]:
    """Trials as JSON: how many defects there were, of each verdict, and one by one."""
    trials = tuple(trials)
    return {
        "defects": len(trials),
        "of_the_lab": sum(trial.defect.package is Package.LAB for trial in trials),
        "verdicts": {verdict.value: sum(trial.verdict is verdict for trial in trials) for verdict in Verdict},
        "trials": [
            {
                "name": trial.defect.name,
                "mistake": trial.defect.mistake,
                "package": trial.defect.package.value,
                "verdict": trial.verdict.value,
                "why": trial.why,
                "killed_by": [kill.place for kill in trial.defect.killed_by],
            }
            for trial in trials
        ],
    }


def place_of(case: Result | Chosen) -> str:
    """Feature and scenario as people name them: `sku_matching: …`."""
    return f"{case.file.removesuffix('.feature')}: {case.name}"


def _step(case: Result) -> str:
    return case.failed_step.text if case.failed_step else ""


def _end_of(text: str) -> str:
    """The last words of an output, where the error stands, on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (" / ".join(lines[-2:]) or "it said nothing")[-_SHOWN:]
