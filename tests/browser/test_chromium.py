"""What is decided about the browser, on machines made of words; needs none itself."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.browser.chromium import (
    COMMANDS,
    SHELL,
    Found,
    Machine,
    Missing,
    bring,
    carry_out,
    explain,
    is_owed,
    look,
    may_install,
    this_machine,
)

ROOT = Path(__file__).parents[2]


class Imagined:
    """A machine with commands under /usr/bin; `broken` ones do not start; apt-get brings `brings`."""

    def __init__(
        self,
        *commands: str,
        broken: Sequence[str] = (),
        root: bool = True,
        brings: Sequence[str] = (),
        **environment: str,
    ) -> None:
        self.commands = set(commands)
        self.broken = broken
        self.brings = brings
        self.ran: list[Sequence[str]] = []
        self.said: list[str] = []
        self.machine = Machine(environment, self._which, self._starts, self._run, root)

    def bring(self) -> Found | Missing:
        return bring(self.machine, self.said.append)

    def _which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.commands else None

    def _starts(self, path: str) -> str:
        return "it is a stub" if path.rpartition("/")[2] in self.broken else ""

    def _run(self, command: Sequence[str], seconds: float) -> str:
        assert seconds <= 600
        self.ran.append(command)
        if command[1] == "update":
            return "apt-get update ended with 100"
        brought = set(self.brings) & set(command)
        self.commands |= brought
        return "" if brought else "apt-get install ended with 100"


@pytest.mark.parametrize("name", ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"])
def test_each_of_its_names_is_found(name: str) -> None:
    assert look(Imagined(name).machine) == Found(f"/usr/bin/{name}")


def test_the_faster_one_is_taken_unless_there_is_to_be_a_window() -> None:
    assert look(Imagined("chromium", SHELL).machine) == Found(f"/usr/bin/{SHELL}")
    assert look(Imagined("chromium", SHELL, ZAIKOLAB_HEADED="1").machine) == Found("/usr/bin/chromium")


def test_ci_has_the_faster_one_installed_beside_another_and_does_without_it() -> None:
    imagined = Imagined("apt-get", "chromium", brings=[SHELL], CI="true")
    assert imagined.bring() == Found(f"/usr/bin/{SHELL}")
    assert imagined.ran == [*COMMANDS[:2]]
    assert Imagined("apt-get", "chromium", CI="true").bring() == Found("/usr/bin/chromium")


def test_the_named_one_is_taken_before_all_others() -> None:
    assert look(Imagined("chromium", "mine", ZAIKOLAB_CHROMIUM="mine").machine) == Found("/usr/bin/mine")


def test_a_named_one_that_is_not_there_is_not_replaced_by_another() -> None:
    imagined = Imagined("chromium", "apt-get", ZAIKOLAB_CHROMIUM="mine")
    assert imagined.bring() == Missing("ZAIKOLAB_CHROMIUM names mine, which is not there")
    assert imagined.ran == []


def test_one_that_does_not_start_is_passed_over_and_told() -> None:
    assert look(Imagined("chromium", "google-chrome", broken=["chromium"]).machine) == Found("/usr/bin/google-chrome")
    missing = look(Imagined("chromium-browser", broken=["chromium-browser"]).machine)
    assert missing == Missing("/usr/bin/chromium-browser does not start (it is a stub)")


def test_nothing_is_installed_where_one_is_there() -> None:
    imagined = Imagined("apt-get", "chromium")
    assert imagined.bring() == Found("/usr/bin/chromium")
    assert (imagined.ran, imagined.said) == ([], [])


@pytest.mark.parametrize("imagined", [Imagined("apt-get", root=False), Imagined()])
def test_nothing_is_installed_and_nothing_said_without_root_or_without_apt(imagined: Imagined) -> None:
    assert not may_install(imagined.machine)
    assert imagined.bring() == Missing("there is no Chromium")
    assert (imagined.ran, imagined.said) == ([], [])


def test_root_with_apt_installs_it_even_from_old_lists() -> None:
    imagined = Imagined("apt-get", brings=[SHELL])
    assert imagined.bring() == Found(f"/usr/bin/{SHELL}")
    assert imagined.ran == [*COMMANDS[:2]]
    assert [line.partition(" meanwhile")[0] for line in imagined.said] == ["Installing Chromium for the browser tests"]


def test_a_system_without_the_faster_one_gets_the_other() -> None:
    imagined = Imagined("apt-get", brings=["chromium"])
    assert imagined.bring() == Found("/usr/bin/chromium")
    assert imagined.ran == [*COMMANDS]


def test_an_install_that_fails_is_told_in_one_line() -> None:
    imagined = Imagined("apt-get")
    assert imagined.bring() == Missing("there is no Chromium")
    _, told = imagined.said
    assert told == (
        "Chromium could not be installed: apt-get install ended with 100. build/browser/chromium.log has the rest."
    )


def test_an_install_asks_nobody_and_waits_for_no_lock_without_end() -> None:
    for command in COMMANDS:
        assert {"-qq", "Acquire::http::Timeout=20", "DPkg::Lock::Timeout=60"} <= set(command)
    for browser, command in zip((SHELL, "chromium"), COMMANDS[1:], strict=True):
        assert {"-y", "--no-install-recommends", browser, "fonts-noto-cjk", "libatomic1"} <= set(command)


@pytest.mark.parametrize(("value", "owed"), [("true", True), ("1", True), ("", False), ("false", False), ("0", False)])
def test_ci_owes_a_browser(value: str, owed: bool) -> None:
    assert is_owed({"CI": value}) is owed
    assert is_owed({}) is False


def test_the_line_says_why_and_what_to_do() -> None:
    line = explain(Missing("there is no Chromium"))
    assert "\n" not in line
    assert line.startswith("browser tests were not run: there is no Chromium. To run them: apt-get install chromium ")
    assert "ZAIKOLAB_CHROMIUM=/path/to/chromium make test" in line


def test_a_command_keeps_its_output_to_itself_and_tells_how_it_ended(tmp_path: Path, capfd) -> None:
    log = tmp_path / "build" / "log"
    assert carry_out([sys.executable, "-c", "import os; print(os.environ['DEBIAN_FRONTEND'])"], 60, log) == ""
    assert carry_out([sys.executable, "-c", "raise SystemExit(100)"], 60, log) == f"{sys.executable} -c ended with 100"
    assert log.read_text(encoding="utf-8") == "noninteractive\n"
    assert capfd.readouterr() == ("", "")


def test_what_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    fifo = tmp_path / "held"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        command = ["sh", "-c", f"(exec >'{fifo}'; echo begun; exec tail -f /dev/null) & wait"]
        assert carry_out(command, 1, tmp_path / "log") == "sh took longer than 1 s"
        assert os.read(reading, 100) == b"begun\n"
        polled = select.poll()
        polled.register(reading, select.POLLHUP)
        assert polled.poll(10_000) == [(reading, select.POLLHUP)]  # nobody holds the other end
    finally:
        os.close(reading)


LEAN = ("-p", "no:hypothesispytest", "-p", "no:faker", "-p", "no:xdist")
"""These plugins have no part in it, and cost half the time to start."""
WANT_IT = ("tests/browser/test_watch.py", "tests/browser/test_pictures.py")


def without_a_browser(**changes: str) -> subprocess.CompletedProcess[str]:
    """The browser tests, run where the named Chromium is missing."""
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "PYTEST_XDIST_WORKER"}}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *LEAN, *WANT_IT]
    environment |= {"ZAIKOLAB_CHROMIUM": "no-such-browser", **changes}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_without_one_the_tests_are_skipped_in_one_line() -> None:
    ran = without_a_browser()
    told = [line for line in ran.stdout.splitlines() if "browser tests were not run" in line]
    assert ran.returncode == 0, ran.stdout
    assert len(told) == 1
    assert told[0].startswith("SKIPPED [")
    assert " tests/browser/conftest.py: browser tests were not run: ZAIKOLAB_CHROMIUM names no-such" in told[0]


def test_under_ci_they_fail() -> None:
    ran = without_a_browser(CI="true")
    assert ran.returncode == 1
    assert "browser tests were not run: ZAIKOLAB_CHROMIUM names no-such-browser" in ran.stdout


def test_a_file_that_is_no_browser_does_not_start(tmp_path: Path) -> None:
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    stub.chmod(0o755)
    assert this_machine().starts(str(stub)) == "--version ended with 3"
    assert this_machine().starts(str(tmp_path / "none")) == "FileNotFoundError"
