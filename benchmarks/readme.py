"""The table as a block of Markdown between two marks, in English or Japanese, and a document with it renewed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.report import cells, describe_machine

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
_YES_JA = {"yes": "達成", "no": "未達", "-": "-"}
ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/results.json"
READMES = (ROOT / "README.md", ROOT / "README.ja.md")


def last_results(path: Path = RESULTS) -> dict[str, Any] | None:
    """What the last full run left, None before the first."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def compose(result: Mapping[str, Any] | None, *, japanese: bool = False) -> str:
    """The block, its marks included."""
    if result is None:
        nothing = "まだ測っていません: `make bench`" if japanese else "Not measured yet: `make bench`"
        return "\n".join((BEGIN, nothing, END))
    heads = ("内容", "比べた相手", "測定値", "比", "目標", "結果", "注記")
    if not japanese:
        heads = ("what", "against", "measured", "ratio", "target", "reached", "note")
    rows = [_row(one, japanese=japanese) for one in result["rows"]]
    table = [f"| {' | '.join(each)} |" for each in (heads, ("---",) * len(heads), *rows)]
    return "\n".join((BEGIN, *table, "", _below(result, japanese=japanese), END))


def _row(row: Mapping[str, Any], *, japanese: bool) -> tuple[str, ...]:
    measured, value, target, reached = cells(row)
    ending = "_ja" if japanese else ""
    texts = (row[f"what{ending}"], row[f"against{ending}"], measured, value, target)
    note = row["note"].replace("|", "/").replace("`", "'")
    return (*texts, _YES_JA[reached] if japanese else reached, note)


def _below(result: Mapping[str, Any], *, japanese: bool) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    missing = ", ".join(result["missing"])
    told = describe_machine(result)
    if japanese:
        told = f"{told}、{result['rounds']}回の中央値。版: {versions}。"
        return told + (f"入手できなかった比較相手: {missing}。" if missing else "")
    told = f"{told}, medians of {result['rounds']}. Versions: {versions}."
    return told + (f" Peers that could not be had: {missing}." if missing else "")


def renew(path: Path, result: Mapping[str, Any] | None, *, write: bool = True) -> bool:
    """Put the block of a run into a document; whether that changes it. With `write` false only that is told.

    Raises: ValueError for a document without the marks, or with several; OSError.
    """
    before = path.read_text(encoding="utf-8")
    if len(_BLOCK.findall(before)) != 1:
        raise ValueError(f"{path.name} has not one place for the benchmarks; put {BEGIN} and {END} where they go.")
    block = compose(result, japanese=path.name.endswith(".ja.md"))
    after = _BLOCK.sub(lambda _: block, before)
    if write and after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
    return after != before
