"""What somebody wants to go wrong, checked: a fault that could never fire is refused, with what could."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from simulator.config import TlsMode
from simulator.errors import BadValue
from simulator.faults.catalogue import BY_NAME
from simulator.faults.targets import ANY, find_fault_in_path, has_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.faults.kind import Effect, Kind

MOST_CALLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Reach:
    """What there is to strike in a lab: the shops its paths lead to, and how its FTPS sessions begin."""

    shop_codes: tuple[str, ...]
    tls: TlsMode


@dataclass(frozen=True, slots=True)
class Wish:
    """A fault that can fire: `nth` matching call and the `times` - 1 after it. `path` "" means any."""

    kind: Kind
    on: str
    path: str
    nth: int
    times: int
    effect: Effect

    def __str__(self) -> str:
        return f"{self.kind.name} on {self.on} {self.path}".rstrip()

    @property
    def targets(self) -> tuple[str, ...]:
        """The calls it strikes."""
        return self.kind.on if self.on == ANY else (self.on,)


def check_wish(
    kind: str, *, on: str, path: str, nth: object, times: object, parameters: Mapping[str, Any], reach: Reach
) -> Wish:
    """The fault that is wanted.

    Raises: BadValue naming what could never fire, and the valid ones.
    """
    found = BY_NAME.get(kind)
    if found is None:
        near = get_close_matches(kind, BY_NAME, n=3, cutoff=0.4)
        meant = f"Meant perhaps: {', '.join(near)}. " if near else ""
        raise BadValue(
            "kind", kind, "not in the catalogue", next_step=f"{meant}All: `zaikolab fault list --catalogue`."
        )
    target = _check_target(found, on)
    _check_reachable(found, target, reach)
    if path:
        _check_path(found, target, path, reach)
    return Wish(found, target, path, _count("nth", nth), _count("times", times), found.make(parameters))


def _check_target(kind: Kind, on: str) -> str:
    valid = f"{kind.name} strikes: {', '.join(kind.on)}" + (f", or {ANY} for any of them." if len(kind.on) > 1 else ".")
    if not on:
        if len(kind.on) > 1:
            raise BadValue("on", on, "what it is to strike has to be said", next_step=valid)
        return kind.on[0]
    by_name = {target.upper(): target for target in (ANY, *kind.on)}
    if on.upper() not in by_name:
        raise BadValue("on", on, f"{kind.name} could never fire there", next_step=valid)
    return by_name[on.upper()]


def _check_reachable(kind: Kind, target: str, reach: Reach) -> None:
    if target == "AUTH" and reach.tls is TlsMode.IMPLICIT:
        raise BadValue(
            "on", target, "this lab's FTPS sessions begin under TLS (implicit), so AUTH never comes",
            next_step=f"Strike another command, or start the lab with --tls explicit. {kind.name} was not armed.",
        )  # fmt: skip


def _check_path(kind: Kind, target: str, path: str, reach: Reach) -> None:
    narrowed = [one for one in (kind.on if target == ANY else (target,)) if has_path(one)]
    if not narrowed:
        has = (
            f"These have one: {', '.join(kind.with_path)}."
            if kind.with_path
            else f"{kind.name} is armed without a path."
        )
        raise BadValue("path", path, f"calls of {target} have no path", next_step=has)
    if not path.isprintable():
        raise BadValue("path", path, "paths have no control characters")
    reasons = [find_fault_in_path(path, one, reach.shop_codes, kind.places(one)) for one in narrowed]
    if all(reasons):
        raise BadValue("path", path, f"{kind.name} could never fire there: {reasons[0]}")


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_CALLS:
        raise BadValue(name, value, f"a whole number from 1 to {MOST_CALLS:,} is wanted")
    return value
