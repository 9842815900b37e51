"""What the features cover of the vendor guide, and that they keep the project's own style."""

from __future__ import annotations

import pytest
from pytest_bdd.feature import get_features
from pytest_bdd.steps import step_function_context_registry

from simulator.conformance import steps
from simulator.conformance.feature_files import find_feature_files, read_feature
from simulator.conformance.guards import check_feature, check_house_style
from simulator.conformance.guide import Level, coverage, features_dir, statements

FILES = tuple(find_feature_files(features_dir()))


def test_every_statement_that_must_hold_has_a_scenario() -> None:
    shown = coverage(features_dir()).scenarios
    missing = [found.id for found in statements() if found.level is Level.MUST and not shown[found.id]]
    assert missing == []


def test_none_is_shown_as_good_practice_only() -> None:
    owed = {
        tag.removeprefix("guide-")
        for path in FILES
        for scenario in read_feature(path).scenarios
        for tag in scenario.tags
        if "should" not in scenario.tags
    }
    assert {found.id for found in statements() if found.level is Level.MUST} - owed == set()


def test_every_sentence_of_the_step_library_stands_in_a_feature() -> None:
    written = {
        (step.type, step.name)
        for feature in get_features([str(features_dir())])
        for template in feature.scenarios.values()
        for row in [row for examples in template.examples for row in examples.as_contexts()] or [{}]
        for step in template.render(row).steps
    }
    library = [
        context
        for context in list(step_function_context_registry.values())
        if context.step_func.__module__.startswith(f"{steps.__name__}.")
    ]
    unused = [
        f"{context.type} {context.parser.name}"
        for context in library
        if not any(context.type == kind and context.parser.is_matching(text) for kind, text in written)
    ]
    assert len(library) > 50
    assert unused == []


def test_there_are_at_least_fifty_scenarios_each_showing_a_statement() -> None:
    found = coverage(features_dir()).statements
    assert len(found) >= 50
    assert [place for place, shown in found.items() if not shown] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_feature_file_is_japanese_and_clean(path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# language: ja\n")
    assert [*check_feature(path), *check_house_style(path)] == []
