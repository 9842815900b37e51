"""Where Chromium is, and how it comes here. Standard library only: `make test` runs this file before `.venv` is there.

    python3 tests/browser/chromium.py       # install it where that may be done; says a line only when there is news

Which tests run without one is decided once, by the fixture `chromium`: under CI they fail, elsewhere they are skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAMED_BY = "ZAIKOLAB_CHROMIUM"
SHELL = "chromium-headless-shell"
"""Chromium without windows: the same pages in two thirds of the time."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome")
WINDOW = "ZAIKOLAB_HEADED"
PACKAGES = ("chromium", "fonts-noto-cjk", "libatomic1")
_LOG_NAME = "build/browser/chromium.log"
LOG = Path(__file__).parents[2] / _LOG_NAME
INSTALL_SECONDS = 300
NOT_RUN = "browser tests were not run"
_START_SECONDS = 30
_QUIET = ("-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=60")
_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", *_QUIET)
COMMANDS = (
    ("apt-get", "update", *_QUIET),
    (*_INSTALL, SHELL, *PACKAGES[1:]),
    (*_INSTALL, *PACKAGES),  # where the system has no such package
)


@dataclass(frozen=True, slots=True)
class Found:
    """A browser that starts."""

    path: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No browser that starts. `reason`: why, as the first half of a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked of this machine, so that tests can answer instead.

    `which`: the path of a command or None; `starts`: "" when a browser starts, else why not; `run`: carries a command
    out within seconds and returns "" or why it failed.
    """

    environment: Mapping[str, str]
    which: Callable[[str], str | None]
    starts: Callable[[str], str]
    run: Callable[[Sequence[str], float], str]
    root: bool


def look(machine: Machine) -> Found | Missing:
    """The browser to test with: the one that is named, else the first that starts."""
    named = machine.environment.get(NAMED_BY, "")
    why = "there is no Chromium"
    names = NAMES[1:] if machine.environment.get(WINDOW) else NAMES
    for name in (named,) if named else names:
        path = machine.which(name)
        if path is None:
            continue
        fault = machine.starts(path)
        if not fault:
            return Found(path)
        why = f"{path} does not start ({fault})"
    if named and machine.which(named) is None:
        why = f"{NAMED_BY} names {named}, which is not there"
    return Missing(why)


def may_install(machine: Machine) -> bool:
    """Whether the system's packages can bring one, unasked: for root, where apt-get is, unless another is named."""
    return machine.root and machine.which("apt-get") is not None and not machine.environment.get(NAMED_BY)


def bring(machine: Machine, say: Callable[[str], None]) -> Found | Missing:
    """Install a browser where there is none and where it may be done, under CI also the faster one beside another;
    `say` is told of the beginning and of a failure.

    The package lists may be out of reach and the packages at hand all the same: only what is found then decides.
    """
    found = look(machine)
    enough = isinstance(found, Found) and (not is_owed(machine.environment) or machine.which(SHELL) is not None)
    if enough or not may_install(machine):
        return found
    say(f"Installing Chromium for the browser tests meanwhile ({' '.join(COMMANDS[1][-3:])}; once) ...")
    faults = []
    for command in COMMANDS:
        faults.append(machine.run(command, INSTALL_SECONDS))
        found = look(machine)
        if isinstance(found, Found) and command in COMMANDS[1:]:
            break
    if isinstance(found, Missing):
        say(f"Chromium could not be installed: {faults[-1] or found.reason}. {_LOG_NAME} has the rest.")
    return found


def is_owed(environment: Mapping[str, str]) -> bool:
    """Whether a missing browser is a failure: under CI."""
    return environment.get("CI", "").lower() not in {"", "0", "false"}


def explain(missing: Missing) -> str:
    """Why the browser tests do not run, and what to do, in one line."""
    return (
        f"{NOT_RUN}: {missing.reason}. To run them: apt-get install {' '.join(PACKAGES)} (as root), or "
        f"{NAMED_BY}=/path/to/chromium make test"
    )


def this_machine() -> Machine:
    """The machine this runs on."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return Machine(os.environ, shutil.which, _why_it_does_not_start, carry_out, root)


def carry_out(command: Sequence[str], seconds: float, log: Path = LOG) -> str:
    """Run a command without a terminal, its output added to `log`. Gives "", or why it failed; what takes too long is
    ended with all it started."""
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("ab") as written:
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=written, stderr=written, env=environment, start_new_session=True
        )
        try:
            code = running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGTERM)
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
            return f"{command[0]} took longer than {seconds:g} s"
    return f"{' '.join(command[:2])} ended with {code}" if code else ""


def _why_it_does_not_start(path: str) -> str:
    try:
        ran = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=_START_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return f"--version ended with {ran.returncode}" if ran.returncode else ""


if __name__ == "__main__":
    bring(this_machine(), lambda sentence: print(sentence, file=sys.stderr, flush=True))
