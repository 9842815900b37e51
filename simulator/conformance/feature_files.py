"""Feature files as values, parsed with the Gherkin library itself: the guards must see what the runner drops."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from gherkin.dialect import Dialect
from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LANGUAGE = re.compile(r"^\s*#\s*language\s*:", re.MULTILINE)
_JAPANESE = re.compile(r"^\s*(機能|フィーチャ)\s*:", re.MULTILINE)
_TAG_LINE = re.compile(r"^\s*(@\S.*)$", re.MULTILINE)
_PASSED_OVER = frozenset({"node_modules", "build", "dist", "venv", "__pycache__"})


@dataclass(frozen=True, slots=True)
class FeatureProblem:
    """One thing wrong in one line of a feature file; `str()` reads `path:line: reason`."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class StepText:
    """One step as written. `kind`: `given`, `when`, `then`, or `""` when it continues nothing; `values`: the cells of
    its table, or its docstring."""

    line: int
    kind: str
    text: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examples:
    """One 例 table: its column names, how many rows follow, and what stands in them, cell by cell."""

    line: int
    columns: tuple[str, ...]
    rows: int
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario. `tags`: without `@`, those of feature, rule and examples included; `background`: the steps of the
    背景 before its own `steps`."""

    line: int
    name: str
    tags: frozenset[str]
    background: tuple[StepText, ...]
    steps: tuple[StepText, ...]
    examples: tuple[Examples, ...]
    is_outline: bool

    @property
    def cases(self) -> int:
        """How many times it runs."""
        return sum(examples.rows for examples in self.examples) if self.is_outline else 1


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature file. `line`: of its 機能; `tag_lines`: each tag that occurs, with the line it first stands on."""

    path: Path
    line: int
    name: str
    description: str
    scenarios: tuple[Scenario, ...]
    tag_lines: tuple[tuple[str, int], ...]


class UnreadableFeature(Exception):
    """The file is no Gherkin; carries what is wrong line by line."""

    def __init__(self, problems: tuple[FeatureProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_feature(path: Path) -> Feature:
    """Parse a feature file.

    Raises: UnreadableFeature when it is not UTF-8 or not Gherkin; OSError when it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        reason = "not UTF-8. Save the file as UTF-8 without a byte order mark."
        raise UnreadableFeature((FeatureProblem(path, line, reason),)) from error
    try:
        document = _parse(text)
    except (CompositeParserException, ParserException) as error:
        if _JAPANESE.search(text) and not _LANGUAGE.search(text):
            reason = "its keywords are Japanese, and nothing says so. Make `# language: ja` the first line."
            raise UnreadableFeature((FeatureProblem(path, 1, reason),)) from error
        if not isinstance(error, CompositeParserException):
            raise UnreadableFeature((_problem(path, error),)) from error
        raise UnreadableFeature(tuple(_problem(path, each) for each in error.errors)) from error
    feature = document.get("feature")
    if feature is None:
        raise UnreadableFeature((FeatureProblem(path, 1, "no 機能: in the file."),))
    tag_lines: dict[str, int] = {}
    for tag in sorted(_all_tags(feature), key=lambda tag: int(tag["location"]["line"])):
        tag_lines.setdefault(tag["name"].removeprefix("@"), tag["location"]["line"])
    return Feature(
        path,
        feature["location"]["line"],
        feature["name"],
        feature["description"].strip(),
        tuple(_scenarios(feature, _outline_words(feature))),
        tuple(tag_lines.items()),
    )


@lru_cache(maxsize=256)
def _parse(text: str) -> dict[str, Any]:
    """The document that a text is, to be read only: the parser is slow, and many questions are asked of the same files.

    Raises: CompositeParserException or ParserException when it is not Gherkin.
    """
    return cast("dict[str, Any]", Parser().parse(text))


def find_feature_files(folder: Path) -> Iterator[Path]:
    """Every `*.feature` below a folder, in order; hidden, built and environment folders are passed over."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            if name.endswith(".feature"):
                yield folder.__class__(where, name)


def find_tags(path: Path) -> frozenset[str]:
    """The tags of a feature file without `@`, read leniently: a file that is no Gherkin has tags as well."""
    text = path.read_text(encoding="utf-8", errors="replace")
    words = (word for line in _TAG_LINE.findall(text) for word in line.partition(" #")[0].split())
    return frozenset(word.removeprefix("@") for word in words if word.startswith("@"))


@cache
def conjunctions(language: str) -> frozenset[str]:
    """The words of a language that go on with the kind of the step before: かつ, しかし, ... and `*`."""
    dialect = Dialect.for_name(language)
    words = [] if dialect is None else [*dialect.and_keywords, *dialect.but_keywords]
    return frozenset(word.strip() for word in words)


def _problem(path: Path, error: ParserException) -> FeatureProblem:
    location = getattr(error, "location", None) or {"line": 1}
    reason = re.sub(r"^\(\d+:\d+\): ", "", str(error))
    return FeatureProblem(path, location["line"], f"not Gherkin: {reason}")


def _all_tags(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the Gherkin library's own JSON
    yield from node.get("tags", ())
    for child in node.get("children", ()):
        for inner in child.values():
            yield from _all_tags(inner)
    for examples in node.get("examples", ()):
        yield from examples.get("tags", ())


def _outline_words(feature: dict[str, Any]) -> frozenset[str]:
    dialect = Dialect.for_name(feature["language"])
    return frozenset() if dialect is None else frozenset(dialect.scenario_outline_keywords)


def _scenarios(
    node: dict[str, Any],
    outline_words: frozenset[str],
    above: frozenset[str] = frozenset(),
    background: tuple[StepText, ...] = (),
) -> Iterator[Scenario]:
    tags = above | _names(node)
    for child in node["children"]:
        if found := child.get("background"):
            background += tuple(_steps(found["steps"]))
        if rule := child.get("rule"):
            yield from _scenarios(rule, outline_words, tags, background)
        if found := child.get("scenario"):
            examples = tuple(_examples(each) for each in found["examples"])
            example_tags: frozenset[str] = frozenset().union(*(_names(each) for each in found["examples"]))
            yield Scenario(
                line=found["location"]["line"],
                name=found["name"],
                tags=tags | _names(found) | example_tags,
                background=background,
                steps=tuple(_steps(found["steps"])),
                examples=examples,
                is_outline=bool(examples) or found["keyword"].strip() in outline_words,
            )


def _names(node: dict[str, Any]) -> frozenset[str]:
    return frozenset(tag["name"].removeprefix("@") for tag in node.get("tags", ()))


def _examples(found: dict[str, Any]) -> Examples:
    header = found.get("tableHeader") or {"cells": ()}
    rows = found.get("tableBody") or ()
    return Examples(
        line=found["location"]["line"],
        columns=tuple(cell["value"] for cell in header["cells"]),
        rows=len(rows),
        cells=tuple(cell["value"] for row in rows for cell in row["cells"]),
    )


_KINDS = {"Context": "given", "Action": "when", "Outcome": "then"}


def _steps(found: list[dict[str, Any]]) -> Iterator[StepText]:
    kind = ""
    for step in found:
        kind = _KINDS.get(step["keywordType"], kind)
        cells = [cell["value"] for row in step.get("dataTable", {}).get("rows", ()) for cell in row["cells"]]
        text = [step["docString"]["content"]] if "docString" in step else []
        yield StepText(step["location"]["line"], kind, step["text"], (*cells, *text))
