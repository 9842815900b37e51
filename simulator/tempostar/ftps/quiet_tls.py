"""TLS of a data connection that says nothing on its own account.

A server of TLS 1.3 sends session tickets as soon as the handshake is over. Clients that upload (curl, lftp) do not read
them, and closing a socket with something unread resets the connection: the end of the upload is thrown away. pyOpenSSL
cannot turn tickets off, so TLS works in memory here, and what it has to send waits for the first byte of the transfer
or for its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL

if TYPE_CHECKING:
    import socket

_HEADER = 5
"""Bytes before the content of a TLS record; the last two of them are its length."""
_LARGEST = 65536
_CONTENT_TYPES = range(20, 25)


class QuietTls:
    """The server's end of TLS over a connected, non-blocking socket; to pyftpdlib it is an `SSL.Connection`.

    Whatever is not named here is the socket's own.
    """

    def __init__(self, context: SSL.Context, plain: socket.socket) -> None:
        self.tls = SSL.Connection(context, None)
        self.tls.set_accept_state()
        self._plain = plain
        self._record = b""
        """The beginning of a record that has not come whole."""
        self._unsent = b""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method of the socket
        return getattr(self._plain, name)

    def do_handshake(self) -> None:
        """Go on with the handshake as far as possible.

        Raises: WantReadError, WantWriteError: come again then. SSL.Error: it failed, and the client has been told.
        """
        while True:
            try:
                self.tls.do_handshake()
            except SSL.WantReadError:
                self._deliver()
                self._receive()
            except SSL.Error:
                self._deliver()
                raise
            else:
                break
        if self.tls.get_protocol_version() < SSL.TLS1_3_VERSION:  # else all that is left to say are tickets
            self._deliver()

    def recv(self, size: int) -> bytes:
        """What came in, decrypted; at most one record, so that the loop wakes for the next.

        Raises: as `SSL.Connection.recv`.
        """
        while True:
            try:
                return self.tls.recv(size)
            except SSL.WantReadError:
                self._receive()

    def send(self, data: bytes) -> int:
        """Encrypt all of `data` and send what goes out at once; `flush` sends the rest.

        Raises: WantWriteError while something from before is left.
        """
        self._deliver()
        sent = 0
        while sent < len(data):  # each time one record, which memory always has room for
            sent += self.tls.send(data[sent:])
        self._fetch()
        self._send()
        return sent

    def flush(self) -> bool:
        """Whether nothing is left of what was sent; what tells nothing of the transfer stays."""
        if self._unsent:
            self._send()
        return not self._unsent

    def shutdown(self) -> bool:
        """Say close_notify, after all that was sent.

        Raises: WantWriteError: come again then.
        """
        done = self.tls.shutdown()
        self._deliver()
        return done

    def get_shutdown(self) -> int:
        """Who has said close_notify, as `SSL.Connection.get_shutdown`."""
        return self.tls.get_shutdown()

    def set_shutdown(self, state: int) -> None:
        """As `SSL.Connection.set_shutdown`."""
        self.tls.set_shutdown(state)

    def _receive(self) -> None:
        """Hand the next record over to TLS. No more: what TLS had left over would wait without the loop knowing."""
        while missing := self._missing():
            try:
                came = self._plain.recv(missing)
            except BlockingIOError:
                raise SSL.WantReadError from None
            if not came:
                raise SSL.SysCallError(-1, "Unexpected EOF")
            self._record += came
        self.tls.bio_write(self._record)
        self._record = b""

    def _missing(self) -> int:
        """Bytes until the record is whole. What is no record is: TLS shall refuse it as it stands."""
        if len(self._record) < _HEADER:
            return _HEADER - len(self._record)
        if self._record[0] not in _CONTENT_TYPES:
            return 0
        return _HEADER + int.from_bytes(self._record[_HEADER - 2 : _HEADER]) - len(self._record)

    def _fetch(self) -> None:
        """Take from TLS what is to be sent."""
        while True:
            try:
                self._unsent += self.tls.bio_read(2 * _LARGEST)
            except SSL.WantReadError:
                return

    def _send(self) -> None:
        """Send what goes out at once."""
        try:
            sent = self._plain.send(self._unsent)
        except BlockingIOError:
            return
        self._unsent = self._unsent[sent:]

    def _deliver(self) -> None:
        """Send all there is.

        Raises: WantWriteError when something is left.
        """
        self._fetch()
        while self._unsent:
            before = len(self._unsent)
            self._send()
            if len(self._unsent) == before:
                raise SSL.WantWriteError
