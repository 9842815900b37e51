"""What the page is made of: sections of entries, and the Markdown they are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the page tells of. `anchor`: its place on the page; `text`: what the code says of it, in one paragraph;
    an empty one is refused by a test. `body`: the whole of it as Markdown."""

    anchor: str
    name: str
    text: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. `listed`: whether its entries stand in the table of contents."""

    anchor: str
    title: str
    body: str
    entries: tuple[Entry, ...]
    listed: bool = False


def anchor_of(kind: str, name: str) -> str:
    """The stable anchor of a thing: `fault-data.cut`, `command-zaikolab-clock-advance`."""
    return f"{kind}-{re.sub(r'[^0-9A-Za-z._-]+', '-', name).strip('-')}"


def place(entry: Entry) -> str:
    """The entry's name with its anchor, for the first cell of a table."""
    return f'<a id="{entry.anchor}"></a>{code(entry.name)}'


def code(text: object) -> str:
    """A text as it is typed; nothing for an empty one."""
    return f"`{text}`" if str(text) else ""


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar or a line end inside a cell does not break it."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    bars = " ".join(text.split()).replace("|", "\\|")
    # Angle brackets outside of code are HTML to a reader of Markdown; anchors are meant so.
    return "".join(
        part if part.startswith(("`", "<a id=")) else part.replace("<", "&lt;")
        for part in re.split(r'(`[^`]*`|<a id="[^"]*"></a>)', bars)
    )
