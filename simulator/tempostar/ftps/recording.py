"""The control channel's ear and memory: command lines in, replies out, all of it in the journal, none of it in a log.

Every command gives one `ftps.command` entry, written before its first reply is sent: whoever has the reply finds the
entry. One that a fault leaves without a reply has none but the fault's. What a client typed is told only for commands
that are known, never for PASS, and for USER only what looks like a user: people type passwords there.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from OpenSSL import SSL
from pyftpdlib.handlers.ftps.control import TLS_FTPHandler

from simulator.journal import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.journal import Journal

MASK = "***"
MAX_LINE = 2048
"""Bytes of one command line; pyftpdlib's own limit. A longer line is answered 500, dropped whole, and the session goes
on."""
MAX_TOLD = 64
"""Characters of an unknown verb that go into the journal."""
GONE = "closed by the client"
"""Why a session ended that nobody here ended."""
OPENING = "150 File status okay. About to open data connection."
TELNET = b"\xff\xf4\xf2"
"""Telnet's interrupt and synch, which some clients put before ABOR."""

_USER = re.compile(r"[0-9]{1,20}_[0-9]{1,20}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Unicode's control characters, all of them."""
_LIST_OPTIONS = re.compile(r"-[A-Za-z]+( +|$)")


class RecordedChannel(TLS_FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """A control connection that tells the journal what it hears and answers."""

    # Given by the server to its own subclass:
    journal: ClassVar[Journal]
    numbers: ClassVar[Iterator[int]]
    errors: ClassVar[list[BaseException]]

    proto_cmds: ClassVar[dict[str, Any]]
    _in_buffer: list[bytes]
    _in_buffer_len: int

    def __init__(self, conn: Any, server: Any, ioloop: Any = None) -> None:  # noqa: ANN401 - pyftpdlib's
        self.number = next(self.numbers)
        self._command: tuple[str, str, str] | None = None
        self._overlong = False
        self._leaving = False
        self._reason = GONE
        super().__init__(conn, server, ioloop)

    def record(self, kind: str, summary: str, **data: object) -> None:
        """Write a journal entry with the session's number and the user's name."""
        user = _shown(self.username)
        self.journal.record(Service.FTPS, kind, summary, session=self.number, user=user, **data)  # type: ignore[arg-type]  # nobody passes `skus`

    def on_disconnect(self) -> None:
        """Tell the journal."""
        self.record("ftps.disconnected", f"Session {self.number} ended: {self._reason}.", reason=self._reason)

    def end(self, reason: str) -> None:
        """Close at once, for `reason`."""
        self._reason = reason
        self.close()

    def respond(self, resp: str, logfun: object = None) -> None:  # noqa: ARG002 - pyftpdlib's signature
        """Send a reply."""
        # 125 or 150 would depend on who is quicker; this way a session always reads alike
        self.answer(OPENING if resp.startswith("125 ") else resp)

    def answer(self, resp: str) -> None:
        """Send a reply; the first one to a command is told to the journal first."""
        if self._command is not None:
            (verb, argument, path), self._command = self._command, None
            told = f"{verb} {argument}".strip()
            self.record(
                "ftps.command",
                f"Session {self.number}: {told} was answered {resp[:3]}.",
                verb=verb,
                argument=argument,
                path=path,
                reply=int(resp[:3]),
            )
        self._last_response = resp
        self.push(resp + "\r\n")

    def note_error(self, error: BaseException | None) -> None:
        """Keep an error of the lab for whoever stops it. Connections that break are the client's affair."""
        if error is not None and not isinstance(error, (OSError, SSL.Error)):
            self.errors.append(error)

    def __repr__(self) -> str:
        """Few words: pyftpdlib composes one for every line that it would log, and nobody logs any."""
        return f"<session {self.number}>"

    __str__ = __repr__

    def log(self, msg: str, logfun: object = None) -> None:
        """Log nothing: the journal tells it. So also the others."""

    def logline(self, msg: str, logfun: object = None) -> None:
        """Log nothing."""

    def logerror(self, msg: str) -> None:
        """Log nothing."""

    def log_cmd(self, cmd: str, arg: str, respcode: int, respstr: str) -> None:
        """Log nothing."""

    def log_transfer(self, **_: object) -> None:
        """Log nothing."""

    def log_exception(self, instance: object) -> None:  # noqa: ARG002 - pyftpdlib's signature
        """Keep the error under way."""
        self.note_error(sys.exc_info()[1])

    def collect_incoming_data(self, data: bytes) -> None:
        """Gather a command line; of one that grows too long, keep nothing."""
        if self._in_buffer_len + len(data) > MAX_LINE:
            self._overlong = True
        if self._overlong:
            self._in_buffer, self._in_buffer_len = [], 0
        else:
            self._in_buffer.append(data)
            self._in_buffer_len += len(data)

    def found_terminator(self) -> None:
        """Carry out one command line, unless the session is over."""
        if self._leaving or self._closed:
            return
        if self._idler is not None and not self._idler.cancelled:
            self._idler.reset()
        raw, self._in_buffer, self._in_buffer_len = b"".join(self._in_buffer), [], 0
        if self._overlong:
            self._overlong = False
            self._refuse_line(f"500 The command line is longer than {MAX_LINE} bytes.")
            return
        try:
            line = raw.lstrip(TELNET).decode("utf-8")
        except UnicodeDecodeError:
            self._refuse_line("501 The command line is not UTF-8.")
            return
        if _CONTROL.search(line):
            self._refuse_line("501 The command line has control characters.")
            return
        verb, _, argument = line.partition(" ")
        self.pre_process_command(line, verb.upper(), argument)

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        """Note the command for the journal, then as pyftpdlib."""
        if cmd in ("LIST", "NLST"):  # options of ls, as some clients send them, change nothing
            arg = _LIST_OPTIONS.sub("", arg, count=1)
            line = f"{cmd} {arg}"
        self._command = self._told(cmd, arg)
        self.carry_out(line, cmd, arg)

    def carry_out(self, line: str, verb: str, argument: str) -> None:
        """Do what a command asks for, and answer it."""
        super().pre_process_command(line, verb, argument)

    def _told(self, verb: str, argument: str) -> tuple[str, str, str]:
        """Verb, argument and path as the journal has them. Nothing of what may be a mistyped password."""
        if verb == "SITE":
            site, _, argument = argument.partition(" ")
            verb = f"SITE {site.upper()}" if f"SITE {site.upper()}" in self.proto_cmds else "SITE"
        known = self.proto_cmds.get(verb)
        if known is None or verb == "SITE":
            return verb[:MAX_TOLD] if verb.isalpha() else "?", "", ""
        if verb == "PASS":
            return verb, MASK, ""
        if verb == "USER":
            return verb, _shown(argument), ""
        path = argument.partition(" ")[2] if verb in ("MFMT", "SITE CHMOD") else argument
        return verb, argument, self.fs.ftp2fs(path) if known["perm"] and self.fs is not None else ""

    def _refuse_line(self, reply: str) -> None:
        self._command = ("?", "", "")
        self.respond(reply)


def _shown(user: str) -> str:
    """A user as the journal has it: `<digits>_<digits>` (contract 2), or nothing of what was typed instead."""
    return user if not user or _USER.fullmatch(user) else MASK
