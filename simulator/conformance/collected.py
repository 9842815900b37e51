"""The guards applied to what pytest has collected: feature files and step definitions behind its test functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.conformance import steps
from simulator.conformance.feature_files import find_feature_files, find_tags
from simulator.conformance.guards import (
    LIBRARY,
    StepDefinition,
    check_ambiguity,
    check_arguments,
    check_definitions,
    check_feature,
)
from simulator.conformance.guide import features_dir
from simulator.conformance.near_sentences import find_near
from simulator.conformance.step_catalogue import KEYWORDS, KnownSentence, choose_word, read_step_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_bdd.parser import ScenarioTemplate, Step
    from pytest_bdd.steps import StepFunctionContext

    from simulator.conformance.feature_files import FeatureProblem


@dataclass
class Guard:
    """Checks each feature file once per run, and each step sentence once per place that sees the same definitions."""

    _checked: dict[Path, tuple[FeatureProblem, ...]] = field(default_factory=dict)

    def check(self, collector: pytest.Collector, found: Iterable[object]) -> tuple[str, ...]:
        """What is wrong with the scenarios among `found`, each as `path:line: reason`."""
        scenarios = [(item, template) for item in found if (template := _template(item)) is not None]
        if not scenarios:
            return ()
        problems: list[FeatureProblem] = []
        for path in dict.fromkeys(Path(template.feature.filename) for _, template in scenarios):
            if path not in self._checked:
                self._checked[path] = check_feature(path)
            problems += self._checked[path]
        definitions = tuple(_visible_definitions(collector))
        problems += check_definitions(known for known, _ in definitions)
        seen: set[tuple[object, ...]] = set()
        for _, template in scenarios:
            for step in _steps(template):
                table, docstring = step.datatable is not None, step.docstring is not None
                if (step.type, step.name, table, docstring) not in seen:
                    seen.add((step.type, step.name, table, docstring))
                    matching = [known for known, context in definitions if _matches(context, step)]
                    place = Path(template.feature.filename), step.line_number, step.name
                    problems += check_ambiguity(*place, matching)
                    problems += check_arguments(*place, matching, table=table, docstring=docstring)
        return tuple(map(str, problems))


def explain_undefined(node: pytest.Item, step: Step) -> str:
    """What to tell the author of a step that is not defined: the sentences that come near, and where to look."""
    visible = (
        KnownSentence(KEYWORDS[context.type], known.pattern, context.parser)
        for known, context in _visible_definitions(node)
    )
    near = find_near(KEYWORDS[step.type], step.name, visible)
    word = choose_word(read_step_library(), step.name)
    told = ["did you mean:", *(f"  {one}" for one in near)] if near else ["no sentence comes near"]
    return "\n".join([*told, f"Look for a step: zaikolab verify --steps {word}".rstrip()])


def tags_in_reach(config: pytest.Config) -> frozenset[str]:
    """The tags of the project's own feature files and of those below the folders this run is about."""
    folders = {features_dir()}
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        folders.add(path if path.is_dir() else path.parent)
    base = config.getini("bdd_features_base_dir") if _knows_bdd(config) else ""
    if base:
        folders.add(config.rootpath / base)
    files = {path.resolve() for folder in folders if folder.is_dir() for path in find_feature_files(folder)}
    return frozenset[str]().union(*map(find_tags, files))


def explain_unreadable(error: BaseException) -> str:
    """The guards' account of a feature file that pytest-bdd could not parse; empty for any other error."""
    from pytest_bdd.exceptions import GherkinParseError

    name = getattr(error, "file", None) or getattr(error, "filename", None)
    if not isinstance(error, GherkinParseError) or not name:
        return ""
    return "\n".join(map(str, check_feature(Path(name))))


def _knows_bdd(config: pytest.Config) -> bool:
    return config.pluginmanager.has_plugin("pytest-bdd")


def _template(item: object) -> ScenarioTemplate | None:
    from pytest_bdd.scenario import scenario_wrapper_template_registry
    from pytest_bdd.utils import registry_get_safe

    if not isinstance(item, pytest.Function):
        return None
    found: ScenarioTemplate | None = registry_get_safe(scenario_wrapper_template_registry, item.obj)
    return found


def _steps(template: ScenarioTemplate) -> Iterator[Step]:
    contexts = [context for examples in template.examples for context in examples.as_contexts()]
    for context in contexts or [{}]:
        yield from template.render(context).steps


def _visible_definitions(node: pytest.Item | pytest.Collector) -> Iterator[tuple[StepDefinition, StepFunctionContext]]:
    # pytest-bdd keeps step definitions as fixtures and offers no list of them; this is how it looks them up itself.
    from pytest_bdd.compat import get_fixture_names, getfixturedefs
    from pytest_bdd.steps import step_function_context_registry

    manager = node.session._fixturemanager  # noqa: SLF001 - see above
    for name in get_fixture_names(fixturemanager=manager):
        if not name.startswith("pytestbdd_stepdef_"):
            continue
        for fixture in getfixturedefs(manager, name, node) or ():
            context = step_function_context_registry.get(fixture.func)
            if context is not None:
                # Plugins and the conftest.py of the root share a node; the latter may define our sentences anew.
                ours = context.step_func.__module__.startswith(f"{steps.__name__}.")
                where = LIBRARY if ours else fixture.baseid
                yield StepDefinition(context.step_func, context.parser.name, where), context


def _matches(context: StepFunctionContext, step: Step) -> bool:
    return context.type in (None, step.type) and bool(context.parser.is_matching(step.name))
