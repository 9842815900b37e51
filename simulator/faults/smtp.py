"""What may go wrong when a mail is handed over. `CONNECT` is the greeting, `END-OF-DATA` the end of the mail's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simulator.faults.control import INJECTED
from simulator.faults.kind import Effect, seconds, text, whole


@dataclass(frozen=True, slots=True)
class Reply(Effect):
    """The stage is not carried out and answered with this code; a mail is not kept. At CONNECT, and with code 421, the
    connection ends with it."""

    code: int = whole(451, 400, 599, "the reply's code")
    text: str = text(INJECTED, "the reply's text")


@dataclass(frozen=True, slots=True)
class Late(Effect):
    """The stage is carried out at once; its answer comes late."""

    seconds: float = seconds(30.0)


@dataclass(frozen=True, slots=True)
class DropBefore(Effect):
    """The connection ends without an answer; the stage is not carried out."""


@dataclass(frozen=True, slots=True)
class DropAfter(Effect):
    """The stage is carried out, at END-OF-DATA the mail is kept, and then the connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class Garbled(Effect):
    """The stage is not carried out; what is sent instead is no SMTP reply. At CONNECT the connection ends with it."""


@dataclass(frozen=True, slots=True)
class NoStartTls(Effect):
    """STARTTLS is not offered."""


SmtpEffect: TypeAlias = Reply | Late | DropBefore | DropAfter | Garbled | NoStartTls
