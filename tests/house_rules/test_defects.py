"""The seeded defects fit the engine's source as it is now, and the features."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simulator.conformance.defects.seeded import Defect, seed, seeded_defects

DEFECTS = seeded_defects()  # refuses scenarios that there are not


def test_there_are_at_least_forty_of_different_names() -> None:
    assert len(DEFECTS) >= 40
    assert [name for name, times in Counter(defect.name for defect in DEFECTS).items() if times > 1] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_applies_and_leaves_python(defect: Defect, tmp_path: Path) -> None:
    seed(defect, tmp_path)
    changed = [tmp_path / "reference" / change.file for change in defect.changes]
    assert changed
    for path in changed:
        compile(path.read_text(encoding="utf-8"), path, "exec")


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_says_what_was_done_wrong_and_why_which_scenario_notices(defect: Defect) -> None:
    assert defect.mistake[0].isupper()
    assert defect.mistake.endswith(".")
    assert defect.killed_by
    assert all(kill.because for kill in defect.killed_by)


def test_every_defect_is_another_change() -> None:
    changes = Counter(defect.changes for defect in DEFECTS)
    assert [changed[0].new for changed, times in changes.items() if times > 1] == []


def test_the_readme_counts_them() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"{len(DEFECTS)} engines with one realistic mistake each" in readme
