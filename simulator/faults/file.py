"""What may go wrong with a file of the FTPS area.

`REFLECTION` is a pass of 在庫反映 that has a file to write. What it had to tell is told by the next pass, as when
TEMPOSTAR notices that its writing failed; only a file that is merely visible too early has told it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simulator.faults.kind import Effect, whole


@dataclass(frozen=True, slots=True)
class Partial(Effect):
    """The file is visible, cut inside a row, for a while of the lab's time before it is whole."""

    seconds: int = whole(30, 1, 3600, "seconds of the lab's time")


@dataclass(frozen=True, slots=True)
class CutShort(Effect):
    """The file is written only so far and stays so; its size is that of the part."""

    at: int = whole(100, 1, 1_000_000_000, "bytes written; a file that is no longer is not struck")


@dataclass(frozen=True, slots=True)
class ZeroBytes(Effect):
    """The file is written without a byte."""


@dataclass(frozen=True, slots=True)
class HeaderOnly(Effect):
    """The file is written with its header row alone; without a byte where files have none (setting header)."""


@dataclass(frozen=True, slots=True)
class Missing(Effect):
    """The file is not written, and the one that stood there is gone."""


@dataclass(frozen=True, slots=True)
class NotWritten(Effect):
    """The pass does not take place: the older file stays, with its time."""


@dataclass(frozen=True, slots=True)
class Garbage(Effect):
    """The file is written with bytes that are no text, as many as it should have."""


@dataclass(frozen=True, slots=True)
class OldFile(Effect):
    """Instead of a new file the version before the one that stands there is put back, with its old time, as from a
    backup. Without an older version the fault waits for another pass."""


@dataclass(frozen=True, slots=True)
class ReplacedWhileRead(Effect):
    """A stock file is written anew while it is read: the client gets so many bytes of the old one, then the new one's
    from there on. The new one is what a pass would write now, a second younger at least, and stays. Files that no pass
    would write now are not struck."""

    at: int = whole(0, 0, 1_000_000_000, "bytes of the old file; it must be longer than that")


@dataclass(frozen=True, slots=True)
class QuotaFull(Effect):
    """An upload is answered 552 at its end; nothing is kept."""


WritingEffect: TypeAlias = Partial | CutShort | ZeroBytes | HeaderOnly | Missing | NotWritten | Garbage | OldFile
FileEffect: TypeAlias = WritingEffect | ReplacedWhileRead | QuotaFull
