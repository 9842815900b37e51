"""The seeded defects fit the source of the engine and of the lab as they are now, and the features."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simulator.conformance.defects.seeded import Defect, Package, seed, seeded_defects

DEFECTS = seeded_defects()  # refuses scenarios that there are not
OF = Counter(defect.package for defect in DEFECTS)
STEPS = "conformance/"


def test_there_are_many_of_either_and_of_different_names() -> None:
    assert OF[Package.ENGINE] >= 40
    assert OF[Package.LAB] >= 40
    assert [name for name, times in Counter(defect.name for defect in DEFECTS).items() if times > 1] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_applies_and_leaves_python(defect: Defect, tmp_path: Path) -> None:
    seed(defect, tmp_path)
    changed = [tmp_path / defect.package / change.file for change in defect.changes]
    assert changed
    for path in changed:
        compile(path.read_text(encoding="utf-8"), path, "exec")


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_says_what_was_done_wrong_and_why_which_scenario_notices(defect: Defect) -> None:
    assert defect.mistake[0].isupper()
    assert defect.mistake.endswith(".")
    assert defect.killed_by
    assert all(kill.because for kill in defect.killed_by)


def test_no_lab_is_wrong_in_what_judges_it() -> None:
    assert [
        defect.name
        for defect in DEFECTS
        if defect.package is Package.LAB and any(change.file.startswith(STEPS) for change in defect.changes)
    ] == []


def test_every_defect_is_another_change() -> None:
    changes = Counter(defect.changes for defect in DEFECTS)
    assert [changed[0].new for changed, times in changes.items() if times > 1] == []


def test_the_readme_counts_them() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    counted = f"{OF[Package.ENGINE]} engines and {OF[Package.LAB]} labs with one realistic mistake each"
    assert counted in readme
