"""Which scenarios an engine is judged by: those of a level, or those named."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from simulator.conformance.feature_files import find_feature_files, read_feature
from simulator.conformance.sources import Owed, levels_in
from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_STATEMENT = "guide-"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One scenario: its feature file (relative to the folder of features) and line, its name, what it stands on.

    `cases`: how many times it runs; `tags`: without `@`.
    """

    file: str
    line: int
    name: str
    owed: Owed
    tags: frozenset[str]
    cases: int

    @property
    def statements(self) -> tuple[str, ...]:
        """The numbers of the guide statements it shows."""
        return tuple(sorted(tag.removeprefix(_STATEMENT) for tag in self.tags if tag.startswith(_STATEMENT)))


def read_scenarios(features: Path) -> tuple[Chosen, ...]:
    """All scenarios of a folder, in the order of its files.

    Raises: UnreadableFeature.
    """
    return tuple(
        Chosen(
            path.relative_to(features).as_posix(),
            scenario.line,
            scenario.name,
            levels_in(scenario.tags)[-1],
            scenario.tags,
            scenario.cases,
        )
        for path in find_feature_files(features)
        for scenario in read_feature(path).scenarios
    )


def choose(scenarios: Sequence[Chosen], level: Owed, only: Sequence[str] = ()) -> tuple[Chosen, ...]:
    """The scenarios of a level; with `only`, those among them that one of its entries means.

    An entry is the number of a guide statement (`4.4` means 4.4.1 and 4.4.2 too), a scenario's whole name, or words
    that all stand in its name.
    Raises: BadValue for an entry that means none of them.
    """
    judged = [scenario for scenario in scenarios if level.includes(scenario.owed)]
    if not only:
        return tuple(judged)
    meant: set[Chosen] = set()
    for entry in only:
        found = _meant_by(entry, judged)
        if not found:
            raise _means_nothing(entry, scenarios, level)
        meant.update(found)
    return tuple(scenario for scenario in judged if scenario in meant)


def _meant_by(entry: str, scenarios: Sequence[Chosen]) -> list[Chosen]:
    if named := [scenario for scenario in scenarios if scenario.name == entry]:
        return named
    if entry and entry.replace(".", "").isdecimal():
        return [
            scenario
            for scenario in scenarios
            if any(f"{shown}.".startswith(f"{entry}.") for shown in scenario.statements)
        ]
    words = entry.split()
    return [scenario for scenario in scenarios if words and all(word in scenario.name for word in words)]


def _means_nothing(entry: str, scenarios: Sequence[Chosen], level: Owed) -> BadValue:
    if beyond := _meant_by(entry, scenarios):
        wanted = min((scenario.owed for scenario in beyond), key=list(Owed).index)
        return BadValue(
            "--only", entry, f"no scenario of level {level} is meant", next_step=f"Say --level {wanted} too."
        )
    near = get_close_matches(entry, [scenario.name for scenario in scenarios], n=3, cutoff=0.3)
    hint = f"Names that come near: {'; '.join(near)}." if near else "Give a number of the guide such as 4.4.2."
    return BadValue("--only", entry, "no statement with a scenario and no scenario's name", next_step=hint)
