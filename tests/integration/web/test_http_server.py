from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request

from simulator.errors import CannotStart
from simulator.web.listener import listener
from simulator.web.problem import register_problems
from simulator.web.running import MAX_BODY, Running, tell
from simulator.web.server import LARGEST_BODY, READ_AT_ONCE, THREADS, HttpServer
from tests.ports import find_free_port


class Site:
    """A small application with one waiting and one broken page."""

    def __init__(self) -> None:
        self.told = Running()
        self.waiting = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.ended_early: list[bool] = []
        self.told.at_stop.append(self.may_end.set)
        self.app = Flask("site")
        self.app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
        tell(self.app, self.told)
        register_problems(self.app, self.told.failed)
        self.app.add_url_rule("/", "hello", lambda: "hello")
        self.app.add_url_rule("/wait", "wait", self.wait)
        self.app.add_url_rule("/broken", "broken", self.broken)
        self.app.add_url_rule("/size", "size", lambda: str(len(request.get_data())), methods=["POST"])

    def wait(self) -> str:
        self.waiting.release()
        self.ended_early.append(self.may_end.wait(60))
        return "waited"

    def broken(self) -> str:
        raise RuntimeError("broken on purpose, with a secret")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def serve() -> Iterator[Callable[..., HttpServer]]:
    servers: list[HttpServer] = []

    def start(site: Site, port: int = 0) -> HttpServer:
        server = HttpServer(site.app, "127.0.0.1", port)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


def connect(server: HttpServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)


def ask(server: HttpServer, method: str = "GET", path: str = "/", **options) -> tuple[int, str, bytes]:
    connection = connect(server)
    try:
        connection.request(method, path, **options)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_serves_on_a_free_port_and_gives_it_back(site, serve):
    server = serve(site)
    assert ask(server)[2] == b"hello"
    server.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_names_a_taken_port_and_the_next_step(site, serve):
    server = serve(site)
    with pytest.raises(CannotStart, match=rf"127\.0\.0\.1:{server.port}.*--http-port 0"):
        HttpServer(site.app, "127.0.0.1", server.port).start()


def test_the_same_port_can_be_used_again_at_once(site, serve):
    first = serve(site, find_free_port())  # nobody else is given it meanwhile
    held = connect(first)
    held.request("GET", "/")
    assert held.getresponse().read() == b"hello"
    first.stop()  # the server ends the connection, so that it is its port that the system still keeps
    assert ask(serve(Site(), first.port))[0] == 200
    held.close()


def test_a_large_body_is_read_in_large_pieces(site, serve):
    server = serve(site)
    asked = set()

    class Told(server._server.channel_class):
        def recv(self, most: int) -> bytes:
            asked.add(most)
            return super().recv(most)

    server._server.channel_class = Told
    assert ask(server, "POST", "/size", body=b"x" * 1_000_000)[2] == b"1000000"
    assert asked == {READ_AT_ONCE}


def test_stops_at_once_with_connections_open_and_requests_waiting(site, serve):
    server = serve(site)
    idle, waiting, unfinished = connect(server), connect(server), connect(server)
    idle.request("GET", "/")
    idle.getresponse().read()
    waiting.request("GET", "/wait")
    unfinished.putrequest("POST", "/size")
    unfinished.putheader("Content-Length", "1000000")
    unfinished.endheaders()
    unfinished.send(b"x" * 600_000)
    assert site.waiting.acquire(timeout=30)
    server.stop()
    assert (site.ended_early, server._thread.is_alive()) == ([True], False)
    for connection in (idle, waiting, unfinished):
        connection.close()


def test_a_dozen_long_polls_leave_others_their_answer(site, serve):
    server = serve(site)
    polls = [connect(server) for _ in range(THREADS - 4)]
    for poll in polls:
        poll.request("GET", "/wait")
    for _ in polls:
        assert site.waiting.acquire(timeout=30)
    assert ask(server)[2] == b"hello"
    site.may_end.set()
    for poll in polls:
        assert poll.getresponse().read() == b"waited"
        poll.close()


def test_a_body_over_16_mib_is_answered_413_as_a_problem(site, serve):
    server = serve(site)
    assert ask(server, "POST", "/size", body=b"x" * MAX_BODY)[2] == str(MAX_BODY).encode()
    status, kind, body = ask(server, "POST", "/size", body=b"x" * (MAX_BODY + 1))
    assert (status, kind) == (413, "application/problem+json")
    assert json.loads(body)["status"] == 413


def test_a_body_announced_beyond_all_bounds_is_turned_away_before_it_is_sent(site, serve):
    server = serve(site)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as raw:
        raw.sendall(f"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(4096), b""))
    assert b" 413 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer


def test_what_is_no_http_is_answered_400_as_a_problem(site, serve):
    server = serve(site)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nbroken header\r\n\r\n")
        answer = b"".join(iter(lambda: raw.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == 400


def test_a_mistake_of_the_lab_is_answered_500_without_internals_and_raised_when_it_stops(site, serve):
    server = serve(site)
    status, kind, body = ask(server, path="/broken")
    assert (status, kind) == (500, "application/problem+json")
    assert b"secret" not in body
    assert b"Traceback" not in body
    with pytest.raises(RuntimeError, match="broken on purpose"):
        server.stop()
    site.told.failures.clear()


def test_stopping_twice_or_before_the_start_does_nothing(site, serve):
    HttpServer(site.app, "127.0.0.1", 0).stop()
    server = serve(site)
    server.stop()
    server.stop()


def test_a_host_that_is_not_this_machine_cannot_be_bound(site):
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1:0"):
        HttpServer(site.app, "192.0.2.1", 0).start()


def test_a_compressed_body_arrives_as_it_was_sent(site, serve):
    packed = gzip.compress(b"x" * 1000)
    assert ask(serve(site), "POST", "/size", body=packed)[2] == str(len(packed)).encode()


def test_no_reply_waits_for_an_acknowledgement():
    with (
        listener("HTTP", "127.0.0.1", 0, option="--http-port") as bound,
        socket.create_connection(bound.getsockname(), timeout=30),
        bound.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
