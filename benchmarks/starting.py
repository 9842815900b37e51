"""From the start of a process to its first answers: the lab beside servers that play other people's services."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import Figures, Measurement, Side
from benchmarks.peers import MOCKOON as MOCKOON_PEER
from benchmarks.peers import MOTO as MOTO_PEER
from benchmarks.peers import PRISM as PRISM_PEER
from benchmarks.peers import WIREMOCK as WIREMOCK_PEER
from benchmarks.peers import Found, Had, Missing, find_npm, find_python
from benchmarks.running import BIN, answers_http, greets, serving, wait_until
from benchmarks.session import Session
from benchmarks.table import MOCKOON, MOTO, PRISM, UP, WIREMOCK
from tests.ports import find_free_port, find_free_ports

_ONE_ROUTE = {
    "openapi": "3.0.0",
    "info": {"title": "one route", "version": "1"},
    "paths": {"/": {"get": {"responses": {"200": {"description": "hello"}}}}},
}
Compose = Callable[[Path, int, Path], Sequence[str | Path]]


@contextmanager
def starting(session: Session) -> Iterator[Measurement]:
    """The lab, and each peer that is there."""
    session.close_grounds()
    folder = session.folder / "starting"
    folder.mkdir(exist_ok=True)
    document = folder / "one-route.json"
    document.write_text(json.dumps(_ONE_ROUTE), encoding="utf-8")
    peers: tuple[tuple[str, Found, Compose], ...] = (
        (MOTO, find_python(MOTO_PEER), lambda program, port, _: [program, "-H", "127.0.0.1", "-p", str(port)]),
        (
            WIREMOCK, find_npm(WIREMOCK_PEER),
            lambda program, port, _: [
                program, "--bind-address", "127.0.0.1", "--port", str(port), "--root-dir", folder / "wiremock",
            ],
        ),
        (
            PRISM, find_npm(PRISM_PEER),
            lambda program, port, route: [program, "mock", "-h", "127.0.0.1", "-p", str(port), route],
        ),
        (
            MOCKOON, find_npm(MOCKOON_PEER),
            lambda program, port, route: [
                program, "start", "-X", "-l", "127.0.0.1", "-p", str(port), "--data", route,
            ],
        ),
    )  # fmt: skip
    sides = [Side(UP, lambda: _start_the_lab(folder))]
    for name, peer, compose in peers:
        session.note_peer(name, peer)
        sides.append(_side(name, peer, compose, document))
    yield Measurement(tuple(sides))


def _side(name: str, peer: Found, compose: Compose, document: Path) -> Side:
    match peer:
        case Had(program):
            return Side(name, lambda: _start(lambda port: compose(program, port, document)))
        case Missing(reason):
            return Side(name, dict, reason)


def _start_the_lab(folder: Path) -> Figures:
    http, ftps, smtp = find_free_ports(3)
    command = [
        BIN / "zaikolab", "up", "--http-port", str(http), "--ftps-port", str(ftps), "--smtp-port", str(smtp),
        "--passive-ports", "0",
    ]  # fmt: skip
    return _until(
        command,
        {**os.environ, "ZAIKOLAB_HOME": str(folder / "home")},
        lambda: answers_http(http) and greets(ftps) and greets(smtp),
    )


def _start(compose: Callable[[int], Sequence[str | Path]]) -> Figures:
    port = find_free_port()
    return _until(compose(port), None, lambda: answers_http(port))


def _until(
    command: Sequence[str | Path], environment: Mapping[str, str] | None, is_ready: Callable[[], bool]
) -> Figures:
    began = time.perf_counter()
    with serving(command, environment) as process:
        wait_until(is_ready, process)
        return {"seconds": time.perf_counter() - began}
