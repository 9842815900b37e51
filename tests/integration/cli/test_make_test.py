"""`make test`: the browser is looked for, or installed, beside the gate and waited for; its want stops nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BROWSER = (
    "import pathlib\nwith pathlib.Path('log').open('a') as log: print('browser', file=log)\nraise SystemExit({code})\n"
)


@pytest.fixture
def make(tmp_path: Path):
    """Runs `make test` where every command of `.venv` only notes its name; gives the exit code and the names noted."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    commands = tmp_path / ".venv" / "bin"
    commands.mkdir(parents=True)
    script = tmp_path / "tests" / "browser" / "chromium.py"
    script.parent.mkdir(parents=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    def run(*, gate: int = 0, browser: int = 0) -> tuple[int, list[str]]:
        codes = {"ruff": gate, "mypy": 0, "lint-imports": 0, "pytest": 0, "python": 0}
        for name, code in codes.items():
            note = f'#!/bin/sh\necho "{name} $*" >> log\necho 2\nexit {code}\n'
            (commands / name).write_text(note, encoding="utf-8")
            (commands / name).chmod(0o755)
        (tmp_path / ".venv" / ".ready").touch()
        script.write_text(BROWSER.format(code=browser), encoding="utf-8")
        command = ["make", f"PYTHON={sys.executable}", "test"]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        return ran.returncode, (tmp_path / "log").read_text(encoding="utf-8").splitlines()

    return run


def is_all_tests(line: str) -> bool:
    return line.startswith("pytest ") and line.endswith(" tests")


def test_the_browser_is_there_before_the_tests_begin_and_its_want_stops_nothing(make) -> None:
    code, lines = make(browser=1)
    assert code == 0
    assert is_all_tests(lines[-1])
    assert "browser" in lines[:-1]


def test_a_gate_that_says_no_ends_it_and_no_install_is_left_behind(make) -> None:
    code, lines = make(gate=1)
    assert code == 2
    assert "browser" in lines
    assert not any(is_all_tests(line) for line in lines)
