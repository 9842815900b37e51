"""The text of scenarios as pages show it: steps with keyword, table and quotation, and the 例 of an outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from gherkin.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One step as written; `table`: with its head; `quotation`: of a docstring, None where it has none."""

    keyword: str
    text: str
    table: Rows = ()
    quotation: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """One scenario as written. `background`: the steps before its own; `examples`: the tables of an outline, each with
    its head."""

    keyword: str
    background: tuple[ScriptStep, ...]
    steps: tuple[ScriptStep, ...]
    examples: tuple[Rows, ...]

    def values(self, row: int) -> tuple[tuple[str, str], ...]:
        """Name and value of each column in a row of its 例, counted over all of its tables; () where there is none."""
        rows = [tuple(zip(table[0], values, strict=True)) for table in self.examples for values in table[1:]]
        return rows[row] if row < len(rows) else ()


def read_scripts(text: str) -> dict[int, Script]:
    """The scenarios of a feature file by the line each begins in. Raises: gherkin's errors when it is no Gherkin."""
    feature = cast("dict[str, Any]", Parser().parse(text))["feature"]
    return dict(_scripts(feature, ()))


def _scripts(node: dict[str, Any], background: tuple[ScriptStep, ...]) -> Iterator[tuple[int, Script]]:
    for child in node["children"]:
        match child:
            case {"background": found}:
                background += tuple(_steps(found))
            case {"rule": rule}:
                yield from _scripts(rule, background)
            case {"scenario": found}:
                tables = tuple(_rows((one["tableHeader"], *one["tableBody"])) for one in found["examples"])
                script = Script(found["keyword"].strip(), background, tuple(_steps(found)), tables)
                yield found["location"]["line"], script


def _steps(node: dict[str, Any]) -> Iterator[ScriptStep]:
    for step in node["steps"]:
        yield ScriptStep(
            step["keyword"].strip(),
            step["text"],
            _rows(step.get("dataTable", {}).get("rows", ())),
            step["docString"]["content"] if "docString" in step else None,
        )


def _rows(rows: Any) -> Rows:  # noqa: ANN401 - the Gherkin library's own JSON
    return tuple(tuple(cell["value"] for cell in row["cells"]) for row in rows)
