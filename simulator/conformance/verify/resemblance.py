"""Which seeded defect a failing engine most resembles: the one whose failures are most like its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.conformance.defects.seeded import Package
from simulator.conformance.defects.trial import place_of
from simulator.conformance.verify.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulator.conformance.defects.matrix import Matrix, Row
    from simulator.conformance.defects.seeded import Defect
    from simulator.conformance.verify.results import Result


def name_resemblances(results: Sequence[Result], matrix: Matrix, defects: Iterable[Defect]) -> tuple[Result, ...]:
    """The same results; each whose claim did not hold says which defect it resembles, if one was seen to fail there.

    Of several, one that fails in the same step; of these, the one that fails in the most of the same scenarios and in
    the fewest others, among those that were run.
    """
    ran = {place_of(one) for one in results}
    failed = {place_of(one) for one in results if one.outcome is Outcome.FAILED and one.claims}
    mistakes = {defect.name: defect.mistake for defect in defects if defect.package is Package.ENGINE}
    rows = {name: row for name, row in matrix.defects.items() if name in mistakes}
    alike = {name: _alike(failed, ran & row.kills.keys()) for name, row in rows.items()}
    return tuple(_named(one, rows, alike, mistakes) if one.outcome is Outcome.FAILED else one for one in results)


def _named(one: Result, rows: Mapping[str, Row], alike: Mapping[str, float], mistakes: Mapping[str, str]) -> Result:
    place, step = place_of(one), one.failed_step.text if one.failed_step else ""
    candidates = [name for name, row in rows.items() if one.claims and place in row.kills]
    if not candidates:
        return one
    nearest = max(candidates, key=lambda name: (rows[name].kills[place] == step, alike[name]))
    return replace(one, resembles=f"{nearest}: {mistakes[nearest]}")


def _alike(failed: set[str], kills: set[str]) -> float:
    return len(failed & kills) / len(failed | kills) if failed | kills else 0.0
