"""Forms of a page as a browser without script sends them: every field that is there, and the button pressed."""

from __future__ import annotations

import html
import json
import re
import shlex
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass
class Form:
    """One form: where it goes, what stands in its fields, its buttons' words with what each sends, what its fields
    offer."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._inside: Form | None = None
        self._select: tuple[Form, str] | None = None
        self._option: dict[str, str | None] | None = None
        self._button: Form | None = None
        self._sends = ("", "")
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        owner = self._by_id.get(given.get("form") or "", self._inside)
        match tag:
            case "form":
                self._inside = Form(given.get("action") or "", given.get("method") or "get")
                self.forms.append(self._inside)
                if identity := given.get("id"):
                    self._by_id[identity] = self._inside
            case "input" if owner is not None and name:
                kind, value = given.get("type") or "text", given.get("value") or ""
                if kind in {"checkbox", "radio"}:
                    owner.offered.setdefault(name, []).append(value)
                if kind not in {"checkbox", "radio"} or "checked" in given:
                    owner.fields.append((name, value))
            case "select" if owner is not None:
                self._select = (owner, name)
                owner.offered[name] = []
            case "option":
                self._option = given
            case "button":
                self._button = owner
                self._sends = (name, given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._option is not None and self._select is not None:
            form, name = self._select
            value = self._option.get("value")
            value = data.strip() if value is None else value
            form.offered[name].append(value)
            if "selected" in self._option or len(form.offered[name]) == 1:
                form.fields = [one for one in form.fields if one[0] != name] + [(name, value)]
            self._option = None
        elif self._button is not None and data.strip():
            self._button.buttons[data.strip()] = self._sends

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._inside = None
            case "select":
                self._select = None
            case "button":
                self._button = None


def form_with(page: str, button: str, having: tuple[str, str] | None = None) -> Form:
    """The form of a page that has a button of this word, and, where several have, this field with this value."""
    found = [form for form in _Reader(page).forms if button in form.buttons]
    if having is not None:
        found = [form for form in found if having in form.fields]
    assert found, f"no form with the button {button!r}"
    return found[0]


def press(
    client: FlaskClient,
    page: str,
    button: str,
    *,
    ticked: tuple[tuple[str, str], ...] = (),
    having: tuple[str, str] | None = None,
    **typed: str | None,
) -> TestResponse:
    """Open a page (or take its text), fill its form in and press the button. `typed`: None unticks a box; "_"
    stands for the "-" of a field's name too."""
    text = client.get(page).text if page.startswith("/") else page
    form = form_with(text, button, having)
    names = {name for name, _ in form.fields} | form.offered.keys()
    spelled = {name.replace("-", "_"): name for name in names}
    assert typed.keys() <= spelled.keys(), f"no such field: {typed.keys() - spelled.keys()}; there are {sorted(names)}"
    wanted = {spelled[name]: value for name, value in typed.items()}
    for name, value in wanted.items():
        assert value is None or name not in form.offered or value in form.offered[name], (name, value)
    for name, value in ticked:
        assert value in form.offered.get(name, []), (name, value)
    sent: dict[str, list[str]] = {}
    kept = [(name, value) for name, value in form.fields if name not in wanted]
    added = [(name, value) for name, value in wanted.items() if value is not None]
    pressed = [sends for word, sends in form.buttons.items() if word == button and sends[0]]
    for name, value in (*kept, *added, *ticked, *pressed):
        sent.setdefault(name, []).append(value)
    if form.method == "get":
        return client.get(form.action, query_string=sent)
    return client.post(form.action, data=sent)


def told_calls(page: str) -> list[tuple[str, str, object]]:
    """Method, path and body of the calls that the note of a page shows."""
    note = re.search(r'<div class="note" role="status">(.*?)</details>', page, re.DOTALL)
    assert note, "the page tells of nothing done"
    commands = re.findall(r"<code>(zaikolab call .*?)</code>", note[1], re.DOTALL)
    calls = []
    for command in commands:
        _, _, method, path, *body = shlex.split(html.unescape(command))
        calls.append((method, path, json.loads(body[0]) if body else None))
    return calls
