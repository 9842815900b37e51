"""Running an engine from outside."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from simulator.conformance.drivers import (
    OUTPUT_SHOWN,
    CallableEngine,
    CommandEngine,
    UrlEngine,
    engine_for,
    without_userinfo,
)
from simulator.conformance.engine_under_test import EngineUnderTest
from simulator.conformance.steps.engine import distrust_certificate
from simulator.conformance.world import World
from simulator.errors import EngineUnusable
from simulator.lab import Lab


def python(code: str, **options: float) -> CommandEngine:
    return CommandEngine((sys.executable, "-c", code), **options)


@contextmanager
def little_memory() -> Iterator[None]:
    """What is done meanwhile takes less than 2 MiB at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_commands_exit_code_and_output_are_the_run(code: int) -> None:
    run = python(f"import sys; print('out'); print('err', file=sys.stderr); sys.exit({code})").run({})
    assert (run.exit_code, run.left_behind, run.said) == (code, False, len("out\nerr\n"))
    assert run.output.split() in (["out", "err"], ["err", "out"])


def test_a_command_sees_the_variables_given_and_nothing_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNC_SHOP_TOKEN", "of another lab")
    monkeypatch.setenv("EDITOR", "ed")
    run = python("import os; print(sorted(os.environ))").run({"SYNC_NOW": "2026-04-01T09:00:00+09:00"})
    seen = set(eval(run.output))
    assert seen - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {"HOME", "LANG", "PATH", "SYNC_NOW", "TMPDIR"}


def test_a_command_has_nothing_to_read() -> None:
    ours, other = os.pipe()
    before = os.dup(0)
    os.dup2(ours, 0)
    try:
        os.write(other, b"typed here")
        assert python("import sys; print(sys.stdin.read())").run({}).output == "\n"
    finally:
        os.dup2(before, 0)
        for descriptor in (before, ours, other):
            os.close(descriptor)


def test_the_certificate_is_left_to_the_operator_of_a_url(tmp_path: Path) -> None:
    bound = EngineUnderTest(UrlEngine("http://127.0.0.1:9/run"), cast("Lab", None), tmp_path)
    with pytest.raises(pytest.skip.Exception, match="operator decides"):
        distrust_certificate(World(cast("Lab", None), bound))


def test_a_command_goes_through_no_shell() -> None:
    run = CommandEngine(("echo", "$HOME; false", "*")).run({})
    assert (run.exit_code, run.output) == (0, "$HOME; false *\n")


def test_a_command_beside_this_python_is_found_without_an_activated_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert engine_for("python -c 'print(1)'").run({}).output == "1\n"


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineUnusable, match=r"'no-such-engine once' cannot be started: No such file"):
        engine_for("no-such-engine once").run({})


def test_a_command_that_may_not_be_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "engine").write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(EngineUnusable, match=r"cannot be started: Permission denied"):
        CommandEngine((str(tmp_path / "engine"),)).run({})


def test_a_command_ended_by_a_signal_says_so() -> None:
    run = python("import os, signal; print('so far', flush=True); os.kill(os.getpid(), signal.SIGKILL)").run({})
    assert (run.exit_code, run.output) == (-9, "so far\n")
    assert run.ending == f"was ended by {signal.strsignal(9)} (signal 9)"
    assert python("raise SystemExit(137)").run({}).ending == "ended with exit code 137"


def test_a_command_that_says_much_is_kept_by_its_end_in_little_memory() -> None:
    with little_memory():
        run = python("for _ in range(300): print('あ' * 20_000)\nprint('the end')").run({})
    assert len(run.output) == OUTPUT_SHOWN
    assert run.output.startswith("あ")
    assert run.output.endswith("あ\nthe end\n")


def test_a_command_that_never_ends_saying_things_is_stopped_in_little_memory() -> None:
    with little_memory(), pytest.raises(EngineUnusable, match=r"did not end within 0\.5 s\."):
        python("while True: print('more' * 1000)", time_limit=0.5).run({})


def test_a_command_that_closes_its_output_is_waited_for() -> None:
    code = "import os; os.close(1); os.close(2); os.read(os.open({0!r}, os.O_RDONLY), 1); os._exit(1)"
    assert python(code.format(os.devnull)).run({}).exit_code == 1
    with pytest.raises(EngineUnusable, match="did not end within"):
        python("import os, signal; os.close(1); os.close(2); signal.pause()", time_limit=2.0).run({})


def test_a_pass_is_over_when_the_command_ends_and_what_it_left_behind_is_killed(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    ours = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    code = f"import os, signal; held = os.open({str(alive)!r}, os.O_WRONLY); os.fork() or signal.pause()"
    try:
        run = python(code, time_limit=20.0).run({})
        assert (run.exit_code, run.left_behind) == (0, True)
        assert _read_until_all_have_closed(ours) == b""
    finally:
        os.close(ours)


def test_a_command_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    ours = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    hold = f"import os, signal; held = os.open({str(alive)!r}, os.O_WRONLY); os.write(held, b'.'); "
    child = hold + "signal.pause()"
    code = hold + f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]).wait()"
    try:
        with pytest.raises(EngineUnusable, match=r"did not end within 5 s\."):
            python(code, time_limit=5.0).run({})
        assert _read_until_all_have_closed(ours) == b".."
    finally:
        os.close(ours)


def _read_until_all_have_closed(fifo: int) -> bytes:
    seen = b""
    while True:
        ready, _, _ = select.select([fifo], [], [], 5.0)
        assert ready, "somebody who should be dead still holds the pipe"
        more = os.read(fifo, 100)
        if not more:
            return seen
        seen += more


def test_what_a_command_said_before_it_was_killed_is_shown() -> None:
    with pytest.raises(EngineUnusable, match="--time-limit gives it longer") as raised:
        python("import signal; print('waiting', flush=True); signal.pause()", time_limit=5.0).run({})
    assert raised.value.output == "waiting\n"


@pytest.mark.parametrize(("choice", "reason"), [("", "is empty"), ("a 'b", "no command line")])
def test_a_choice_that_is_no_engine_is_refused(choice: str, reason: str) -> None:
    with pytest.raises(EngineUnusable, match=reason):
        engine_for(choice)


def test_a_callable_gets_the_variables_and_gives_the_exit_code() -> None:
    assert CallableEngine(lambda environment: int(environment["CODE"])).run({"CODE": "1"}).exit_code == 1


TALKING = """\
import logging, os, sys
logging.basicConfig(format="%(message)s")
def run(environment):
    print(environment.get("SAYS", "out"))
    sys.stdout.buffer.write(b"bytes\\n")
    print("\\ud800", file=sys.stderr)
    logging.getLogger("talking").warning("logged")
    if "RAISE" in environment:
        raise RuntimeError("no more")
    return 1
"""


@pytest.fixture
def talking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CallableEngine:
    """An engine in this process that talks on every stream."""
    (tmp_path / "talking_engine.py").write_text(TALKING, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "talking_engine", raising=False)
    return cast("CallableEngine", engine_for("python:talking_engine:run"))


def test_what_an_engine_in_this_process_says_is_its_output(talking: CallableEngine, capsys) -> None:
    run = talking.run({})
    assert (run.exit_code, run.output) == (1, "out\nbytes\n\\ud800\n")
    assert run.said == len(run.output)
    assert talking.run({"SAYS": "again"}).output == "again\nbytes\n\\ud800\n"
    assert capsys.readouterr().out == ""


def test_an_engine_that_logs_from_its_first_pass_on_is_heard_in_all(capsys) -> None:
    streams = []

    def run(_: object) -> int:
        streams.append(sys.stderr)
        print("here", file=streams[0])
        streams[0].close()
        return 0

    engine = CallableEngine(run)
    assert [engine.run({}).output for _ in range(2)] == ["here\n", "here\n"]
    assert capsys.readouterr() == ("", "")


def test_an_engine_in_this_process_that_never_stops_talking_costs_no_memory() -> None:
    def flood(_: object) -> int:
        for _ in range(200):
            print("x" * 50_000)
        return 0

    with little_memory():
        run = CallableEngine(flood).run({})
    assert (len(run.output), run.said) == (OUTPUT_SHOWN, 200 * 50_001)


def test_what_an_engine_in_this_process_said_before_it_crashed_is_shown(talking: CallableEngine, capsys) -> None:
    with pytest.raises(EngineUnusable, match=r"RuntimeError: no more\. Its output: out\n") as found:
        talking.run({"RAISE": "1"})
    assert isinstance(found.value.__cause__, RuntimeError)

    def crash(_: object) -> int:
        print("last words")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        CallableEngine(crash).run({})
    assert capsys.readouterr() == ("", "last words\n")


def test_user_and_password_in_a_url_are_not_told() -> None:
    for choice in ("http://me:pass@127.0.0.1:9/run", "no-such-engine HTTPS://me:pass@127.0.0.1:9/run"):
        with pytest.raises(EngineUnusable, match=r"//\*\*\*@127\.0\.0\.1:9/run") as found:
            engine_for(choice, 0.5).run({})
        assert "me" not in str(found.value).partition("@")[0].split("//")[1]
    assert (
        without_userinfo("http://a/b@c 'https://u:p@s@h/?q=@' user@host")
        == "http://a/b@c 'https://***@h/?q=@' user@host"
    )


@pytest.fixture
def operator() -> Iterator[dict[str, object]]:
    """An engine behind a URL that answers as told; `says` None: it never stops."""
    told: dict[str, object] = {"status": 200, "says": b"done", "posts": 0}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told["posts"] = int(str(told["posts"])) + 1
            self.send_response(int(str(told["status"])))
            if told["status"] == 302:
                self.send_header("Location", self.path)
            says = told["says"]
            if isinstance(says, bytes):
                self.send_header("Content-Length", str(len(says)))
                self.end_headers()
                self.wfile.write(says)
                return
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b"more" * 1000)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        told["url"] = f"http://127.0.0.1:{server.server_port}/run"
        yield told
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (204, 0), (500, 1), (503, 1)])
def test_a_urls_status_is_the_exit_code(operator: dict[str, object], status: int, exit_code: int) -> None:
    operator |= {"status": status, "says": b"" if status == 204 else b"done"}
    run = engine_for(str(operator["url"])).run({})
    assert (run.exit_code, run.output) == (exit_code, str(operator["says"], "ascii"))
    assert operator["posts"] == 1


@pytest.mark.parametrize("status", [302, 404])
def test_a_url_that_is_no_engine_is_named(operator: dict[str, object], status: int) -> None:
    operator["status"] = status
    with pytest.raises(EngineUnusable, match=f"answers a POST with {status}"):
        engine_for(str(operator["url"])).run({})
    assert operator["posts"] == 1


def test_a_url_that_says_much_is_kept_by_its_end_in_little_memory(operator: dict[str, object]) -> None:
    operator["says"] = b"x" * (8 << 20) + b"the end"
    with little_memory():
        run = engine_for(str(operator["url"])).run({})
    assert len(run.output) == OUTPUT_SHOWN
    assert run.output.endswith("xthe end")


def test_a_url_that_never_ends_saying_things_is_left(operator: dict[str, object]) -> None:
    operator["says"] = None
    with little_memory(), pytest.raises(EngineUnusable, match=r"did not end within 3 s"):
        UrlEngine(str(operator["url"]), time_limit=3.0).run({})


def test_a_url_that_does_not_answer_is_named() -> None:
    with pytest.raises(EngineUnusable, match="does not answer"):
        UrlEngine("http://127.0.0.1:9/run", time_limit=1.0).run({})


@pytest.mark.parametrize("nonsense", [b"", b"hello\r\n\r\n", b"\x16\x03\x01\x00"], ids=["silence", "words", "tls"])
def test_a_url_that_hangs_or_answers_nonsense_is_named(nonsense: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(nonsense)
                while connection.recv(65_536):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(EngineUnusable, match=r"The engine at http://\S+ does not answer"):
            UrlEngine(f"http://127.0.0.1:{server.getsockname()[1]}/run", time_limit=0.3).run({})
        thread.join()


@pytest.mark.parametrize("url", ["http://", "http://[nowhere", "http://a:b/"])
def test_a_url_that_is_none_is_named(url: str) -> None:
    with pytest.raises(EngineUnusable, match="does not answer"):
        engine_for(url).run({})
