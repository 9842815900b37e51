"""What the pages of a context must not do: warn, fail, break the Content-Security-Policy, leave the lab."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Route, WebError


@dataclass
class Watch:
    """Sees all pages of one context. `own`: the beginnings of the addresses that may be asked for; any other request
    is aborted. Breaks of the Content-Security-Policy are errors of the console."""

    context: BrowserContext
    own: tuple[str, ...]
    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.route(lambda url: not url.startswith(self.own), self._abort)
        self.context.on("console", self._hear)
        self.context.on("weberror", self._catch)
        self.context.on("dialog", self._answer)

    def expect(self, pattern: str) -> None:
        """Allow, and demand, what this regular expression finds, e.g. `status of 422` after a form that is refused, or
        `dialog confirm` for a question, which is then answered with yes."""
        self.expected.append(pattern)

    def problems(self) -> list[str]:
        """What was seen and not expected, or expected and not seen, up to now; forgotten with this call."""
        for page in self.context.pages:
            page.evaluate("0")  # what a page said before is told before this is answered
        seen, expected = self.seen[:], self.expected[:]
        self.seen.clear()
        self.expected.clear()
        unexpected = [line for line in seen if not _matching(expected, line)]
        missed = [f"expected and not seen: {one}" for one in expected if not any(re.search(one, line) for line in seen)]
        return unexpected + missed

    def _abort(self, route: Route) -> None:
        self.seen.append(f"request that leaves the lab: {route.request.method} {route.request.url}")
        route.abort("blockedbyclient")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            place = message.location
            self.seen.append(f"console {message.type}: {message.text} ({place['url']}:{place['lineNumber']})")

    def _catch(self, error: WebError) -> None:
        self.seen.append(f"uncaught: {error.error}")

    def _answer(self, dialog: Dialog) -> None:
        line = f"dialog {dialog.type}: {dialog.message}"
        self.seen.append(line)
        if _matching(self.expected, line):
            dialog.accept()
        else:
            dialog.dismiss()


def _matching(patterns: list[str], line: str) -> bool:
    return any(re.search(pattern, line) for pattern in patterns)
