"""Which seeded defect a failing engine resembles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.conformance.defects.matrix import Matrix, Row
from simulator.conformance.defects.seeded import Change, Defect, Package
from simulator.conformance.defects.trial import Verdict
from simulator.conformance.sources import Owed
from simulator.conformance.verify.resemblance import name_resemblances
from simulator.conformance.verify.results import Outcome, Power, Result, StepOutcome, StepRun

A, B, C = "a: 甲", "b: 乙", "c: 丙"
STEP = "在庫数は「5」である"


def failed(place: str, step: str = STEP, kind: str = "then", error: str = "AssertionError") -> Result:
    feature, _, name = place.partition(": ")
    steps = (StepRun("ならば", step, 9, kind, StepOutcome.FAILED),)
    return Result(
        f"{feature}.feature", 1, name, "", Owed.MUST, (), Outcome.FAILED, 0.1, error=error, steps=steps
    )  # fmt: skip


def passed(place: str) -> Result:
    return replace(failed(place), outcome=Outcome.PASSED, error="", steps=())


def defect(name: str, package: Package = Package.ENGINE) -> Defect:
    return Defect(name, f"Does {name}.", (Change("a", "b", "c"),), (), package)


def matrix(**kills: dict[str, str]) -> Matrix:
    return Matrix(defects={name: Row("", "reference", Verdict.KILLED, places) for name, places in kills.items()})


def resembling(results: list[Result], recorded: Matrix, *defects: Defect) -> list[str]:
    return [one.resembles for one in name_resemblances(results, recorded, defects)]


def test_the_defect_that_fails_in_the_same_scenarios_is_named_with_its_mistake() -> None:
    recorded = matrix(many={A: STEP, B: STEP, C: STEP}, one={A: STEP}, other={B: STEP})
    defects = [defect("many"), defect("one"), defect("other")]
    assert resembling([failed(A), passed(B), passed(C)], recorded, *defects) == ["one: Does one.", "", ""]
    assert resembling([failed(A), failed(B), failed(C)], recorded, *defects) == ["many: Does many."] * 3


def test_scenarios_that_were_not_run_do_not_count_against_a_defect() -> None:
    recorded = matrix(narrow={A: STEP, B: STEP}, wide={A: STEP, C: STEP})
    assert resembling([failed(A), passed(B)], recorded, defect("narrow"), defect("wide")) == ["wide: Does wide.", ""]


def test_the_same_step_comes_before_the_same_scenarios() -> None:
    recorded = matrix(elsewhere={A: "メールが届く"}, here={A: STEP, B: STEP, C: STEP})
    (named, *_) = resembling([failed(A), passed(B), passed(C)], recorded, defect("elsewhere"), defect("here"))
    assert named == "here: Does here."


@pytest.mark.parametrize("crash", [failed(A, kind="when"), failed(A, error="EngineUnusable")])
def test_a_crash_resembles_nothing(crash: Result) -> None:
    assert resembling([crash], matrix(one={A: STEP}), defect("one")) == [""]


def test_a_defect_of_the_lab_or_one_there_is_no_more_is_not_named() -> None:
    assert resembling([failed(A)], matrix(one={A: STEP}), defect("one", Package.LAB)) == [""]
    assert resembling([failed(A)], matrix(one={A: STEP})) == [""]


def test_the_suites_own_power_is_one_sentence() -> None:
    assert str(Power(70, 71, "2026-11-28")) == "70/71 seeded defects killed, recorded 2026-11-28"
    assert str(Power(0, 2, "", 3)).endswith("recorded never; 3 scenarios or defects have changed since")
