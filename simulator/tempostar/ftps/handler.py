"""The control channel: pyftpdlib's handler, made strict about TLS, bounded, and confined to one company.

pyftpdlib keeps its settings in class attributes, so `server.py` makes one subclass per server.
"""
# ruff: noqa: N802 - pyftpdlib finds the method of a command by its name, ftp_CWD

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from OpenSSL import SSL
from pyftpdlib.exceptions import FilesystemError

from simulator.config import TlsMode
from simulator.faults.data import Unavailable
from simulator.faults.kind import Layer
from simulator.faults.tls import NoCloseNotify
from simulator.tempostar.ftps.authorizer import Authorizer
from simulator.tempostar.ftps.faulty_control import FaultyControl
from simulator.tempostar.ftps.faulty_tls import FaultyTls
from simulator.tempostar.ftps.filesystem import NO_APPEND, TIMES_ARE_FIXED, CompanyFiles
from simulator.tempostar.ftps.listing import FACTS
from simulator.tempostar.ftps.recording import GONE
from simulator.tempostar.ftps.striking import give_up
from simulator.tempostar.ftps.transfer import ABORTED, PassiveRangeExhausted

if TYPE_CHECKING:
    from collections.abc import Sized

    from simulator.faults.armed import Firing
    from simulator.tempostar.ftps.tls import Contexts

PASSIVE_ONLY = "502 Passive mode only: send EPSV or PASV."
_TRANSFERS = frozenset({"RETR", "STOR", "LIST", "NLST", "MLSD"})
_REMOVED = frozenset({"STOU", "REIN"})
MAX_UNREAD = 1000
"""Replies kept for a client that takes none, beside those on their way; one that still sends commands is sent away."""


class Session(FaultyControl, FaultyTls):
    """One control connection."""

    # Given by the server to its own subclass:
    tls_mode: ClassVar[TlsMode]
    contexts: ClassVar[Contexts]

    channel = "CONTROL"
    data_channel: Any
    producer_fifo: Sized
    _dtp_acceptor: object
    _out_dtp_queue: object
    _in_dtp_queue: object

    authorizer = Authorizer()
    banner = "TEMPOSTAR FTPS area (simulated by zaikolab)"
    tls_control_required = True
    tls_data_required = True
    proto_cmds: ClassVar[dict[str, Any]] = {
        verb: details for verb, details in FaultyControl.proto_cmds.items() if verb not in _REMOVED
    }
    proto_cmds["OPTS"] = proto_cmds["OPTS"] | {"auth": False}  # lftp sends OPTS UTF8 ON before it logs in

    def __init__(self, conn: Any, server: Any, ioloop: Any = None) -> None:  # noqa: ANN401 - pyftpdlib's
        self.company_id: int | None = None
        self.refusal: Firing | None = None
        """Strikes the passive port that is being opened."""
        self.data_refused_with = ""
        """The reply to a transfer whose data connection was refused before it."""
        super().__init__(conn, server, ioloop)
        self._available_facts = list(FACTS)

    @property
    def session(self) -> Session:
        """Itself."""
        return self

    # From connecting to disconnecting

    def handle(self) -> None:
        """Greet, or with implicit TLS begin its handshake and greet after it."""
        self.record("ftps.connected", f"Session {self.number} began.", client=self.remote_ip, tls=self.tls_mode)
        if self.tls_mode is TlsMode.IMPLICIT:
            self._prot = True  # as implicit servers have it; clients that send PROT P may
            self.secure_connection(self.ssl_context)
        else:
            self.greet()

    def handle_ssl_established(self) -> None:
        """Greet under implicit TLS."""
        if self.tls_mode is TlsMode.IMPLICIT:
            self.greet()

    def handle_failed_ssl_handshake(self) -> None:
        """Remember why."""
        error = sys.exc_info()[1]
        details = error.args[0] if isinstance(error, SSL.Error) and error.args else ()
        self._reason = "TLS handshake failed: " + "; ".join(str(d[-1]) for d in details)
        super().handle_failed_ssl_handshake()

    def dropped(self) -> None:
        """Close, for a fault."""
        self.end("the TLS handshake was dropped")

    def close(self) -> None:
        """End politely, unless a fault is against it."""
        if self._ssl_established and self._reason != GONE and (firing := self.tls_fault(NoCloseNotify)):
            firing.fire()
            self._error = True
        super().close()

    def on_disconnect(self) -> None:
        """Tell the journal."""
        self.give_up_tls_fault()
        super().on_disconnect()

    def handle_max_cons(self) -> None:
        """Remember why, then as pyftpdlib."""
        self._reason = "too many connections"
        super().handle_max_cons()

    def handle_timeout(self) -> None:
        """End an idle session, also one that does not read its replies, or never finished its handshake."""
        self._reason = "timed out"
        self.respond("421 Control connection timed out.")
        self.close()

    def handle_error(self) -> None:
        """An error ends the session; `note_error` has it."""
        self._reason = "error in the session"
        super().handle_error()

    # Commands

    def found_terminator(self) -> None:
        """Carry out a command line, but for a client that sends and never reads: its replies would fill the memory."""
        if not self._closed and len(self.producer_fifo) > MAX_UNREAD:
            self.end("does not read its replies")
        else:
            super().found_terminator()

    def process_command(self, cmd: str, *args: object, **kwargs: object) -> None:
        """Insist on TLS and on a data connection that is free, then as pyftpdlib."""
        if cmd in ("USER", "PASS") and not self._ssl_established:
            self.respond("530 TLS is required: send AUTH TLS before USER and PASS.")
        elif cmd in ("PORT", "EPRT"):
            self.respond(PASSIVE_ONLY)
        elif cmd in ("PASV", "EPSV") and not self._prot:
            self.respond("521 TLS is required on data connections too: send PBSZ 0 and PROT P.")
        elif cmd in _TRANSFERS and (
            self._transfer_open() or (self._dtp_acceptor is None and self.data_channel is None)
        ):
            self.respond(self.data_refused_with or "425 There is no data connection: send EPSV or PASV first.")
        elif cmd in _TRANSFERS:
            self._begin_transfer(cmd, str(args[0]))
        else:
            super().process_command(cmd, *args, **kwargs)

    def _begin_transfer(self, cmd: str, path: str) -> None:
        """As pyftpdlib; a fault may strike its data."""
        firing = self.grounds.take(Layer.DATA, cmd, path)
        if firing is not None and isinstance(firing.effect, Unavailable):
            firing.fire()
            self._end_transfer()
            self.respond("425 Can't open data connection.")
            return
        self.transfer_fault = firing
        super().process_command(cmd, path)
        if not self._transfer_open():
            give_up(firing)
            self.transfer_fault = None

    def abstracted_fs(self, _home: str, _session: Session) -> CompanyFiles:
        """The files this login sees."""
        assert self.company_id is not None  # noqa: S101 - set where the login was accepted
        return CompanyFiles(self.grounds, self.company_id, self.record)

    def flush_account(self) -> None:
        """Forget the login, and end what it had under way: its files are another's from now on."""
        self._end_transfer()
        super().flush_account()

    def handle_auth_success(self, home: str, password: str, msg_login: str) -> None:  # noqa: ARG002 - not kept
        """As pyftpdlib, without keeping the password."""
        super().handle_auth_success(home, "", msg_login)

    def handle_auth_failed(self, msg: str, password: str) -> None:  # noqa: ARG002 - pyftpdlib's signature
        """Refuse at once (pyftpdlib waits three seconds), and end the session after too many."""
        self.attempted_logins += 1
        last = self.attempted_logins >= self.max_login_attempts
        self.respond(f"530 {msg}{' Disconnecting.' if last else ''}")
        self.username = ""
        if last:
            self._reason = "too many wrong passwords"
            self.close_when_done()

    def ftp_AUTH(self, line: str) -> None:
        """Begin TLS, dropping whatever came in clear after the command: it must not count as sent under TLS."""
        self.ac_in_buffer = b""
        super().ftp_AUTH(line)

    def ftp_PROT(self, line: str) -> None:
        """Protect data connections; nothing else will do."""
        if line.upper() == "C" and self._ssl_established:
            self.respond("534 Data connections in clear are refused: send PROT P.")
        else:
            super().ftp_PROT(line)

    def ftp_ABOR(self, _line: str) -> None:
        """End a transfer that was opened, whether a byte has moved or not, and free its data connection."""
        self.respond("226 Aborted." if self._end_transfer() else "225 No transfer to abort.")

    def ftp_QUIT(self, line: str) -> None:
        """Say goodbye, once a transfer under way has ended; whatever comes behind is not listened to."""
        self._reason = "quit"
        self._leaving = True
        super().ftp_QUIT(line)

    def ftp_CWD(self, path: str) -> str | None:
        """Change the current folder; pyftpdlib would ask for this process's own."""
        try:
            self.fs.chdir(path)
        except FilesystemError as refusal:
            self.respond(f"550 {refusal}.")
            return None
        self.respond(f'250 "{path}" is the current directory.')
        return path

    def ftp_RNFR(self, path: str) -> None:
        """Say at once when a file may not be renamed."""
        try:
            self.fs.check_renamable(path)
        except FilesystemError as refusal:
            self.respond(f"550 {refusal}.")
        else:
            super().ftp_RNFR(path)

    def ftp_APPE(self, file: str) -> None:  # noqa: ARG002 - refused for any
        """Refuse."""
        self.respond(f"550 {NO_APPEND}.")

    def ftp_MFMT(self, path: str, timeval: str) -> None:  # noqa: ARG002 - refused for any
        """Refuse; pyftpdlib's own drops the connection where its deprecation warning is an error."""
        self.respond(f"550 {TIMES_ARE_FIXED}.")

    def ftp_FEAT(self, _line: str) -> None:
        """Say what is supported, which neither MFMT nor active mode is."""
        facts = "".join(f"{fact}{'*' if fact in self._current_facts else ''};" for fact in FACTS)
        features = ("AUTH TLS", "EPSV", "MDTM", f"MLST {facts}", "PBSZ", "PROT", "REST STREAM", "SIZE", "TVFS", "UTF8")
        self.push("211-Features supported:\r\n" + "".join(f" {feature}\r\n" for feature in features))
        self.respond("211 End FEAT.")

    def give_up_on_data_connection(self) -> None:
        """Forget the passive port, and say so to a client whose transfer was to go over it."""
        waiting = self._out_dtp_queue is not None or self._in_dtp_queue is not None
        self._dtp_acceptor = self._out_dtp_queue = self._in_dtp_queue = None
        if waiting:
            self.respond("425 No data connection came.")

    def _transfer_open(self) -> bool:
        """Whether a transfer was opened and has not had its last reply."""
        waiting = self._out_dtp_queue is not None or self._in_dtp_queue is not None
        return waiting or (self.data_channel is not None and self.data_channel.in_use)

    def _end_transfer(self) -> bool:
        """Close the data connection, or the port that waits for one; True when a transfer was to go over it.

        It gets its last reply here: pyftpdlib would send none, and carry it out on the next data connection.
        """
        opened = self._transfer_open()
        command, self._command = self._command, None  # the reply is not the one to the command under way
        if self.data_channel is not None:
            self.data_channel.abort()
        elif opened:
            self.respond(ABORTED)
        self._shutdown_connecting_dtp()
        self.data_channel = self._out_dtp_queue = self._in_dtp_queue = None
        self._command = command
        return opened

    def _make_epasv(self, extmode: bool = False) -> None:  # noqa: FBT001, FBT002, RUF100 - pyftpdlib's signature
        self._end_transfer()
        self.data_refused_with = ""
        self.refusal = self.grounds.take(Layer.DATA, "EPSV" if extmode else "PASV", "")
        try:
            super()._make_epasv(extmode)
        except PassiveRangeExhausted:
            low, high = self.passive_ports[0], self.passive_ports[-1]
            self.respond(f"425 All passive ports ({low}-{high}) are in use; try again.")
        give_up(self.refusal)
        self.refusal = None
