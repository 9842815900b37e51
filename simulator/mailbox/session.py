"""One session of the inbox: what aiosmtpd makes of it, what the journal is told of it, and the faults that strike it.

The only module that knows aiosmtpd.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP

from simulator.mailbox.stages import AS_EVER, Stage, plan_stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulator.faults.armed import Firing
    from simulator.mailbox.mailbox import Mailbox
    from simulator.mailbox.server import SmtpServer
    from simulator.mailbox.stages import Course

LARGEST_MAIL = 10 * 1024 * 1024
"""Bytes; more is answered 552 (ASSUMPTION: the usual limit of providers)."""
HOST_NAME = "mail.roomclip.example"


class Receiver:
    """What aiosmtpd calls: mail is kept, a mail that cannot be kept is answered 451."""

    def __init__(self, mailbox: Mailbox, server: SmtpServer) -> None:
        self._mailbox = mailbox
        self._server = server

    async def handle_DATA(self, session: Session, _session: object, envelope: Any) -> str:  # noqa: N802, ANN401 - aiosmtpd
        """Keep a mail that came in whole, unless a fault is against it; its answer."""
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
        """Note the client's name; what is offered."""
        session.host_name = hostname
        # No login is taken, so none is offered: aiosmtpd would, once TLS is on.
        return [response for response in responses if not response.startswith("250-AUTH")]

    async def handle_exception(self, _error: Exception) -> str:
        """Answer what went wrong in a session."""
        # What is left is the client's doing: a failed TLS handshake, a dropped connection.
        return "421 4.3.0 This session cannot go on"


class Session(SMTP):
    """One connection; notes itself in `sessions` while it is open.

    A command is carried out by `_carry_out`, a mail that came in whole by the receiver; every reply leaves by `push`. A
    fault that strikes a stage is taken when the stage begins.
    """

    def __init__(
        self,
        number: int,
        server: SmtpServer,
        sessions: set[Session],
        receiver: Receiver,
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
        """Begin the session, and begin it anew under TLS."""
        # With STARTTLS this happens twice; the first is the connection itself.
        if self._connection is None:
            self._connection = transport
            self.begin(Stage.CONNECT)
        self._sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End the session."""
        self._sessions.discard(self)
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
        """Change to TLS, once (aiosmtpd would begin a second one inside), as the faults of that layer will have it."""
        if self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is on already")
            return
        tls = self._server.tls
        firing = self._server.take_tls() if tls is not None and not argument else None
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
