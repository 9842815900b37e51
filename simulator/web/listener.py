"""Takes a TCP address for a server, or says clearly why it cannot be had."""

from __future__ import annotations

import socket

from simulator.errors import CannotStart


def listener(service: str, host: str, port: int, *, option: str) -> socket.socket:
    """A listening socket; port 0 picks a free one. `option`: the start option that names the port.

    Raises: CannotStart naming the address and the next step.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it. Without, a reply of several lines waits 40 ms for the client's acknowledgement.
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.bind((host, port))
        found.listen()  # of two who bind at once the second is refused only here
    except (OSError, OverflowError) as error:
        found.close()
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else "there is no such port"
        raise CannotStart(
            f"{service} cannot listen on {host}:{port}: {reason}.",
            next_step=f"Stop what uses it, or let the lab pick a free port: {option} 0.",
        ) from error
    return found
