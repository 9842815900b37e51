"""What may go wrong in TLS. `CONTROL` and `DATA` are the channels of the FTPS area, `SMTP` is STARTTLS of the inbox.

A call is a connection, shown to the faults where its TLS begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from simulator.faults.kind import Effect, seconds


@dataclass(frozen=True, slots=True)
class Expired(Effect):
    """The certificate's time is over since an hour."""


@dataclass(frozen=True, slots=True)
class NotYetValid(Effect):
    """The certificate's time begins in a day."""


@dataclass(frozen=True, slots=True)
class WrongHost(Effect):
    """The certificate is another host's."""


@dataclass(frozen=True, slots=True)
class UnknownAuthority(Effect):
    """The certificate is issued by an authority the client has not been given."""


@dataclass(frozen=True, slots=True)
class SelfSigned(Effect):
    """The certificate vouches for itself."""


@dataclass(frozen=True, slots=True)
class NoCloseNotify(Effect):
    """The server ends the connection without close_notify; what goes over a data connection is whole, and answered 226
    all the same."""


@dataclass(frozen=True, slots=True)
class SessionReuseRequired(Effect):
    """A data connection that does not resume the control channel's TLS session is answered 522, with nothing sent over
    it. One that does is not struck: the fault waits for another."""


@dataclass(frozen=True, slots=True)
class VersionFloor(Effect):
    """Only TLS 1.3 is spoken: a client that has 1.2 at most is refused in the handshake."""


@dataclass(frozen=True, slots=True)
class VersionCeiling(Effect):
    """Only TLS 1.2 is spoken."""


@dataclass(frozen=True, slots=True)
class HandshakeDrop(Effect):
    """The connection ends when the client begins its handshake; a transfer that was to go over it is answered 426."""


@dataclass(frozen=True, slots=True)
class HandshakeLate(Effect):
    """The server answers late when the client begins its handshake; its limits on idle connections hold meanwhile."""

    seconds: float = seconds(30.0)


CertificateEffect: TypeAlias = Expired | NotYetValid | WrongHost | UnknownAuthority | SelfSigned
VersionEffect: TypeAlias = VersionFloor | VersionCeiling
TlsEffect: TypeAlias = (
    CertificateEffect | VersionEffect | NoCloseNotify | SessionReuseRequired | HandshakeDrop | HandshakeLate
)


def no_flaws(flaw: CertificateEffect) -> NoReturn:
    """How a server without a lab gets a certificate with something wrong: it does not, for no fault is armed there."""
    raise AssertionError(f"nothing makes a certificate that is {flaw}")
