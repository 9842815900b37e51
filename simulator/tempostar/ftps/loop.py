"""The loop that a server's connections live in, with a door for other threads, and calls that faults put off."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

from pyftpdlib.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.faults.armed import Firing


class Loop(IOLoop):  # type: ignore[misc]  # pyftpdlib has no types
    """pyftpdlib's loop. `call_soon` and `stop` may be called from any thread, also when it has ended."""

    def __init__(self, errors: list[BaseException]) -> None:
        super().__init__()
        self.stopping = False
        self._door = _Door(self, errors)

    def call_soon(self, call: Callable[[], object]) -> None:
        """Have `call` made in the loop's thread at its next turn; never, when the loop has ended."""
        self._door.hand_in(call)

    def stop(self) -> None:
        """Let the loop's thread leave it."""
        self.call_soon(self._leave)

    def end(self) -> None:
        """Give the door's sockets back; the loop's thread is over by then."""
        self._door.end()

    def _leave(self) -> None:
        self.stopping = True


class _Door:
    """Ends the loop's sleep from another thread. In the loop it looks like one more connection."""

    def __init__(self, loop: Loop, errors: list[BaseException]) -> None:
        self._loop = loop
        self._errors = errors
        self._calls: deque[Callable[[], object]] = deque()
        self.socket, self._other_end = socket.socketpair()
        self.socket.setblocking(False)
        self._other_end.setblocking(False)
        self._fileno = self.socket.fileno()  # the loop closes its connections in this order
        loop.register(self._fileno, self, loop.READ)

    def hand_in(self, call: Callable[[], object]) -> None:
        self._calls.append(call)
        with contextlib.suppress(OSError):  # it has ended by itself, or so many wait that it wakes up anyway
            self._other_end.send(b"x")

    def end(self) -> None:
        self.socket.close()
        self._other_end.close()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        self.socket.recv(4096)
        while self._calls:
            self._calls.popleft()()

    def handle_error(self) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            self._errors.append(error)

    def close(self) -> None:
        self._loop.stopping = True

    handle_close = close


def hold_back(channel: Any, seconds: float, firing: Firing, then: Callable[[], object]) -> None:  # noqa: ANN401 - pyftpdlib's
    """Call `then` after so many seconds of real time, or as soon as the fault is cleared: once, in the loop's thread.

    Never, when `channel` has closed by then. To be called in the loop's thread.
    """

    def go_on() -> None:
        if not timer.cancelled:  # else it has been called already, or the channel has closed
            timer.cancel()
            then()

    timer = channel.call_later(seconds, then)
    firing.over.add_done_callback(lambda _: channel.ioloop.call_soon(go_on))
