"""What may go wrong in TLS. `CONTROL` and `DATA` are the channels of the FTPS area, `SMTP` is STARTTLS of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

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
    """The connection ends without close_notify; a download is sent whole and answered 226 all the same."""


@dataclass(frozen=True, slots=True)
class SessionReuseRequired(Effect):
    """A data connection that does not resume the control channel's TLS session is answered 522."""


@dataclass(frozen=True, slots=True)
class VersionFloor(Effect):
    """Only TLS 1.3 is spoken."""


@dataclass(frozen=True, slots=True)
class VersionCeiling(Effect):
    """Only TLS 1.2 is spoken."""


@dataclass(frozen=True, slots=True)
class HandshakeDrop(Effect):
    """The connection ends where the handshake would begin."""


@dataclass(frozen=True, slots=True)
class HandshakeLate(Effect):
    """The server's part of the handshake comes late."""

    seconds: float = seconds(30.0)


TlsEffect: TypeAlias = (
    Expired | NotYetValid | WrongHost | UnknownAuthority | SelfSigned | NoCloseNotify | SessionReuseRequired
    | VersionFloor | VersionCeiling | HandshakeDrop | HandshakeLate
)  # fmt: skip
