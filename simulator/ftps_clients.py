"""What ftplib lacks for an FTPS area as it may be: TLS from the first byte, and the session that goes on."""

from __future__ import annotations

import ftplib
import socket
import ssl

_AS_CONSTRUCTED = -999
"""ftplib's own sign for a time limit that is not given."""


class ImplicitFtpTls(ftplib.FTP_TLS):
    """ftplib speaks explicit TLS only: here the socket is wrapped before the greeting is read."""

    def connect(  # noqa: D102 - as in ftplib
        self,
        host: str = "",
        port: int = 0,
        timeout: float = _AS_CONSTRUCTED,
        source_address: tuple[str, int] | None = None,
    ) -> str:
        self.host, self.port = host, port
        if timeout != _AS_CONSTRUCTED:
            self.timeout = timeout
        plain = socket.create_connection((host, port), self.timeout, source_address=source_address)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome


class ResumingFtpTls(ftplib.FTP_TLS):
    """ftplib, with the control channel's TLS session on the data channel: taken by every area, demanded by some."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:  # noqa: D102 - as in ftplib
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - wrapped in TLS right below
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101 - a login went before, and that is refused in clear
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size


class ImplicitResumingFtpTls(ImplicitFtpTls, ResumingFtpTls):
    """The same, under TLS from the first byte."""
