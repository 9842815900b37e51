"""Forms of the pages: safe against other sites, sent twice carried out once, and a refusal keeps what was typed.

In each form of a template (`{% import "web/parts.html" as parts with context %}`):

    {% set form = form_of("tempostar.add_shop") %}
    <form method="post" action="{{ url_for('tempostar.add_shop') }}">{{ form_guard() }}
    {{ parts.text(form, "name", "ショップ名(正式名称)", "") }} ... </form>

In the view that takes it:

    @blueprint.post("/shops")
    @shown_again("tempostar.new_shop")      # a refusal shows this page, with what was typed and what is wrong beside it
    def add_shop() -> BaseResponse:
        ...
        tell("登録しました。", Call("POST", "/tempostar/shops", {...}))     # shown once, by the next page
        return see_other("tempostar.shops")

Where two people could change the same thing: `form_guard(seen=shop.stock)` in the form, and in the view, within one
transaction, `check_seen(backoffice.shop(shop_code).stock)` before the change.

How the token works: a random value in a cookie (HttpOnly, SameSite=Strict) is repeated in a hidden field; another site
can neither read nor set it. A reset or restart of the lab makes no open page invalid. (What a browser says comes from
another site, web/app.py refuses before that.)
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import Forbidden

from simulator.errors import ChangedMeanwhile
from simulator.web.tickets import Note, Outcome, Tickets, wish_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.web.calls import Call

View = TypeVar("View", bound="Callable[..., Any]")

FIELD = "csrf_token"
_TICKET = "ticket"
_SEEN = "seen"
_COOKIE = "zaikolab_csrf"
_DONE = "zaikolab_done"
_AGAIN = "zaikolab_shown_again"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_NOTE = 300
"""Characters."""
_OWN = frozenset({FIELD, _TICKET, _SEEN})


def guard_forms(app: Flask) -> None:
    """Give the pages of `app` `form_guard()` and `notes()`; refuse every POST that does not come from them, and carry
    out once what is sent twice.

    Raises (in a request): Forbidden.
    """
    tickets = app.extensions["zaikolab_tickets"] = Tickets()
    app.before_request(_check)
    app.before_request(lambda: _carried_out_before(tickets))
    app.after_request(lambda response: _remember(tickets, response))
    app.teardown_request(lambda _: _forget(tickets))
    app.context_processor(lambda: {"form_guard": form_guard, "notes": notes})


def form_guard(seen: object = None) -> Markup:
    """The hidden fields each form needs. `seen`: what the form changes, as this page shows it (its repr counts)."""
    fields = {FIELD: _token(), _TICKET: secrets.token_urlsafe(12)}
    if seen is not None:
        fields[_SEEN] = _fingerprint(seen)
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in fields.items()
    )


def check_seen(present: object) -> None:
    """Refuse a form that was made of something else than what is there now; one that says nothing of it passes.

    Raises: ChangedMeanwhile.
    """
    if request.form.get(_SEEN) not in {None, _fingerprint(present)}:
        raise ChangedMeanwhile


def shown_again(endpoint: str) -> Callable[[View], View]:
    """Mark a view: a form that it refuses is shown again by the page `endpoint`, a view of the same path variables."""

    def marked(view: View) -> View:
        setattr(view, _AGAIN, endpoint)
        return view

    return marked


def page_to_show_again() -> Callable[..., Any] | None:
    """The view of the page that the form under way came from, None where none was named."""
    if request.method in _SAFE or request.endpoint is None:
        return None
    endpoint = getattr(current_app.view_functions[request.endpoint], _AGAIN, None)
    return None if endpoint is None else current_app.view_functions[endpoint]


def tell(sentence: str, *calls: Call) -> None:
    """Have the next page show a sentence, once, with the calls that do the same as what it tells of; a very long
    sentence is cut."""
    shown = sentence if len(sentence) <= _LONGEST_NOTE else sentence[:_LONGEST_NOTE] + "…"
    g.setdefault("zaikolab_to_tell", []).append(Note(shown, calls))


def notes() -> tuple[Note, ...]:
    """What the form sent last had to tell; asked once, then forgotten."""
    done = request.cookies.get(_DONE)
    if not done:
        return ()
    g.zaikolab_told = True
    tickets: Tickets = current_app.extensions["zaikolab_tickets"]
    outcome = tickets.outcome(done)
    return () if outcome is None else outcome.notes


def see_other(endpoint: str, **values: Any) -> BaseResponse:  # noqa: ANN401 - what url_for takes
    """The answer to a POST that was carried out: go and look (303)."""
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def _token() -> str:
    if "zaikolab_csrf" not in g:
        g.zaikolab_csrf = request.cookies.get(_COOKIE) or secrets.token_urlsafe(24)
    return str(g.zaikolab_csrf)


def _fingerprint(seen: object) -> str:
    return sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _check() -> None:
    if request.method in _SAFE:
        return
    kept, sent = request.cookies.get(_COOKIE, ""), request.form.get(FIELD, "")
    if not kept or not hmac.compare_digest(kept.encode(), sent.encode()):
        raise Forbidden("This form has lost its token; open the page again and send the form from there.")


def _carried_out_before(tickets: Tickets) -> BaseResponse | None:
    if request.method in _SAFE:
        return None
    # A form without a ticket (sent by a program) is a wish of its own each time.
    wish = wish_of(request, request.form.get(_TICKET) or secrets.token_urlsafe(12), _OWN)
    outcome = tickets.begin(wish)
    g.zaikolab_wish = wish
    if outcome is None:
        g.zaikolab_first = True
        return None
    return redirect(outcome.location, HTTPStatus.SEE_OTHER)


def _remember(tickets: Tickets, response: Response) -> Response:
    if "zaikolab_csrf" in g and request.cookies.get(_COOKIE) != g.zaikolab_csrf:
        response.set_cookie(_COOKIE, g.zaikolab_csrf, httponly=True, samesite="Strict")
    if "zaikolab_wish" in g and response.status_code == HTTPStatus.SEE_OTHER:
        if g.pop("zaikolab_first", False):
            notes = tuple(g.get("zaikolab_to_tell", ()))
            tickets.end(g.zaikolab_wish, Outcome(response.headers["Location"], notes))
        response.set_cookie(_DONE, g.zaikolab_wish, httponly=True, samesite="Strict")
    elif g.get("zaikolab_told"):
        response.delete_cookie(_DONE)
    return response


def _forget(tickets: Tickets) -> None:
    if g.pop("zaikolab_first", False):
        tickets.end(g.zaikolab_wish, None)
