"""A port for a server that has to be told which."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress

_FIRST, _BEYOND = 20_000, 32_768


def find_free_port() -> int:
    """Find a port that is free and stays so: of those from 32768 on the system gives any to whoever connects."""
    for _ in range(100):
        port = _FIRST + secrets.randbelow(_BEYOND - _FIRST)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"No port is free from {_FIRST} to {_BEYOND - 1}.")
