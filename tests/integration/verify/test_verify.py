"""`zaikolab verify` as a person types it: verdicts, exit codes, and nothing left behind."""

from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest
import urllib3

import simulator
from reference.bootstrap import run_pass
from simulator.conformance.guide import features_dir
from simulator.conformance.verify.selection import read_scenarios
from tests.integration.cli.conftest import ZAIKOLAB, Terminal
from tests.integration.verify import engines

ARRIVES = "保存するとすぐに在庫数が届く"
PAUSED = "一時停止の間はTEMPOSTARに接続しない"


def test_the_reference_engine_conforms_in_labs_side_by_side(terminal: Terminal) -> None:
    typed = terminal("verify", "--only", ARRIVES, "--only", "5.4", "-n", "2", "--json")
    told = typed.json()
    assert (typed.exit_code, told["verdict"], told["findings"], told["trouble"]) == (0, "conformant", [], "")
    assert {PAUSED, ARRIVES} < {one["name"] for one in told["scenarios"]}
    assert {one["outcome"] for one in told["scenarios"]} == {"passed"}
    assert len(told["scenarios"]) == told["expected"]


def test_nothing_in_the_callers_folder_configures_the_run(terminal: Terminal, monkeypatch) -> None:
    for name in ("conftest.py", "pytest.py", "json.py", "sitecustomize.py"):
        Path(name).write_text("raise RuntimeError('of the caller')\n", encoding="utf-8")
    Path("pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    assert terminal("verify", "--only", ARRIVES, "-n", "2").exit_code == 0
    assert {path.name for path in Path.cwd().iterdir()} == {
        "conftest.py", "pytest.py", "json.py", "sitecustomize.py", "pytest.ini",
    }  # fmt: skip


def test_a_conftest_above_the_installation_is_not_loaded(tmp_path: Path) -> None:
    """As where a project has its virtual environment inside itself."""
    root = Path(simulator.__file__).parents[1]
    for folder in ("simulator", "reference"):
        shutil.copytree(root / folder, tmp_path / "lib" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(features_dir(), tmp_path / "lib" / "features")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('of the project')\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "lib"), "ZAIKOLAB_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-P", "-m", "simulator.cli", "verify", "--only", ARRIVES, "--json"]
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=120)
    assert (ran.returncode, json.loads(ran.stdout)["trouble"]) == (0, "")


def test_an_engine_that_is_wrong_is_told_what_was_expected_and_how_to_repeat_it(
    terminal: Terminal, tmp_path: Path
) -> None:
    engine = engines.command(tmp_path, engines.LAZY)
    typed = terminal("verify", "--engine", engine, "--only", ARRIVES, "--only", PAUSED)
    assert typed.exit_code == 1
    lines = [line.strip() for line in typed.out.splitlines()]
    assert "smoke check: your engine never came to the FTPS area" in lines
    (failed,) = (one for one in read_scenarios(features_dir()) if one.name == ARRIVES)
    sections = ", ".join(f"§{statement}" for statement in failed.statements)
    assert "5.3.1" in failed.statements
    assert f"✗ {ARRIVES}  {sections}, level must" in lines
    assert f"{failed.file}:{failed.line}" in lines
    assert "verdict:  the engine does something else than expected" in lines
    assert any(line.startswith("expected: ") for line in lines)
    assert any(line.startswith("seen: ") for line in lines)
    assert "did nothing today" in lines
    assert f"repeat:   {shlex.join(['zaikolab', 'verify', '--engine', engine, '--only', ARRIVES])}" in lines
    assert not any(line.startswith(f"✗ {PAUSED}") for line in lines)
    assert lines[-1].startswith("verdict: NOT CONFORMANT (1 of 2 cases passed, 1 failed;")


@pytest.mark.parametrize(
    ("after", "verdict", "limit"),
    [
        ("raise SystemExit(137)", "crashes", "60"),
        ("raise SystemExit(2)", "says that it is not configured", "60"),
        ("import signal; signal.pause()", "does not end in time", "8"),  # the smoke check's pass has to fit too
    ],
)
def test_an_engine_that_breaks_down_later_has_a_verdict_for_each_scenario_and_the_run_goes_on(
    terminal: Terminal, tmp_path: Path, after: str, verdict: str, limit: str
) -> None:
    engine = engines.command(tmp_path, f"{engines.IN_SMOKE}{engines.SYNCS}if not smoke:\n    {after}\n")
    typed = terminal(
        "verify", "--engine", engine, "--only", ARRIVES, "--only", PAUSED, "--time-limit", limit, "-n", "1", "--json"
    )
    told = typed.json()
    assert (typed.exit_code, told["findings"]) == (1, [])
    assert {one["name"]: (one["outcome"], one["verdict"]) for one in told["scenarios"]} == {
        ARRIVES: ("failed", verdict), PAUSED: ("failed", verdict),
    }  # fmt: skip


def test_what_an_engine_in_this_process_prints_is_kept_out_of_the_json(
    terminal: Terminal, tmp_path: Path, monkeypatch
) -> None:
    code = "def run(environment):\n    print('chatter')\n    return 2\n"
    (tmp_path / "chatting_engine.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    told = terminal("verify", "--engine", "python:chatting_engine:run", "--only", "5.4", "--json").json()
    assert "It said: chatter" in told["findings"][0]["explanation"]


def test_an_engine_that_takes_its_lab_with_it_is_not_judged(terminal: Terminal, tmp_path: Path, monkeypatch) -> None:
    """In process, an engine can end the worker it runs in."""
    code = "import os\nfrom reference import run_pass\ndef run(environment):\n    "
    code += "return run_pass(environment) if 'TMPDIR' in environment else os._exit(9)\n"
    (tmp_path / "ending_engine.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    few = ("--only", ARRIVES, "--only", PAUSED)  # for each that is broken a worker starts anew
    typed = terminal("verify", "--engine", "python:ending_engine:run", *few, "-n", "2", "--profile", "full", "--json")
    told = typed.json()
    assert (typed.exit_code, told["findings"]) == (3, [])
    assert {(one["outcome"], one["profile"]) for one in told["scenarios"]} == {("broken", "full")}


@pytest.mark.parametrize(
    ("engine", "verdict"),
    [("true", "never connected"), ("no-such-engine", "cannot be started"), ("a 'b", "cannot be started")],
)
def test_an_engine_of_which_nothing_can_be_known_is_not_judged(terminal: Terminal, engine: str, verdict: str) -> None:
    typed = terminal("verify", "--engine", engine)
    assert typed.exit_code == 3
    assert f"smoke check: your engine {verdict}" in typed.out.splitlines()
    assert typed.out.splitlines()[-1].startswith("verdict: COULD NOT JUDGE (no scenario was run;")


@pytest.mark.parametrize(
    "arguments", [("--only", "9.9.9"), ("--only", ""), ("--level", "may"), ("-n", "0"), ("--time-limit", "0")]
)
def test_what_cannot_be_meant_is_a_usage_error(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    typed = terminal("verify", *arguments)
    assert (typed.exit_code, typed.out) == (2, "")
    assert typed.err


def test_a_lab_that_cannot_be_started_is_no_verdict(terminal: Terminal) -> None:
    terminal.home.write_text("a file where the folder is wanted", encoding="utf-8")
    typed = terminal("verify", "--engine", "http://127.0.0.1:9/run")
    assert (typed.exit_code, typed.out) == (3, "")
    assert typed.err.startswith("zaikolab: Could not judge: ")


@contextmanager
def verifying(home: Path, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A verification in a process of its own."""
    environment = {**os.environ, "ZAIKOLAB_HOME": str(home), **variables}
    command = [*ZAIKOLAB, "verify", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_lab_of_the_first_failed_scenario_is_kept_until_ctrl_c(tmp_path: Path) -> None:
    engine = engines.command(tmp_path, engines.LAZY)
    with verifying(tmp_path / "home", "--engine", engine, "--only", ARRIVES, "--keep") as process:
        assert process.stdout is not None
        address = next(line.split()[1] for line in process.stdout if line.strip().startswith("lab  "))
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)  # time enough for a lab that is not kept to be gone
        state = urllib3.request("GET", f"{address}/lab/v1/state").json()
        assert state["tempostar"]["shops"] == 1
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "verdict: NOT CONFORMANT" in out
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", f"{address}/lab/v1/state", retries=False)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_kept_lab_goes_with_a_verification_that_is_killed(tmp_path: Path, workers: str) -> None:
    (tmp_path / "tmp").mkdir()
    engine = engines.command(tmp_path, engines.LAZY)
    arguments = ("--engine", engine, "--only", ARRIVES, "--only", "自社管理コードが空欄", "--keep", "-n", workers)
    with verifying(tmp_path / "home", *arguments, TMPDIR=str(tmp_path / "tmp")) as process:
        assert process.stdout is not None
        address = next(line.split()[1] for line in process.stdout if line.strip().startswith("lab  "))
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30.0) as lab:
            process.kill()
            lab.recv(1)  # ends with the lab
    assert not until_gone(tmp_path / "tmp"), "the lab has left its folder"


def until_gone(folder: Path) -> list[Path]:
    """What is still in a folder when it is empty, or after half a minute."""
    until = monotonic() + 30.0
    while (left := list(folder.iterdir())) and monotonic() < until:
        threading.Event().wait(0.02)
    return left


def test_processes_left_behind_are_ended_though_the_folder_of_temporary_files_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    ours = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    stays = f"held = os.open({str(alive)!r}, os.O_WRONLY)\nif not os.fork():\n    os.setsid()\n    signal.pause()\n"
    code = f"import signal\n{engines.IN_SMOKE}{engines.SYNCS}if not smoke:\n"
    code += "".join(f"    {line}\n" for line in stays.splitlines())
    engine = engines.command(tmp_path, code)
    try:
        with verifying(
            tmp_path / "home", "--engine", engine, "--only", ARRIVES, TMPDIR=str(tmp_path / "link")
        ) as process:
            process.communicate(timeout=60)
        assert process.returncode == 0
        os.set_blocking(ours, True)
        while os.read(ours, 100):  # ends when nobody holds the other end
            pass
    finally:
        os.close(ours)


# Who is told to end does not depend on the workers, nor how they are ended on who told: each once.
@pytest.mark.parametrize(("by", "workers"), [(signal.SIGINT, "1"), (signal.SIGTERM, "2")])
def test_an_interrupted_run_ends_its_engines_and_says_so(tmp_path: Path, by: signal.Signals, workers: str) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    ours = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    hangs = f"import signal\nheld = os.open({str(alive)!r}, os.O_WRONLY)\nos.write(held, b'.')\nsignal.pause()\n"
    code = (
        engines.IN_SMOKE + engines.SYNCS + "if not smoke:\n" + "".join(f"    {line}\n" for line in hangs.splitlines())
    )
    reports = tmp_path / "reports"
    arguments = ("--engine", engines.command(tmp_path, code), "--only", "5.4", "-n", workers, "--json")
    arguments += ("--report", str(reports))
    try:
        with verifying(tmp_path / "home", *arguments) as process:
            assert select.select([ours], [], [], 60.0)[0], "no scenario ran the engine"
            process.send_signal(by)
            out, _ = process.communicate(timeout=60)
        assert (process.returncode, json.loads(out)["trouble"]) == (3, "interrupted")
        assert json.loads((reports / "report.json").read_text(encoding="utf-8"))["trouble"] == "interrupted"
        os.set_blocking(ours, True)
        while os.read(ours, 100):  # ends when nobody holds the other end
            pass
    finally:
        os.close(ours)


def test_an_engine_behind_a_url_is_verified_with_the_variables_printed_for_its_operator(terminal: Terminal) -> None:
    variables = terminal("verify", "--env", "--json").json()
    assert terminal("verify", "--env", "--json").json() == variables
    assert f"export SYNC_SHOP_URL={variables['SYNC_SHOP_URL']}" in terminal("verify", "--env").out.splitlines()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200 if run_pass(variables).exit_code == 0 else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/pass"
            typed = terminal("verify", "--engine", url, "--only", ARRIVES, "--only", "信頼できない", "--json")
        finally:
            server.shutdown()
            thread.join()
    told = typed.json()
    assert (typed.exit_code, told["findings"]) == (0, [])
    assert {one["outcome"] for one in told["scenarios"]} == {"passed", "skipped"}


def test_a_function_that_is_not_there_is_named(terminal: Terminal) -> None:
    typed = terminal("verify", "--engine", "python:no_such_module:run")
    assert typed.exit_code == 3
    assert "No module named 'no_such_module'" in typed.out
