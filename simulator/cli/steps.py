"""What `zaikolab verify --steps` answers: the step library, searched."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from simulator.cli.context import show_json

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAKES = {"text": "a text", "int": "a whole number", "list": "texts, each in its 「」: 「A」「B」"}


def answer_steps(words: str, *, as_json: bool) -> int:
    """Show the steps in which all the words occur; 1 when there are none, with sentences that come near."""
    from simulator.conformance.guide import features_dir
    from simulator.conformance.step_catalogue import (
        describe_step,
        find_near,
        find_places,
        find_steps,
        read_step_library,
    )

    library = read_step_library()
    found = find_steps(library, words)
    near = () if found else find_near(library, words)
    folder = features_dir()
    places = find_places(found, folder)
    steps = [describe_step(step, places) for step in found]
    if as_json:
        show_json({"steps": steps, "did_you_mean": [str(sentence) for sentence in near], "features": str(folder)})
    elif steps:
        _show_steps(steps, of=len(library), folder=str(folder))
    else:
        _show_none(words, [str(sentence) for sentence in near])
    return 0 if steps else 1


def _show_steps(steps: Sequence[dict[str, Any]], *, of: int, folder: str) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    for (capability, about), group in groupby(steps, key=lambda step: (step["capability"], step["about"])):
        console.print(f"[bold]{capability}[/]  {escape(about)}\n")
        for step in group:
            for sentence in step["sentences"]:
                where = f"  [dim]{sentence['file']}:{sentence['line']}[/]" if sentence["file"] else ""
                console.print(f"  [cyan]{sentence['keyword']}[/] {escape(sentence['text'])}{where}")
            console.print(f"      [dim]{step['function']}:[/] {escape(step['meaning'])}")
            for line in _wants(step):
                console.print(f"      {escape(line)}")
            console.print()
    console.print(f"{len(steps)} of {of} steps. The places are lines of the files in {escape(folder)}.")


def _wants(step: dict[str, Any]) -> list[str]:
    """What goes into the blanks and under the sentence, a line each."""
    lines = [f"{{{one['name']}}}: {_TAKES.get(one['takes']) or ' or '.join(one['words'])}" for one in step["blanks"]]
    if step["table"]:
        must, may = step["table"]["must"], step["table"]["may"]
        lines.append(f"a table under it: {', '.join(must)}" + (f"; if wanted {', '.join(may)}" if may else ""))
    if step["docstring"]:
        lines.append('a text under it, between two lines of """')
    return lines


def _show_none(words: str, near: Sequence[str]) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    console.print(f"No step has {escape(' and '.join(words.split()))}.")
    if near:
        console.print("did you mean:")
    for sentence in near:
        console.print(f"  {escape(sentence)}")
    console.print("All there are: zaikolab verify --steps")
