"""Starts and stops the FTPS area: one listening port, one thread, one loop of its own."""

from __future__ import annotations

import itertools
import logging
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pyftpdlib.servers import FTPServer

from simulator.errors import BadValue
from simulator.faults.armed import nothing_armed
from simulator.faults.tls import no_flaws
from simulator.tempostar.ftps.faulty_files import nothing_replaced
from simulator.tempostar.ftps.filesystem import Accounts, Grounds
from simulator.tempostar.ftps.handler import Session
from simulator.tempostar.ftps.loop import Loop
from simulator.tempostar.ftps.tls import Contexts, Flawed
from simulator.tempostar.ftps.transfer import DataChannel, PassivePort
from simulator.web.listener import listener

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from datetime import datetime

    from simulator.config import Settings, TlsMode
    from simulator.faults.armed import Take
    from simulator.journal import Journal
    from simulator.tempostar.area import Area
    from simulator.tempostar.ftps.certificates import ServerCertificate
    from simulator.tempostar.ftps.faulty_files import Replace

BUFFER = 65536
"""Bytes read or written at a time; four times as much was slower by far."""
MAX_PORT = 65535
BACKLOG = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may take. Seconds are of real time.

    ASSUMPTION: the real area's limits are not public; these keep a test run from hanging.
    """

    idle_seconds: float = 300.0
    """Between two commands, before the login and in a TLS handshake too."""
    stalled_seconds: float = 60.0
    """A data connection without progress."""
    passive_seconds: float = 30.0
    """Between PASV and the data connection."""
    login_attempts: int = 3
    connections: int = 256
    """Control and data connections and passive ports, together."""
    upload_bytes: int = 64 * 1024 * 1024


class FtpsServer:
    """The FTPS area on a socket. Passwords are asked of `accounts`, files of `area`, both in the server's thread.

    Raises: BadValue for a port or passive range that cannot be.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        passive_ports: tuple[int, int] | None,
        tls: TlsMode,
        certificate: ServerCertificate,
        accounts: Accounts,
        area: Area,
        now: Callable[[], datetime],
        journal: Journal,
        settings: Callable[[], Settings],
        limits: Limits | None = None,
        take: Take = nothing_armed,
        flawed: Flawed = no_flaws,
        replace: Replace = nothing_replaced,
    ) -> None:
        _check_ports(port, passive_ports)
        self._host = host
        self._wanted_port = port
        self._running: _Running | None = None
        self._errors: list[BaseException] = []
        limits = limits or Limits()
        self._limits = limits
        contexts = Contexts(certificate, flawed)
        # pyftpdlib's settings are class attributes: a class of each server's own keeps servers apart.
        self._session = type(
            "Session",
            (Session,),
            {
                "grounds": Grounds(accounts, area, now, settings, limits.upload_bytes, take, replace),
                "journal": journal,
                "tls_mode": tls,
                "numbers": itertools.count(1),
                "errors": self._errors,
                "contexts": contexts,
                "ssl_context": contexts.usual,
                "timeout": limits.idle_seconds,
                "max_login_attempts": limits.login_attempts,
                "passive_ports": None if passive_ports is None else range(passive_ports[0], passive_ports[1] + 1),
                "passive_dtp": type("PassivePort", (PassivePort,), {"timeout": limits.passive_seconds}),
                "dtp_handler": type(
                    "DataChannel",
                    (DataChannel,),
                    {
                        "timeout": limits.stalled_seconds,
                        "ac_in_buffer_size": BUFFER,
                        "ac_out_buffer_size": BUFFER,
                    },
                ),
            },
        )

    @property
    def port(self) -> int:
        """The port listened on; 0 while stopped when a free one was wanted."""
        return self._wanted_port if self._running is None else self._running.port

    def start(self) -> None:
        """Listen and serve; clients can connect when it returns.

        Raises: CannotStart when the address cannot be listened on.
        """
        if self._running is not None:
            return
        library = logging.getLogger("pyftpdlib")
        if not library.handlers:  # or it would set up logging to stderr for the whole process
            library.addHandler(logging.NullHandler())
        taken = listener("The FTPS area", self._host, self._wanted_port, option="--ftps-port")
        self._running = _Running(taken, self._session, self._limits, self._errors)
        self._running.thread.start()

    def stop(self) -> None:
        """Close every connection and end, then raise the first error the server's thread met. Must not be called inside
        a transaction of the store: the thread may be waiting for it."""
        running, self._running = self._running, None
        if running is not None:
            running.loop.stop()
            running.thread.join()
            running.loop.end()
        errors = tuple(self._errors)
        self._errors.clear()
        if errors:
            raise errors[0]


class _Running:
    """What exists only between start and stop."""

    def __init__(self, listener: socket.socket, session: type, limits: Limits, errors: list[BaseException]) -> None:
        self.port: int = listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, name="zaikolab-ftps", daemon=True)
        self._errors = errors
        self.loop = Loop(errors)
        server = type("Server", (_Server,), {"max_cons": limits.connections + 2, "errors": errors})
        self._server = server(listener, session, ioloop=self.loop, backlog=BACKLOG)

    def _serve(self) -> None:
        """Turn the loop until woken to stop. The loop sleeps until something happens or the next timeout is due."""
        try:
            wait = 0.0
            while not self.loop.stopping:
                self.loop.poll(wait)
                wait = self.loop.sched.poll()
        except Exception as error:  # noqa: BLE001 - handed to whoever stops the server
            self._errors.append(error)
        finally:
            self._close()

    def _close(self) -> None:
        for connection in list(self.loop.socket_map.values()):
            try:
                if isinstance(connection, Session):
                    connection.end("the server stopped")
            except Exception as error:  # noqa: BLE001 - the others must be closed all the same
                self._errors.append(error)
        try:
            self.loop.sched.poll()  # the sessions' last words
        except Exception as error:  # noqa: BLE001 - as above
            self._errors.append(error)
        left = list(self.loop.socket_map.values())
        self.loop.close()
        for connection in left:
            connection.socket.close()  # one that was still saying goodbye


class _Server(FTPServer):  # type: ignore[misc]  # pyftpdlib has no types
    """Accepts connections; its errors are not lost."""

    errors: ClassVar[list[BaseException]]

    def handle_error(self) -> None:
        """Keep the error and go on listening; pyftpdlib would close the port and stay silent."""
        error = sys.exc_info()[1]
        if error is not None:
            self.errors.append(error)


def _check_ports(port: int, passive_ports: tuple[int, int] | None) -> None:
    if not 0 <= port <= MAX_PORT:
        raise BadValue("ftps_port", port, f"a port is 0 to {MAX_PORT}", next_step="0 picks a free one.")
    if passive_ports is None:
        return
    low, high = passive_ports
    if not 1 <= low <= high <= MAX_PORT:
        raise BadValue(
            "passive_ports",
            f"{low}-{high}",
            f"a first and a last port are wanted, 1 to {MAX_PORT}, the first not larger",
        )
    if low <= port <= high:
        raise BadValue(
            "passive_ports", f"{low}-{high}", f"the FTPS port {port} is among them", next_step="Move one of the two."
        )
