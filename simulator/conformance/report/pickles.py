"""Feature files in the shapes of Cucumber messages, and which pickle a result is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from gherkin.ast_builder import AstBuilder
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gherkin.stream.id_generator import IdGenerator

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed feature file. `pickles`: those of a scenario by the name it is written with, one a row of its 例, in
    order; `lines`: of every step, by the step's id."""

    document: Node
    pickles: dict[str, list[Node]]
    lines: dict[str, int]

    def pickle(self, name: str, row: int) -> Node | None:
        """The pickle of one case; None for a case that the file does not have."""
        found = self.pickles.get(name, [])
        return found[row] if row < len(found) else None


def read_document(uri: str, text: str, ids: IdGenerator) -> Document:
    """Parse a feature file; ids are taken from `ids`. Raises: gherkin's errors when it is no Gherkin."""
    document = {**cast("Node", Parser(AstBuilder(ids)).parse(text)), "uri": uri}
    pickles: dict[str, list[Node]] = {}
    lines: dict[str, int] = {}
    scenarios: dict[str, str] = {}
    for node in _containers(document["feature"]):
        lines |= {step["id"]: step["location"]["line"] for step in node["steps"]}
        scenarios[node["id"]] = node["name"]
    for pickle in cast("list[Node]", Compiler(ids).compile(cast("Any", document))):
        pickles.setdefault(scenarios[pickle["astNodeIds"][0]], []).append(pickle)
    return Document(document, pickles, lines)


def _containers(node: Node) -> Iterator[Node]:
    """Everything that has steps: scenarios and backgrounds, those in rules too."""
    for child in node["children"]:
        match child:
            case {"rule": rule}:
                yield from _containers(rule)
            case {"background": found} | {"scenario": found}:
                yield found
