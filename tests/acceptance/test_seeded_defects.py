"""Engines wrong on purpose are noticed by the scenarios named for them, and nothing else passes for being noticed.

All of them are run by `zaikolab defects`; here one of each verdict.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.cli import run
from simulator.conformance.defects.seeded import (
    Change,
    Defect,
    DidNotApply,
    Kill,
    Package,
    choose_defects,
    read_defects,
    seed,
    seeded_defects,
)
from simulator.conformance.defects.trial import Verdict, judge, try_defect, try_defects
from simulator.conformance.sources import Owed
from simulator.conformance.verify.results import Outcome, Result, StepOutcome, StepRun
from simulator.errors import BadValue

KILL = Kill(
    "sku_matching", "自社管理コードが空欄の商品には何も届かない", "自社管理コードが空欄の商品の在庫数は「0」である"
)
HARMLESS = Defect(
    "harmless",
    "Does nothing wrong.",
    (Change("__init__.py", "from reference.config import Settings", "from reference.config import Settings  # same"),),
    (KILL,),
)
AS_TOML = """
[[defect]]
name = "harmless"
mistake = "Does nothing wrong."
[[defect.changes]]
file = "__init__.py"
old = "from reference.config import Settings"
new = "from reference.config import Settings  # the same"
[[defect.killed_by]]
feature = "sku_matching"
scenario = "自社管理コードが空欄の商品には何も届かない"
because = "0"
"""


HARMLESS_LAB = replace(
    HARMLESS,
    changes=(Change("tempostar/stock_file.py", "import re\n", "import re  # the same\n"),),
    killed_by=(Kill("stock_settings", "送信タイプがFTPS領域でなければFTPS領域には置かれない", "がない"),),
    package=Package.LAB,
)


def changed(old: str, new: str, file: str = "bootstrap.py") -> Defect:
    return replace(HARMLESS, changes=(Change(file, old, new),))


def seen(
    outcome: Outcome = Outcome.FAILED, kind: str = "then", step: str = KILL.because, error: str = "AssertionError"
) -> Result:
    failed = (StepRun("ならば", step, 9, kind, StepOutcome.FAILED),) if step else ()
    return Result(
        f"{KILL.feature}.feature",
        5,
        KILL.scenario,
        "",
        Owed.MUST,
        (),
        outcome,
        0.1,
        "",
        "words",
        error=error,
        steps=failed,
    )


def test_engines_that_are_wrong_are_noticed() -> None:
    (trimming, noisy) = try_defects(choose_defects(("trims-codes", "mails-each-pass"), seeded_defects()), at_once=2)
    assert (trimming.defect.name, trimming.verdict) == ("trims-codes", Verdict.KILLED)
    assert (noisy.defect.name, noisy.verdict) == ("mails-each-pass", Verdict.KILLED)


def test_labs_that_are_wrong_are_noticed() -> None:
    names = ("lab-one-send-type", "lab-visits-are-not-told", "lab-logins-are-not-told")
    for trial in try_defects(choose_defects(names, seeded_defects()), at_once=2):
        assert (trial.verdict, trial.defect.package) == (Verdict.KILLED, Package.LAB)


def test_the_right_lab_survives() -> None:
    trial = try_defect(HARMLESS_LAB)
    assert trial.verdict is Verdict.SURVIVED
    assert [one.outcome for one in trial.seen] == [Outcome.PASSED]


def test_the_right_engine_survives() -> None:
    trial = try_defect(HARMLESS)
    assert trial.verdict is Verdict.SURVIVED
    assert KILL.place in trial.why
    assert [one.outcome for one in trial.seen] == [Outcome.PASSED]


@pytest.mark.parametrize(
    ("defect", "said"),
    [
        (changed("return sync.run_pass()", "return 1 // 0"), "ZeroDivisionError"),
        (changed("from contextlib import contextmanager", "import no_such_module"), "no_such_module"),
    ],
)
def test_an_engine_that_crashes_is_not_taken_for_one_that_is_noticed(defect: Defect, said: str) -> None:
    trial = try_defect(defect)
    assert trial.verdict is Verdict.DID_NOT_START
    assert said in trial.why


def test_an_engine_that_hangs_is_ended() -> None:
    hanging = changed("        return sync.run_pass()", "        import threading\n        threading.Event().wait(60)")
    trial = try_defect(hanging, limit=5)
    assert (trial.verdict, trial.why) == (Verdict.DID_NOT_START, "its scenarios did not end within 5 s")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("bootstrap.py", "no such text", ""), "bootstrap.py has the text to replace 0 times"),
        (Change("bootstrap.py", "import", ""), "times: 'import'"),
        (Change("nowhere.py", "import", ""), "reference has no file nowhere.py"),
        (Change("../outside.py", "import", ""), "reference has no file ../outside.py"),
    ],
)
def test_a_change_that_does_not_fit_exactly_once_does_not_apply(change: Change, said: str, tmp_path: Path) -> None:
    defect = replace(HARMLESS, changes=(change,))
    trial = try_defect(defect)
    assert trial.verdict is Verdict.DID_NOT_APPLY
    assert said in trial.why
    (tmp_path / "outside.py").write_text("import os\n", encoding="utf-8")
    with pytest.raises(DidNotApply, match=said):
        seed(defect, tmp_path)
    assert (tmp_path / "outside.py").read_text(encoding="utf-8") == "import os\n"


def test_each_scenario_named_has_to_say_no() -> None:
    other = replace(KILL, scenario="another")
    assert judge(HARMLESS, (seen(),), "").verdict is Verdict.KILLED
    assert judge(replace(HARMLESS, killed_by=(KILL, other)), (seen(),), "").verdict is Verdict.SURVIVED


@pytest.mark.parametrize(
    ("one", "verdict", "said"),
    [
        (seen(step="something else"), Verdict.SURVIVED, "fails, but not because of"),
        (seen(kind="when"), Verdict.DID_NOT_START, "no claim"),
        (seen(error="KeyError"), Verdict.DID_NOT_START, "KeyError"),
        (seen(Outcome.BROKEN, step="", error="RuntimeError"), Verdict.DID_NOT_START, "no step"),
        (seen(step=""), Verdict.SURVIVED, "fails, but not because of"),
        (seen(Outcome.PASSED, step="", error=""), Verdict.SURVIVED, "passes"),
    ],
)
def test_what_fails_otherwise_than_stated_has_not_noticed(one: Result, verdict: Verdict, said: str) -> None:
    trial = judge(HARMLESS, (one,), "")
    assert trial.verdict is verdict
    assert said in trial.why


def test_the_command_ends_with_1_when_one_survives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.toml"
    own.write_text(AS_TOML, encoding="utf-8")
    assert run(["defects", "--file", str(own), "-n", "1"]) == 1
    said = capsys.readouterr().out
    assert "survived" in said
    assert said.endswith("0/1 seeded defects killed for the stated reason.\n")


def test_the_command_ends_with_0_when_all_are_killed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["defects", "--json", "orders-lost"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["defects"], told["verdicts"]["killed for the stated reason"]) == (1, 1)
    assert told["trials"][0]["killed_by"][0] == "orders: 注文は受注一覧に届き、想定在庫数が減る"


def test_a_name_that_is_no_defects_is_refused_and_those_near_it_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["defects", "trim-code"]) == 2
    said = capsys.readouterr().err
    assert "defect='trim-code'" in said
    assert "Near it: trims-codes" in said
    assert run(["defects", "-", "xyzzy"]) == 2
    assert "`zaikolab defects --recorded` list them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[defect]]", "[[defect", "TOMLDecodeError"),
        ('mistake = "Does nothing wrong."\n', "", "KeyError: 'mistake'"),
        ('old = "', 'odl = "', "odl"),
        ("自社管理コードが", "自社管理番号が", "in no feature file"),
        (AS_TOML, "", "KeyError: 'defect'"),
        ('because = "0"', 'because = ""', "blank in"),
        ('because = "0"', "because = 0", "blank in"),
        ('name = "harmless"', 'name = ""', "blank in"),
        (AS_TOML.partition("[[defect.killed_by]]")[2], "", "missing 3 required"),
        (AS_TOML[AS_TOML.index("[[defect.changes]]") :], "changes = []\nkilled_by = []\n", "blank in"),
    ],
)
def test_a_file_of_defects_that_is_wrong_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(AS_TOML.replace(old, new), encoding="utf-8")
    with pytest.raises(BadValue, match=said):
        read_defects(own)
