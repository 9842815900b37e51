"""Every page that changes something, found in the application's own map: a new one without a guard turns this red."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest
from flask import Flask, request

from simulator.lab import Lab
from simulator.web.app import create_app
from simulator.web.forms import FIELD, page_to_show_again

SAFE = {"GET", "HEAD", "OPTIONS"}
COOKIE = "zaikolab_csrf"


@pytest.fixture
def pages() -> Iterator[Flask]:
    lab = Lab()
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    yield create_app(lab)
    lab.stop()


def changing(app: Flask) -> list[tuple[str, str]]:
    """Method and a path of each rule that is not for reading only."""
    return [
        (method, re.sub(r"<[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - SAFE)
    ]


def test_there_are_forms_on_both_consoles_and_in_the_storefront(pages):
    parts = {path.split("/")[1] + "/" + path.split("/")[2] for _, path in changing(pages)}
    assert {"roomclip/business", "roomclip/shop"} <= parts
    assert any(part.startswith("tempostar/") for part in parts)


@pytest.mark.parametrize(
    ("cookie", "field"),
    [(None, None), (None, "token"), ("token", None), ("token", "other"), ("token", ""), ("", ""), ("", None)],
    ids=["nothing", "no cookie", "no field", "wrong field", "empty field", "both empty", "empty cookie"],
)
def test_no_page_changes_anything_without_the_token(pages, cookie, field):
    asked = changing(pages)
    assert len(asked) > 10
    for method, path in asked:
        client = pages.test_client()
        if cookie is not None:
            client.set_cookie(COOKIE, cookie)
        answer = client.open(path, method=method, data={} if field is None else {FIELD: field})
        assert answer.status_code == 403, (method, path, answer.status_code)


def test_with_the_token_a_form_gets_as_far_as_the_console(pages):
    """Or the 403 above would say nothing of the token."""
    for method, path in changing(pages):
        client = pages.test_client()
        client.set_cookie(COOKIE, "token")
        answer = client.open(path, method=method, data={FIELD: "token"})
        assert answer.status_code not in {403, 500}, (method, path, answer.status_code)


def test_a_refused_form_of_each_page_is_shown_again_by_a_page_about_the_same_thing(pages):
    for method, path in changing(pages):
        with pages.test_request_context(path, method=method):
            page = page_to_show_again()
            assert page is not None, path
            assert set(inspect.signature(page).parameters) == set(request.view_args or {}), path
