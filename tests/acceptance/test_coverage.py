"""What the features cover of the vendor guide, and that they keep the project's own style."""

from __future__ import annotations

import pytest

from simulator.conformance.feature_files import find_feature_files
from simulator.conformance.guards import check_feature, check_house_style
from simulator.conformance.guide import Level, coverage, features_dir, statements

ABOUT_ORDERS = {"2.1.2", "2.2.2", "2.3.2", "2.3.3"}
FILES = tuple(find_feature_files(features_dir()))


def test_every_statement_that_must_hold_has_a_scenario() -> None:
    shown = coverage(features_dir()).scenarios
    missing = [found.id for found in statements() if found.level is Level.MUST and not shown[found.id]]
    assert set(missing) - ABOUT_ORDERS == set()


def test_there_are_at_least_fifty_scenarios_each_showing_a_statement() -> None:
    found = coverage(features_dir()).statements
    assert len(found) >= 50
    assert [place for place, shown in found.items() if not shown] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_feature_file_is_japanese_and_clean(path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# language: ja\n")
    assert [*check_feature(path), *check_house_style(path)] == []
