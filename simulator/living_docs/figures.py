"""How much there is of everything, counted from the data itself: front page and README tell the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from simulator.config import SETTING_NAMES
from simulator.conformance.coverage import read_coverage
from simulator.conformance.defects.matrix import recorded
from simulator.conformance.defects.seeded import Package, seeded_defects
from simulator.conformance.guide import Level, features_dir, statements, walk_steps
from simulator.conformance.profiles import profiles
from simulator.conformance.sources import Owed, assumptions, public_facts
from simulator.faults.catalogue import CATALOGUE
from simulator.living_docs.unknowns import unknowns

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts. `shown`: statements with a scenario; `must_shown`: those of level must; `setup_walked`:
    those of level setup that a step of the walk through the consoles shows; `owed`: scenarios, and
    `owed_cases`: cases, by who owes them; `adjustable`: assumptions that a setting of the lab changes; `killed`: seeded
    defects killed for the stated reason, as recorded on the day `recorded` (ISO, "" for never); `fault_layers`: where
    faults strike."""

    statements: int
    must: int
    shown: int
    must_shown: int
    setup: int
    setup_walked: int
    walk_steps: int
    scenarios: int
    cases: int
    owed: Mapping[str, int]
    owed_cases: Mapping[str, int]
    assumptions: int
    adjustable: int
    settings: int
    profiles: int
    public_facts: int
    unknowns: int
    engine_defects: int
    lab_defects: int
    killed: int
    recorded: str
    faults: int
    fault_layers: int

    @property
    def defects(self) -> int:
        """All seeded defects."""
        return self.engine_defects + self.lab_defects

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "owed": dict(self.owed), "owed_cases": dict(self.owed_cases)}


def count_figures() -> Figures:
    """The figures of this installation.

    Raises: UnreadableFeature; OSError.
    """
    coverage = read_coverage(features_dir(), walk_steps())
    shown = {one.id for one in statements() if coverage.scenarios[f"guide-{one.id}"]}
    must = {one.id for one in statements() if one.level is Level.MUST}
    owed, cases = Counter[Owed](), Counter[Owed]()
    for place in coverage.sources:
        owed[place.level] += 1
        cases[place.level] += place.cases
    packages = Counter(defect.package for defect in seeded_defects())
    return Figures(
        statements=len(statements()),
        must=len(must),
        shown=len(shown),
        must_shown=len(shown & must),
        setup=coverage.summary["setup_statements"],
        setup_walked=coverage.summary["setup_statements_walked"],
        walk_steps=len(walk_steps()),
        scenarios=owed.total(),
        cases=cases.total(),
        owed={str(level): owed[level] for level in Owed},
        owed_cases={str(level): cases[level] for level in Owed},
        assumptions=len(assumptions()),
        adjustable=sum(bool(one.setting) for one in assumptions()),
        settings=len(SETTING_NAMES),
        profiles=len(profiles()),
        public_facts=len(public_facts()),
        unknowns=len(unknowns()),
        engine_defects=packages[Package.ENGINE],
        lab_defects=packages[Package.LAB],
        killed=recorded().killed(seeded_defects()),
        recorded=recorded().made,
        faults=len(CATALOGUE),
        fault_layers=len({kind.layer for kind in CATALOGUE}),
    )
