"""The vendor guide's statements as data, and which scenario shows which of them."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.conformance.feature_files import find_feature_files, read_feature
from simulator.errors import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
_TAG = "guide-"


class Level(StrEnum):
    """`must`: the guide states it; `setup`: a step a person or the API can carry out; `out`: out of scope."""

    MUST = "must"
    SETUP = "setup"
    OUT = "out"


class Observed(StrEnum):
    """Who is observed when a statement is checked."""

    TEMPOSTAR = "tempostar"
    ROOMCLIP = "roomclip"
    ENGINE = "engine"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the guide that a reader can act on or observe; `reason` says why a statement is out of scope."""

    id: str
    level: Level
    on: Observed
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioPlace:
    """Where a scenario stands; `cases` is how many times it runs."""

    file: str
    line: int
    name: str
    cases: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Both ways: `scenarios` has an entry for each statement, `statements` for each scenario."""

    scenarios: Mapping[str, tuple[ScenarioPlace, ...]]
    statements: Mapping[ScenarioPlace, tuple[str, ...]]

    @property
    def unshown(self) -> tuple[str, ...]:
        """Statements without a scenario, in the guide's order."""
        return tuple(statement for statement, places in self.scenarios.items() if not places)


@cache
def statements() -> tuple[Statement, ...]:
    """All statements, in the guide's order."""
    with (_HERE / "statements.toml").open("rb") as file:
        rows = tomllib.load(file)["statement"]
    return tuple(
        Statement(row["id"], Level(row["level"]), Observed(row["on"]), row["text"], row.get("reason", ""))
        for row in rows
    )


def statement(statement_id: str) -> Statement:
    """One statement.

    Raises: Unknown when the guide has no such number.
    """
    for found in statements():
        if found.id == statement_id:
            return found
    raise Unknown("guide statement", statement_id, next_step="simulator/conformance/statements.toml lists them.")


def coverage(features: Path) -> Coverage:
    """Which scenarios of a folder show which statements, by their `@guide-…` tags.

    Raises: UnreadableFeature; Unknown for a tag that names no statement.
    """
    by_statement: dict[str, list[ScenarioPlace]] = {found.id: [] for found in statements()}
    by_scenario: dict[ScenarioPlace, list[str]] = defaultdict(list)
    for path in find_feature_files(features):
        for scenario in read_feature(path).scenarios:
            place = ScenarioPlace(path.relative_to(features).as_posix(), scenario.line, scenario.name, scenario.cases)
            by_scenario[place] = []
            for tag in sorted(scenario.tags):
                if tag.startswith(_TAG):
                    shown = statement(tag.removeprefix(_TAG))
                    by_statement[shown.id].append(place)
                    by_scenario[place].append(shown.id)
    return Coverage(
        {shown: tuple(places) for shown, places in by_statement.items()},
        {place: tuple(shown) for place, shown in by_scenario.items()},
    )


def features_dir() -> Path:
    """The folder of this project's feature files: inside the installed package, or beside it in a checkout."""
    return _shipped("features")


def fixtures_dir() -> Path:
    """The folder of the golden bytes of the contract, found as `features_dir`."""
    return _shipped("fixtures")


def _shipped(name: str) -> Path:
    inside = _HERE / f"_{name}"
    return inside if inside.is_dir() else _HERE.parents[1] / name
