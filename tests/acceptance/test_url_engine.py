"""The engine behind a URL, whose operator has set its variables."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pytest_bdd import scenario

from reference.bootstrap import run_pass
from simulator.conformance.drivers import Engine, UrlEngine
from simulator.conformance.guide import features_dir
from simulator.lab import Lab

FEATURES = features_dir()


class Operator:
    """Runs an engine behind a URL for one lab, and gives it a new state folder when asked."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.state_dir = Path()

    def make_pass(self) -> int:
        return 200 if run_pass(self.lab.engine_environment(self.state_dir)).exit_code == 0 else 500


@pytest.fixture(scope="module")
def operator(zaikolab_session: Lab) -> Operator:
    return Operator(zaikolab_session)


@pytest.fixture(autouse=True)
def fresh_state(operator: Operator, tmp_path: Path) -> None:
    operator.state_dir = tmp_path / "url-engine-state"
    operator.state_dir.mkdir()


@pytest.fixture(scope="module")
def zaikolab_engine(operator: Operator) -> Iterator[Engine]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(operator.make_pass())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield UrlEngine(f"http://127.0.0.1:{server.server_port}/pass")
        server.shutdown()
        thread.join()


@scenario(str(FEATURES / "linkage_settings.feature"), "保存するとすぐに在庫数が届く")
def test_a_url_syncs() -> None: ...


@scenario(str(FEATURES / "failure_mail.feature"), "直すと在庫数が追い付き、復旧のメールが1通届く")
def test_a_url_tells_of_a_failure_and_its_end() -> None: ...
