"""Sides measured turn by turn: what a side tells each time, and what became of all its turns.

A *measurement* has several *sides* (the engine, the limit, a peer). In each round every side is run once, and each
round begins with another one, so that a machine that gets slower is slow for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Figures = Mapping[str, float]
"""What one turn of a side came to, by name: `seconds`, `peak MiB`, ..."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of those compared. `run` makes one turn; `missing` says why there is none, instead."""

    name: str
    run: Callable[[], Figures]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Sides of one subject; `before_round` prepares what all of them meet (a new file, say), and is not counted.

    `remark`: what whoever reads the rows has to know.
    """

    sides: tuple[Side, ...]
    before_round: Callable[[], None] = lambda: None
    remark: str = ""


@dataclass(slots=True)
class Taken:
    """All turns of one side: every single figure by its name, or why there are none."""

    side: str
    figures: dict[str, list[float]] = field(default_factory=dict)
    missing: str = ""
    failed: str = ""

    @property
    def turns(self) -> int:
        """How many there were."""
        return max(map(len, self.figures.values()), default=0)

    def median(self, figure: str) -> float | None:
        """The middle one, None where nothing was measured."""
        values = self.figures.get(figure)
        return median(values) if values and not self.failed else None


class Interrupted(Exception):
    """Somebody pressed Ctrl-C; `taken` is what there was by then."""

    def __init__(self, taken: tuple[Taken, ...]) -> None:
        super().__init__("interrupted")
        self.taken = taken


def take(measurement: Measurement, rounds: int, say: Callable[[str], None] = lambda _: None) -> tuple[Taken, ...]:
    """Run every side `rounds` times, interleaved. A side that fails is left out of the rounds that follow.

    Raises: Interrupted.
    """
    taken = tuple(Taken(side.name, missing=side.missing) for side in measurement.sides)
    try:
        _take_turns(measurement, taken, rounds, say)
    except KeyboardInterrupt as end:
        raise Interrupted(taken) from end
    return taken


def _take_turns(measurement: Measurement, taken: Sequence[Taken], rounds: int, say: Callable[[str], None]) -> None:
    order = list(zip(measurement.sides, taken, strict=True))
    for number in range(rounds):
        if not any(_goes_on(one) for one in taken):
            break
        try:
            measurement.before_round()
        except Exception as error:  # noqa: BLE001 - it is told, and the other rows are measured
            for one in filter(_goes_on, taken):
                one.failed = f"round {number + 1} was not prepared: {name_error(error)}"
            break
        begin = number % len(order)
        for side, one in order[begin:] + order[:begin]:
            if _goes_on(one):
                say(f"round {number + 1} of {rounds}: {side.name}")
                _turn(side, one)


def _turn(side: Side, taken: Taken) -> None:
    try:
        told = side.run()
    except Exception as error:  # noqa: BLE001 - as above
        taken.failed = name_error(error)
        return
    for name, value in told.items():
        taken.figures.setdefault(name, []).append(value)


def _goes_on(taken: Taken) -> bool:
    return not (taken.missing or taken.failed)


def name_error(error: BaseException) -> str:
    """One line that says what went wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1][:200]}" if lines else type(error).__name__
