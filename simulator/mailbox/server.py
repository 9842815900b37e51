"""The SMTP server of the inbox: takes mail for anyone, hands it to the mailbox, relays nothing.

Every stage of a session gives one `smtp.command` entry, written before its first reply is sent: whoever has the reply
finds the entry. It tells the stage and the code of the reply, nothing of what the client sent.

The only module that knows aiosmtpd. Its own controller is not used: that one cannot listen on port 0, does not close
the connections that are open when it stops, and reads the environment.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP

from simulator.errors import CannotStart
from simulator.faults.armed import nothing_armed
from simulator.faults.kind import Layer
from simulator.journal import Service
from simulator.mailbox.stages import AS_EVER, Stage, plan_stage
from simulator.mailbox.tls import Contexts, no_flaws
from simulator.web.listener import listener

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    from simulator.faults.armed import Firing, Take
    from simulator.journal import Journal
    from simulator.mailbox.mailbox import Mailbox
    from simulator.mailbox.stages import Course
    from simulator.mailbox.tls import Flawed, ServerCertificate

LARGEST_MAIL = 10 * 1024 * 1024
"""Bytes; more is answered 552 (ASSUMPTION: the usual limit of providers)."""
LONGEST_SILENCE = 300.0
"""Seconds of real time after which a session without a command is ended (RFC 5321, 4.5.3.2.7)."""
HOST_NAME = "mail.roomclip.example"
_LIMIT = 5.0
_CLOSING_TURNS = 10


class SmtpServer:
    """The inbox on a host and port. Port 0 picks a free one; `port` is the real one. Without a certificate STARTTLS is
    not offered."""

    def __init__(
        self,
        mailbox: Mailbox,
        journal: Journal,
        host: str,
        port: int,
        *,
        certificate: ServerCertificate | None = None,
        take: Take = nothing_armed,
        flawed: Flawed = no_flaws,
        idle: float = LONGEST_SILENCE,
    ) -> None:
        self._take = take
        self._idle = idle
        self._mailbox = mailbox
        self._journal = journal
        self._numbers = itertools.count(1)
        self._host = host
        self.port = port
        self.tls = Contexts(certificate, flawed) if certificate else None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Bind, and take mail from now on.

        Raises: CannotStart when the address cannot be used.
        """
        # Talk of every command and of clients' mistakes: the journal and the replies say what matters.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        bound = listener("SMTP", self._host, self.port, option="--smtp-port")
        self.port = bound.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(bound,), name="zaikolab-smtp", daemon=True)
        self._thread.start()
        if not self._ready.wait(_LIMIT):
            raise CannotStart(f"SMTP on {self._host}:{self.port} did not get ready within {_LIMIT:g} s.")
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End open sessions and give the port back.

        Raises: the first error nobody raised on purpose since `start`.
        """
        if self._thread is None:
            return
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_LIMIT)
        self._thread = None
        if self._error is not None:
            raise self._error

    def _run(self, bound: socket.socket) -> None:
        try:
            asyncio.run(self._serve(bound))
        except BaseException as error:  # noqa: BLE001 - raised again by `start` or `stop`
            self._error = self._error or error
        finally:
            bound.close()
            self._ready.set()

    async def _serve(self, bound: socket.socket) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        sessions: set[_Session] = set()
        receiver = _Receiver(self._mailbox, self)
        server = await self._loop.create_server(
            lambda: _Session(next(self._numbers), self, sessions, receiver, self._idle), sock=bound
        )
        self._ready.set()
        await self._stopping.wait()
        # First take no more, then close. A connection accepted a moment ago becomes a session only some turns of the
        # loop later, and asyncio leaks it when the server is closed before. Each layer (SMTP, TLS, TCP) takes a turn.
        self._loop.remove_reader(bound)
        for _ in range(_CLOSING_TURNS):
            for session in tuple(sessions):
                session.hang_up()
            turn = self._loop.create_future()
            self._loop.call_soon(turn.set_result, None)
            await turn
        server.close()

    def take(self, stage: Stage) -> Firing | None:
        """The fault that strikes a stage, if one does."""
        return self._take(Layer.SMTP, stage, "")

    def take_tls(self) -> Firing | None:
        """The fault that strikes a STARTTLS that is to be carried out, if one does."""
        return self._take(Layer.TLS, "SMTP", "")

    def tell(self, session: int, stage: Stage, line: str) -> None:
        """Write to the journal what a session came to: the stage, and the code of the line sent, if it has one."""
        reply = int(line[:3]) if line[:3].isdecimal() else None
        became = f"was answered {reply}" if reply else "was answered with what is no reply" if line else "got no answer"
        self._journal.record(
            Service.SMTP, "smtp.command", f"Session {session}: {stage} {became}.",
            session=session, stage=stage, reply=reply,
        )  # fmt: skip

    def failed(self, error: BaseException) -> None:
        """Keep the first error of a session for `stop`."""
        self._error = self._error or error


class _Receiver:
    """What aiosmtpd calls: mail is kept, a mail that cannot be kept is answered 451."""

    def __init__(self, mailbox: Mailbox, server: SmtpServer) -> None:
        self._mailbox = mailbox
        self._server = server

    async def handle_DATA(self, session: _Session, _session: object, envelope: Any) -> str:  # noqa: N802, ANN401 - aiosmtpd
        if not session.begin(Stage.END_OF_DATA).carried_out:
            return ""  # what is sent instead, `push` knows
        try:
            mail = self._mailbox.receive(envelope.mail_from or "", envelope.rcpt_tos, bytes(envelope.original_content))
        except Exception as error:  # noqa: BLE001 - answered here, raised again when the server stops
            self._server.failed(error)
            return "451 4.3.0 The lab made a mistake of its own and could not keep the mail"
        return f"250 2.0.0 kept as mail {mail.seq}"

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds it by this name
        self,
        _server: object,
        session: Any,  # noqa: ANN401 - aiosmtpd's own type
        _envelope: object,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        # No login is taken, so none is offered: aiosmtpd would, once TLS is on.
        return [response for response in responses if not response.startswith("250-AUTH")]

    async def handle_exception(self, _error: Exception) -> str:
        # What is left is the client's doing: a failed TLS handshake, a dropped connection.
        return "421 4.3.0 This session cannot go on"


class _Session(SMTP):
    """One connection; notes itself in `sessions` while it is open.

    A command is carried out by `_carry_out`, a mail that came in whole by the receiver; every reply leaves by `push`. A
    fault that strikes a stage is taken when the stage begins.
    """

    def __init__(
        self,
        number: int,
        server: SmtpServer,
        sessions: set[_Session],
        receiver: _Receiver,
        idle: float,
    ) -> None:
        super().__init__(
            receiver,
            timeout=idle,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname=HOST_NAME,
            ident="zaikolab inbox",
            tls_context=server.tls.usual if server.tls else None,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self._number = number
        self._server = server
        self._sessions = sessions
        self._connection: asyncio.BaseTransport | None = None
        self._stage: Stage | None = Stage.CONNECT
        """What the next reply answers; None when that was answered and the reply goes on."""
        self._begun: Stage | None = None
        self._firing: Firing | None = None
        self._course = AS_EVER
        self._smtp_methods = {
            verb: self._carrying_out(Stage(verb), method) for verb, method in self._smtp_methods.items()
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # With STARTTLS this happens twice; the first is the connection itself.
        if self._connection is None:
            self._connection = transport
            self.begin(Stage.CONNECT)
        self._sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        self._stage_is_over()
        super().connection_lost(error)
        self.hang_up()  # after a failed handshake aiosmtpd leaves the connection below it open

    def _carrying_out(self, stage: Stage, method: Callable[[str | None], Awaitable[None]]) -> object:
        @wraps(method)  # HELP reads what aiosmtpd notes on its methods
        async def carry_out(argument: str | None) -> None:
            await self._carry_out(stage, method, argument)

        return carry_out

    async def _carry_out(
        self, stage: Stage, method: Callable[[str | None], Awaitable[None]], argument: str | None
    ) -> None:
        self._stage = stage
        try:
            if self.begin(stage).carried_out:
                await method(argument)
            else:
                await self.push("")
        finally:
            self._stage = Stage.OTHER
            self._stage_is_over()

    def begin(self, stage: Stage) -> Course:
        """How a stage goes; which fault strikes it is asked once."""
        if self._begun is not stage:
            self._begun, self._firing = stage, self._server.take(stage)
            self._course = plan_stage(self._firing.effect, stage) if self._firing else AS_EVER
        return self._course

    def _stage_is_over(self) -> None:
        if self._firing:
            self._firing.miss()
        self._begun, self._firing, self._course = None, None, AS_EVER

    @wraps(SMTP.smtp_STARTTLS)  # as above
    async def smtp_STARTTLS(self, argument: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        tls = self._server.tls
        firing = self._server.take_tls() if tls is not None and not argument and self._tls_protocol is None else None
        if tls is None or firing is None or await tls.strike(firing, self):
            await super().smtp_STARTTLS(argument)

    async def push(self, status: str) -> None:  # type: ignore[override]  # aiosmtpd itself passes text only
        """Send a line of a reply; the first one to a stage is told to the journal first."""
        stage = self._stage
        match stage:
            case Stage.CONNECT | Stage.OTHER:
                self._stage = Stage.OTHER
            case Stage.DATA if status.startswith("354"):
                self._stage = Stage.END_OF_DATA
            case _:
                self._stage = None
        course = self._course if stage is None else self.begin(stage)
        if stage is not None:
            status = await self._struck(course, status)
            self._tell(stage, status)
        if status == course.withheld and self._firing:
            self._firing.fire()
        elif status:
            await super().push(status)
        if course.ends:
            self.hang_up()
            raise asyncio.CancelledError  # aiosmtpd ends a session quietly with it, as after QUIT

    async def _struck(self, course: Course, status: str) -> str:
        """What is sent as the first line of a reply, when its time has come."""
        if self._firing and course.strikes_the_reply:
            self._firing.fire()
            if course.held:
                self._reset_timeout(course.held + self._timeout_duration)
                await asyncio.wait([asyncio.wrap_future(self._firing.over)], timeout=course.held)
                self._reset_timeout()
        return status if course.sent is None else course.sent

    def _tell(self, stage: Stage, line: str) -> None:
        try:
            self._server.tell(self._number, stage, line)
        except Exception as error:  # noqa: BLE001 - raised again when the server stops
            self._server.failed(error)
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection at once."""
        if isinstance(self._connection, asyncio.Transport):
            self._connection.abort()
