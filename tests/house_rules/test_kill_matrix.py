"""The recorded kill matrix is of the features and defects as they are, and shows what every scenario is good for."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.defects.matrix import recorded, unarmed
from simulator.conformance.defects.page import compose_page
from simulator.conformance.defects.seeded import Defect, seeded_defects
from simulator.conformance.defects.trial import Verdict
from simulator.conformance.guide import features_dir
from simulator.conformance.verify.selection import read_scenarios

PAGE = Path(__file__).parents[2] / "docs" / "defects.md"


def test_nothing_has_changed_since_it_was_recorded() -> None:
    assert recorded().stale(features_dir(), seeded_defects()) == (), "run: make matrix"


@pytest.mark.parametrize("defect", seeded_defects(), ids=lambda defect: defect.name)
def test_each_defect_was_killed_by_the_scenarios_named_for_it(defect: Defect) -> None:
    row = recorded().defects[defect.name]
    assert row.verdict is Verdict.KILLED
    assert {kill.place for kill in defect.killed_by} - row.kills.keys() == set()


def test_each_scenario_that_all_owe_says_no_to_some_defect() -> None:
    assert unarmed(recorded(), read_scenarios(features_dir())) == ()


def test_the_page_shows_it() -> None:
    page = compose_page(recorded(), seeded_defects(), read_scenarios(features_dir()))
    assert PAGE.read_text(encoding="utf-8") == page, "run: make matrix"
