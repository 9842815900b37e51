"""`zaikolab init`: a project that runs green at once, and red with an engine that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.conformance.template_project import write_template_project
from tests.acceptance.test_readme import ROOT

pytest_plugins = ("pytester",)


def test_the_project_runs_green_at_once(tmp_path: Path, nested: pytest.Pytester) -> None:
    commands = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
    for command, where in (((commands / "zaikolab", "init", "mine"), tmp_path), (("pytest",), tmp_path / "mine")):
        ran = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 8 passed in " in ran.stdout


def test_an_engine_that_does_nothing_turns_every_test_red(nested: pytest.Pytester) -> None:
    write_template_project(nested.path)
    result = nested.runpytest_inprocess("--zaikolab-engine=false")
    result.assert_outcomes(failed=8)
    result.stdout.fnmatch_lines(["*expected: in RoomClip {'ISU-01': 5, 'TSUKUE-01': 3}"])


def test_the_project_is_written_in_the_style_of_this_one(tmp_path: Path) -> None:
    write_template_project(tmp_path / "mine")
    ruff = (sys.executable, "-m", "ruff", "format", "--check", "--config", ROOT / "pyproject.toml", tmp_path / "mine")
    assert subprocess.run(ruff, capture_output=True).returncode == 0
