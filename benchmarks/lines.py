"""One line of the table: what is compared with what, what it has to reach, and whether it does. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from benchmarks.measuring import Taken


class Reads(StrEnum):
    """How the figure that has a target comes from the two medians."""

    SHARE = "ours / theirs"
    FASTER = "theirs / ours"
    ALONE = "ours"


class Bound(StrEnum):
    """Which side of the target is the good one."""

    AT_MOST = "<="
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Target:
    """What has to be reached."""

    bound: Bound
    value: float

    def is_reached(self, value: float) -> bool:
        """Whether a figure is on the good side, or just there."""
        match self.bound:
            case Bound.AT_MOST:
                return value <= self.value
            case Bound.AT_LEAST:
                return value >= self.value
            case _:
                assert_never(self.bound)

    def __str__(self) -> str:
        return f"{self.bound} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people, in both languages of the README."""

    english: str
    japanese: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A figure of a side."""

    side: str
    figure: str = "seconds"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table. `zero`: figures that have to be 0 in every single turn of each side; `how`: what is timed."""

    key: str
    what: Words
    against: Words
    how: str
    ours: Pick
    theirs: Pick | None
    reads: Reads
    target: Target | None
    unit: str = "s"
    zero: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line came to. `value`: what the target is about; `reached` None: no target, or nothing to judge."""

    line: Line
    ours: float | None
    theirs: float | None
    value: float | None
    reached: bool | None
    note: str = ""


def judge(line: Line, taken: Sequence[Taken], asked: int = 1, remark: str = "") -> Outcome:
    """Read a line's figures from what was measured; a side that is missing or failed is named in the note.

    So it is when there were fewer turns than `asked` for, and the `remark` stands there.
    """
    sides = {one.side: one for one in taken}
    ours = _median(line.ours, sides)
    theirs = None if line.theirs is None else _median(line.theirs, sides)
    picks = [pick for pick in (line.ours, line.theirs) if pick]
    notes = [*filter(None, [remark]), *_troubles(picks, sides), *_too_few([sides[pick.side] for pick in picks], asked)]
    value = _value(line.reads, ours, theirs)
    not_zero = [told for pick in (line.ours, line.theirs) if pick for told in _not_zero(line, sides[pick.side])]
    reached = None if value is None or line.target is None else line.target.is_reached(value) and not not_zero
    return Outcome(line, ours, theirs, value, reached, "; ".join([*notes, *not_zero]))


def failed(line: Line, reason: str) -> Outcome:
    """A line of which nothing could be measured."""
    return Outcome(line, None, None, None, None, f"failed: {reason}")


def _value(reads: Reads, ours: float | None, theirs: float | None) -> float | None:
    match reads:
        case Reads.ALONE:
            return ours
        case Reads.SHARE:
            return ours / theirs if ours is not None and theirs else None
        case Reads.FASTER:
            return theirs / ours if ours and theirs is not None else None
        case _:
            assert_never(reads)


def _median(pick: Pick, sides: Mapping[str, Taken]) -> float | None:
    return sides[pick.side].median(pick.figure)


def _troubles(picks: Sequence[Pick], sides: Mapping[str, Taken]) -> list[str]:
    """What is missing or failed; what all sides lack for one reason is said once."""
    missing = {pick.side: sides[pick.side].missing for pick in picks if sides[pick.side].missing}
    failed = [f"failed: {pick.side}: {told}" for pick in picks if (told := sides[pick.side].failed)]
    if len(missing) == len(picks) and len(set(missing.values())) == 1:
        return [*missing.values()][:1]
    return [f"missing: {side}: {reason}" for side, reason in missing.items()] + failed


def _too_few(taken: Sequence[Taken], asked: int) -> list[str]:
    """How many turns the figures come from, where it is fewer than asked for; a side that failed is told of already."""
    turns = min((one.turns for one in taken if not (one.missing or one.failed)), default=asked)
    return [f"{turns} of {asked} turns"] if turns < asked else []


def _not_zero(line: Line, side: Taken) -> list[str]:
    if not side.figures:  # missing, or failed at once: the note says so already
        return []
    told = [(name, max(side.figures.get(name, ()), key=abs, default=None)) for name in line.zero]
    return [
        f"{side.side}, {name}: {'not counted' if most is None else f'{most:g}'}" for name, most in told if most != 0
    ]
