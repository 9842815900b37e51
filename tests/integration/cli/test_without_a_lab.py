"""The commands when something is wrong: one clear sentence, the next step, the contract's exit code, no traceback."""

from __future__ import annotations

import gc
import json
import os
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from simulator.cli import cli
from tests.integration.cli.conftest import ANY_PORTS, Terminal


@pytest.mark.parametrize("command", ["status", "env", "reset", "clock", "journal", "mail", "seed"])
def test_a_command_without_a_running_lab_says_how_to_start_one(terminal: Terminal, command: str) -> None:
    typed = terminal(command)
    assert (typed.exit_code, typed.out) == (1, "")
    assert typed.err == "zaikolab: No lab is running. Start one with `zaikolab up --demo`.\n"


def test_an_address_where_no_lab_answers_is_named(terminal: Terminal) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        typed = terminal("--lab", url, "status")
    assert typed.exit_code == 1
    assert f"No lab answers at {url}" in typed.err


def test_a_taken_port_ends_up_with_one_sentence_and_exit_2(terminal: Terminal) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        typed = terminal("up", *ANY_PORTS, "--http-port", port)
    assert typed.exit_code == 2
    assert len(typed.err.splitlines()) == 1
    assert port in typed.err
    assert "--http-port 0" in typed.err
    assert gc.isenabled(), "whoever goes on in this process has garbage collected"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "content=half"), "Allowed: diff, full"),
        (("--set", "content"), "NAME=VALUE"),
        (("--set", "colour=red"), "Known settings"),
        (("--start", "noon"), "RFC 3339"),
        (("--rate", "0", "--clock", "running"), "rate="),
        (("--passive-ports", "9-"), "range of ports"),
        (("--tls", "none"), "explicit"),
        (("--http-port", "70000"), "65535"),
        (("--host", "0.0.0.0"), "--expose"),
        (("--host", "192.0.2.1"), "loopback only"),
        (("--name", "lab.test"), "Add --expose"),
        (("--expose", "--name", "lab test"), "neither a host name nor an address"),
        (("--expose", "--name", "0.0.0.0"), "neither a host name nor an address"),
        (("--start", "9999-12-31T23:59:59Z"), "a year from"),
        (("--seed", "-1"), "--seed"),
        (("--companies", "0"), "companies=0"),
        (("--companies", "two"), "--companies"),
        (("--shops", "100000"), "five digits"),
        (("--companies", "5", "--shops", "4"), "fewer than the 5 companies"),
        (("--skus-per-shop", "x"), "--skus-per-shop"),
        (("--demo", "--companies", "5"), "Leave one or the other out"),
    ],
)
def test_a_wrong_option_of_up_is_named(terminal: Terminal, arguments: tuple[str, ...], said: str) -> None:
    typed = terminal("up", *ANY_PORTS, *arguments)
    assert typed.exit_code == 2
    assert said in typed.err
    assert "Traceback" not in typed.err


@pytest.mark.parametrize(
    "url", ["localhost:8080", "ftp://127.0.0.1", "http://", "http://[::1", "http://127.0.0.1:8080/lab/v1"]
)
def test_what_is_no_address_of_a_lab_is_named(terminal: Terminal, url: str) -> None:
    typed = terminal("--lab", url, "status")
    assert typed.exit_code == 2
    assert typed.err == f"zaikolab: --lab={url!r}: no address of a lab. Example: --lab http://127.0.0.1:8080\n"


@pytest.mark.parametrize("command", ["save", "restore"])
@pytest.mark.parametrize("name", ["", "..", "a/b", "a?b", "a%2Fb"])
def test_a_name_that_is_no_file_name_is_refused_before_it_gets_into_an_address(
    terminal: Terminal, command: str, name: str
) -> None:
    typed = terminal("snapshot", command, name)
    assert typed.exit_code == 2
    assert typed.err.startswith(f"zaikolab: snapshot={name!r}: letters, digits")


def test_a_lab_that_is_gone_is_not_asked(terminal: Terminal) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    terminal.home.mkdir()
    (terminal.home / "running.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "pid": gone.pid}))
    typed = terminal("status")
    assert typed.exit_code == 1
    assert typed.err.startswith("zaikolab: The lab at http://127.0.0.1:9 is not running any more. Start one with")


def test_a_home_that_cannot_be_written_to_is_named(terminal: Terminal) -> None:
    terminal.home.write_text("a file")
    typed = terminal("up", *ANY_PORTS)
    assert typed.exit_code == 2
    assert f"The home folder {terminal.home} cannot be used: " in typed.err
    assert "ZAIKOLAB_HOME" in typed.err
    assert len(typed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("engine", "exit_code", "said"),
    [("http://127.0.0.1:9/", 2, "behind a URL"), ("", 1, "The engine is empty"), ("'", 1, "Mend its quotes")],
)
def test_an_engine_the_demo_cannot_drive_is_named_before_it_begins(
    terminal: Terminal, engine: str, exit_code: int, said: str
) -> None:
    typed = terminal("demo", "--engine", engine)
    assert (typed.exit_code, typed.out) == (exit_code, "")
    assert said in typed.err


def test_the_doctor_does_not_take_a_lab_that_hangs_for_none(terminal: Terminal) -> None:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        terminal.home.mkdir()
        (terminal.home / "running.json").write_text(json.dumps({"url": url, "pid": os.getpid()}))
        typed = terminal("doctor")
    assert (typed.exit_code, typed.out) == (1, "")
    assert f"No lab answers at {url}" in typed.err


def test_a_data_folder_of_another_version_is_named(terminal: Terminal, tmp_path) -> None:
    import sqlite3

    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as db:
        db.execute("PRAGMA user_version = 99")
    typed = terminal("up", *ANY_PORTS, "--data", str(tmp_path))
    assert typed.exit_code == 2
    assert "another version of zaikolab: format 99" in typed.err


def test_the_doctor_names_a_taken_port(terminal: Terminal) -> None:
    from simulator.doctor import examine_ports

    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (finding,) = examine_ports({"ftps": (port, port)}, "127.0.0.1")
    assert not finding.well
    assert str(port) in finding.found
    assert "--ftps-port 0" in finding.next_step
    assert terminal("doctor").out.startswith("No lab is running.")


def test_every_command_has_help_with_an_example() -> None:
    def commands(group, path=()):
        for name, command in group.commands.items():
            yield (*path, name), command
            if hasattr(command, "commands"):
                yield from commands(command, (*path, name))

    without = [path for path, command in commands(cli) if "Example: zaikolab " + path[0] not in (command.help or "")]
    assert without == []


def test_no_argument_shows_the_help(terminal: Terminal) -> None:
    typed = terminal()
    assert "zaikolab up --demo" in typed.out + typed.err


def test_the_help_is_quick_because_it_loads_no_server() -> None:
    loaded = "{'flask', 'pyftpdlib', 'rich'} & set(sys.modules)"
    script = f"import sys; from simulator.cli import run; run(['--help']); print(*{loaded})"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""
