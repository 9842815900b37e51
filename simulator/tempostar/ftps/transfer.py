"""The data channel of a session: whole files out, whole files in, and the listening port of passive mode."""

from __future__ import annotations

import sys
from typing import Any

from OpenSSL import SSL
from pyftpdlib.exceptions import FilesystemError
from pyftpdlib.handlers.ftp.dispatchers import PassiveDTP
from pyftpdlib.handlers.ftps.data import TLS_DTPHandler

from simulator.faults.tls import NoCloseNotify, SessionReuseRequired
from simulator.tempostar.ftps.faulty_files import QuotaFull
from simulator.tempostar.ftps.faulty_tls import FaultyTls
from simulator.tempostar.ftps.faulty_transfer import FaultyTransfer
from simulator.tempostar.ftps.filesystem import Download, Upload, UploadTooLong
from simulator.tempostar.ftps.quiet_tls import QuietTls
from simulator.tempostar.ftps.tls import is_resumed

ABORTED = "426 The transfer was aborted."
NOT_RESUMED = "522 The data connection has to resume the TLS session of the control connection."


class PassiveRangeExhausted(Exception):
    """Every port of the passive range is in use."""


class PassivePort(PassiveDTP):  # type: ignore[misc]  # pyftpdlib has no types
    """Listens for the one data connection of a PASV or EPSV; never outside the configured range."""

    _any_port = False

    def bind_af_unspecified(self, addr: tuple[str, int]) -> Any:  # noqa: ANN401 - pyftpdlib's
        """Bind where pyftpdlib only wants to learn the address family, before it binds for good."""
        self._any_port = True
        family = super().bind_af_unspecified(addr)
        self._any_port = False
        return family

    def bind(self, addr: tuple[Any, ...]) -> None:
        """Take a port. pyftpdlib falls back to any free one when the range is used up; here that is an error."""
        if addr[1] == 0 and self.cmd_channel.passive_ports is not None and not self._any_port:
            self.close()
            raise PassiveRangeExhausted
        super().bind(addr)

    def listen(self, num: int) -> None:
        """Listen, unless a fault has the connection refused: the port stays taken then, and nobody is in."""
        if self.cmd_channel.refusal is None:
            super().listen(num)
        else:
            self.cmd_channel.refusal.fire()
            self.del_channel()

    def handle_timeout(self) -> None:
        """Close, and end a transfer that waited for the connection. pyftpdlib would send a 421 nobody asked for."""
        self.close()
        self.cmd_channel.give_up_on_data_connection()

    def handle_error(self) -> None:
        """Note what went wrong, then as pyftpdlib."""
        self.cmd_channel.note_error(sys.exc_info()[1])
        super().handle_error()


class WholeFiles(FaultyTransfer):
    """Ends each transfer in the journal, and keeps an upload only when its end was announced.

    It stands between pyftpdlib's TLS layer and its data handler, because the former calls the latter past any subclass.
    """

    transfer_finished: bool
    _resp: tuple[Any, ...]
    _told = False

    def handle_close(self) -> None:
        """The client ended the connection, or all was sent.

        An upload is complete when TLS said so (close_notify): a connection that merely ends may be a client that died
        half way. ASSUMPTION: the real area may be less strict; curl, lftp and ftplib all say it.
        """
        if self._closed or not self.receive or self.socket.get_shutdown() & SSL.RECEIVED_SHUTDOWN:
            super().handle_close()
            return
        self._resp = ("426 The upload ended without TLS close_notify; nothing was kept.", _quiet)
        self.close()

    def close(self) -> None:
        """Close, after `tell_end`."""
        self.tell_end()
        super().close()

    def tell_end(self) -> None:
        """Put a complete upload in place and tell the journal, before the reply goes out."""
        if not self._told:
            self._told = True
            file = self.file_obj
            if isinstance(file, Upload):
                self._end_upload(file)
            elif isinstance(file, Download):
                self.cmd_channel.record(
                    "ftps.sent",
                    f"{file.name} was sent{'' if self.transfer_finished else ' in part'}.",
                    path=file.name,
                    bytes=self.tot_bytes_sent,
                    complete=self.transfer_finished,
                    restarted_at=file.restarted_at,
                )

    def _end_upload(self, upload: Upload) -> None:
        if self.transfer_finished:
            try:
                self.cmd_channel.fs.keep(upload)
                return
            except FilesystemError as refusal:
                self.transfer_finished = False
                self._resp = (f"{552 if isinstance(refusal, QuotaFull) else 550} {refusal}.", _quiet)
        self.cmd_channel.record(
            "ftps.received",
            f"The upload of {upload.name} was not completed; nothing was kept.",
            path=upload.name,
            bytes=self.tot_bytes_received,
            complete=False,
        )


class DataChannel(TLS_DTPHandler, FaultyTls, WholeFiles):  # type: ignore[misc]  # pyftpdlib has no types
    """One data connection, always under TLS."""

    channel = "DATA"
    _refused = False

    @property
    def session(self) -> Any:  # noqa: ANN401 - a Session, which knows this module
        """The session it belongs to."""
        return self.cmd_channel

    def begin_tls(self, context: SSL.Context) -> None:
        """Begin TLS; pyftpdlib would do so on the socket itself, which is a word too many under TLS 1.3."""
        self.socket = QuietTls(context, self.socket)
        self._ssl_requested = self._ssl_accepting = True

    def initiate_send(self) -> None:
        """Send the next piece, once the one before has left."""
        if not self._ssl_established or self.socket.flush():
            super().initiate_send()

    def handle_ssl_established(self) -> None:
        """Go on to the transfer, if the client resumed its session where it has to (setting tls_session_reuse)."""
        firing = self.tls_fault(SessionReuseRequired)
        if (firing or self.session.grounds.settings().tls_session_reuse) and not is_resumed(self.socket.tls):
            if firing:
                firing.fire()
            self._refused = True
            self._refuse(NOT_RESUMED)
        else:
            self.modify_ioloop_events(self._wanted_io_events)

    def handle_failed_ssl_handshake(self) -> None:
        """Say so to the transfer, or to the one that was to come."""
        self._refuse("522 The TLS handshake failed.")

    def dropped(self) -> None:
        """Close, for a fault, and say so to the transfer, or to the one that was to come."""
        self._refuse(ABORTED)

    def send(self, data: bytes) -> int:
        """Send, if there is anything: OpenSSL takes an empty write during the handshake for the end of the connection,
        and an empty folder would be a broken transfer. Nothing before TLS stands and may be used."""
        return int(super().send(data)) if data and self._ssl_established else 0

    def close(self) -> None:
        """End politely after a complete transfer only: close_notify would make a torn one look whole. One that was
        refused is no transfer, and clients do not look for the reply after an end without it."""
        if not self.transfer_finished:
            self._error = self._error or not self._refused
        elif firing := self.tls_fault(NoCloseNotify):
            firing.fire()
            self._error = True
        super().close()
        if self._closed:
            self.give_up_tls_fault()

    def _refuse(self, reply: str) -> None:
        if self.in_use:
            self._resp = (reply, _quiet)
        else:
            self.session.data_refused_with = reply
        self.close()

    def __repr__(self) -> str:
        """Few words, as of its session."""
        return f"<data of {self.session!r}>"

    __str__ = __repr__

    @property
    def in_use(self) -> bool:
        """Whether a transfer goes over it."""
        return bool(self._initialized)

    def abort(self) -> None:
        """End at once; a transfer gets its last reply."""
        self._error = True  # or it would wait for the client to take the close_notify
        if self.in_use and not self._resp:
            self._resp = (ABORTED, _quiet)
        self.close()

    def handle_timeout(self) -> None:
        """Give up on a transfer that stands still, also one that waits to say close_notify to nobody."""
        if self.get_transmitted_bytes() <= self._lastdata:
            self._error = True
        super().handle_timeout()

    def handle_error(self) -> None:
        """Give up on the transfer and say so; pyftpdlib's TLS layer would leave the client waiting for a reply."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError) and isinstance(error.__cause__, UploadTooLong):
            self._resp = ("552 The file is larger than the area takes; nothing was kept.", _quiet)
        else:
            self.cmd_channel.note_error(error)
            self._resp = ("451 The transfer failed; nothing was kept.", _quiet)
        self.transfer_finished = False
        self.close()


def _quiet(_message: str) -> None:
    """Log nothing: the journal tells it."""
