"""Puts the page together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.handbook import commands, endpoints, plugin, steps, variables, world
from docs.handbook.section import Section

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = """\
# Reference

Everything that can be typed, set, armed, written or asked for. `make reference` writes this page from the code; a test
fails when it differs from the code, or when something is described nowhere. How the parts go together is told by the
[README](../README.md) and by [testing.md](testing.md). Examples of commands are read by a test as the command reads
them.
"""


def read_sections() -> tuple[Section, ...]:
    """Every section, in the page's order; starts a lab for the two OpenAPI documents."""
    return (
        *commands.sections(),
        variables.section(),
        *world.sections(),
        steps.section(),
        *endpoints.sections(),
        plugin.section(),
    )


def compose_page(sections: Iterable[Section]) -> str:
    """The page in Markdown."""
    sections = tuple(sections)
    contents, parts = [], [_HEAD]
    for section in sections:
        contents.append(f"- [{section.title}](#{section.anchor})")
        parts.append(f'## <a id="{section.anchor}"></a>{section.title}\n\n{section.body}\n')
        for entry in section.entries if section.listed else ():
            if entry.anchor:
                contents.append(f"  - [`{entry.name}`](#{entry.anchor})")
                parts.append(f'### <a id="{entry.anchor}"></a>{entry.name}\n\n{entry.body}\n')
    parts.insert(1, "\n".join(contents) + "\n")
    return "\n".join(parts)


def find_undocumented(sections: Iterable[Section]) -> list[str]:
    """The names of what the code says nothing about."""
    return [
        f"{section.title}: {entry.name}" for section in sections for entry in section.entries if not entry.text.strip()
    ]
