"""The SMTP server of the inbox: takes mail for anyone, hands it to the mailbox, relays nothing.

Every stage of a session gives one `smtp.command` entry, written before its first reply is sent: whoever has the reply
finds the entry. It tells the stage and the code of the reply, nothing of what the client sent.

aiosmtpd's own controller is not used: it cannot listen on port 0, does not close the connections that are open when it
stops, and reads the environment.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from typing import TYPE_CHECKING

from simulator.errors import CannotStart
from simulator.faults.armed import nothing_armed
from simulator.faults.kind import Layer
from simulator.faults.tls import no_flaws
from simulator.journal import Service
from simulator.mailbox.session import Receiver, Session
from simulator.mailbox.tls import Contexts
from simulator.web.listener import listener

if TYPE_CHECKING:
    import socket

    from simulator.faults.armed import Firing, Take
    from simulator.journal import Journal
    from simulator.mailbox.mailbox import Mailbox
    from simulator.mailbox.stages import Stage
    from simulator.mailbox.tls import Flawed, ServerCertificate

LONGEST_SILENCE = 300.0
"""Seconds of real time after which a session without a command is ended (RFC 5321, 4.5.3.2.7)."""
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
        sessions: set[Session] = set()
        receiver = Receiver(self._mailbox, self)
        server = await self._loop.create_server(
            lambda: Session(next(self._numbers), self, sessions, receiver, self._idle), sock=bound
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
