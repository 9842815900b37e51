"""An FTP session whose two channels are always under TLS; ftplib with the parts it lacks."""

from __future__ import annotations

import ftplib
import re
import socket
import ssl
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from reference.errors import (
    FolderMissingError,
    LoginRefusedError,
    TlsUnavailableError,
    UntrustedFileError,
    UntrustedReason,
)
from reference.service.ports import tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reference.service.ports import Tell

_BLOCK = 65_536
_NOT_UNDERSTOOD = ("500", "502")
_LISTED = re.compile(r"(?:-\S{9,10} +\d+ +\S+ +\S+ +(?P<size>\d+) +\S+ +\S+ +[\d:]+ (?P<name>.+)|d.+|total \d+)")
"""A line of `ls -l` as servers tell it on the control channel: a file, a folder, or the count before them."""


def trusting(ca_file: Path) -> ssl.SSLContext:
    """Trust certificates of that authority for the right host, over TLS 1.2 or later; nothing else.

    Raises: OSError when the file cannot be read as PEM certificates.
    """
    return _trusting(ca_file, ca_file.read_bytes())


@lru_cache(maxsize=1)
def _trusting(ca_file: Path, _content: bytes) -> ssl.SSLContext:
    """Made once for what a file holds: each pass of an engine that stays asks for it twice."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.11.2, Debian 12's, takes a channel cut without a close notice for one that ended, unless told not to.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", ssl.Options(0))
    return context


Facts = tuple[str, str]
"""Size and time of a file as a listing has them: digits; blank where it does not tell."""


class ProtectedFtp(ftplib.FTP_TLS):
    """FTP over TLS, explicit or implicit, that resumes the control channel's TLS session on the data channel.

    Servers may require that (522), and ftplib does not do it by itself, nor implicit TLS.

    Names and replies are read as latin-1: any byte may stand in a listing, and no name of ours needs more. A line of an
    answer is waited for `timeout` seconds, a file or listing `longest_transfer` altogether, a whole answer for both.
    """

    def __init__(self, tls: ssl.SSLContext, timeout: float, longest_transfer: float, *, implicit: bool) -> None:
        super().__init__(context=tls, timeout=timeout, encoding="latin-1")
        self._longest = longest_transfer
        self._implicit = implicit
        self._folder = ""
        self._longest_answer, self._answer_until = timeout + longest_transfer, 0.0
        self._protected = self._in_bytes = False

    def open_protected(self, host: str, port: int, user: str, password: str) -> None:
        """Connect and log in; user and password go out only after TLS stands."""
        if self._implicit:
            self._connect_implicitly(host, port)
        else:
            self.connect(host, port)
            try:
                self.auth()
            except ftplib.error_perm as refusal:
                raise TlsUnavailableError(
                    f"The server refuses AUTH TLS ({refusal}); no password was sent."
                ) from refusal
        if not user:
            raise LoginRefusedError("The user is blank.")  # ftplib would log in as anonymous
        try:
            self.login(user, password, secure=False)
        except ftplib.error_perm as refusal:
            words = str(refusal).replace(password or "\0", "***")
            raise LoginRefusedError(f"The server refuses user or password ({words}).") from refusal
        except ValueError as error:
            raise LoginRefusedError("The user or the password has a character that cannot be sent.") from error

    def enter_folder(self, path: str) -> None:
        """Go to a folder, unless that is where one is, or raise `FolderMissingError`."""
        if path == self._folder:
            return
        try:
            self.cwd(path)
        except ftplib.error_perm as refusal:
            if not str(refusal).startswith("550"):
                raise
            raise FolderMissingError(f"The server has no folder {path} for this user ({refusal}).") from refusal
        self._folder = path

    def list_facts(self) -> dict[str, Facts]:
        """Return size and time of the present folder's files by name, as far as the server tells them.

        Asked by MLSD, or by NLST, which tells names alone, where the server is older than that.
        """
        try:
            entries = [*self.mlsd()]
        except ftplib.error_perm as refusal:
            if not str(refusal).startswith(_NOT_UNDERSTOOD):
                raise
            return {name.rpartition("/")[2]: ("", "") for name in self._names_of_old()}
        return {
            name: (facts.get("size", ""), facts.get("modify", ""))
            for name, facts in entries
            if facts.get("type", "file").lower() == "file"
        }

    def glance(self, path: str) -> dict[str, int]:
        """Return the sizes of a folder's files by name, told on the control channel; nothing if that is not sure.

        Not every server answers STAT, or in this way: whoever gets nothing has to list.
        """
        try:
            lines = self.sendcmd(f"STAT {path}").split("\n")[1:-1]  # splitlines would split names at bytes such as 0x85
        except (ftplib.error_perm, ftplib.error_temp):
            return {}
        found = [_LISTED.fullmatch(line.lstrip(" ")) for line in lines]
        return {one["name"]: int(one["size"]) for one in found if one and one["name"]} if all(found) else {}

    def size(self, filename: str) -> int | None:
        """Ask for a size in bytes; as a text a file may have another one, or none."""
        self._count_bytes()
        return super().size(filename)

    def has_file(self, path: str) -> bool:
        """Tell whether there is a file, by its SIZE: no listing, which may be cut short, is as sure."""
        try:
            self.size(path)
        except ftplib.error_perm as refusal:
            if not str(refusal).startswith("550"):
                raise
            return False
        return True

    def getmultiline(self) -> str:
        """Read an answer as ftplib does, but not for ever: its lines may drip too."""
        self._answer_until = monotonic() + self._longest_answer
        return super().getmultiline()

    def getline(self) -> str:
        """Read a line of an answer."""
        line = super().getline()
        self._refuse_late("An answer", self._answer_until)
        return line

    def retrlines(self, cmd: str, callback: Callable[[str], object] | None = None) -> str:
        """Read a listing as ftplib does, but not for ever: one that drips would pass every limit on a single read."""
        until = monotonic() + self._longest
        self._in_bytes = False  # ftplib asks for a listing as a text

        def take(line: str) -> None:
            self._refuse_late(cmd, until)
            if callback:
                callback(line)

        return super().retrlines(cmd, take)

    def retrieve_into(
        self, write: Callable[[bytes], object], name: str, *, at_most: int, tell: Tell = tell_nobody
    ) -> None:
        """Write a file's bytes; raises when there are more than `at_most`, they take too long, or are cut."""
        received = 0
        until = monotonic() + self._longest
        self._count_bytes()
        with self.transfercmd(f"RETR {name}") as conn:
            try:
                while block := conn.recv(_BLOCK):
                    write(block)
                    received += len(block)
                    if received > at_most:
                        evidence = f"more than {at_most} bytes arrived"
                        raise UntrustedFileError(UntrustedReason.SHORT, evidence, file_name=name)
                    self._refuse_late(name, until)
                    tell("bytes received", received, at_most)
            except ssl.SSLError as error:
                raise _not_closed(error, name) from error
            try:
                if isinstance(conn, ssl.SSLSocket):
                    conn.unwrap()
            except OSError as error:
                raise _not_closed(error, name) from error
        self.voidresp()

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """Open the data channel as ftplib does, but private, and under the control channel's TLS session."""
        self._protect()
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - the channel is wrapped in TLS below
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101 - `open_protected` has no other way out
        try:
            return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size
        except BaseException:
            conn.close()
            raise

    def _protect(self) -> None:
        """Have data channels made private, when the first is wanted."""
        if self._protected:
            return
        try:
            self.prot_p()
        except ftplib.error_perm as refusal:
            raise TlsUnavailableError(f"The server refuses to protect the data channel ({refusal}).") from refusal
        self._protected = True

    def _count_bytes(self) -> None:
        if not self._in_bytes:
            self.voidcmd("TYPE I")
            self._in_bytes = True

    def _refuse_late(self, what: str, until: float) -> None:
        if monotonic() > until:
            raise TimeoutError(f"{what} took longer than {self._longest:.0f} seconds")

    def _names_of_old(self) -> list[str]:
        """Ask NLST, which some servers answer with 550 when the folder is empty."""
        try:
            return self.nlst()
        except ftplib.error_perm as refusal:
            if not str(refusal).startswith("550"):
                raise
            return []

    def _connect_implicitly(self, host: str, port: int) -> None:
        """Begin TLS with the first byte, before the server's greeting."""
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), self.timeout)
        try:
            self.af = plain.family
            self.sock = self.context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()


def _not_closed(error: OSError, name: str) -> UntrustedFileError:
    evidence = getattr(error, "reason", None) or type(error).__name__
    return UntrustedFileError(UntrustedReason.NOT_CLOSED_CLEANLY, evidence, file_name=name)
