"""The pytest plugin's fixtures and options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from docs.handbook.section import Entry, Section, anchor_of, place, table
from docs.handbook.spoken import first_sentence
from simulator.conformance import plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIVES = {"function": "a test", "session": "the run"}


class _Options:
    """A stand-in for pytest's parser that keeps what the plugin adds: name, blank and help of each option."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def getgroup(self, *_: str) -> _Options:
        """The group is of no interest here."""
        return self

    def addoption(self, name: str, *, metavar: str, default: str, help: str) -> None:  # noqa: A002, ARG002 - pytest's names
        """Keep an option."""
        self.found.append((name, metavar, help))


def section() -> Section:
    """Fixtures with how long they live, then options."""
    fixtures = [(Entry(anchor_of("fixture", name), name, told), lives) for name, told, lives in _fixtures()]
    options = _Options()
    plugin.pytest_addoption(options)  # type: ignore[arg-type]  # a stand-in
    typed = [Entry(anchor_of("option", name), f"{name} {blank}", told) for name, blank, told in options.found]
    rows = [(place(entry), lives, entry.text) for entry, lives in fixtures]
    told = table(("option", "meaning"), [(place(entry), entry.text) for entry in typed])
    body = f"{table(('fixture', 'lives for', 'what it is'), rows)}\n\n{told}"
    entries = (*(entry for entry, _ in fixtures), *typed)
    return Section("plugin", "Fixtures and options of the pytest plugin", body, entries)


def _fixtures() -> Iterator[tuple[str, str, str]]:
    for name, value in vars(plugin).items():
        if type(value).__name__ == "FixtureFunctionDefinition":
            marker = value._fixture_function_marker  # noqa: SLF001 - pytest tells a fixture's scope in no other way
            function = value._get_wrapped_function()  # noqa: SLF001 - as above, its docstring
            yield name, first_sentence(inspect.getdoc(function)), _LIVES[marker.scope]
