"""`make` on a machine whose Python will not do: one clear sentence before anything is made."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def make(tmp_path: Path):
    """Runs make with an interpreter in a folder that has the Makefile and no virtual environment."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)

    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # no `make` around

    def run(python: str) -> subprocess.CompletedProcess[str]:
        command = ["make", f"PYTHON={python}", "demo"]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert not (tmp_path / ".venv").exists()
        return ran

    return run


def told(ran: subprocess.CompletedProcess[str]) -> str:
    """What was said, without make's own last line."""
    assert (ran.returncode, ran.stdout) == (2, "")
    first, last = ran.stderr.splitlines()
    assert last.startswith("make: ***")
    return first


def interpreter(folder: Path, refuses: str) -> str:
    """This Python, but for one-liners that have `refuses` in them."""
    script = folder / "python3"
    script.write_text(
        f'#!/bin/sh\ncase "$2" in *{refuses}*) exit 1;; esac\nexec "{sys.executable}" "$@"\n', encoding="utf-8"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def test_no_python_is_told_with_the_next_step(make) -> None:
    assert "found: none on the PATH. Name one with: make PYTHON=" in told(make(""))


def test_a_python_that_is_not_there_is_named(make, tmp_path: Path) -> None:
    python = str(tmp_path / "no" / "python3")
    assert f"needs python3 of 3.11 to 3.13, found: {python}. Name one with" in told(make(python))


def test_a_python_of_another_version_is_named(make, tmp_path: Path) -> None:
    python = interpreter(tmp_path, refuses="version_info")
    assert f"found: {python}." in told(make(python))


def test_a_python_without_venv_is_named_with_what_to_install(make, tmp_path: Path) -> None:
    said = told(make(interpreter(tmp_path, refuses="ensurepip")))
    assert "has no venv module" in said
    assert "apt-get install python3-venv" in said
