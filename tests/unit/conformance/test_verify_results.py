"""What a verification ends with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.drivers import REFERENCE_ENGINE
from simulator.conformance.sources import Owed
from simulator.conformance.verify.command import Wish
from simulator.conformance.verify.results import (
    ExitCode,
    Finding,
    Outcome,
    Result,
    StepOutcome,
    StepRun,
    Verification,
    result_from,
    tally,
)
from simulator.conformance.verify.summary import repeat

PASSED = Result("a.feature", 3, "数が 届く", "公開", Owed.MUST, ("4.3",), Outcome.PASSED, 0.25)
FAILED = replace(
    PASSED, case="下書き", outcome=Outcome.FAILED, verdict="wrong", message="expected 5",
    sections=(("step", "ならば"),), lab=(("lab", "http://127.0.0.1:1"),), error="AssertionError", engine_seconds=0.125,
    steps=(StepRun("ならば", "「5」である", 9, "then", StepOutcome.FAILED, 0.5),), resembles="one: Does one.",
    profile="full", row=2, began=1764322200.5,
)  # fmt: skip


def verified(*outcomes: Outcome, expected: int | None = None, stops: bool | None = None, trouble: str = "") -> ExitCode:
    results = tuple(replace(PASSED, case=str(number), outcome=outcome) for number, outcome in enumerate(outcomes))
    findings = () if stops is None else (Finding("odd", "because", "mend it", stops),)
    count = len(outcomes) if expected is None else expected
    return Verification("./e", Owed.SHOULD, findings, results, count, 1.0, trouble).exit_code


def test_passed_is_conformant_with_findings_and_skipped_cases_too() -> None:
    assert verified(Outcome.PASSED, Outcome.SKIPPED, stops=False) is ExitCode.CONFORMANT


def test_one_failure_is_not_conformant_whatever_else_went_wrong() -> None:
    assert verified(Outcome.PASSED, Outcome.FAILED, Outcome.BROKEN, trouble="interrupted") is ExitCode.NOT_CONFORMANT


@pytest.mark.parametrize(
    "unclear",
    [
        {"outcomes": (), "stops": True},
        {"outcomes": (Outcome.PASSED,), "expected": 2},
        {"outcomes": (Outcome.PASSED, Outcome.BROKEN)},
        {"outcomes": (Outcome.PASSED,), "trouble": "interrupted"},
        {"outcomes": (Outcome.SKIPPED,)},
        {"outcomes": ()},
    ],
)
def test_what_did_not_run_to_its_end_is_not_judged(unclear: dict) -> None:
    assert verified(*unclear.pop("outcomes"), **unclear) is ExitCode.NOT_JUDGED


def test_a_result_travels_as_json() -> None:
    assert result_from(json.loads(json.dumps(FAILED.as_json()))) == FAILED


def test_the_tally_counts_each_level_that_occurs() -> None:
    assert tally([PASSED, FAILED]) == {"must": {"passed": 1, "failed": 1, "skipped": 0, "broken": 0}}


def test_an_engine_that_conforms_under_every_profile_is_robust() -> None:
    one = Verification("./e", Owed.SHOULD, (), (PASSED,), 1, 1.0)
    both = replace(one, results=(PASSED, replace(PASSED, profile="full")), expected=2, profiles=("guide", "full"))
    both = replace(both, everywhere=True)
    assert (one.robust, both.robust, replace(both, expected=3).robust) == (False, True, False)
    assert both.as_json()["profiles"]["full"] == {"passed": 1, "failed": 0, "skipped": 0, "broken": 0}


@pytest.mark.parametrize(
    ("engine", "owed", "line"),
    [
        (REFERENCE_ENGINE, Owed.BRAKES, "zaikolab verify --only '数が 届く'"),
        ("./my-sync --once", Owed.SHOULD, "zaikolab verify --engine './my-sync --once' --only '数が 届く'"),
        ("./sync", Owed.ORDERS, "zaikolab verify --engine ./sync --level orders --only '数が 届く'"),
    ],
)
def test_one_line_repeats_a_scenario(engine: str, owed: Owed, line: str) -> None:
    wish = Wish(engine, Path(), {}, 1, 60.0)
    assert repeat(wish, replace(FAILED, owed=owed, profile="guide")) == line
    assert repeat(wish, replace(FAILED, owed=Owed.SHOULD)).endswith(" --profile full --only '数が 届く'")
