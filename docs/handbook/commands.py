"""Every command of the two programs, as click knows it."""

from __future__ import annotations

import inspect
import re
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import click

from docs.handbook.section import Entry, Section, anchor_of, code, table
from docs.handbook.spoken import texts_of
from reference.cli import cli as zaikosync
from reference.domain.report import ExitCode as SyncExit
from simulator.cli import ExitCode as LabExit
from simulator.cli import cli as zaikolab

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS: tuple[tuple[str, click.Command, type[IntEnum]], ...] = (
    ("zaikolab", zaikolab, LabExit),
    ("zaikosync", zaikosync, SyncExit),
)
_OF_ITS_OWN = re.compile(r"(?:Ends with (?:\d|1, and)|Exit (?:\d|0)).*?(?=\n\n|\Z)", re.DOTALL)
_EXAMPLES = "\b\nExample:"


def sections() -> Iterator[Section]:
    """One for each program."""
    for program, command, exits in PROGRAMS:
        entries = tuple(_entries((program,), command))
        codes = texts_of(exits)
        told = table(("exit code", "meaning"), ((str(int(one)), codes.get(one.name, "")) for one in exits))
        yield Section(
            f"commands-{program}", f"Commands of {program}", told, (*entries, *_exit_entries(program, exits)), True
        )


def _exit_entries(program: str, exits: type[IntEnum]) -> Iterator[Entry]:
    codes = texts_of(exits)
    for one in exits:
        yield Entry("", f"exit code {int(one)} of {program}", codes.get(one.name, ""))


def _entries(path: tuple[str, ...], command: click.Command) -> Iterator[Entry]:
    name = " ".join(path)
    told, examples = _split(command.help or "")
    text = told.split("\n\n")[0]
    yield Entry(anchor_of("command", name), name, text, _body(path, command, told, examples))
    for parameter in command.params:
        described = _describe(parameter)
        if described is not None:
            meaning = told * _names(told, parameter) if isinstance(parameter, click.Argument) else parameter.help or ""
            yield Entry("", f"{name} {described[0]}", meaning)
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from _entries((*path, child.name or ""), child)


def _body(path: tuple[str, ...], command: click.Command, told: str, examples: str) -> str:
    context = _context(path, command)
    usage = " ".join([*path, *command.collect_usage_pieces(context)])
    parts = [f"```text\n{usage}\n```", _paragraphs(told)]
    rows = [(code(row[0]), row[1], row[2]) for parameter in command.params if (row := _describe(parameter))]
    if rows:
        parts.append(table(("option or argument", "meaning", "default"), rows))
    if examples:
        parts.append(f"```text\n{_dedented(examples)}\n```")
    parts.append(_exit_codes(path[0], told))
    return "\n\n".join(parts)


def _exit_codes(program: str, told: str) -> str:
    if found := _OF_ITS_OWN.search(told):
        return f"Exit codes: {' '.join(found[0].split())}"
    return f"Exit codes: 0, 1 and 2, as [above](#commands-{program})."


def _context(path: tuple[str, ...], command: click.Command) -> click.Context:
    parent = None
    for word in path[:-1]:
        parent = click.Context(click.Command(word), info_name=word, parent=parent)
    return click.Context(command, info_name=path[-1], parent=parent)


def _split(help_text: str) -> tuple[str, str]:
    """What it says, and its examples, which stand in a part of their own that begins with \\b."""
    parts = inspect.cleandoc(help_text).split("\n\n")
    examples = [part for part in parts if part.startswith(_EXAMPLES)]
    told = "\n\n".join(part for part in parts if part not in examples)
    return told, "".join(part.removeprefix(_EXAMPLES) for part in examples)


def _names(told: str, argument: click.Argument) -> bool:
    """Whether the text speaks of the argument by the names it has on the command line."""
    names = re.findall(r"[A-Z]+(?:=[A-Z]+)?", argument.human_readable_name)
    return bool(names) and all(re.search(rf"\b{name}\b", told) for name in names)


def _describe(parameter: click.Parameter) -> tuple[str, str, str] | None:
    """How it is typed, what it means, its default; None for --version, which each program has."""
    context = click.Context(click.Command("any"))
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(context), _of_argument(parameter), ""
    assert isinstance(parameter, click.Option)
    if parameter.name == "version":
        return None
    record = parameter.get_help_record(context)
    typed = record[0] if record else parameter.opts[0]
    more = parameter.get_help_extra(context)
    told = [parameter.help or ""]
    if "range" in more and parameter.help:
        told.append(f"From {_bounds(parameter.type)}.")
    if parameter.envvar:
        told.append(f"Or the variable {code(parameter.envvar)}.")
    if parameter.multiple and parameter.help and "epeatable" not in parameter.help:
        told.append("Repeatable.")
    return typed, " ".join(told), code(more.get("default", ""))


def _of_argument(parameter: click.Argument) -> str:
    bounds = f" From {_bounds(parameter.type)}." if isinstance(parameter.type, click.IntRange) else ""
    must = "" if parameter.required else " May be left out."
    default = f" Default: {parameter.default}." if isinstance(parameter.default, (int, str)) else ""
    return f"{bounds}{default or must}".strip() or "As said above."


def _bounds(kind: click.ParamType[Any]) -> str:
    least, most = getattr(kind, "min", None), getattr(kind, "max", None)
    if most is None:
        return f"{least:g} on"
    return f"{least:g} to {most:,}"


def _paragraphs(told: str) -> str:
    paragraphs = []
    for paragraph in told.strip().split("\n\n"):
        if paragraph.startswith("\b"):
            paragraphs.append(f"```text\n{paragraph[1:].strip()}\n```")
        else:
            paragraphs.append(" ".join(paragraph.split()))
    return "\n\n".join(paragraphs)


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
