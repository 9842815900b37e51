"""What may go wrong on the FTPS control channel.

`CONNECT` is the greeting. The reply to a transfer (RETR, STOR, LIST, NLST, MLSD) is the one that ends it, not the 150
before; a fault that is cleared before it comes does not strike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simulator.faults.kind import Effect, choice, difference, seconds, text, whole

INJECTED = "Injected by the lab."
_HOW = "FIN, or RST as from a machine that crashed"


@dataclass(frozen=True, slots=True)
class Reply(Effect):
    """The command is not carried out; this reply is sent instead."""

    code: int = whole(450, 100, 599, "the reply's code")
    text: str = text(INJECTED, "the reply's text")


@dataclass(frozen=True, slots=True)
class ReplyAfter(Effect):
    """The command is carried out, a transfer to its end, and then answered with this reply."""

    code: int = whole(451, 100, 599, "the reply's code")
    text: str = text(INJECTED, "the reply's text")


@dataclass(frozen=True, slots=True)
class Late(Effect):
    """The command is carried out at once; its reply, a transfer's last, or the greeting, comes late, and others behind
    it."""

    seconds: float = seconds(30.0)


@dataclass(frozen=True, slots=True)
class DropBefore(Effect):
    """The connection ends without an answer; the command is not carried out."""

    how: str = choice("close", "reset", meaning=_HOW)


@dataclass(frozen=True, slots=True)
class DropAfter(Effect):
    """The command is carried out, a transfer to its end, and then the connection ends without an answer."""

    how: str = choice("close", "reset", meaning=_HOW)


@dataclass(frozen=True, slots=True)
class Busy(Effect):
    """Whoever connects is answered 421 instead of a greeting, and the connection ends."""

    text: str = text("Too many connections, try again later.", "the reply's text")


@dataclass(frozen=True, slots=True)
class ShutDown(Effect):
    """The command is not carried out but answered 421, and the connection ends."""

    text: str = text("Service not available, closing control connection.", "the reply's text")


@dataclass(frozen=True, slots=True)
class Garbled(Effect):
    """The command is not carried out; what is sent instead is no FTP reply but a line of another protocol."""


@dataclass(frozen=True, slots=True)
class UnfinishedReply(Effect):
    """The command is carried out, a transfer to its end; of its reply comes only a first line that says that more will
    follow."""


@dataclass(frozen=True, slots=True)
class LoginRefused(Effect):
    """A login is answered 530, be the password right or not; as ever, too many refusals end the session."""


@dataclass(frozen=True, slots=True)
class NoTls(Effect):
    """AUTH is answered 502: a server, or somebody between, that would have the client go on in clear.
    Some clients ask twice, with AUTH SSL and AUTH TLS, as curl does: that takes two times."""


@dataclass(frozen=True, slots=True)
class Unsupported(Effect):
    """The command is answered 502, as by a server that does not know it."""


@dataclass(frozen=True, slots=True)
class WrongSize(Effect):
    """SIZE answers another number of bytes than the file has."""

    by: int = difference(1, 1_000_000_000, "bytes added to the true size, not below 0 altogether")


@dataclass(frozen=True, slots=True)
class WrongTime(Effect):
    """MDTM answers another time than the file has."""

    by: int = difference(-3600, 31_536_000, "seconds added to the true time")


@dataclass(frozen=True, slots=True)
class WrongAddress(Effect):
    """PASV names an address nobody can reach (192.0.2.1), as behind a router that was set up wrongly."""


ControlEffect: TypeAlias = (
    Reply | ReplyAfter | Late | DropBefore | DropAfter | Busy | ShutDown | Garbled | UnfinishedReply | LoginRefused
    | NoTls | Unsupported | WrongSize | WrongTime | WrongAddress
)  # fmt: skip
