"""The kill matrix as a page in Markdown: docs/defects.md."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from simulator.conformance.defects.seeded import Defect, Package
from simulator.conformance.defects.trial import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.conformance.defects.matrix import Matrix
    from simulator.conformance.verify.selection import Chosen

_HEADINGS = {
    Package.ENGINE: "Engines that are wrong",
    Package.LAB: "Labs that are wrong",
}


def compose_page(matrix: Matrix, defects: Iterable[Defect], scenarios: Iterable[Chosen]) -> str:
    """Each defect with what was done wrong and how many scenarios say no; each scenario with the defects it notices."""
    there = tuple(defects)
    return "\n".join(
        (*_introduction(matrix, there), *_defects(matrix, there), *_scenarios(matrix, tuple(scenarios)), "")
    )


def _introduction(matrix: Matrix, defects: Sequence[Defect]) -> Iterator[str]:
    yield "# What the scenarios notice"
    yield ""
    killed = f"{matrix.killed(defects)}/{len(defects)} killed for the stated reason"
    yield "Every scenario, run with every engine and lab that is wrong on purpose by one realistic mistake."
    yield f"Recorded {matrix.made or 'never'} with zaikolab {matrix.version}: {killed}."
    yield "A crash is no kill: only a ならば that does not hold counts. `make matrix` runs again what has changed, and"
    yield "writes this page."


def _defects(matrix: Matrix, defects: Sequence[Defect]) -> Iterator[str]:
    for package, heading in _HEADINGS.items():
        yield from ("", f"## {heading}", "")
        yield "| defect | what was done wrong | verdict | named for it | scenarios in all |"
        yield "|---|---|---|---|---|"
        for defect in defects:
            row = matrix.defects.get(defect.name)
            if defect.package is package:
                named = "<br>".join(_cell(kill.place) for kill in defect.killed_by)
                verdict, kills = (row.verdict, len(row.kills)) if row else ("not recorded", 0)
                yield f"| {defect.name} | {_cell(defect.mistake)} | {verdict} | {named} | {kills} |"


def _scenarios(matrix: Matrix, scenarios: Sequence[Chosen]) -> Iterator[str]:
    killers = matrix.killers()
    yield from ("", "## What each scenario notices")
    for file, group in groupby(scenarios, key=lambda one: one.file):
        yield from ("", f"### {file.removesuffix('.feature')}", "", "| scenario | level | notices |", "|---|---|---|")
        for one in group:
            yield f"| {_cell(one.name)} | {one.owed} | {', '.join(killers.get(place_of(one), ())) or '-'} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
