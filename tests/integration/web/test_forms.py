"""What every form of the pages has: a double click does nothing twice, a refusal keeps what was typed, two windows do
not overwrite each other unseen."""

from __future__ import annotations

import html
import io
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Blueprint, Flask, render_template_string, request
from flask.testing import FlaskClient

from simulator.errors import BadValue, Conflict, Refused
from simulator.lab import Lab
from simulator.web.app import create_app
from simulator.web.calls import Call
from simulator.web.forms import check_seen, see_other, shown_again, tell
from simulator.web.refusal import refused_page

PAGE = """{% extends "web/layout.html" %}{% block title %}名前{% endblock %}
{% block content %}{% set form = form_of("board.save") %}<form method="post">{{ form_guard(seen=board.name) }}
{{ parts.text(form, "name", "名前", board.name) }}
<input type="checkbox" name="loud"{% if form.ticked("loud") %} checked{% endif %}>
<button>保存</button></form>{% endblock %}"""


@dataclass
class Board:
    """What the pages of this test change."""

    name: str = "古い名前"
    saved: list[str] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    held: threading.Event | None = None
    reached: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
def app(board: Board) -> Iterator[Flask]:
    lab = Lab()
    app = create_app(lab)
    blueprint = Blueprint("board", __name__, url_prefix="/board")
    blueprint.register_error_handler(Refused, lambda error: refused_page(error, "web/layout.html"))

    @blueprint.get("/")
    def page() -> str:
        return render_template_string(PAGE, board=board)

    @blueprint.post("/")
    @shown_again("board.page")
    def save():
        check_seen(board.name)
        name = request.form["name"]
        if not name:
            raise BadValue("name", name, "must not be blank")
        if name == "使用済み":
            raise Conflict("That name is in use.")
        board.reached.set()
        if board.held is not None:
            assert board.held.wait(10)
        board.saved.append(name)
        board.files += [file.read() for file in request.files.values()]
        tell(f"{name}を保存しました。", Call("PUT", "/board", {"name": name}))
        return see_other("board.page")

    app.register_blueprint(blueprint)
    yield app
    lab.stop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def fields(client: FlaskClient) -> dict[str, str]:
    """The hidden fields of the page's form."""
    page = client.get("/board/").text
    return {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


def test_a_form_sent_again_does_nothing_twice_and_is_answered_alike(client, board):
    form = fields(client) | {"name": "新しい名前"}
    first, second = client.post("/board/", data=form), client.post("/board/", data=form)
    assert board.saved == ["新しい名前"]
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert "新しい名前を保存しました。" in client.get("/board/").text


def test_a_double_click_waits_for_the_first_click(app, board):
    client = app.test_client()
    form, board.held = fields(client) | {"name": "新しい名前"}, threading.Event()
    token = form["csrf_token"]
    answers: list[int] = []

    def click() -> None:
        other = app.test_client()
        other.set_cookie("zaikolab_csrf", token)
        answers.append(other.post("/board/", data=form).status_code)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    assert board.reached.wait(10)
    board.held.set()
    for one in clicks:
        one.join(10)
    assert answers == [303, 303]
    assert board.saved == ["新しい名前"]


def test_a_click_that_has_waited_long_enough_is_refused_and_does_nothing(app, board):
    app.extensions["zaikolab_tickets"]._wait = 0.05
    client, late = app.test_client(), app.test_client()
    form, board.held = fields(client) | {"name": "新しい名前"}, threading.Event()
    late.set_cookie("zaikolab_csrf", form["csrf_token"])
    first = threading.Thread(target=client.post, args=("/board/",), kwargs={"data": form})
    first.start()
    assert board.reached.wait(10)
    board.reached.clear()
    answer = late.post("/board/", data=form)
    board.held.set()
    first.join(10)
    assert answer.status_code == 409
    assert "同じ操作がまだ終わっていません" in answer.text
    assert board.saved == ["新しい名前"]
    assert late.post("/board/", data=form).status_code == 303
    assert board.saved == ["新しい名前"]


def test_the_same_page_with_other_content_is_another_wish(client, board):
    form = fields(client)
    for name in ("一つ目", "二つ目"):
        client.post("/board/", data=form | {"name": name})
    assert board.saved == ["一つ目", "二つ目"]


def test_each_opened_page_is_a_wish_of_its_own(client, board):
    for _ in range(2):
        client.post("/board/", data=fields(client) | {"name": "同じ名前"})
    assert board.saved == ["同じ名前", "同じ名前"]


def test_another_file_is_another_wish_and_the_view_still_reads_it(client, board):
    form = fields(client) | {"name": "ファイル"}
    for content in (b"1", b"1", b"2"):
        client.post("/board/", data=form | {"file": (io.BytesIO(content), "a.csv")})
    assert board.files == [b"1", b"2"]


def test_a_refused_form_may_be_sent_again(client, board):
    form = fields(client) | {"name": ""}
    assert [client.post("/board/", data=form).status_code for _ in range(2)] == [422, 422]
    assert client.post("/board/", data=form | {"name": "直した名前"}).status_code == 303
    assert board.saved == ["直した名前"]


def test_a_refusal_keeps_what_was_typed_and_says_beside_the_field_what_is_wrong(client, board):
    answer = client.post("/board/", data=fields(client) | {"name": "", "loud": "on"})
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert 'name="name" type="text" value=""' in page
    assert 'aria-invalid="true"' in page
    assert re.search(r'id="field-name-problem">[^<]*指定してください', page)
    assert 'name="loud" checked' in page
    assert "古い名前" not in re.sub(r'name="seen" value="[^"]*"', "", page)


def test_a_refusal_that_no_field_is_to_blame_for_keeps_what_was_typed_too(client):
    answer = client.post("/board/", data=fields(client) | {"name": "使用済み"})
    assert answer.status_code == 409
    assert 'value="使用済み"' in answer.text
    assert 'role="alert"' in answer.text


def test_a_page_that_is_only_opened_shows_what_is_there(client):
    page = client.get("/board/").text
    assert 'value="古い名前"' in page
    assert "aria-invalid" not in page
    assert " checked" not in page


def test_what_somebody_else_changed_is_not_overwritten_unseen(client, board):
    form = fields(client) | {"name": "わたしの名前"}
    board.name = "だれかの名前"
    answer = client.post("/board/", data=form)
    assert answer.status_code == 409
    assert board.saved == []
    assert 'value="わたしの名前"' in answer.text
    assert "現在の値: だれかの名前" in answer.text
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text)) | {"name": "わたしの名前"}
    assert client.post("/board/", data=again).status_code == 303
    assert board.saved == ["わたしの名前"]


def test_a_note_is_shown_once_with_the_commands_that_do_the_same(client):
    client.post("/board/", data=fields(client) | {"name": "it's <b>"})
    page = html.unescape(client.get("/board/").text)
    assert "it's <b>を保存しました。" in page
    assert """zaikolab call PUT /board '{"name": "it'"'"'s <b>"}'""" in page
    assert "curl --fail-with-body -X PUT" in page
    assert "保存しました" not in client.get("/board/").text


def test_a_very_long_note_is_cut(client):
    client.post("/board/", data=fields(client) | {"name": "長" * 5000})
    assert "長…</p>" in client.get("/board/").text


def test_a_browser_keeps_no_page_that_was_sent(client):
    assert client.get("/board/").headers["Cache-Control"] == "no-store"
