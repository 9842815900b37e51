"""The screen at the end of a verification."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.guide import statement
from simulator.conformance.sources import Owed
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
        "verdict:  the engine does something else than expected",
        "ならば 残りは「4」個である  shop.feature:17",
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


def test_what_the_guide_states_comes_first_and_one_story_says_whose_it_is(capsys) -> None:
    should = replace(HARMLESS, line=1, name="good practice", owed=Owed.SHOULD)
    rows = [replace(HARMLESS, line=2, name="stated", case=case, row=row) for row, case in ((1, "b"), (0, "a"))]
    lines = shown(replace(reported.CONFORMANT, results=(should, *rows), expected=3), capsys)
    assert [line.split("  ")[0] for line in lines if line.startswith("✗")] == ["✗ stated", "✗ good practice"]
    assert lines[lines.index("cases:    a, b") + 1] == "shown:    a, guide"


def test_a_part_of_the_specification_is_told_as_one(capsys) -> None:
    assert "only 5.4; " in shown(reported.EVERYTHING, capsys)[-1]
    assert "only" not in shown(reported.CONFORMANT, capsys)[-1]
