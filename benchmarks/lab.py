"""The lab's own figures with their targets, medians of some runs: `python -m benchmarks --lab`, `--suite`,
`--conformance`, `--pages`.

Start-up is measured on whole processes, from before the fork to the first HTTP answer, the lab and Flask's own
development server turn by turn, so that a machine that gets slower is slow for both.
"""

from __future__ import annotations

import argparse
import ftplib
import io
import json
import os
import platform
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from simulator.demo import set_up
from simulator.lab import Lab
from tests.ports import find_free_port

LIMIT = 30.0
ZAIKOLAB = [sys.executable, "-m", "simulator.cli"]


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def until_http_answers(port: int, process: subprocess.Popen[str]) -> None:
    """Wait for the word that it runs, then for an answer; asking all the time would take the machine from it."""
    assert process.stdout is not None
    if not any("http://" in line for line in process.stdout):
        raise SystemExit(f"{process.args} did not start")
    with closing(socket.create_connection(("127.0.0.1", port), timeout=LIMIT)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        if not connection.recv(16).startswith(b"HTTP/1."):
            raise SystemExit(f"no answer on port {port}")


def start_up(command: list[str], port: int) -> float:
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            until_http_answers(port, process)
            return (time.perf_counter() - began) * 1000
        finally:
            process.terminate()


def lab_start(home: str) -> float:
    port = find_free_port()
    ports = ["--http-port", str(port), "--ftps-port", "0", "--smtp-port", "0", "--passive-ports", "0"]
    os.environ["ZAIKOLAB_HOME"] = home
    return start_up([*ZAIKOLAB, "up", *ports], port)


def flask_start() -> float:
    port = find_free_port()
    return start_up([sys.executable, "-m", "flask", "--app", "benchmarks.hello", "run", "--port", str(port)], port)


def ftps_session(lab: Lab, shop_code: str, user: str, password: str) -> Callable[[], None]:
    context = ssl.create_default_context(cafile=str(lab.endpoints.ca_file))

    def session() -> None:
        client = ftplib.FTP_TLS(context=context)
        client.connect(lab.endpoints.host, lab.endpoints.ftps_port)
        client.login(user, password)
        client.prot_p()
        client.retrbinary(f"RETR /netstock/{shop_code}/stock.csv", io.BytesIO().write)
        client.quit()

    return session


def measure(runs: int) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as home:
        pairs = [(lab_start(home), flask_start()) for _ in range(runs)]
    lab_ms, flask_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    with Lab() as lab:
        resets = []
        for _ in range(runs):
            set_up(lab, skus=1200, seed=1, say=lambda _section, _sentence: None)
            resets.append(milliseconds(lab.reset))
        made = set_up(lab, skus=20, seed=1, say=lambda _section, _sentence: None)
        account = lab.tempostar.ftp_account()
        assert account is not None
        session = ftps_session(lab, made.shop_code, account.user, account.password)
        session()
        sessions = [milliseconds(session) for _ in range(runs * 4)]
        arming = [milliseconds(lambda: lab.fault("data.cut", on="RETR", path="/netstock/*/*")) for _ in range(runs * 4)]
    return [
        row(
            "`up` to the first HTTP answer",
            lab_ms,
            f"Flask's development server {flask_ms:.0f} ms + 300 ms",
            flask_ms + 300,
        ),
        row("reset of a lab with 1,200 SKUs", statistics.median(resets), "10 ms", 10),
        row("FTPS login, one RETR of 20 rows, QUIT", statistics.median(sessions), "15 ms", 15),
        row("arming a fault", statistics.median(arming), "5 ms", 5),
    ]


def row(what: str, value: float, target: str, limit: float) -> dict[str, object]:
    return {"what": what, "ms": round(value, 1), "target": target, "share_of_target": round(value / limit, 2)}


def tested(*arguments: str) -> None:
    """Run tests, which say what they say beside the figures; without a browser they fail instead of being quick."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "CI": "true"})


def suite() -> dict[str, object]:
    took = milliseconds(lambda: tested("-n", "auto", "tests"))
    return row("the whole suite", took, "60,000 ms", 60_000)


def conformance() -> list[dict[str, object]]:
    """What `verify`, `docs build` and `defects` take, in processes of their own; the lab's own time is that without the
    engine's."""
    with tempfile.TemporaryDirectory() as folder:
        in_process = verification("--report", f"{folder}/run")
        build = [*ZAIKOLAB, "docs", "build", "--run", f"{folder}/run", "--out", f"{folder}/docs", "--no-walk"]
        built = milliseconds(lambda: subprocess.run(build, check=True, stdout=subprocess.DEVNULL))
    as_command = verification("--engine", "zaikosync once")
    own = statistics.median(one["seconds"] - one["engine_seconds"] for one in as_command["scenarios"])
    defects = milliseconds(lambda: subprocess.run([*ZAIKOLAB, "defects"], check=True, stdout=subprocess.DEVNULL))
    return [
        row("`verify`, in process, all scenarios", in_process["seconds"] * 1000, "45,000 ms", 45_000),
        row("`docs build`, the whole specification", built, "20,000 ms", 20_000),
        row("the lab's own time a scenario, engine a command", own * 1000, "60 ms", 60),
        row("`defects`, all", defects, "300,000 ms", 300_000),
    ]


def verification(*arguments: str) -> dict[str, Any]:
    ended = subprocess.run([*ZAIKOLAB, "verify", "--json", *arguments], stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def pages() -> list[dict[str, object]]:
    """What the server takes for each page of a lab with many SKUs, slowest first, and the walk of the guide in a
    browser."""
    from benchmarks.pages import LIMIT_MS, SKUS, page_times

    took = sorted(page_times().items(), key=lambda one: -one[1])
    return [
        *(row(f"page {path}, {SKUS:,} SKUs", value, f"{LIMIT_MS:g} ms", LIMIT_MS) for path, value in took),
        row(
            "the guide, walked in a browser",
            milliseconds(lambda: tested("tests/browser/test_guide_walk.py")),
            "90,000 ms",
            90_000,
        ),
    ]


def show(chosen: argparse.Namespace) -> None:
    """Measure what the options ask for, and print it."""
    runs = chosen.runs or 7
    rows = measure(runs) + ([suite()] if chosen.suite else []) + (conformance() if chosen.conformance else [])
    rows += pages() if chosen.pages else []
    if chosen.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {runs}")
    for one in rows:
        print(f"{one['what']:<48} {one['ms']:>9} ms   target {one['target']}   share {one['share_of_target']}")
