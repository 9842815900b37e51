"""Anybody's own feature file uses the steps through the installed plugin alone, against a command of their own."""

from __future__ import annotations

import shlex
import sys

import pytest

pytest_plugins = ("pytester",)

PYTHON = shlex.quote(sys.executable)

FEATURE = """\
# language: ja
機能: うちの店
  @uchi @guide-4.3
  シナリオ: 数が届く
    前提 在庫連携の設定を終えている
    かつ TEMPOSTARの「ISU-01」のSKUを想定在庫数「5」で連携している
    かつ RoomClipショッピングに「ISU-01」の商品を登録している
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば RoomClipショッピングの「ISU-01」の在庫数は「5」である
"""


@pytest.fixture
def own(nested: pytest.Pytester) -> pytest.Pytester:
    (nested.path / "shop.feature").write_text(FEATURE, encoding="utf-8")
    nested.makepyfile(test_shop='from pytest_bdd import scenarios\n\nscenarios("shop.feature")\n')
    nested.makepyprojecttoml("[tool.pytest]\nstrict = true\n")
    return nested


def test_a_command_of_ones_own_is_tested(own: pytest.Pytester) -> None:
    engine = f"{PYTHON} -m reference.cli once"
    own.runpytest_inprocess(f"--zaikolab-engine={engine}").assert_outcomes(passed=1)


def test_a_failure_shows_the_step_both_ends_the_journal_and_the_engines_words(own: pytest.Pytester) -> None:
    lazy = own.makepyfile(lazy="print('did nothing today')")
    result = own.runpytest_inprocess(f"--zaikolab-engine={PYTHON} {lazy}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*expected: ISU-01 5 in RoomClip",
            "E*seen:     [[]0[]]",
            "E*'ISU-01': TEMPOSTAR 5, its file 5, RoomClip 0",
            "ならば RoomClipショッピングの「ISU-01」の在庫数は「5」である",
            "*shop.feature:9: シナリオ「数が届く」",
            "*tempostar reflection.written: *",
            "*did nothing today",
        ]
    )
    result.stdout.no_fnmatch_line("*product.added*")


def test_an_engine_that_is_not_configured_is_named(own: pytest.Pytester) -> None:
    bad = own.makepyfile(bad="raise SystemExit(2)")
    result = own.runpytest_inprocess(f"--zaikolab-engine={PYTHON} {bad}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*EngineUnusable: The engine ended with exit code 2*"])


def test_another_lab_may_be_chosen_and_its_pass_is_over_before_the_engine_comes(own: pytest.Pytester) -> None:
    own.makeconftest(
        """
        import pytest
        from simulator.config import LabConfig, Settings, Writing

        @pytest.fixture(scope="session")
        def zaikolab_config():
            return LabConfig(settings=Settings(writing=Writing.IN_PLACE))
        """
    )
    engine = f"{PYTHON} -m reference.cli once"
    own.runpytest_inprocess(f"--zaikolab-engine={engine}").assert_outcomes(passed=1)


def test_an_override_of_the_engine_keeps_the_lab_of_the_plugin(own: pytest.Pytester) -> None:
    own.makeconftest(
        """
        import pytest
        from reference.bootstrap import run_pass
        from simulator.conformance.drivers import CallableEngine

        @pytest.fixture(scope="session")
        def zaikolab_engine():
            return CallableEngine(lambda environment: run_pass(environment).exit_code)
        """
    )
    own.runpytest_inprocess().assert_outcomes(passed=1)
