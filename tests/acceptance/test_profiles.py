"""`--zaikolab-profile`: the lab of a run is the profile's, its scenarios those that say something there."""

from __future__ import annotations

import pytest

pytest_plugins = ("pytester",)

FEATURE = """\
# language: ja
機能: どのサービスでも
  背景:
    前提 在庫連携の設定を終えている
    かつ TEMPOSTARの「つくえ①」のSKUを想定在庫数「5」で連携している
    かつ RoomClipショッピングに「つくえ①」の商品を登録している
    かつ 送信間隔が過ぎて在庫連携が行われている

  @guide-0.1 @guide-2.1.2
  シナリオ: 数が届き、静かな間は何も起こらず、受注で減った数も届く
    前提 送信間隔が過ぎて在庫連携が行われている
    かつ RoomClipショッピング店の次の受注が届いている:
      | 受注番号 | 商品コード | 数量 |
      | 1        | つくえ①    | 2    |
    もし 送信間隔が「2」回過ぎ、そのつど在庫連携が行われる
    ならば RoomClipショッピングの「つくえ①」の在庫数は「3」である
    かつ 在庫ファイルに載っているSKUは次のとおりである:
      | SKUコード | 在庫数 |
      | つくえ①   | 3      |
    かつ 店舗にメールは届いていない

  @guide-0.1 @guide-5.5
  シナリオ: 切れた在庫ファイルは使わず、その名前を知らせる
    前提 TEMPOSTARの「つくえ①」の想定在庫数を「4」にしている
    かつ FTPS領域の在庫ファイルが見本「stock-cut-in-number.csv」である
    もし 在庫連携が行われる
    ならば RoomClipショッピングの「つくえ①」の在庫数は「5」である
    かつ 最後に届いたメールに在庫ファイルの名前が書かれている

  @guide-0.1 @guide-5.5
  シナリオ: 別の店舗のことにかかわらない
    前提 別の店舗も「つくえ①」の在庫連携の設定を終えている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば 別の店舗の「つくえ①」の在庫数は「5」である
    かつ 店舗にメールは届いていない
"""
STANDING = """\
# language: ja
機能: 全件
  @assumption-content
  シナリオ: 差分でなければ意味がない
    もし 「1」分が過ぎる
    ならば 店舗にメールは届いていない

  @assumption-content @chooses-content
  シナリオ: 自分で選ぶ
    前提 在庫ファイルの内容が「差分」である
    もし 「1」分が過ぎる
    ならば 店舗にメールは届いていない
"""
CONFTEST = """\
import pytest
from reference import run_pass
from simulator.conformance.drivers import CallableEngine

@pytest.fixture(scope="session")
def zaikolab_engine():
    return CallableEngine(lambda environment: run_pass(environment).exit_code)
"""


def run(nested: pytest.Pytester, feature: str, *options: str) -> pytest.RunResult:
    (nested.path / "own.feature").write_text(feature, encoding="utf-8")
    nested.makepyfile(test_own='from pytest_bdd import scenarios\n\nscenarios("own.feature")\n')
    nested.makeconftest(CONFTEST)
    return nested.runpytest_inprocess(*options)


@pytest.mark.parametrize("name", ["bare", "dated-names", "implicit-tls", "in-place"])
def test_the_reference_engine_copes_and_the_steps_mean_the_same(nested: pytest.Pytester, name: str) -> None:
    run(nested, FEATURE, f"--zaikolab-profile={name}").assert_outcomes(passed=3)


def test_a_scenario_that_says_nothing_there_is_skipped_with_the_reason(nested: pytest.Pytester) -> None:
    result = run(nested, STANDING, "-rs", "--zaikolab-profile=full")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*: stands on assumption content, which profile full replaces"])


def test_without_the_option_the_service_is_the_guides_and_every_scenario_runs(nested: pytest.Pytester) -> None:
    run(nested, STANDING).assert_outcomes(passed=2)


def test_an_unknown_profile_is_answered_with_those_there_are(nested: pytest.Pytester) -> None:
    result = run(nested, STANDING, "--zaikolab-profile=fulll")
    assert "passed" not in result.parseoutcomes()
    result.stdout.fnmatch_lines(["*profile='fulll': none of them. There are: guide, *"])
