"""Forms of the consoles: safe against other sites, and a POST always ends in a redirect.

In the function that makes a console's blueprint:

    blueprint = Blueprint("tempostar_console", __name__, url_prefix="/tempostar", template_folder="templates")
    guard_forms(blueprint)              # every POST without the right token is refused (403)

In each form of its templates:

    <form method="post">{{ csrf_field() }} ... </form>

In a view that took a POST:

    tell("登録しました。")                # shown once, by the next page: {% for note in notes() %} ... {% endfor %}
    return see_other("tempostar_console.shops")

How it works: a random value in a cookie (HttpOnly, SameSite=Strict) is repeated in a hidden field; another site can
neither read nor set it. Nothing is kept on the lab's side, so a reset or restart makes no open page invalid. (What a
browser says comes from another site, web/app.py refuses before that.)
"""

from __future__ import annotations

import hmac
import json
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from flask import g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import Forbidden

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from werkzeug.wrappers import Response as BaseResponse

FIELD = "csrf_token"
_COOKIE = "zaikolab_csrf"
_NOTES = "zaikolab_notes"
_LIFE = 60
_LONGEST_NOTE = 300
"""Characters; browsers drop a cookie over 4 KiB, and a Japanese character takes nine bytes of it."""


def guard_forms(blueprint: Blueprint) -> None:
    """Give a console's pages `csrf_field()` and `notes()`, and refuse every POST that does not come from them.

    Raises (in a request): Forbidden.
    """
    blueprint.before_request(_check)
    blueprint.after_request(_send_cookies)
    blueprint.context_processor(lambda: {"csrf_field": csrf_field, "notes": notes})


def csrf_field() -> Markup:
    """The hidden field each form needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, _token())


def tell(sentence: str) -> None:
    """Have the next page show a sentence, once; a very long one is cut."""
    shown = sentence if len(sentence) <= _LONGEST_NOTE else sentence[:_LONGEST_NOTE] + "…"
    g.setdefault("zaikolab_to_tell", []).append(shown)


def notes() -> list[str]:
    """What earlier requests had to tell; asked once, then forgotten."""
    g.zaikolab_told = True
    try:
        kept: Any = json.loads(unquote(request.cookies.get(_NOTES, "[]")))
    except ValueError:
        kept = []
    return [note for note in kept if isinstance(note, str)] if isinstance(kept, list) else []


def see_other(endpoint: str, **values: Any) -> BaseResponse:  # noqa: ANN401 - what url_for takes
    """The answer to a POST that was carried out: go and look (303)."""
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def _token() -> str:
    if "zaikolab_csrf" not in g:
        g.zaikolab_csrf = request.cookies.get(_COOKIE) or secrets.token_urlsafe(24)
    return str(g.zaikolab_csrf)


def _check() -> None:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    kept, sent = request.cookies.get(_COOKIE, ""), request.form.get(FIELD, "")
    if not kept or not hmac.compare_digest(kept.encode(), sent.encode()):
        raise Forbidden("This form has lost its token; open the page again and send the form from there.")


def _send_cookies(response: Response) -> Response:
    if "zaikolab_csrf" in g and request.cookies.get(_COOKIE) != g.zaikolab_csrf:
        response.set_cookie(_COOKIE, g.zaikolab_csrf, httponly=True, samesite="Strict")
    if to_tell := g.get("zaikolab_to_tell"):
        value = quote(json.dumps(to_tell, ensure_ascii=False))
        response.set_cookie(_NOTES, value, max_age=_LIFE, httponly=True, samesite="Strict")
    elif g.get("zaikolab_told") and _NOTES in request.cookies:
        response.delete_cookie(_NOTES)
    return response
