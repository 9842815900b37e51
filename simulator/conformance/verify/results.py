"""What a verification came to, as values that travel as JSON between the processes and to whoever asks with --json."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from simulator.conformance.profiles import DEFAULT
from simulator.conformance.sources import Owed
from simulator.conformance.transcript import StepTranscript, transcript_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class ExitCode(IntEnum):
    """What `zaikolab verify` ends with (contract 7)."""

    CONFORMANT = 0
    NOT_CONFORMANT = 1
    USAGE = 2
    NOT_JUDGED = 3


class Outcome(StrEnum):
    """What became of one case of a scenario. `broken`: suite or lab failed, which says nothing of the engine."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    BROKEN = "broken"


class StepOutcome(StrEnum):
    """What became of one step. `skipped`: it was not come to, or the scenario was given up in it."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class StepRun:
    """One step as it ran. `kind`: given, when or then; `line`: in the feature file; `seconds`: of real time."""

    keyword: str
    text: str
    line: int
    kind: str
    outcome: StepOutcome = StepOutcome.SKIPPED
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"outcome": str(self.outcome), "seconds": round(self.seconds, 4)}


@dataclass(frozen=True, slots=True)
class Result:
    """One case of a scenario. `verdict`: in a few words; `message`: expected and seen, or what went wrong; `error`: the
    class of the exception; `sections`: step, journal and engine's words by title; `lab`: addresses, if kept;
    `resembles`: the seeded defect that fails like this, with its mistake; `profile`: which TEMPOSTAR the lab played;
    `row`: which row of its 例 the case is, from 0 and over all of its tables; `transcripts`: of each step, where they
    were asked for.

    `began`: in seconds since 1970 of real time, 0 where nobody knows; `seconds`: of real time, with setting up;
    `engine_seconds`: those of them that the engine's passes took.
    """

    file: str
    line: int
    name: str
    case: str
    owed: Owed
    statements: tuple[str, ...]
    outcome: Outcome
    seconds: float
    verdict: str = ""
    message: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    lab: tuple[tuple[str, str], ...] = ()
    error: str = ""
    engine_seconds: float = 0.0
    steps: tuple[StepRun, ...] = ()
    resembles: str = ""
    profile: str = DEFAULT
    row: int = 0
    began: float = 0.0
    transcripts: tuple[StepTranscript, ...] = ()

    @property
    def case_of(self) -> tuple[str, str, str, str]:
        """Which case of which scenario it is, and under which profile."""
        return self.profile, self.file, self.name, self.case

    @property
    def failed_step(self) -> StepRun | None:
        """The step that failed, if one did."""
        return next((step for step in self.steps if step.outcome is StepOutcome.FAILED), None)

    @property
    def wrong(self) -> bool:
        """Whether the engine, or the lab, did not do as it should."""
        return self.outcome in (Outcome.FAILED, Outcome.BROKEN)

    @property
    def claims(self) -> bool:
        """Whether a claim did not hold: of a ならば, or that what was to go wrong went wrong. Any other failure is a
        crash."""
        step = self.failed_step
        return self.error == "AssertionError" and (step is None or step.kind == "then")

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, without the transcripts: what --json and report.json have."""
        return {
            "file": self.file, "line": self.line, "name": self.name, "case": self.case, "level": str(self.owed),
            "statements": list(self.statements), "outcome": str(self.outcome), "seconds": round(self.seconds, 4),
            "engine_seconds": round(self.engine_seconds, 4), "verdict": self.verdict, "message": self.message,
            "error": self.error, "resembles": self.resembles, "profile": self.profile, "row": self.row,
            "began": round(self.began, 3),
            "sections": dict(self.sections), "lab": dict(self.lab),
            "steps": [step.as_json() for step in self.steps],
        }  # fmt: skip

    def as_told(self) -> dict[str, Any]:
        """Plain JSON values with the transcripts; `result_from` takes them back."""
        return self.as_json() | {"transcripts": [one.as_json() for one in self.transcripts]}


def result_from(told: Mapping[str, Any]) -> Result:
    """The result that `as_told` made, or `as_json`."""
    return Result(
        told["file"], told["line"], told["name"], told["case"], Owed(told["level"]), tuple(told["statements"]),
        Outcome(told["outcome"]), told["seconds"], told["verdict"], told["message"],
        tuple(told["sections"].items()), tuple(told["lab"].items()), told["error"], told["engine_seconds"],
        tuple(StepRun(**step | {"outcome": StepOutcome(step["outcome"])}) for step in told["steps"]),
        told["resembles"], told["profile"], told["row"], told["began"],
        tuple(map(transcript_from, told.get("transcripts", ()))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What the smoke check says of an engine. `stops`: nothing can be judged before it is mended."""

    verdict: str
    explanation: str
    next_step: str
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Power:
    """How much the suite itself has been seen to notice: `killed` of `seeded` defects, on the day `made` (ISO);
    `changed`: how many scenarios and defects are not as they were then."""

    killed: int
    seeded: int
    made: str
    changed: int = 0

    def __str__(self) -> str:
        """One sentence, without its full stop."""
        since = f"; {self.changed} scenarios or defects have changed since" if self.changed else ""
        return f"{self.killed}/{self.seeded} seeded defects killed, recorded {self.made or 'never'}{since}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The whole. `expected`: how many cases were to run; `trouble`: why not all of them did, "" when they did; `power`:
    the suite's own; `profiles`: those that were run; `everywhere`: whether these are all of them, with
    all that must and should hold; `only`: the part of the specification that was asked for, () for all of it."""

    engine: str
    level: Owed
    findings: tuple[Finding, ...]
    results: tuple[Result, ...]
    expected: int
    seconds: float
    trouble: str = ""
    power: Power = Power(0, 0, "")
    profiles: tuple[str, ...] = (DEFAULT,)
    everywhere: bool = False
    only: tuple[str, ...] = ()

    def having(self, outcome: Outcome) -> tuple[Result, ...]:
        """The results of one outcome."""
        return tuple(result for result in self.results if result.outcome is outcome)

    @property
    def exit_code(self) -> ExitCode:
        """0 only when everything that was to run ran, and nothing failed. Skipped cases are no failures, but where
        nothing passed nothing was shown."""
        if self.having(Outcome.FAILED):
            return ExitCode.NOT_CONFORMANT
        stopped = any(finding.stops for finding in self.findings)
        incomplete = self.trouble or len(self.results) != self.expected or self.having(Outcome.BROKEN)
        if stopped or incomplete or not self.having(Outcome.PASSED):
            return ExitCode.NOT_JUDGED
        return ExitCode.CONFORMANT

    @property
    def by_profile(self) -> dict[str, dict[str, int]]:
        """For each profile, how many cases had which outcome."""
        return {name: _count(one for one in self.results if one.profile == name) for name in self.profiles}

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return self.exit_code.name.lower().replace("_", " ")

    @property
    def robust(self) -> bool:
        """Whether the engine conforms under every profile."""
        return self.everywhere and self.exit_code is ExitCode.CONFORMANT

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "engine": self.engine,
            "level": str(self.level),
            "verdict": self.verdict,
            "exit_code": int(self.exit_code),
            "seconds": round(self.seconds, 2),
            "expected": self.expected,
            "trouble": self.trouble,
            "power": asdict(self.power),
            "profiles": self.by_profile,
            "robust": self.robust,
            "only": list(self.only),
            "findings": [
                {"verdict": one.verdict, "explanation": one.explanation, "next_step": one.next_step, "stops": one.stops}
                for one in self.findings
            ],
            "levels": tally(self.results),
            "scenarios": [result.as_json() for result in self.results],
        }


def tally(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """For each level that occurs, how many cases had which outcome."""
    return {
        str(level): _count(result for result in results if result.owed is level)
        for level in Owed
        if any(result.owed is level for result in results)
    }


def _count(results: Iterable[Result]) -> dict[str, int]:
    outcomes = Counter(result.outcome for result in results)
    return {str(outcome): outcomes[outcome] for outcome in Outcome}
