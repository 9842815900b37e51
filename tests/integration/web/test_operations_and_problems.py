from __future__ import annotations

import gzip
from typing import Literal

import pytest
from flask import Blueprint, Flask, abort
from pydantic import Field
from werkzeug.exceptions import TooManyRequests

from simulator.errors import BadFile, BadValue, Conflict, RowProblem, Unknown, WaitTimedOut
from simulator.web.problem import register_problems
from simulator.web.running import MAX_BODY
from simulator.web.spec import AnswerModel, Api, ApiModel, QueryModel, json_answer, read_body


class Wish(ApiModel):
    name: str
    count: int = 1
    kind: Literal["a", "b"] = "a"


class Filter(QueryModel):
    limit: int = 10
    code: list[str] = Field(default_factory=list)


class Told(AnswerModel):
    told: str


ERRORS = {
    "value": BadValue("count", -1, "too small", next_step="Take more."),
    "file": BadFile("items.csv", (RowProblem(3, "在庫数", "x", "not a number"),)),
    "unknown": Unknown("shop", "9"),
    "conflict": Conflict("There already.", next_step="Look."),
    "late": WaitTimedOut("Nothing came."),
    "often": TooManyRequests(retry_after=7),
    "markup": Unknown("shop", "<script>"),
}


@pytest.fixture
def failures():
    return []


@pytest.fixture
def client(failures):
    api = Api(title="Test", version="1", bearer=True)
    blueprint = Blueprint("test", __name__, url_prefix="/t")

    @blueprint.get("/list/<part>")
    @api.operation(query=Filter, answer=Told, problems=(404,), tag="lists")
    def look(part: str, query: Filter) -> Told:
        """Looks.

        At things.
        """
        return Told(told=f"{part} {query.limit} {query.code}")

    @blueprint.post("/make")
    @api.operation(json=Wish, answer=Told, status=201)
    def make(json: Wish) -> Told:
        """Makes."""
        return Told(told=f"{json.name} {json.count}")

    @blueprint.post("/raw")
    @api.operation(answer=Told, takes="text/csv")
    def take() -> Told:
        """Takes."""
        return Told(told=str(len(read_body())))

    @blueprint.get("/document")
    def document():
        return json_answer(api.openapi())

    @blueprint.get("/fail/<how>")
    def fail(how: str):
        if how in ERRORS:
            raise ERRORS[how]
        if how == "response":
            abort(json_answer({"own": "answer"}, 418))
        raise RuntimeError("secret")

    app = Flask("test")
    app.register_blueprint(blueprint)
    register_problems(app, failures.append, pages=True)
    return app.test_client()


def test_a_view_gets_its_checked_query_and_answers_its_model(client):
    assert client.get("/t/list/x?limit=3&code=A&code=B").json == {"told": "x 3 ['A', 'B']"}
    assert client.get("/t/list/x?code=A").json == {"told": "x 10 ['A']"}


def test_a_view_gets_its_checked_body_and_answers_with_its_status(client):
    answer = client.post("/t/make", json={"name": "n", "count": 2})
    assert (answer.status_code, answer.json) == (201, {"told": "n 2"})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "n", "count": "2"}, "count"),
        ({"name": "n", "count": True}, "count"),
        ({"name": "n", "count": 1.5}, "count"),
        ({"count": 1}, "name"),
        ({"name": "n", "nam": "typo"}, "nam"),
        ({"name": "n", "kind": "c"}, "kind"),
        ([], "body"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_field_by_field(client, body, field):
    answer = client.post("/t/make", json=body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [problem["field"] for problem in answer.json["problems"]] == [field]
    assert field in answer.json["detail"]


@pytest.mark.parametrize("query", ["limit=x", "limit=1&limit=2", "unknown=1"])
def test_a_query_that_does_not_fit_is_refused(client, query):
    assert client.get(f"/t/list/x?{query}").status_code == 422


def test_a_body_that_is_no_json_is_refused(client):
    for body in (b"", b"{", b"\xff", b'{"name": "\\ud800"}'):
        assert client.post("/t/make", data=body).status_code == 422


def test_a_gzip_body_is_unpacked(client):
    whole, in_parts = gzip.compress(b'{"name": "n"}'), gzip.compress(b'{"name":') + gzip.compress(b'"n"}')
    for name, packed in (("gzip", whole), ("GZIP", whole), ("x-gzip", whole), ("gzip", in_parts)):
        assert client.post("/t/make", data=packed, headers={"Content-Encoding": name}).status_code == 201


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip", "gzip", 422),
        (gzip.compress(b'{"name": "n"}')[:-4], "gzip", 422),
        (gzip.compress(b'{"name": "n"}') + b"more", "gzip", 422),
        (gzip.compress(b" " * (MAX_BODY + 1)), "gzip", 413),
        (b"{}", "br", 415),
    ],
    ids=["damaged", "torn", "more behind it", "bomb", "other"],
)
def test_a_body_packed_wrongly_is_refused(client, body, encoding, status):
    answer = client.post("/t/make", data=body, headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("how", "status", "members"),
    [
        ("value", 422, {"detail": "count=-1: too small.", "next_step": "Take more.", "field": "count"}),
        ("file", 422, {"problems": [{"row": 3, "column": "在庫数", "value": "x", "reason": "not a number"}]}),
        ("unknown", 404, {"detail": "There is no shop '9'."}),
        ("conflict", 409, {"detail": "There already.", "next_step": "Look."}),
        ("late", 504, {"detail": "Nothing came."}),
        ("often", 429, {"title": "Too Many Requests"}),
    ],
)
def test_every_error_is_a_problem_with_what_it_carries(client, how, status, members):
    answer = client.get(f"/t/fail/{how}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json.items() >= {"type": "about:blank", "status": status, **members}.items()


def test_headers_of_an_error_are_kept(client):
    assert client.get("/t/fail/often").headers["Retry-After"] == "7"
    assert "GET" in client.post("/t/list/x").headers["Allow"]


def test_a_finished_answer_is_left_alone(client):
    answer = client.get("/t/fail/response")
    assert (answer.status_code, answer.json) == (418, {"own": "answer"})


def test_an_unexpected_exception_tells_nothing_and_is_handed_on(client, failures):
    answer = client.get("/t/fail/unexpectedly")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert [str(error) for error in failures] == ["secret"]


def test_a_browser_gets_a_page_with_the_error_escaped(client):
    answer = client.get("/t/<b>", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.content_type.startswith("text/html")
    assert "404 Not Found" in answer.text
    assert "<h1>見つかりませんでした</h1>" in answer.text
    assert "ページが見つかりません。" in answer.text
    assert '<link rel="stylesheet" href="/web/lab.css">' in answer.text
    assert '<a href="/tempostar/">TEMPOSTAR</a>' in answer.text
    assert "<script>" not in client.get("/t/fail/markup", headers={"Accept": "text/html"}).text


def test_the_document_tells_of_operations_media_types_and_problems(client):
    document = client.get("/t/document").json
    paths = document["paths"]
    assert set(paths) == {"/t/list/{part}", "/t/make", "/t/raw"}
    look, make, take = paths["/t/list/{part}"]["get"], paths["/t/make"]["post"], paths["/t/raw"]["post"]
    assert (look["summary"], look["description"], look["operationId"]) == ("Looks.", "At things.", "look")
    assert [p["name"] for p in look["parameters"]] == ["part", "limit", "code"]
    assert set(look["responses"]) == {"200", "404", "422"}
    assert list(look["responses"]["404"]["content"]) == ["application/problem+json"]
    assert list(make["responses"]) == ["201", "413", "415", "422"]
    assert list(take["requestBody"]["content"]) == ["text/csv"]
    assert document["security"] == [{"token": []}]
    assert set(document["components"]["schemas"]) == {"Wish", "Filter", "Told", "Problem", "RowProblemModel"}


def test_the_document_is_the_same_when_asked_for_again(client):
    assert client.get("/t/document").json == client.get("/t/document").json
