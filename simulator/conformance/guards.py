"""Guards against what leaves a run green although something is wrong in the feature files or the steps.

pytest-bdd runs the last of two scenarios of one name; an outline without rows, or a `<x>` that nothing fills, with the
literal `<x>`; a scenario without steps as a pass. It never awaits an `async def` step, takes the alphabetically last of
two definitions that match, and passes over a table that the step does not take. Each of these becomes an error with
file and line here.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gherkin.dialect import Dialect

from simulator.conformance.coverage import check_sources
from simulator.conformance.feature_files import (
    Feature,
    FeatureProblem,
    Scenario,
    StepText,
    UnreadableFeature,
    read_feature,
)
from simulator.conformance.sources import explain_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BOM = b"\xef\xbb\xbf"
_LANGUAGE = re.compile(r"^\s*#\s*language\s*:\s*([\w-]+)\s*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"<([^<>]+)>")
_PLACEHOLDER_AS_VALUE = re.compile(r"(?:「|^)<([^<>]+)>(?:」|$)")
_DOCSTRING = re.compile(r'^\s*("""|```)')


def check_feature(path: Path) -> tuple[FeatureProblem, ...]:
    """Everything wrong with one feature file, in the order of its lines.

    Raises: OSError when it cannot be read.
    """
    problems = list(_odd_characters(path))
    try:
        feature = read_feature(path)
    except UnreadableFeature as unreadable:
        # A full-width colon or bar is the cause; the parser's own complaint about the lines after it would hide that.
        return tuple(problems) or unreadable.problems
    problems += _doubled_names(feature)
    problems += _unknown_sources(feature)
    for scenario in feature.scenarios:
        problems += _empty_scenario(feature, scenario)
        problems += _empty_outline(feature, scenario)
        problems += _unfilled(feature, scenario)
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line))


def check_house_style(path: Path) -> tuple[FeatureProblem, ...]:
    """What this project asks of its own feature files beyond that: a sentence at the head, and of each scenario its
    sources and level, one もし, and a ならば behind it.

    Raises: UnreadableFeature, OSError.
    """
    feature = read_feature(path)
    problems = []
    if not feature.description:
        problems.append(FeatureProblem(path, feature.line, "no sentence under 機能: says why it matters."))
    for scenario in feature.scenarios:
        amiss = check_sources(scenario.tags)
        problems += (FeatureProblem(path, scenario.line, f"「{scenario.name}」 {reason}") for reason in amiss)
        actions = [step for step in scenario.steps if step.kind == "when"]
        if len(actions) != 1:
            reason = f"「{scenario.name}」 has {len(actions)} もし steps, one is wanted: {_lines(actions)}."
            problems.append(FeatureProblem(path, scenario.line, reason))
        if not scenario.steps or scenario.steps[-1].kind != "then":
            reason = f"「{scenario.name}」 does not end with ならば. Say what is to be seen after the もし."
            problems.append(FeatureProblem(path, scenario.line, reason))
    return tuple(problems)


def _odd_characters(path: Path) -> Iterator[FeatureProblem]:
    content = path.read_bytes()
    if content.startswith(_BOM):
        yield FeatureProblem(path, 1, "begins with a byte order mark. Save the file as UTF-8 without one.")
    text = content.decode("utf-8-sig", errors="replace")
    language = _LANGUAGE.search(text)
    dialect = Dialect.for_name(language.group(1) if language else "en")
    if dialect is None:
        return
    keywords = [
        *dialect.feature_keywords, *dialect.rule_keywords, *dialect.background_keywords, *dialect.scenario_keywords,
        *dialect.scenario_outline_keywords, *dialect.examples_keywords,
    ]  # fmt: skip
    heading = re.compile(rf"^\s*({'|'.join(map(re.escape, keywords))})\s*：")
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if _DOCSTRING.match(line):
            inside = not inside
        elif not inside and (found := heading.match(line)):
            word = found.group(1)
            reason = f"full-width ： after {word}; the line is not read. Write {word}: with an ASCII colon."
            yield FeatureProblem(path, number, reason)
        elif not inside and line.lstrip().startswith("｜"):
            reason = "full-width ｜; the line is no table row. Write tables with the ASCII bar |."
            yield FeatureProblem(path, number, reason)


def _doubled_names(feature: Feature) -> Iterator[FeatureProblem]:
    first: dict[str, int] = {}
    for scenario in feature.scenarios:
        if scenario.name in first:
            reason = (
                f"second scenario named 「{scenario.name}」 (the first is in line {first[scenario.name]}); "
                "only the last of a name would run. Give each a name of its own."
            )
            yield FeatureProblem(feature.path, scenario.line, reason)
        first.setdefault(scenario.name, scenario.line)


def _unknown_sources(feature: Feature) -> Iterator[FeatureProblem]:
    for tag, line in feature.tag_lines:
        if reason := explain_unknown(tag):
            yield FeatureProblem(feature.path, line, reason)


def _empty_scenario(feature: Feature, scenario: Scenario) -> Iterator[FeatureProblem]:
    if not scenario.steps:
        reason = (
            f"「{scenario.name}」 has no steps and would pass without checking anything. Write its steps or remove it."
        )
        yield FeatureProblem(feature.path, scenario.line, reason)


def _empty_outline(feature: Feature, scenario: Scenario) -> Iterator[FeatureProblem]:
    if not scenario.is_outline:
        return
    remedy = "it would run once with the literal <…>. Add rows under 例, or make it a シナリオ."
    if not scenario.examples:
        yield FeatureProblem(feature.path, scenario.line, f"outline 「{scenario.name}」 has no 例; {remedy}")
    for examples in scenario.examples:
        if not examples.rows:
            yield FeatureProblem(feature.path, examples.line, f"例 of 「{scenario.name}」 has no rows; {remedy}")


def _unfilled(feature: Feature, scenario: Scenario) -> Iterator[FeatureProblem]:
    """What is written as `<x>` and stays so. Outside an outline's own steps `<登録>` may be a button's name, so only a
    value, in 「」 or alone in a cell, counts there."""
    for examples in scenario.examples:
        if not examples.rows:
            continue
        of = f"of the 例 in line {examples.line}. Add the column or mend the name."
        for step in scenario.steps:
            yield from _not_among(feature, step, _PLACEHOLDER, examples.columns, f"no column {of}")
        for step in scenario.background:
            yield from _not_among(feature, step, _PLACEHOLDER_AS_VALUE, examples.columns, f"no column {of}")
    if not scenario.is_outline:
        stays = f"taken literally: 「{scenario.name}」 has no 例. Write the value, or make it a シナリオアウトライン."
        for step in (*scenario.background, *scenario.steps):
            yield from _not_among(feature, step, _PLACEHOLDER_AS_VALUE, (), stays)


def _not_among(
    feature: Feature, step: StepText, pattern: re.Pattern[str], columns: tuple[str, ...], what: str
) -> Iterator[FeatureProblem]:
    written = (name for text in (step.text, *step.values) for name in pattern.findall(text))
    for name in sorted(set(written) - set(columns))[:1]:
        yield FeatureProblem(feature.path, step.line, f"<{name}> is {what}")


def _lines(steps: Iterable[StepText]) -> str:
    return ", ".join(f"line {step.line}" for step in steps) or "none found"


LIBRARY = "the step library"


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A step definition as the guards see it. `where`: the node it is defined at, or LIBRARY."""

    function: Callable[..., object]
    pattern: str
    where: str

    @property
    def place(self) -> str:
        """`path:line` of the function."""
        code = inspect.unwrap(self.function).__code__
        return f"{code.co_filename}:{code.co_firstlineno}"


def check_definitions(definitions: Iterable[StepDefinition]) -> tuple[FeatureProblem, ...]:
    """The step definitions that would never be awaited."""
    problems = []
    for definition in definitions:
        if inspect.iscoroutinefunction(definition.function) or inspect.isasyncgenfunction(definition.function):
            code = definition.function.__code__
            reason = (
                f"step 「{definition.pattern}」 is async; nobody awaits it and it always passes. Write a plain def."
            )
            problems.append(FeatureProblem(Path(code.co_filename), code.co_firstlineno, reason))
    return tuple(problems)


def check_ambiguity(path: Path, line: int, text: str, matching: Iterable[StepDefinition]) -> tuple[FeatureProblem, ...]:
    """A step that several definitions match; the same sentence defined again nearer to the test is an override."""
    by_pattern: dict[str, dict[str, list[StepDefinition]]] = defaultdict(lambda: defaultdict(list))
    for definition in matching:
        by_pattern[definition.pattern][definition.where].append(definition)
    doubled = [found for places in by_pattern.values() for found in places.values() if len(found) > 1]
    if len(by_pattern) < 2 and not doubled:
        return ()
    places = sorted(
        f"「{definition.pattern}」 at {definition.place}"
        for found in by_pattern.values()
        for definitions in found.values()
        for definition in definitions
    )
    reason = (
        f"「{text}」 is matched by {len(places)} step definitions: {'; '.join(places)}. Make their sentences differ."
    )
    return (FeatureProblem(path, line, reason),)


def check_arguments(
    path: Path, line: int, text: str, matching: Iterable[StepDefinition], *, table: bool, docstring: bool
) -> tuple[FeatureProblem, ...]:
    """A step with a table or docstring that its definition does not take, or without the one it takes."""
    taken = [inspect.signature(definition.function).parameters for definition in matching]
    problems = []
    for name, what, there in (("datatable", "table", table), ("docstring", "docstring", docstring)):
        if there and taken and not any(name in parameters for parameters in taken):
            reason = f"「{text}」 takes no {what}; it would be passed over. Remove it, or choose another step."
            problems.append(FeatureProblem(path, line, reason))
        if not there and taken and all(name in parameters for parameters in taken):
            problems.append(FeatureProblem(path, line, f"「{text}」 wants a {what}. Write it under the step."))
    return tuple(problems)
