"""docs/defects.md as it is composed."""

from __future__ import annotations

from simulator.conformance.defects.matrix import Matrix, Row, digest_of
from simulator.conformance.defects.page import compose_page
from simulator.conformance.defects.seeded import Change, Defect, Kill, Package
from simulator.conformance.defects.trial import Verdict
from simulator.conformance.sources import Owed
from simulator.conformance.verify.selection import Chosen

CHANGES = (Change("a.py", "x", "y"),)
DEFECTS = (
    Defect("trims", "Trims | codes.", CHANGES, (Kill("codes", "違うコード", "0"),)),
    Defect("stands-still", "Stops the clock.", CHANGES, (Kill("time", "5分後に届く", "5"),), Package.LAB),
    Defect("new", "Was not run yet.", CHANGES, (Kill("time", "5分後に届く", "5"),), Package.LAB),
)
MATRIX = Matrix(
    "2026-11-28",
    "0.1.0",
    {},
    {
        "trims": Row(
            digest_of(DEFECTS[0]), "reference", Verdict.KILLED, {"codes: 違うコード": "s", "time: 5分後に届く": "s"}
        ),
        "stands-still": Row("", "simulator", Verdict.SURVIVED),
    },
)
SCENARIOS = (
    Chosen("codes.feature", 1, "違うコード", Owed.MUST, frozenset(), 1),
    Chosen("time.feature", 1, "5分後に届く", Owed.SHOULD, frozenset(), 1),
    Chosen("time.feature", 9, "a|b", Owed.ORDERS, frozenset(), 1),
)


def test_it_shows_each_defect_and_what_each_scenario_notices() -> None:
    lines = compose_page(MATRIX, DEFECTS, SCENARIOS).splitlines()
    assert lines[0] == "# What the scenarios notice"
    assert any("Recorded 2026-11-28 with zaikolab 0.1.0: 1/3 killed for the stated reason." in line for line in lines)
    tables = [line for line in lines if line.startswith(("|", "#"))]
    assert tables[1:] == [
        "## Engines that are wrong",
        "| defect | what was done wrong | verdict | named for it | scenarios in all |",
        "|---|---|---|---|---|",
        "| trims | Trims \\| codes. | killed for the stated reason | codes: 違うコード | 2 |",
        "## Labs that are wrong",
        "| defect | what was done wrong | verdict | named for it | scenarios in all |",
        "|---|---|---|---|---|",
        "| stands-still | Stops the clock. | survived | time: 5分後に届く | 0 |",
        "| new | Was not run yet. | not recorded | time: 5分後に届く | 0 |",
        "## What each scenario notices",
        "### codes",
        "| scenario | level | notices |",
        "|---|---|---|",
        "| 違うコード | must | trims |",
        "### time",
        "| scenario | level | notices |",
        "|---|---|---|",
        "| 5分後に届く | should | trims |",
        "| a\\|b | orders | - |",
    ]
