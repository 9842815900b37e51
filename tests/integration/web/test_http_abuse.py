"""Requests nobody should send, to a running lab: each is answered with a 4xx that says why, and the next one is served.

The lab's stop raises what nobody raised on purpose, so a mistake of its own fails the module.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.lab import Lab
from simulator.web.running import MAX_BODY
from simulator.web.server import THREADS

STOCK = "/api/v1/shops/1/stock"
SETTINGS = "/lab/v1/settings"
ITEMS = "/lab/v1/roomclip/shops/1/items/csv"
PLACES = [("POST", STOCK), ("PATCH", SETTINGS), ("POST", "/lab/v1/tempostar/products")]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def ask(lab: Lab, method: str, path: str, body: Any = None, headers: Any = None) -> tuple[int, Any]:
    """Status and JSON of an answer that came within five seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.endpoints.http_port, timeout=30)
    try:
        sent = {"Authorization": f"Bearer {lab.roomclip.api_token()}"} | (headers or JSON)
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def update(code: str = "A-1", stock: Any = 1) -> bytes:
    return json.dumps({"updates": [{"variant_code": code, "stock": stock}]}).encode()


@pytest.mark.parametrize(
    "nested",
    [b"[" * 1_000_000, b'{"a":' * 200_000, b"[" * 100_000 + b"]" * 100_000],
    ids=["open lists", "open objects", "whole lists"],
)
@pytest.mark.parametrize(("method", "path"), PLACES)
def test_json_nested_beyond_measure_is_refused(lab, method, path, nested):
    status, problem = ask(lab, method, path, nested)
    assert (status, problem["status"]) == (422, 422)
    assert len(json.dumps(problem)) < 5000, "the answer does not repeat what was sent"


@pytest.mark.parametrize("depth", [50, 150])
def test_json_nested_deeply_where_any_json_goes_is_refused(lab, depth):
    deep = b"[" * depth + b"]" * depth
    status, _ = ask(lab, "PATCH", SETTINGS, b'{"column_order": ' + deep + b"}")
    assert status == 422


@pytest.mark.parametrize(
    "body",
    ["", "null", "5", '"text"', "[]", "{}", "{", "\xff\xfe", "NaN", '{"updates": null}', '{"updates": {}}'],
)
def test_json_of_another_type_is_refused(lab, body):
    assert ask(lab, "POST", STOCK, body.encode("latin-1"))[0] == 422


@pytest.mark.parametrize("stock", [-1, 1.5, "1", True, None, [], {}, 10**30, 1e400])
def test_stock_that_is_no_whole_number_is_refused(lab, stock):
    assert ask(lab, "POST", STOCK, update(stock=stock))[0] == 422


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/xml"])
def test_what_is_no_json_is_refused_and_what_is_goes_by_its_bytes(lab, kind):
    headers = {"Content-Type": kind}
    assert ask(lab, "POST", STOCK, b"updates=A-1", headers)[0] == 422
    assert ask(lab, "POST", STOCK, update(), headers)[0] == 200


@pytest.mark.parametrize("path", [STOCK, ITEMS])
def test_a_body_that_is_too_large_is_refused(lab, path):
    assert ask(lab, "POST", path, b" " * (MAX_BODY + 1))[0] == 413
    pieces = (b" " * 1_000_000 for _ in range(18))  # without a length said before
    assert ask(lab, "POST", path, pieces)[0] == 413


@pytest.mark.parametrize("path", [STOCK, ITEMS])
def test_a_small_body_that_unpacks_to_a_huge_one_is_refused_before_it_has(lab, path):
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=9)
    assert len(bomb) < 300_000
    tracemalloc.start()
    try:
        status, _ = ask(lab, "POST", path, bomb, JSON | {"Content-Encoding": "gzip"})
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert status == 413
    assert most < 5 * MAX_BODY


def test_gzip_within_gzip_is_no_json(lab):
    packed = gzip.compress(gzip.compress(update()))
    assert ask(lab, "POST", STOCK, packed, JSON | {"Content-Encoding": "gzip"})[0] == 422
    assert ask(lab, "POST", STOCK, packed, JSON | {"Content-Encoding": "gzip, gzip"})[0] == 415


@pytest.mark.parametrize(
    "headers", [{"X-Long": "a" * 300_000}, {f"X-{n}": "a" * 3000 for n in range(100)}], ids=["one long", "many"]
)
def test_headers_beyond_measure_are_refused(lab, headers):
    status, problem = ask(lab, "GET", "/lab/v1/clock", headers=headers)
    assert (status, problem["status"]) == (431, 431)


@pytest.mark.parametrize(
    "line", ["GET /" + "a" * 300_000, "GET /lab/v1/clock?" + "a=1&" * 100_000], ids=["path", "query"]
)
def test_an_address_beyond_measure_is_refused(lab, line):
    with socket.create_connection(("127.0.0.1", lab.endpoints.http_port), 30) as raw:
        raw.sendall(f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert b" 431 " in raw.recv(1000).splitlines()[0]


def test_requests_that_never_end_keep_nobody_waiting(lab):
    slow = [socket.create_connection(("127.0.0.1", lab.endpoints.http_port), 30) for _ in range(3 * THREADS)]
    try:
        for number, one in enumerate(slow):
            one.sendall(b"POST /api/v1/shops/1/stock HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            if number % 2:
                one.sendall(b"Content-Length: 1000\r\n\r\n{")
        assert ask(lab, "POST", STOCK, update())[0] == 200
    finally:
        for one in slow:
            one.close()
