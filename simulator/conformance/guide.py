"""The guide's statements and the walk through the consoles as data, and where the project's feature files are."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from simulator.errors import Unknown

_HERE = Path(__file__).parent


class Level(StrEnum):
    """`must`: the guide states it; `setup`: a step a person or the API can carry out; `out`: out of scope."""

    MUST = "must"
    SETUP = "setup"
    OUT = "out"


class Observed(StrEnum):
    """Who is observed when a statement is checked."""

    TEMPOSTAR = "tempostar"
    ROOMCLIP = "roomclip"
    ENGINE = "engine"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the guide that a reader can act on or observe; `reason` says why no scenario shows it."""

    id: str
    level: Level
    on: Observed
    text: str
    reason: str = ""


@cache
def statements() -> tuple[Statement, ...]:
    """All statements, in the guide's order."""
    with (_HERE / "statements.toml").open("rb") as file:
        rows = tomllib.load(file)["statement"]
    return tuple(
        Statement(row["id"], Level(row["level"]), Observed(row["on"]), row["text"], row.get("reason", ""))
        for row in rows
    )


def statement(statement_id: str) -> Statement:
    """One statement.

    Raises: Unknown when the guide has no such number.
    """
    for found in statements():
        if found.id == statement_id:
            return found
    raise Unknown("guide statement", statement_id, next_step="simulator/conformance/statements.toml lists them.")


@dataclass(frozen=True, slots=True)
class WalkStep:
    """What a person does on the consoles, guide in hand. `section`: the guide's; `text`: Japanese, in the
    guide's labels; `statements`: ids of those that it shows."""

    id: str
    section: str
    text: str
    statements: tuple[str, ...]


@cache
def walk_steps() -> tuple[WalkStep, ...]:
    """The walk, in order; `tests/browser` carries it out."""
    with (_HERE / "walk.toml").open("rb") as file:
        rows = tomllib.load(file)["step"]
    return tuple(WalkStep(row["id"], row["section"], row["text"], tuple(row["statements"])) for row in rows)


def features_dir() -> Path:
    """The folder of this project's feature files: inside the installed package, or beside it in a checkout."""
    return _shipped("features")


def fixtures_dir() -> Path:
    """The folder of the golden bytes of the contract, found as `features_dir`."""
    return _shipped("fixtures")


def _shipped(name: str) -> Path:
    inside = _HERE / f"_{name}"
    return inside if inside.is_dir() else _HERE.parents[1] / name
