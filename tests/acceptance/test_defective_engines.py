"""The scenarios can turn red: engines wrong in one way fail those named for it, in a ならば step; a right one none."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.conformance.guide import features_dir

pytest_plugins = ("pytester",)

NAMED = {
    "ignores_the_pause": (
        "pause.feature",
        {
            "一時停止の間は在庫数が変わらない",
            "一時停止の間はTEMPOSTARに接続しない",
            "一時停止の間は失敗のメールも届かない",
        },
    ),
    "trims_codes": ("sku_matching.feature", {"少しでも違うコードの商品には在庫数が届かない"}),
    "treats_absent_as_zero": (
        "differential_and_full.feature",
        {
            "在庫ファイルにないSKUの在庫数は変わらない",
            "全件の在庫ファイルでも連携していない商品の在庫数は変わらない",
        },
    ),
    "sends_no_mail": (
        "failure_mail.feature",
        {
            "FTPパスワードが発行し直されたままだと失敗のメールが届く",
            "誤ったFTPユーザーパスワードを保存すると失敗のメールが届く",
            "誤ったFTPユーザーIDを保存すると失敗のメールが届く",
            "誤ったショップコードを保存すると失敗のメールが届く",
        },
    ),
}

MODULE = """
import pytest
from pytest_bdd import scenarios

from {module} import {function}
from simulator.conformance.drivers import CallableEngine


@pytest.fixture(scope="session")
def zaikolab_engine():
    return CallableEngine({call})


scenarios({feature!r})
"""


@dataclass
class Watch:
    """What a nested run came to: how many scenarios passed, and where others failed."""

    passed: int = 0
    other: list[str] = field(default_factory=list)
    failed: list[tuple[str, str, type[Exception]]] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.passed += report.passed
        elif not report.passed:
            self.other.append(f"{report.nodeid} {report.when}: {report.longreprtext}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.other.append(f"{report.nodeid}: {report.longrepr}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_step_error(self, scenario: Any, step: Any, exception: Exception) -> None:
        self.failed.append((scenario.name, step.type, type(exception)))


def run_with(pytester: pytest.Pytester, feature: str, module: str, function: str, call: str) -> Watch:
    pytester.syspathinsert(Path(__file__).parent)
    path = str(features_dir() / feature)
    pytester.makepyfile(
        test_nested=textwrap.dedent(MODULE.format(module=module, function=function, call=call, feature=path))
    )
    watch = Watch()
    pytester.inline_run("--tb=no", "-p", "no:terminalreporter", plugins=[watch])
    assert watch.other == []
    return watch


@pytest.mark.parametrize("defect", NAMED)
def test_a_defective_engine_turns_the_scenarios_named_for_it_red(nested: pytest.Pytester, defect: str) -> None:
    feature, named = NAMED[defect]
    watch = run_with(nested, feature, f"defects.{defect}", "run", "run")
    assert named <= {scenario for scenario, _, _ in watch.failed}
    assert {(kind, error) for _, kind, error in watch.failed} == {("then", AssertionError)}


def test_the_right_engine_leaves_scenarios_run_that_way_green(nested: pytest.Pytester) -> None:
    """One feature shows that it is not the way they are run; test_features.py has the right engine walk all."""
    feature = "differential_and_full.feature"
    call = "lambda environment: run_pass(environment).exit_code"
    watch = run_with(nested, feature, "reference.bootstrap", "run_pass", call)
    assert watch.failed == []
    assert watch.passed > 5
