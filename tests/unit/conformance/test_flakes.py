"""`make flakes` counts runs and what differs between them, and ends in time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flakes import Run, main, read_run, verify_once


def told(*outcomes: str, exit_code: int = 0, trouble: str = "") -> dict[str, Any]:
    scenarios = [
        {
            "file": "a.feature",
            "line": 3,
            "name": "届く",
            "case": str(number),
            "outcome": outcome,
            "message": "expected 5",
        }
        for number, outcome in enumerate(outcomes)
    ]
    return {
        "scenarios": scenarios,
        "exit_code": exit_code,
        "verdict": "not judged",
        "trouble": trouble,
        "seconds": 1,
    }


def one_after_the_other(*runs: dict[str, Any]) -> Run:
    left: Iterator[dict[str, Any]] = iter(runs)
    return lambda _: next(left)


def test_runs_that_all_pass_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    run = one_after_the_other(told("passed", "passed"), told("passed", "passed"))
    assert main(["--runs", "2"], run) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("runs 2 of 2, cases 4, flakes 0 (")


@pytest.mark.parametrize("outcome", ["failed", "broken", "skipped"])
def test_a_case_that_once_does_not_pass_is_a_flake_and_is_shown(
    outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--runs", "3"], one_after_the_other(told("passed"), told(outcome, exit_code=1), told("passed"))) == 1
    said = capsys.readouterr().out
    assert f"run 2: a.feature:3 届く 0: {outcome}. expected 5\n" in said
    assert "runs 3 of 3, cases 3, flakes 1 (" in said


def test_a_run_that_is_not_judged_is_one_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", "1"], one_after_the_other(told("passed", exit_code=3, trouble="interrupted"))) == 1
    assert "run 1: not judged. interrupted\n" in capsys.readouterr().out


def test_it_ends_in_time_and_says_that_runs_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    def run(seconds: float) -> dict[str, Any]:
        if seconds < 59.9:
            raise subprocess.TimeoutExpired("verify", seconds)
        return told("passed")

    assert main(["--runs", "5", "--minutes", "0.99"], run) == 1
    assert "runs 0 of 5, cases 0, flakes 0 (" in capsys.readouterr().out


def test_a_verification_that_says_nothing_but_why_is_one_too(capsys: pytest.CaptureFixture[str]) -> None:
    mute = read_run(3, b"\n", b"zaikolab: Could not judge: no port")
    assert main(["--runs", "2"], one_after_the_other(mute, told("passed"))) == 1
    assert "run 1: not judged. zaikolab: Could not judge: no port\n" in capsys.readouterr().out
    assert read_run(0, b'{"exit_code": 0}', b"") == {"exit_code": 0}


def test_the_command_that_is_run_is_given_the_time_that_is_left() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        verify_once(-1.0)
