"""What a scenario may stand on, by tag: a statement of the guide, a public fact, an assumption; and who owes it.

@guide-4.3               statements.toml
@public-held-back        public_facts.toml
@assumption-exact-codes  assumptions.toml

@chooses-content         beside @assumption-content: the scenario chooses the file's content for itself
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.conformance.guide import Statement, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HERE = Path(__file__).parent
ASSUMPTION = "assumption-"
"""What the tag of a scenario that stands on an assumption begins with."""
CHOICE = "chooses-"
"""What the tag of a scenario begins with that chooses for itself what an assumption leaves open: it holds under every
profile."""


class Owed(StrEnum):
    """Who owes a scenario; each level includes those before it. `must`: the guide states it; `should`: good practice a
    merchant expects; `orders`: for engines that carry orders too; `brakes`: what the reference engine watches over."""

    MUST = "must"
    SHOULD = "should"
    ORDERS = "orders"
    BRAKES = "brakes"

    def includes(self, other: Owed) -> bool:
        """Whether judging by this level judges by `other` too."""
        levels = list(Owed)
        return levels.index(other) <= levels.index(self)


class Confidence(StrEnum):
    """How sure a public fact is. `manual`: a first party's manual says so; `code`: public code that talks to the real
    service acts on it; `reports`: issue trackers tell of it, not of the service itself."""

    MANUAL = "manual"
    CODE = "code"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class PublicFact:
    """Something published outside the guide; `published` says where."""

    id: str
    text: str
    confidence: Confidence
    published: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """A choice of this project; `unshown` says why no scenario shows it, where none does."""

    id: str
    on: str
    text: str
    setting: str
    settle: str
    unshown: str = ""


Source = Statement | PublicFact | Assumption
_KINDS = {
    "guide-": ("statement of the vendor guide", "statements.toml"),
    "public-": ("public fact", "public_facts.toml"),
    ASSUMPTION: ("assumption", "assumptions.toml"),
}


@cache
def public_facts() -> tuple[PublicFact, ...]:
    """All public facts that scenarios stand on."""
    rows = _rows("public_facts.toml", "fact")
    return tuple(PublicFact(**row | {"confidence": Confidence(row["confidence"])}) for row in rows)


@cache
def assumptions() -> tuple[Assumption, ...]:
    """All assumptions of the project."""
    return tuple(Assumption(**row) for row in _rows("assumptions.toml", "assumption"))


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its tag, without `@`: statements in the guide's order, then public facts, then assumptions."""
    found: dict[str, Source] = {f"guide-{one.id}": one for one in statements()}
    found |= {f"public-{one.id}": one for one in public_facts()}
    found |= {f"{ASSUMPTION}{one.id}": one for one in assumptions()}
    return MappingProxyType(found)


def source_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Those of a scenario's tags that name a source, known or not, in the order of `sources()`."""
    order = {tag: number for number, tag in enumerate(sources())}
    named = (tag for tag in tags if tag.startswith(tuple(_KINDS)))
    return tuple(sorted(named, key=lambda tag: (order.get(tag, len(order)), tag)))


def explain_unknown(tag: str) -> str:
    """What is wrong with a tag that looks like a source and names none; empty for every other tag."""
    for prefix, (kind, file) in _KINDS.items():
        if tag.startswith(prefix) and tag not in sources():
            return f"@{tag} names no {kind}. See simulator/conformance/{file}."
    return ""


def levels_in(tags: Iterable[str]) -> tuple[Owed, ...]:
    """The levels that tags name; `must` when they name none. A scenario has one."""
    named = set(tags)
    return tuple(level for level in Owed if level in named) or (Owed.MUST,)


def _rows(file: str, table: str) -> list[dict[str, Any]]:
    with (_HERE / file).open("rb") as opened:
        rows: list[dict[str, Any]] = tomllib.load(opened)[table]
    return rows
