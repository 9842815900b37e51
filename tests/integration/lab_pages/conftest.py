"""A lab with addresses and no sockets, its pages and its control API; a twin to compare with."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulator.lab import Lab
from simulator.servers import Endpoints
from simulator.web.app import create_app
from simulator.web.running import running

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Site:
    """A lab and a browser on its pages."""

    lab: Lab
    client: object

    def open(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return html.unescape(answer.text)

    def hidden(self, page: str, action: str, containing: str = "") -> dict[str, str]:
        """The hidden fields of the first form of a page that goes to `action` and holds a text."""
        text = self.client.get(page).text
        forms = re.findall(rf'<form method="post" action="{re.escape(action)}".*?</form>', text, re.DOTALL)
        form = next(one for one in forms if containing in html.unescape(one))
        return {name: html.unescape(value) for name, value in HIDDEN.findall(form)}

    def send(self, page: str, action: str, *, containing: str = "", answers: int = 303, **fields: str):
        """Sends a form as a browser would."""
        answer = self.client.post(action, data={**self.hidden(page, action, containing), **fields})
        assert answer.status_code == answers, answer.text
        return answer

    def note(self, answer) -> str:
        """The page that a form led to."""
        return self.open(answer.headers["Location"])

    def call(self, line: str) -> None:
        """Carries out a command that a page showed, over the control API."""
        words = shlex.split(line)
        if words[:2] != ["zaikolab", "call"]:
            raise AssertionError(f"not a call: {line}")
        _, _, method, path, *rest = words
        body = json.loads(rest[0]) if rest else None
        answer = self.client.open("/lab/v1" + path, method=method, json=body)
        assert answer.status_code < 300, answer.text


def lines(page: str) -> list[str]:
    """Every command that a page shows."""
    return re.findall(r"<code>((?:zaikolab|curl) .*?)</code>", page, re.DOTALL)


@pytest.fixture
def sites() -> Iterator[Callable[[], Site]]:
    """`sites()` makes a lab with one shop that is linked, with twenty SKUs."""
    made: list[Site] = []

    def make(*, empty: bool = False) -> Site:
        lab = Lab()
        lab._servers = SimpleNamespace(
            endpoints=Endpoints("127.0.0.1", 2121, lab.config.tls, 8080, 2525, Path("ca.pem")), stop=lambda: None
        )
        if not empty:
            set_up(lab)
        app = create_app(lab)
        made.append(Site(lab, app.test_client()))
        return made[-1]

    yield make
    for site in made:
        site.lab.stop()
        for failure in running(site.client.application).failures:
            raise failure


def set_up(lab: Lab) -> None:
    from simulator.demo import set_up as demo

    demo(lab, skus=20, seed=1, say=lambda _section, _sentence: None)


@pytest.fixture
def site(sites) -> Site:
    return sites()


@pytest.fixture
def empty(sites) -> Site:
    return sites(empty=True)
