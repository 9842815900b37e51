"""Verifications made by hand, with the texts that hostile engines write, and the accounts of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from simulator.conformance.report.account import Account, Machine
from simulator.conformance.sources import Owed
from simulator.conformance.verify.command import Wish
from simulator.conformance.verify.results import (
    Finding,
    Outcome,
    Power,
    Result,
    StepOutcome,
    StepRun,
    Verification,
)

ENGINE = "./my-sync --once"
BEGAN = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
HOSTILE = (
    "</script><script>window.PWNED=1</script><!-- ]]> & \x00\x08\x0b\x1b[31m\ud800\udfff\ud800\ufffe \u2028 'x' \"y\""
)
FEATURE = """\
# language: ja
@guide-5.4
機能: 店
  背景:
    前提 店がある

  シナリオ: ひとつ目
    もし 売る
    ならば 残りがある

  ルール: 夜
    背景:
      前提 夜である

    シナリオアウトライン: いくつか
      もし 「<数>」個売る
      ならば 残りは「<残り>」個である

      例:
        | 数 | 残り |
        | 1  | 4    |
        | 1  | 4    |

      例:
        | 残り | 数 |
        | 0    | 5  |
"""
FIRST, SOME = 7, 15
"""The lines of its scenarios."""


def first(*outcomes: StepOutcome) -> tuple[StepRun, ...]:
    """The steps of the first scenario."""
    told = (("前提", "店がある", 5, "given"), ("もし", "売る", 8, "when"), ("ならば", "残りがある", 9, "then"))
    return tuple(StepRun(*step, outcome, 0.25) for step, outcome in zip(told, outcomes, strict=True))


def some(sold: str, left: str, *outcomes: StepOutcome) -> tuple[StepRun, ...]:
    """The steps of one row of the outline."""
    told = (
        ("前提", "店がある", 5, "given"), ("前提", "夜である", 13, "given"), ("もし", f"「{sold}」個売る", 16, "when"),
        ("ならば", f"残りは「{left}」個である", 17, "then"),
    )  # fmt: skip
    return tuple(StepRun(*step, outcome, 0.125) for step, outcome in zip(told, outcomes, strict=True))


OK, NO, NOT, NONE = StepOutcome.PASSED, StepOutcome.FAILED, StepOutcome.SKIPPED, StepOutcome.UNDEFINED
PASSED = Result(
    "shop.feature", FIRST, "ひとつ目", "", Owed.MUST, ("5.4",), Outcome.PASSED, 1.0, engine_seconds=0.5,
    steps=first(OK, OK, OK), began=BEGAN.timestamp() + 3,
)  # fmt: skip
FAILED = replace(
    PASSED, line=SOME, name="いくつか", case="1-4_1", row=1, outcome=Outcome.FAILED, error="AssertionError",
    verdict="does something else than expected", message=f"expected: 4\nseen:     3\n{HOSTILE}",
    sections=(
        ("step", "ならば 残りは「4」個である\nshop.feature:17"),
        ("journal since the last もし", f"7 2026-04-01T09:05:00+09:00 clock clock.advanced: 5 minutes.\n{HOSTILE}"),
        ("engine", f"exit code 0\n{HOSTILE}"),
    ),
    lab=(("lab", "http://127.0.0.1:1"),), resembles="trims-codes: Trims codes.", steps=some("1", "4", OK, OK, OK, NO),
    began=BEGAN.timestamp() + 1,
)  # fmt: skip
SKIPPED = replace(
    FAILED, case="1-4_0", row=0, outcome=Outcome.SKIPPED, message="the operator decides", verdict="", error="",
    resembles="", sections=(), lab=(), steps=some("1", "4", OK, NOT, NOT, NOT),
)  # fmt: skip
BROKEN = replace(
    SKIPPED, case="0-5", row=2, outcome=Outcome.BROKEN, error="OSError", message="OSError: the disk is full",
    verdict="not judged: an error of the lab or of the suite", steps=(),
)  # fmt: skip
DIED = Result(
    "", 0, "every_scenario.py::one", "", Owed.MUST, (), Outcome.BROKEN, 0.0, "not judged", "worker 'gw0' crashed"
)
STOPS = Finding("never connected", f"It asked nobody. {HOSTILE}", "See that it reads SYNC_SHOP_URL.", stops=True)
ODD = Finding("floods its output", "More than 1 MB.", "Write less.")

CONFORMANT = Verification(ENGINE, Owed.SHOULD, (), (PASSED,), 1, 2.5, power=Power(71, 71, "2026-11-27"))
EVERYTHING = replace(
    CONFORMANT, only=("5.4",), findings=(ODD,), results=(BROKEN, FAILED, SKIPPED, PASSED, DIED), expected=5
)
STOPPED = replace(CONFORMANT, findings=(STOPS,), results=(), expected=4)
INTERRUPTED = replace(CONFORMANT, expected=2, trouble="interrupted")
NOTHING_PASSED = replace(CONFORMANT, results=(SKIPPED,))
PROFILES = replace(
    CONFORMANT,
    results=(replace(PASSED, profile="full"), PASSED),
    expected=2,
    profiles=("guide", "full"),
    everywhere=True,
)
EACH = {
    "conformant": CONFORMANT, "everything": EVERYTHING, "stopped": STOPPED, "interrupted": INTERRUPTED,
    "nothing passed": NOTHING_PASSED, "profiles": PROFILES,
}  # fmt: skip


def account(verification: Verification) -> Account:
    """An account of it, made on a machine that is always the same."""
    wish = Wish(verification.engine, Path(), {}, 1, 60.0)
    features = {"shop.feature": FEATURE}
    return Account(
        verification, wish, BEGAN, f"zaikolab verify --engine '{ENGINE}' --report out", "0.1.0", features,
        Machine("3.11.7", "CPython", "Linux", "x86_64"),
    )  # fmt: skip
