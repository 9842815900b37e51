"""Runs defective engines against the scenarios meant for them, and tells whether those say no, and why.

Each engine runs in a process of its own, which imports the changed copy in place of the installed engine and calls
its `run_pass`; a lab of its own, on free ports, comes with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.conformance.defects import watch
from simulator.conformance.defects.seeded import ENGINE, Defect, DidNotApply, Kill, feature_of, seed
from simulator.conformance.drivers import necessities
from simulator.conformance.feature_files import find_feature_files
from simulator.conformance.guide import features_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TIME_LIMIT = 180.0
"""Seconds for the scenarios that one defect names."""
TIME_LIMIT_FULL = 1_800.0
"""Seconds for all scenarios with one defect."""
_SHOWN = 300

_MODULE = """
from pathlib import Path

import pytest
from pytest_bdd import scenario, scenarios

import {engine}
from simulator.conformance.drivers import CallableEngine

assert Path({engine}.__file__).is_relative_to(Path(__file__).parent), "the installed engine was imported, not the copy"


@pytest.fixture(scope="session")
def zaikolab_engine():
    return CallableEngine(lambda environment: {engine}.run_pass(environment).exit_code)


"""


class Verdict(StrEnum):
    """What became of one defect."""

    KILLED = "killed for the stated reason"
    SURVIVED = "survived"
    DID_NOT_START = "did not start"
    DID_NOT_APPLY = "did not apply"


@dataclass(frozen=True, slots=True)
class Seen:
    """How one scenario, or one row of an outline, fared; the fields are those of `watch`."""

    feature: str
    scenario: str
    outcome: str
    kind: str = ""
    step: str = ""
    error: str = ""
    words: str = ""

    @property
    def claims(self) -> bool:
        """Whether a claim of a ならば did not hold; anything else is a crash."""
        return self.kind == "then" and self.error == "AssertionError"


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a defect, why, and how each scenario that ran fared."""

    defect: Defect
    verdict: Verdict
    why: str
    seen: tuple[Seen, ...] = ()

    @property
    def killed(self) -> bool:
        """Whether the scenarios noticed."""
        return self.verdict is Verdict.KILLED


def try_defects(defects: Iterable[Defect], *, at_once: int, full: bool = False) -> Iterator[Trial]:
    """Try defects, several at once; the trials come in the order of the defects.

    `full`: run every scenario with each of them, not only those named for it.
    """
    pool = ThreadPoolExecutor(at_once)
    try:
        yield from pool.map(lambda defect: try_defect(defect, full=full), defects)
    finally:
        pool.shutdown(cancel_futures=True)


def try_defect(defect: Defect, *, full: bool = False, limit: float | None = None) -> Trial:
    """Change a copy of the engine, run it against the scenarios for `limit` seconds at most, and judge what is seen."""
    with tempfile.TemporaryDirectory(prefix="zaikolab-defect-") as folder:
        place = Path(folder)
        try:
            seed(defect, place)
        except DidNotApply as problem:
            return Trial(defect, Verdict.DID_NOT_APPLY, str(problem))
        chosen = _all_features() if full else _named(defect.killed_by)
        limit = limit or (TIME_LIMIT_FULL if full else TIME_LIMIT)
        (place / "test_engine.py").write_text(_MODULE.format(engine=ENGINE) + chosen, encoding="utf-8")
        seen, trouble = _run(place, limit)
    return judge(defect, seen, trouble)


def judge(defect: Defect, seen: tuple[Seen, ...], trouble: str) -> Trial:
    """Tell what became of a defect: killed, if each scenario named for it has said no, for the reason stated."""
    if trouble:
        return Trial(defect, Verdict.DID_NOT_START, trouble, seen)
    for kill in defect.killed_by:
        runs = [one for one in seen if (one.feature, one.scenario) == (kill.feature, kill.scenario)]
        if any(one.claims and kill.because in f"{one.step}\n{one.words}" for one in runs):
            continue
        failed = next((one for one in runs if one.outcome == "failed"), None)
        if failed is None:
            return Trial(defect, Verdict.SURVIVED, f"{kill.place}: passes", seen)
        said = " ".join(failed.words.split())
        what = f"{failed.error} in 「{failed.step}」: {said}" if failed.step else "no step"
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
        "verdicts": {verdict.value: sum(trial.verdict is verdict for trial in trials) for verdict in Verdict},
        "trials": [
            {
                "name": trial.defect.name,
                "mistake": trial.defect.mistake,
                "verdict": trial.verdict.value,
                "why": trial.why,
                "killed_by": [kill.place for kill in trial.defect.killed_by],
            }
            for trial in trials
        ],
    }


def describe_matrix(trials: Iterable[Trial]) -> dict[str, object]:
    """Trials of the whole matrix as JSON: for each scenario the defects that it says no to, and those that crash in it;
    a scenario without either can do without the other end, or has still to show what it is good for."""
    rows: dict[str, dict[str, list[str]]] = {}
    trials = tuple(trials)
    for trial in trials:
        for one in trial.seen:
            row = rows.setdefault(f"{one.feature}: {one.scenario}", {"kills": [], "crashes": []})
            found = row["kills" if one.claims else "crashes"]
            if one.outcome == "failed" and trial.defect.name not in found:
                found.append(trial.defect.name)
    return {**describe(trials), "scenarios": dict(sorted(rows.items()))}


def _run(place: Path, limit: float) -> tuple[tuple[Seen, ...], str]:
    """Run the module in a folder; how the scenarios fared, and what kept them from running."""
    outcome = place / "outcome.json"
    (place / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=prepend\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "pytest", "-q", "--tb=short", "-c", "pytest.ini", "--rootdir=.", "--basetemp=kept",
        *(word for name in ("cacheprovider", "xdist", "hypothesispytest", "faker", "schemathesis")
          for word in ("-p", f"no:{name}")),
        "-p", watch.__name__, f"--zaikolab-watch={outcome}", "test_engine.py",
    ]  # fmt: skip
    try:
        ended = subprocess.run(  # noqa: S603 - pytest, on a folder of our own
            command,
            cwd=place,
            env={
                **necessities(),
                "TMPDIR": str(place),
                "PYTHONDONTWRITEBYTECODE": "1",
            },  # what a killed one leaves goes, too
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return (), f"its scenarios did not end within {limit:g} s"
    if not outcome.is_file():
        return (), _end_of(ended.stdout + ended.stderr)
    told = json.loads(outcome.read_text(encoding="utf-8"))
    seen = tuple(Seen(**one) for one in told["scenarios"])
    return seen, _end_of(told["trouble"][0]) if told["trouble"] else ""


def _end_of(text: str) -> str:
    """The last words of an output, where the error stands, on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (" / ".join(lines[-2:]) or "it said nothing")[-_SHOWN:]


def _named(kills: Iterable[Kill]) -> str:
    return "\n".join(
        f"@scenario({str(feature_of(kill))!r}, {kill.scenario!r})\ndef test_{number}():\n    pass\n"
        for number, kill in enumerate(kills)
    )


def _all_features() -> str:
    return f"scenarios({', '.join(repr(str(path)) for path in find_feature_files(features_dir()))})\n"
