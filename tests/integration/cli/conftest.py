"""A lab started as a person starts it: `zaikolab up --demo` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.cli import run

ANY_PORTS = ("--ftps-port", "0", "--passive-ports", "0", "--http-port", "0", "--smtp-port", "0")
LIMIT = 60
ZAIKOLAB = (sys.executable, "-m", "simulator.cli")


@dataclass
class Typed:
    """What a command came to."""

    exit_code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


@dataclass
class Terminal:
    """Types commands with a home folder of its own."""

    home: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str) -> Typed:
        self.monkeypatch.setenv("ZAIKOLAB_HOME", str(self.home))
        self.capture.readouterr()
        exit_code = run(list(arguments))
        said = self.capture.readouterr()
        return Typed(exit_code, said.out, said.err)


@contextmanager
def up(home: Path, *options: str, ended_by: signal.Signals = signal.SIGINT, warning: str = "") -> Iterator[Any]:
    """A lab started by `zaikolab up` in a process of its own; gives what it tells when it is ready.

    `warning`: what it says on stderr.
    """
    command = [*ZAIKOLAB, "up", "--json", *ANY_PORTS, *options]
    environment = {**os.environ, "ZAIKOLAB_HOME": str(home)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(ended_by)
            try:
                out, err = process.communicate(timeout=LIMIT)
            finally:
                process.kill()  # else one that does not end would be waited for by `Popen` without a limit
    assert (process.returncode, out, err) == (0, "", warning)


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a running `zaikolab up --demo`, its clock frozen."""
    home = tmp_path_factory.mktemp("home")
    with up(home, "--demo", "--skus", "20", "--clock", "frozen"):
        yield home


@pytest.fixture
def demo_lab(demo_home: Path, capsys, monkeypatch) -> Terminal:
    """A terminal beside the running demo lab."""
    return Terminal(demo_home, capsys, monkeypatch)


@pytest.fixture
def terminal(tmp_path: Path, capsys, monkeypatch) -> Terminal:
    """A terminal where no lab was ever started."""
    return Terminal(tmp_path / "home", capsys, monkeypatch)
