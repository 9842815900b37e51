"""STARTTLS of the inbox: the context it is served with, and the TLS faults that strike it."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, assert_never

from simulator.faults.tls import (
    Expired,
    HandshakeDrop,
    HandshakeLate,
    NoCloseNotify,
    NotYetValid,
    SelfSigned,
    SessionReuseRequired,
    UnknownAuthority,
    VersionCeiling,
    VersionFloor,
    WrongHost,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from simulator.faults.armed import Firing
    from simulator.faults.tls import CertificateEffect, TlsEffect, VersionEffect

READY = "220 Ready to start TLS"
_BUFFER = 65536


class ServerCertificate(Protocol):
    """What the server shows with STARTTLS, in PEM."""

    @property
    def cert_pem(self) -> bytes:
        """Certificate, with what leads to the authority."""

    @property
    def key_pem(self) -> bytes:
        """Private key."""


Flawed: TypeAlias = "Callable[[CertificateEffect], ServerCertificate]"
"""How the server gets a certificate with something wrong."""


class Contexts:
    """The usual context, and those that faults ask for, made when first needed. For the server's loop alone."""

    def __init__(self, certificate: ServerCertificate, flawed: Flawed) -> None:
        self.usual = _server_context(certificate)
        self._certificate = certificate
        self._flawed = flawed
        self._struck: dict[CertificateEffect | VersionEffect, ssl.SSLContext] = {}

    async def strike(self, firing: Firing, session: Any) -> bool:  # noqa: ANN401 - aiosmtpd's, with its tls_context
        """Let a fault take effect on a session that asked for TLS; True when its handshake is still to be carried out,
        under the session's `tls_context`."""
        effect: TlsEffect = firing.effect
        match effect:
            case (
                Expired() | NotYetValid() | WrongHost() | UnknownAuthority() | SelfSigned()
                | VersionFloor() | VersionCeiling()
            ):  # fmt: skip
                firing.fire()
                session.tls_context = self._struck_by(effect)
                return True
            case HandshakeLate(seconds=seconds):
                firing.fire()
                _read_nothing(session.transport, seconds, firing.over)
                return True
            case HandshakeDrop():
                try:
                    await session.push(READY)
                    if await session._reader.read(_BUFFER):  # noqa: SLF001 - what the client begins with, in plain bytes
                        firing.fire()
                finally:
                    firing.miss()  # a client that goes now has this cancelled
                session.transport.close()
                return False
            case NoCloseNotify() | SessionReuseRequired():
                raise AssertionError(f"{effect} is not for this channel")
            case _:
                assert_never(effect)

    def _struck_by(self, effect: CertificateEffect | VersionEffect) -> ssl.SSLContext:
        if effect not in self._struck:
            self._struck[effect] = self._make(effect)
        return self._struck[effect]

    def _make(self, effect: CertificateEffect | VersionEffect) -> ssl.SSLContext:
        match effect:
            case Expired() | NotYetValid() | WrongHost() | UnknownAuthority() | SelfSigned():
                return _server_context(self._flawed(effect))
            case VersionFloor():
                context = _server_context(self._certificate)
                context.minimum_version = ssl.TLSVersion.TLSv1_3
                return context
            case VersionCeiling():
                context = _server_context(self._certificate)
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                return context
            case _:
                assert_never(effect)


def _read_nothing(transport: asyncio.Transport, seconds: float, over: Future[None]) -> None:
    """Leave what the client sends unread for so long, or until the fault is cleared."""
    loop = asyncio.get_running_loop()

    def go_on(_over: Future[None]) -> None:
        with suppress(RuntimeError):  # the server may have stopped long ago
            loop.call_soon_threadsafe(transport.resume_reading)

    transport.pause_reading()
    loop.call_later(seconds, transport.resume_reading)
    over.add_done_callback(go_on)


def _server_context(certificate: ServerCertificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python's ssl takes a key from a file only: it exists for the moment of loading, readable by its owner alone.
    with tempfile.NamedTemporaryFile(prefix="zaikolab-", suffix=".pem") as file:
        file.write(certificate.cert_pem.rstrip() + b"\n" + certificate.key_pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context
