"""The lab's whole web application: every blueprint, and the rules that hold for all of them."""

from __future__ import annotations

import ipaddress
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import Forbidden

from simulator.hosts import names_of
from simulator.web.faulty_requests import STRUCK, StruckRequests
from simulator.web.forms import guard_forms
from simulator.web.journalled import API, STOCK_UPDATE, is_below, tell_request
from simulator.web.problem import register_problems
from simulator.web.quick_start import quicken
from simulator.web.running import MAX_BODY, Running, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Blueprint, Response

    from simulator.control.ports import Lab

_FOR_ENGINES = (API, STOCK_UPDATE, "/openapi.json")
"""Who asks for these has a secret of their own, so they may be reached under any name, e.g. from a container."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms, and those are refused.
    "Referrer-Policy": "same-origin",
}


def create_app(lab: Lab) -> Flask:
    """Assemble the application of one lab. Its server's stop ends waiting requests and raises what went wrong."""
    told = Running(at_stop=[lab.journal.end_waits])
    app = _furnished(lab, told, pages=True)
    guard_forms(app)
    for blueprint in _blueprints(lab):
        app.register_blueprint(blueprint)
    control, shop_api = _Late(lambda: _control_app(lab, told)), _Late(lambda: _shop_api_app(lab, told))
    struck = StruckRequests(shop_api, lab.faults.take, lab.journal)
    parts: list[tuple[str, WSGIApplication]] = [("/lab/v1", control), *((path, struck) for path in _FOR_ENGINES)]
    app.wsgi_app = _ByPath(parts, app.wsgi_app)  # type: ignore[method-assign]  # Flask's way to wrap it
    return app


def _furnished(lab: Lab, told: Running, *, pages: bool = False) -> Flask:
    """An application without blueprints, with the rules that hold for all. `pages`: it is to have some."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    quicken(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    tell(app, told)
    register_problems(app, told.failed, pages=pages)

    @app.before_request
    def refuse_other_sites() -> None:
        if is_below(request.path, _FOR_ENGINES):
            return
        if not _is_ours(request.host, names_of(lab.config)):
            raise Forbidden(
                f"The lab does not answer to the name {request.host!r}. Use its address, e.g. http://127.0.0.1, or "
                "start it with --expose and this --name."
            )
        # Only browsers send it: a page of another site can send a form here, be it without seeing the answer.
        origin = request.headers.get("Origin")
        if request.method not in _SAFE and origin is not None and origin.partition("://")[2] != request.host:
            raise Forbidden("This was sent by a page of another site; send it from the lab's own.")

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            # Nor does Back show a page of an earlier moment: its form would be one that was sent.
            response.headers.setdefault("Cache-Control", "no-store")
        if STRUCK not in request.environ:
            tell_request(lab.journal, request.method, request.path, response.status_code)
        return response

    return app


def _blueprints(lab: Lab) -> tuple[Blueprint, ...]:
    from simulator.lab_pages.blueprint import create_blueprint as create_lab_pages
    from simulator.lab_pages.figures import start_figures
    from simulator.mailbox.pages import create_blueprint as create_inbox
    from simulator.roomclip.console.pages import create_blueprint as create_business
    from simulator.roomclip.storefront.pages import create_blueprint as create_storefront
    from simulator.tempostar.console.pages import create_blueprint as create_tempostar
    from simulator.web.start import create_blueprint as create_start

    return (
        create_start(lab.clock, start_figures(lab)),
        create_tempostar(lab.tempostar, lab.area),
        create_business(lab.roomclip, lambda: lab.mailbox.mails_before(None, limit=200)),
        create_storefront(lab.roomclip),
        create_inbox(lab.mailbox),
        create_lab_pages(lab),
    )


def _control_app(lab: Lab, told: Running) -> Flask:
    from simulator.control.blueprint import create_blueprint

    app = _furnished(lab, told)
    app.register_blueprint(create_blueprint(lab))
    return app


def _shop_api_app(lab: Lab, told: Running) -> Flask:
    from simulator.roomclip.api.blueprint import create_blueprint
    from simulator.roomclip.api.stock_update import create_stock_update_blueprint

    app = _furnished(lab, told)
    app.register_blueprint(create_blueprint(lab.roomclip))
    app.register_blueprint(create_stock_update_blueprint(lab.roomclip))
    return app


class _Late:
    """An application made with its first request: an API would cost a starting lab a fifth of a second."""

    def __init__(self, make: Callable[[], Flask]) -> None:
        self._make = make
        self._made: Flask | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return self._made(environ, start_response)


class _ByPath:
    """Sends a request to the first application one of whose paths is its own or lies above it, else to `others`."""

    def __init__(self, parts: Sequence[tuple[str, WSGIApplication]], others: WSGIApplication) -> None:
        self._parts = parts
        self._others = others

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for own, part in self._parts:
            if is_below(path, (own,)):
                return part(environ, start_response)
        return self._others(environ, start_response)


def _is_ours(host: str, names: Sequence[str]) -> bool:
    """Whether a Host header can stand in the address bar of someone who means this lab.

    A page of another site can make its own name point here (DNS rebinding), but never an address or `localhost`.
    """
    name = urlsplit(f"//{host}").hostname or ""
    if name in {own.lower() for own in names} or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
