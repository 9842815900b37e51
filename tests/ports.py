"""Ports for servers that have to be told which."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

_OWN = range(20_000, 32_768)
"""From 32768 on the system gives a port to whoever connects, or asks for any: one found there is soon another's."""


def find_free_ports(count: int) -> list[int]:
    """Find so many ports that nobody listens on, each another, and that the system gives to nobody."""
    found: list[int] = []
    for port in random.SystemRandom().sample(_OWN, 100 + count):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError(f"{count} free ports were not found from {_OWN[0]} to {_OWN[-1]}.")


def find_free_port() -> int:
    """Find one."""
    return find_free_ports(1)[0]
