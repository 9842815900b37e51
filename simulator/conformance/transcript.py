"""What went over the wire in each step of a scenario: the journal's entries, step by step.

As JSON, one step:

    {"lines": [["2026-04-01T09:05:00+09:00", "ftps", "ftps.login", "10001_0 logged in."], ...], "left": 0}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES_KEPT = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One journal entry. `at`: lab time, RFC 3339; `service`, `kind` and `summary`: as the journal has them, with ***
    for every secret."""

    at: str
    service: str
    kind: str
    summary: str


@dataclass(frozen=True, slots=True)
class StepTranscript:
    """The entries of one step, at most LINES_KEPT; `left`: how many more there were."""

    lines: tuple[Line, ...] = ()
    left: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; `transcript_from` takes them back."""
        return {"lines": [[one.at, one.service, one.kind, one.summary] for one in self.lines], "left": self.left}


def transcript_from(told: Mapping[str, Any]) -> StepTranscript:
    """The transcript that `as_json` made. Raises: KeyError, TypeError, ValueError when it did not."""
    lines = tuple(Line(*map(_text, line)) for line in told["lines"])
    return StepTranscript(lines, int(told["left"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r}")
    return value
