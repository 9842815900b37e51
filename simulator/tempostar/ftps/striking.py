"""What the faults of both FTPS channels need to strike: to give up, and to reset a connection."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.faults.armed import Firing


def give_up(firing: Firing | None) -> None:
    """Give a strike up that did not come about, or has come about already."""
    if firing is not None:
        firing.miss()


def reset_on_close(connection: Any) -> None:  # noqa: ANN401 - an AsyncChat; pyftpdlib has no types
    """Make the coming close of a connection an RST, without close_notify before it."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection._error = True  # noqa: SLF001 - pyftpdlib's sign that TLS is past being ended politely
