"""What only the vendors can tell, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UnknownFact:
    """One thing nobody outside knows, in Japanese and English; `assumptions`: ids of those that stand in for it."""

    id: str
    ja: str
    en: str
    assumptions: tuple[str, ...]


@cache
def unknowns() -> tuple[UnknownFact, ...]:
    """All of them, in the order of their file."""
    with Path(__file__).with_name("unknowns.toml").open("rb") as file:
        rows = tomllib.load(file)["unknown"]
    return tuple(UnknownFact(row["id"], row["ja"], row["en"], tuple(row["assumptions"])) for row in rows)
