"""The screen at the end of a verification."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.guide import statement
from simulator.conformance.verify.results import Verification
from simulator.conformance.verify.summary import Screen
from tests.unit.conformance import reported

HARMLESS = replace(
    reported.FAILED, message="expected: 4\nseen:     3\x1b[2J", sections=(*reported.FAILED.sections[:1],
    ("journal since the last もし", "7 09:05 clock clock.advanced: 5 minutes."), ("engine", "exit code 0")),
)  # fmt: skip


def failing(scenarios: int) -> Verification:
    results = tuple(replace(HARMLESS, line=number, name=f"No. {number}") for number in range(scenarios))
    return replace(reported.CONFORMANT, results=results, expected=scenarios)


def shown(verification: Verification, capsys: pytest.CaptureFixture[str], report: Path | None = None) -> list[str]:
    Screen(quiet=False, report=report).close(reported.account(verification).wish, verification)
    return [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_a_failed_scenario_shows_all_that_explains_it(capsys) -> None:
    assert shown(failing(1), capsys)[1:13] == [
        "✗ No. 0  §5.4, level must",
        "shop.feature:0",
        "cases:    1-4_1",
        f"guide:    §5.4 {statement('5.4').text}",
        "engine:   does something else than expected",
        "ならば 残りは「4」個である",
        "expected: 4",
        "seen:     3\ufffd[2J",
        "journal since the last もし:",
        "7 09:05 clock clock.advanced: 5 minutes.",
        "engine:",
        "exit code 0",
    ]


def test_three_failed_scenarios_are_told_whole_and_more_leave_the_journals_to_the_report(capsys) -> None:
    whole, short = shown(failing(3), capsys), shown(failing(4), capsys)
    assert (whole.count("journal since the last もし:"), short.count("journal since the last もし:")) == (3, 0)
    assert sum(line.startswith("repeat:") for line in short) == 4
    where = "the journals and the engine's words of these 4: "
    assert f"{where}the page that --report DIR writes" in short
    assert f"{where}{Path('out/report.html')}" in shown(failing(4), capsys, Path("out"))
    assert not any(line.startswith("the journals") for line in whole)
