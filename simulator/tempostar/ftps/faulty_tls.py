"""TLS faults of the FTPS area: how a connection, of either channel, fares that one strikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, assert_never

from pyftpdlib.handlers.ftps.ssl import SSLConnectionMixin

from simulator.faults.kind import Layer
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
from simulator.tempostar.ftps.loop import hold_back
from simulator.tempostar.ftps.striking import give_up

if TYPE_CHECKING:
    from OpenSSL import SSL

    from simulator.faults.armed import Firing
    from simulator.faults.tls import TlsEffect

_BUFFER = 65536


class FaultyTls(SSLConnectionMixin):  # type: ignore[misc]  # pyftpdlib has no types
    """Stands before pyftpdlib's TLS layer in a channel. Without a fault it only keeps the handshake from spinning."""

    channel: ClassVar[str]
    """CONTROL or DATA."""

    socket: Any
    _error: bool
    _tls_firing: Firing | None = None
    _handshake_held = False

    @property
    def session(self) -> Any:  # noqa: ANN401 - a Session, which knows this module
        """The session it belongs to."""
        raise NotImplementedError

    def dropped(self) -> None:
        """Close: a fault ended the connection in the handshake."""
        raise NotImplementedError

    def secure_connection(self, ssl_context: SSL.Context) -> None:
        """Begin TLS, with another context where a fault asks for it."""
        self._tls_firing = self.session.grounds.take(Layer.TLS, self.channel, "")
        self.begin_tls(ssl_context if self._tls_firing is None else self._context(self._tls_firing, ssl_context))

    def begin_tls(self, context: SSL.Context) -> None:
        """Begin TLS in this context."""
        super().secure_connection(context)

    def modify_ioloop_events(self, events: int, logdebug: bool = False) -> None:  # noqa: FBT001, FBT002, RUF100 - pyftpdlib's signature
        """Listen for nothing while held back; in the handshake not for room to write, which there always is."""
        if self._handshake_held:
            events = 0
        elif self._ssl_accepting and not self._ssl_want_write:
            events = self.ioloop.READ
        super().modify_ioloop_events(events, logdebug)

    def tls_fault(self, *kinds: type[TlsEffect]) -> Firing | None:
        """The fault that is about to strike this connection, if it is of these kinds and has not been cleared."""
        firing = self._tls_firing
        return firing if firing is not None and isinstance(firing.effect, kinds) and not firing.over.done() else None

    def give_up_tls_fault(self) -> None:
        """The connection is over: a fault that did not come to strike it waits for another."""
        give_up(self._tls_firing)

    def _context(self, firing: Firing, usual: SSL.Context) -> SSL.Context:
        effect: TlsEffect = firing.effect
        match effect:
            case (
                Expired() | NotYetValid() | WrongHost() | UnknownAuthority() | SelfSigned()
                | VersionFloor() | VersionCeiling()
            ):  # fmt: skip
                firing.fire()
                struck: SSL.Context = self.session.contexts.struck_by(effect)
                return struck
            case HandshakeDrop() | HandshakeLate() | SessionReuseRequired() | NoCloseNotify():
                return usual  # their time comes later
            case _:
                assert_never(effect)

    def _do_ssl_handshake(self) -> None:
        """Come here when the client has begun, or has gone."""
        if firing := self.tls_fault(HandshakeDrop):
            if self.socket.recvmsg(_BUFFER)[0]:  # the plain socket's; what is left unread would make a FIN an RST
                firing.fire()
            self.dropped()
        elif firing := self.tls_fault(HandshakeLate):
            firing.fire()
            self._tls_firing, self._handshake_held = None, True
            self.modify_ioloop_events(0)
            hold_back(self, firing.effect.seconds, firing, self._begin_handshake)
        else:
            super()._do_ssl_handshake()

    def _begin_handshake(self) -> None:
        self._handshake_held = False
        self.modify_ioloop_events(self._wanted_io_events)
