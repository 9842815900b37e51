"""What may go wrong with a request to the shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simulator.faults.kind import Effect, choice, seconds, text, whole

MOST_HELD = 8
"""Answers held back at a time; without a bound they would take every thread from those who could clear the fault."""
_HOW = "FIN, or RST as from a machine that crashed"


@dataclass(frozen=True, slots=True)
class Status(Effect):
    """The request is not carried out and answered with this status, as a problem (RFC 9457)."""

    status: int = whole(503, 400, 599, "the HTTP status")
    retry_after: int = whole(-1, -1, 86_400, "seconds in Retry-After; -1: no such header")


@dataclass(frozen=True, slots=True)
class StatusAfter(Effect):
    """The request is carried out, and then answered with this status all the same."""

    status: int = whole(500, 400, 599, "the HTTP status")
    retry_after: int = whole(-1, -1, 86_400, "seconds in Retry-After; -1: no such header")


@dataclass(frozen=True, slots=True)
class Late(Effect):
    """The request is carried out at once; its answer comes late. Beyond 8 that are held back at a time, a request is
    answered as usual."""

    seconds: float = seconds(30.0)


@dataclass(frozen=True, slots=True)
class DropBefore(Effect):
    """The connection ends without an answer; the request is not carried out."""

    how: str = choice("close", "reset", meaning=_HOW)


@dataclass(frozen=True, slots=True)
class DropAfter(Effect):
    """The request is carried out, and then the connection ends without an answer."""

    how: str = choice("close", "reset", meaning=_HOW)


@dataclass(frozen=True, slots=True)
class Malformed(Effect):
    """The request is carried out; the answer's body breaks off in the middle, and its length says that this is all."""


@dataclass(frozen=True, slots=True)
class CutBody(Effect):
    """The request is carried out; the connection ends half way through the answer's body."""


@dataclass(frozen=True, slots=True)
class NotJson(Effect):
    """The request is not carried out; the answer is an HTML page with status 200, as from a proxy in between."""


@dataclass(frozen=True, slots=True)
class EmptyBody(Effect):
    """The request is carried out and answered 200 without a body."""


@dataclass(frozen=True, slots=True)
class WrongShape(Effect):
    """The request is carried out; the answer is valid JSON without any of the members the contract has."""


@dataclass(frozen=True, slots=True)
class Redirect(Effect):
    """The request is not carried out; the answer is 302 to another host."""

    location: str = text("http://elsewhere.invalid/", "where it sends the client (Location)")


HttpEffect: TypeAlias = (
    Status | StatusAfter | Late | DropBefore | DropAfter | Malformed | CutBody | NotJson | EmptyBody | WrongShape
    | Redirect
)  # fmt: skip
