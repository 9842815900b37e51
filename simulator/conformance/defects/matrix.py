"""The kill matrix: every scenario with every seeded defect, as it was recorded.

`matrix.json` beside this module is what `make matrix` wrote last; docs/defects.md shows it. It says which
defect a failing engine most resembles, and how much the suite has been seen to notice.

    {"made", "version", "scenarios": {place: digest},
     "defects": {name: {"digest", "package", "verdict", "kills": {place: step}, "crashes": {place: error}}}}

`kills`: the scenarios in which a claim did not hold, with the step that made it; `crashes`: those that failed
otherwise. The digests are of the texts of scenarios and defects: what has changed since has to be run again. Steps, lab
and engine have none; after a change there that matters, remove the file and record it anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from simulator.conformance.defects.seeded import Defect, seeded_defects
from simulator.conformance.defects.trial import Trial, Verdict, named, place_of, try_defects
from simulator.conformance.feature_files import find_feature_files, read_feature
from simulator.conformance.guide import features_dir
from simulator.conformance.sources import Owed
from simulator.conformance.verify.results import Power
from simulator.conformance.verify.selection import Chosen, read_scenarios
from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from simulator.conformance.feature_files import Scenario


class Run(Protocol):
    """Tries defects, each with some scenarios: `try_defects`."""

    def __call__(
        self, defects: Iterable[Defect], *, at_once: int, scenarios: Callable[[Defect], Sequence[Chosen]]
    ) -> Iterator[Trial]:
        """The trials, in the order of the defects."""


RECORDED = Path(__file__).with_name("matrix.json")


@dataclass(frozen=True, slots=True)
class Row:
    """How every scenario fared with one defect, by place; `digest` is blank while not all of them were run."""

    digest: str
    package: str
    verdict: Verdict
    kills: Mapping[str, str] = field(default_factory=dict)
    crashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows by the defect's name; `made`: the day (ISO), `scenarios`: their digests of that time, by place."""

    made: str = ""
    version: str = ""
    scenarios: Mapping[str, str] = field(default_factory=dict)
    defects: Mapping[str, Row] = field(default_factory=dict)

    def killed(self, defects: Iterable[Defect]) -> int:
        """How many of these defects, as they are now, were killed for the stated reason."""
        rows = ((self.defects.get(defect.name), digest_of(defect)) for defect in defects)
        return sum(row is not None and row.digest == now and row.verdict is Verdict.KILLED for row, now in rows)

    def killers(self) -> dict[str, tuple[str, ...]]:
        """For each scenario that says no to something, by place, the defects it says no to."""
        found: dict[str, list[str]] = {}
        for name, row in self.defects.items():
            for place in row.kills:
                found.setdefault(place, []).append(name)
        return {place: tuple(names) for place, names in found.items()}

    def stale(self, features: Path, defects: Iterable[Defect]) -> tuple[str, ...]:
        """What is not as it was when it was recorded: scenarios by place, and defects by name."""
        now, then = digests_of(features), self.scenarios
        places = [place for place in sorted({*now, *then}) if now.get(place) != then.get(place)]
        there = {defect.name: digest_of(defect) for defect in defects}
        rows = {name: row.digest for name, row in self.defects.items()}
        return (*places, *(name for name in sorted({*there, *rows}) if there.get(name) != rows.get(name)))


@cache
def recorded() -> Matrix:
    """The matrix that came with this version."""
    return read_matrix(RECORDED)


def read_matrix(path: Path) -> Matrix:
    """A matrix from its file; an empty one where there is no file.

    Raises: BadValue for a file that holds something else.
    """
    if not path.exists():
        return Matrix()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        rows = {
            name: Row(**row | {"verdict": Verdict(row["verdict"])}) for name, row in dict(told.pop("defects")).items()
        }
        return Matrix(**told, defects=rows)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"no kill matrix ({type(error).__name__}: {error})"
        raise BadValue("file", str(path), what, next_step="Remove it, or name another file.") from error


def write_matrix(matrix: Matrix, path: Path) -> None:
    """Write a matrix, whole or not at all, as `read_matrix` takes it back; a line for each scenario of a defect."""
    growing = path.with_name(f".{path.name}.part")
    growing.write_text(json.dumps(asdict(matrix), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    growing.replace(path)


def fill_matrix(
    before: Matrix, defects: Sequence[Defect], *, at_once: int, run: Run = try_defects
) -> Iterator[tuple[Matrix, Trial | None]]:
    """Run what `before` does not have as it is now: all scenarios with each changed defect, and each changed scenario
    with the others.

    Yields the matrix as it grows, with the trial that was made; the last one is whole, and comes without a trial. From
    any of them it can be filled on: while rows of before are left in it, its scenarios are those of before.
    """
    scenarios = read_scenarios(features_dir())
    now = digests_of(features_dir())
    fresh = {place for place, digest in now.items() if before.scenarios.get(place) == digest}
    left = {defect.name: tuple(_left(before, defect, scenarios, fresh)) for defect in defects}
    rows = dict(before.defects)
    to_run = [defect for defect in defects if left[defect.name]]
    made = date.today().isoformat() if to_run else before.made  # noqa: DTZ011 - the day where it was made
    for trial in run(to_run, at_once=at_once, scenarios=lambda defect: left[defect.name]):
        ran = {place_of(one) for one in left[trial.defect.name]}
        rows[trial.defect.name] = _merged(before, trial, ran, fresh)
        yield Matrix(made, version("zaikolab"), before.scenarios if before.defects else now, dict(rows)), trial
    ordered = {defect.name: _without(rows[defect.name], now.keys()) for defect in defects}
    yield Matrix(made, version("zaikolab"), now, ordered), None


def power_of(matrix: Matrix) -> Power:
    """What a matrix says of the suite as it stands here."""
    seeded = seeded_defects()
    return Power(matrix.killed(seeded), len(seeded), matrix.made, len(matrix.stale(features_dir(), seeded)))


def unarmed(matrix: Matrix, scenarios: Iterable[Chosen]) -> tuple[str, ...]:
    """The scenarios of level must and should that were not seen to say no to any defect, by place."""
    killing = matrix.killers()
    owed = (place_of(one) for one in scenarios if Owed.SHOULD.includes(one.owed))
    return tuple(place for place in owed if place not in killing)


def digest_of(defect: Defect) -> str:
    """Changes when the mistake does, or what is to notice it."""
    told = [asdict(change) for change in defect.changes], [asdict(kill) for kill in defect.killed_by]
    return _digest(json.dumps([defect.package, *told], ensure_ascii=False))


def digests_of(features: Path) -> dict[str, str]:
    """For each scenario, by place, what changes when a step or an example does; tags and comments do not count."""
    return {
        f"{path.relative_to(features).with_suffix('').as_posix()}: {one.name}": _digest(repr(_told(one)))
        for path in find_feature_files(features)
        for one in read_feature(path).scenarios
    }


def _told(scenario: Scenario) -> tuple[object, ...]:
    steps = [(step.kind, step.text, step.values) for step in (*scenario.background, *scenario.steps)]
    return steps, [(examples.columns, examples.cells) for examples in scenario.examples]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _left(before: Matrix, defect: Defect, scenarios: Sequence[Chosen], fresh: set[str]) -> Iterator[Chosen]:
    row = before.defects.get(defect.name)
    known = row is not None and row.digest == digest_of(defect)
    stale = [one for one in scenarios if not (known and place_of(one) in fresh)]
    judged = {*named(defect)} if stale else set()
    yield from (one for one in scenarios if one in judged or one in stale)


def _without(row: Row, fresh: Collection[str]) -> Row:
    """A row less what it says of other scenarios."""

    def still(found: Mapping[str, str]) -> dict[str, str]:
        return {place: what for place, what in found.items() if place in fresh}

    return replace(row, kills=still(row.kills), crashes=still(row.crashes))


def _merged(before: Matrix, trial: Trial, ran: set[str], fresh: set[str]) -> Row:
    defect = trial.defect
    whole = ran <= {place_of(one) for one in trial.seen}
    new = Row(digest_of(defect) if whole else "", str(defect.package), trial.verdict)
    old = before.defects.get(defect.name)
    kept = _without(old, fresh) if old and whole and old.digest == new.digest else new
    kills = {place: step for place, step in kept.kills.items() if place not in ran}
    crashes = {place: error for place, error in kept.crashes.items() if place not in ran}
    for one in trial.seen:
        if one.wrong:
            step = one.failed_step.text if one.failed_step else ""
            if one.claims:
                kills.setdefault(place_of(one), step)
            else:
                crashes.setdefault(place_of(one), one.error)
    return replace(new, kills=dict(sorted(kills.items())), crashes=dict(sorted(crashes.items())))


def describe_matrix(matrix: Matrix) -> dict[str, Any]:
    """The matrix as JSON, with the scenarios' side of it."""
    scenarios = read_scenarios(features_dir())
    return {
        **asdict(matrix),
        "stale": list(matrix.stale(features_dir(), seeded_defects())),
        "killers": {place: list(names) for place, names in sorted(matrix.killers().items())},
        "unarmed": list(unarmed(matrix, scenarios)),
    }
