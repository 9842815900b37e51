"""Serves the lab's application: waitress in threads, started and stopped within bounds.

The only module that knows waitress. The loop is our own: waitress's `run` can only be ended by a signal.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import struct
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask

from simulator.errors import CannotStart
from simulator.web.listener import listener
from simulator.web.problem import PROBLEM_TYPE
from simulator.web.running import HangUp, running

if TYPE_CHECKING:
    from flask import Flask

THREADS = 16
"""So many requests at once: a few of them may be long polls of `journal/wait` and `mail/wait`."""
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes waitress takes in before it hangs up. The application's own limit is lower (running.MAX_BODY)."""
READ_AT_ONCE = 64 * 1024
"""Bytes: a batch of stock in three reads instead of twenty."""
_RST_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for no time."""
_START_LIMIT = 5.0
_STOP_LIMIT = 5.0


class HttpServer:
    """An application on a host and port. Port 0 picks a free one; `port` is the real one."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._wanted_port = port
        self._stopping = False
        self._error: BaseException | None = None
        self._server: Any = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="zaikolab-http", daemon=True)

    @property
    def port(self) -> int:
        """The port in use."""
        return int(self._server.effective_port) if self._server else self._wanted_port

    def start(self) -> None:
        """Bind, and serve from now on.

        Raises: CannotStart when the address cannot be used.
        """
        # What goes wrong in a request is answered and kept in `Running`; a busy moment is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        bound = listener("HTTP", self._host, self._wanted_port, option="--http-port")
        try:
            self._server = create_server(
                self._app,
                sockets=[bound],
                threads=THREADS,
                ident="zaikolab",
                max_request_body_size=LARGEST_BODY,
                recv_bytes=READ_AT_ONCE,
                asyncore_use_poll=True,
                clear_untrusted_proxy_headers=True,
            )
        except BaseException:
            bound.close()
            raise
        self._server.channel_class = _Channel
        self._thread.start()
        if not self._ready.wait(_START_LIMIT):
            raise CannotStart(f"HTTP on {self._host}:{self.port} did not get ready within {_START_LIMIT:g} s.")

    def stop(self) -> None:
        """End open requests and connections and give the port back.

        Raises: the first error of the server's thread, or of a request, that nobody raised on purpose.
        """
        if self._server is None:
            return
        for end in running(self._app).at_stop:
            end()
        self._stopping = True
        with contextlib.suppress(OSError):  # the thread ended by itself, with an error that is raised below
            self._server.pull_trigger()
        self._thread.join(_STOP_LIMIT)
        failures = running(self._app).failures
        if self._error is not None:
            raise self._error
        if failures:
            raise failures[0]

    def _run(self) -> None:
        server = self._server
        self._ready.set()
        try:
            while not self._stopping:
                wasyncore.loop(timeout=60.0, use_poll=True, map=server._map, count=1)  # noqa: SLF001 - waitress's own way
        except BaseException as error:  # noqa: BLE001 - raised again by `stop`
            self._error = error
        finally:
            self._close(server)

    def _close(self, server: Any) -> None:  # noqa: ANN401 - waitress has no types
        # From the outside in: no new connections, then no running requests, then what they left to be sent, then all.
        server.accepting = False
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=_STOP_LIMIT / 2)
        with contextlib.suppress(OSError):
            wasyncore.loop(timeout=0.0, use_poll=True, map=server._map, count=1)  # noqa: SLF001 - as above
        for channel in list(server.active_channels.values()):
            for request in (*channel.requests, *filter(None, [channel.request])):
                request.close()
            channel.handle_close()
        server.close()
        wasyncore.close_all(server._map, ignore_all=True)  # noqa: SLF001 - as above


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What waitress itself refuses (no HTTP, headers or body too large) is answered as a problem, too."""

    def execute(self) -> None:
        error = self.request.error
        status = error.code if error.code in {member.value for member in HTTPStatus} else HTTPStatus.BAD_REQUEST
        content = {
            "type": "about:blank",
            "title": error.reason,
            "status": status,
            "detail": "The request could not be read: it is damaged or too large.",
        }
        body = json.dumps(content).encode()
        self.status = f"{status} {error.reason}"
        self.response_headers.append(("Content-Type", PROBLEM_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    def service(self) -> None:
        try:
            super().service()
        except HangUp as order:
            self.close_on_finish = True  # what was written before is still sent
            if order.reset:
                with contextlib.suppress(OSError):  # the client was faster
                    self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    task_class = _Task
    error_task_class = _ProblemTask

    def check_client_disconnected(self) -> bool:
        # While a request is carried out waitress does not look; only who looks ahead sees that the client went.
        try:
            return not self.connected or self.socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
