"""What became of each form that was sent: a double click or a reload is answered like the first time and does nothing.

A page gives each of its forms a ticket of its own. The same ticket with the same content to the same address is the
same wish; sent again, it waits for the first and gets its answer. Other content is another wish. A refused form is
forgotten: sent again, it is judged again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from simulator.errors import StillUnderWay

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from simulator.web.calls import Call

MOST = 10_000
"""Outcomes remembered; beyond, the oldest is forgotten."""
WAIT = 30.0
"""Seconds a form waits for the same one sent before it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence for the next page, with the calls that do the same as what it tells of."""

    sentence: str
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a form that was carried out led to, and what the page there has to tell."""

    location: str
    notes: tuple[Note, ...]


class Tickets:
    """Outcomes by wish, in memory: a lab that starts again has forgotten them, and its pages were of another one."""

    def __init__(self, most: int = MOST, wait: float = WAIT) -> None:
        self._most = most
        self._wait = wait
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()
        self._under_way: set[str] = set()
        self._changed = threading.Condition()

    def begin(self, wish: str) -> Outcome | None:
        """What became of the wish, once it is known; None when it is the first, which `end` has to follow.

        Raises: StillUnderWay when the one before it has not ended within the wait.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: wish not in self._under_way, self._wait):
                raise StillUnderWay
            if wish in self._outcomes:
                return self._outcomes[wish]
            self._under_way.add(wish)
            return None

    def end(self, wish: str, outcome: Outcome | None) -> None:
        """Remember the outcome; None: it was refused, or broke off, and may be tried again."""
        with self._changed:
            self._under_way.discard(wish)
            if outcome is not None:
                self._outcomes[wish] = outcome
            while len(self._outcomes) > self._most:
                self._outcomes.popitem(last=False)
            self._changed.notify_all()

    def outcome(self, wish: str) -> Outcome | None:
        """What is remembered of a wish."""
        with self._changed:
            return self._outcomes.get(wish)


def wish_of(request: Request, ticket: str, passed_over: frozenset[str]) -> str:
    """Names what a form asks for: its ticket, address and content but for the fields `passed_over`. Files are read and
    rewound."""
    digest = sha256()
    for text in (
        ticket,
        request.full_path,
        *(f"{name}={value}" for name, value in request.form.items(multi=True) if name not in passed_over),
    ):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    for name, file in request.files.items(multi=True):
        digest.update(f"{name}={file.filename}".encode("utf-8", "surrogatepass") + b"\0")
        digest.update(file.stream.read())
        file.stream.seek(0)
    return digest.hexdigest()
