"""What an application and the server that serves it have to tell each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request body, also after unpacking."""

_EXTENSION = "zaikolab"
_KEPT_FAILURES = 10


class HangUp(Exception):
    """Raised by an application instead of an answer, or in the middle of its body: the connection ends there.

    `reset`: with RST, as when a machine crashes.
    """

    def __init__(self, *, reset: bool) -> None:
        super().__init__("The connection is to end here.")
        self.reset = reset


@dataclass(slots=True)
class Running:
    """Failures in requests, and what is to be done when the server stops."""

    failures: list[Exception] = field(default_factory=list)
    """Exceptions that nobody raised on purpose; the server raises the first again when it stops."""
    at_stop: list[Callable[[], None]] = field(default_factory=list)
    """Called when the server stops, so that waiting requests end."""

    def failed(self, error: Exception) -> None:
        """Keep a failure."""
        if len(self.failures) < _KEPT_FAILURES:
            self.failures.append(error)


def tell(app: Flask, told: Running) -> None:
    """Give an application its `Running`."""
    app.extensions[_EXTENSION] = told


def running(app: Flask) -> Running:
    """The `Running` of an application; an empty one when it was given none."""
    found: Running = app.extensions.setdefault(_EXTENSION, Running())
    return found
