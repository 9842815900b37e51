"""The stages of a mail's way in, and what a fault of the layer `smtp` makes of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from simulator.faults import smtp

if TYPE_CHECKING:
    from simulator.faults.smtp import SmtpEffect


class Stage(StrEnum):
    """What a reply answers: a command, or one of the two moments without one. OTHER: a line that is no command. Faults
    strike some of these (`faults.targets.STAGES`)."""

    CONNECT = "CONNECT"
    HELO = "HELO"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END_OF_DATA = "END-OF-DATA"
    RSET = "RSET"
    NOOP = "NOOP"
    VRFY = "VRFY"
    EXPN = "EXPN"
    HELP = "HELP"
    QUIT = "QUIT"
    OTHER = "?"


@dataclass(frozen=True, slots=True)
class Course:
    """How a stage goes."""

    carried_out: bool = True
    sent: str | None = None
    """The line sent instead of the stage's own reply; "" for none."""
    held: float = 0.0
    """Seconds before the reply."""
    ends: bool = False
    """Whether the connection ends then."""
    withheld: str = ""
    """A line left out of the reply."""

    @property
    def strikes_the_reply(self) -> bool:
        """Whether a fault is met by each reply, whatever it says."""
        return self.sent is not None or bool(self.held)


AS_EVER = Course()
_NO_REPLY = "@@ this is no SMTP reply @@"
_CLOSING = 421


def plan_stage(effect: SmtpEffect, stage: Stage) -> Course:
    """How a stage goes that a fault strikes."""
    match effect:
        case smtp.Reply(code, text):
            # There is no session to go on with when it was not opened, nor after 421 (RFC 5321, 3.1 and 3.8).
            return Course(carried_out=False, sent=f"{code} {text}", ends=stage is Stage.CONNECT or code == _CLOSING)
        case smtp.Late(seconds):
            return Course(held=seconds)
        case smtp.DropBefore():
            return Course(carried_out=False, sent="", ends=True)
        case smtp.DropAfter():
            return Course(sent="", ends=True)
        case smtp.Garbled():
            return Course(carried_out=False, sent=_NO_REPLY, ends=stage is Stage.CONNECT)
        case smtp.NoStartTls():
            return Course(withheld="250-STARTTLS")
        case _:
            assert_never(effect)
