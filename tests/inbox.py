"""A mail server of a test's own, on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class _AnyPort(Controller):
    """A controller that may be given port 0: it looks at the bound port before it knocks."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def open_inbox(handler: object) -> Iterator[int]:
    """Serve an aiosmtpd handler until the end; the port."""
    controller = _AnyPort(handler, hostname="127.0.0.1", port=0, ready_timeout=60)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
