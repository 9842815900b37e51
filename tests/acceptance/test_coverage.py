"""What the features cover of the vendor guide, and that they keep the project's own style."""

from __future__ import annotations

import pytest
from pytest_bdd.feature import get_features
from pytest_bdd.steps import step_function_context_registry

from simulator.conformance import steps
from simulator.conformance.coverage import read_coverage
from simulator.conformance.feature_files import find_feature_files
from simulator.conformance.guards import check_feature, check_house_style
from simulator.conformance.guide import Level, features_dir, statements
from simulator.conformance.sources import Owed

FILES = tuple(find_feature_files(features_dir()))


def test_none_that_the_guide_states_is_shown_as_good_practice_only() -> None:
    shown = read_coverage(features_dir()).scenarios
    kept = {tag for tag, places in shown.items() if any(place.level in (Owed.MUST, Owed.ORDERS) for place in places)}
    assert {f"guide-{found.id}" for found in statements() if found.level is Level.MUST} - kept == set()


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


def test_there_are_at_least_a_hundred_and_twenty_scenarios() -> None:
    assert len(read_coverage(features_dir()).sources) >= 120


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_feature_file_is_japanese_and_clean(path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# language: ja\n")
    assert [*check_feature(path), *check_house_style(path)] == []
