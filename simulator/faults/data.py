"""What may go wrong on the FTPS data channel. Offsets count the bytes of the file or listing, not of its encryption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simulator.faults.kind import Effect, whole

_LARGEST = 1_000_000_000
_AT = "bytes that pass before; the transfer must be longer than that, or the fault waits for one that is"


@dataclass(frozen=True, slots=True)
class Refuse(Effect):
    """The passive port that is named refuses the connection; the server waits there in vain."""


@dataclass(frozen=True, slots=True)
class Unavailable(Effect):
    """The transfer is answered 425 and does not begin."""


@dataclass(frozen=True, slots=True)
class Cut(Effect):
    """The data connection ends at this byte and the transfer is answered 426; of an upload nothing is kept."""

    at: int = whole(0, 0, _LARGEST, _AT)


@dataclass(frozen=True, slots=True)
class CutSilently(Effect):
    """The transfer ends politely at this byte and is answered 226 as if whole; of an upload that much is kept, and the
    rest is taken and lost."""

    at: int = whole(0, 0, _LARGEST, _AT)


@dataclass(frozen=True, slots=True)
class Reset(Effect):
    """The data connection is reset (RST) at this byte, the transfer answered 426; of an upload nothing is kept."""

    at: int = whole(0, 0, _LARGEST, _AT)


@dataclass(frozen=True, slots=True)
class Stall(Effect):
    """Nothing moves after this byte, until the fault is cleared, the client gives up or the area's limit is reached."""

    at: int = whole(0, 0, _LARGEST, _AT)


@dataclass(frozen=True, slots=True)
class Slow(Effect):
    """The transfer goes on whole, but at this pace."""

    rate: int = whole(1000, 1, _LARGEST, "bytes a second of real time")


@dataclass(frozen=True, slots=True)
class TooLong(Effect):
    """After the file come more bytes than SIZE told of, as when it grows while it is read; answered 226."""

    by: int = whole(100, 1, 1_000_000, "bytes too many")


@dataclass(frozen=True, slots=True)
class LeftOpen(Effect):
    """Everything is sent and answered 226, but the data connection is not closed until the client does, the fault is
    cleared or the area's limit is reached."""


DataEffect: TypeAlias = Refuse | Unavailable | Cut | CutSilently | Reset | Stall | Slow | TooLong | LeftOpen
