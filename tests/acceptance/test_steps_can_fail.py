"""Every ならば step of the library fails when what it claims is not so; none is a decoration."""

from __future__ import annotations

import contextlib
import ftplib
import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import urllib3

from simulator.conformance.drivers import CallableEngine
from simulator.conformance.steps import (
    clock,
    engine,
    linkage,
    mail,
    orders,
    other_shop,
    roomclip,
    stock_settings,
    tempostar,
)

pytest_plugins = ("pytester",)

AFTER_A_NOISY_PASS = """\
    前提 在庫連携の設定を終えている
    かつ TEMPOSTARの「ISU-01」のSKUを想定在庫数「5」で連携している
    かつ RoomClipショッピングに「ISU-01」の商品を登録している
    もし 送信間隔が過ぎて在庫連携が行われる
"""
AFTER_NOTHING = "    もし 「1」分が過ぎる\n"
WITH_STOCK = """\
    前提 RoomClipショッピングに「ISU-01」の商品を登録している
    かつ RoomClipショッピングの「ISU-01」の在庫数を手作業で「1」にしている
    もし 「1」分が過ぎる
"""
SAVED_WRONG = """\
    前提 在庫連携の設定を終えている
    かつ 在庫連携設定のショップコードを「29999」と保存している
    もし 「1」分が過ぎる
"""
WITH_AN_ORDER = """\
    前提 在庫連携の設定を終えている
    もし RoomClipショッピング店の次の受注が届き、送信間隔が過ぎる:
      | 受注番号 | 商品コード |
      | 1        | ISU-01     |
"""

FALSE = [
    (AFTER_NOTHING, "ショップ一覧にRoomClipショッピング店がショップコードとともに表示される"),
    (AFTER_NOTHING, "取扱/反映編集のRoomClipショッピング店の列はETCと数字で表示される"),
    (AFTER_NOTHING, "別の店舗の「ISU-01」の在庫数は「0」である"),
    (AFTER_NOTHING, "別の店舗にメールは届いていない"),
    (AFTER_NOTHING, "在庫連携設定に在庫更新用URLが表示される"),
    (AFTER_NOTHING, "自社管理コードが空欄の商品の在庫数は「0」である"),
    (AFTER_NOTHING, "商品「3」点のインポートが完了する"),
    (AFTER_NOTHING, "インポートは断られ、「3」行目が指摘される"),
    (AFTER_NOTHING, "インポートの結果に「3」行目への注意が表示される"),
    (AFTER_NOTHING, "RoomClipショッピングの「ISU-01」の在庫数は「0」である"),
    (AFTER_NOTHING, "最後に届いたメールに「あ」と書かれている"),
    (SAVED_WRONG, "在庫連携設定に保存したFTPユーザーIDとショップコードが表示される"),
    (WITH_STOCK, "購入者は「ISU-01」を購入できない"),
    (AFTER_A_NOISY_PASS, "FTPS領域に在庫ファイル「stock.csv」がない"),
    (AFTER_A_NOISY_PASS, "ログインの続きでない暗号化では在庫ファイルを受け取れない"),
    (AFTER_A_NOISY_PASS, "FTPS領域に在庫ファイル「stock20260401.csv」がある"),
    (AFTER_A_NOISY_PASS, "FTPS領域に在庫ファイルがない"),
    (AFTER_NOTHING, "FTPS領域に在庫ファイルがある"),
    (AFTER_A_NOISY_PASS, "在庫ファイルの項目は次のとおりである:\n      | 項目 |\n      | 在庫数 |"),
    (
        AFTER_A_NOISY_PASS,
        "在庫ファイルに載っているSKUは次のとおりである:\n      | SKUコード | 在庫数 |\n      | ISU-01 | 6 |",
    ),
    (AFTER_A_NOISY_PASS, "在庫ファイルの「ISU-01」の行は次のとおりである:\n      | 在庫数 |\n      | 6 |"),
    (AFTER_A_NOISY_PASS, "在庫ファイルの更新時刻は「09:06」である"),
    (AFTER_A_NOISY_PASS, "TEMPOSTARの「ISU-01」の在庫数は「6」である"),
    (AFTER_A_NOISY_PASS, "RoomClipショッピングの「ISU-01」の在庫数は「5」である"),
    (AFTER_A_NOISY_PASS, "RoomClipショッピングの「ISU-01」の在庫数は「4」か「5」である"),
    (
        AFTER_A_NOISY_PASS,
        (
            "RoomClipショッピングの在庫数は次のとおりである:\n"
            "      | 種類別の自社管理コード | 在庫数 |\n      | ISU-01 | 5 |"
        ),
    ),
    (AFTER_A_NOISY_PASS, "RoomClipショッピングの「1」件すべての在庫数がTEMPOSTARと一致する"),
    (AFTER_A_NOISY_PASS, "RoomClipショッピングで在庫数が届いた商品は「1」件である"),
    (AFTER_A_NOISY_PASS, "RoomClipショッピングに登録された商品は「9」点である"),
    (AFTER_A_NOISY_PASS, "「ISU-01」の出品ステータスは「下書き」である"),
    (AFTER_A_NOISY_PASS, "購入者は「ISU-01」を購入できる"),
    (AFTER_A_NOISY_PASS, "店舗にメールは届いていない"),
    (AFTER_A_NOISY_PASS, "店舗に届いたメールは全部で「2」通である"),
    (AFTER_A_NOISY_PASS, "「owner@shop.example」に届いたメールは全部で「0」通である"),
    (AFTER_A_NOISY_PASS, "最後に届いたメールに「ない言葉」と書かれている"),
    (AFTER_A_NOISY_PASS, "連携履歴の最新の行に「反映」と書かれている"),
    (AFTER_A_NOISY_PASS, "連携履歴の最新の行に「反映」と書かれていない"),
    (AFTER_A_NOISY_PASS, "最後に届いたメールにショップコードが書かれている"),
    (AFTER_A_NOISY_PASS, "最後に届いたメールに在庫ファイルの名前が書かれている"),
    (AFTER_A_NOISY_PASS, "届いたどのメールにもFTPユーザーパスワードは書かれていない"),
    (WITH_AN_ORDER, "受注一覧の受注は全部で「2」件である"),
    (WITH_AN_ORDER, "受注一覧のどの受注も支払方法は「Amazon決済」、配送方法は「その他」である"),
    (WITH_AN_ORDER, "受注一覧は次のとおりである:\n      | 受注番号 | 支払方法 |\n      | 1 | Amazon決済 |"),
    (WITH_AN_ORDER, "受注「1」の商品コード「ISU-01」は登録済みと表示される"),
    (AFTER_NOTHING, "受注「1」の商品コード「ISU-01」は未登録と表示される"),
    (WITH_AN_ORDER, "受注取込のログで「2」行目が指摘される"),
    (AFTER_A_NOISY_PASS, "TEMPOSTARのFTPS領域には一度も接続していない"),
    (AFTER_A_NOISY_PASS, "TEMPOSTARのFTPS領域にパスワードは送られていない"),
]


def noisy_pass(environment: Mapping[str, str]) -> int:
    """Sync nothing, try a wrong login, and mail the password about."""
    context = ssl.create_default_context(cafile=environment["SYNC_FTPS_CA"])
    with ftplib.FTP_TLS(context=context) as ftp:
        ftp.connect(environment["SYNC_FTPS_HOST"], int(environment["SYNC_FTPS_PORT"]), timeout=10)
        with contextlib.suppress(ftplib.error_perm):
            ftp.login("nobody", "wrong")
    with urllib3.PoolManager() as http:
        headers = {"Authorization": f"Bearer {environment['SYNC_SHOP_TOKEN']}"}
        answer = http.request("GET", f"{environment['SYNC_SHOP_URL']}/linkages", headers=headers)
    (known,) = json.loads(answer.data)["linkages"]
    with smtplib.SMTP(environment["SYNC_SMTP_HOST"], int(environment["SYNC_SMTP_PORT"]), timeout=10) as smtp:
        body = f"Subject: failed\r\n\r\nThe password is {known['ftp_password']}\r\n"
        smtp.sendmail(environment["SYNC_MAIL_FROM"], [known["notify_to"]], body)
    return 1


def password_in_clear(environment: Mapping[str, str]) -> int:
    """Send user and password without TLS, whatever is answered."""
    with ftplib.FTP() as ftp:
        ftp.connect(environment["SYNC_FTPS_HOST"], int(environment["SYNC_FTPS_PORT"]), timeout=10)
        for words in ("USER 10001_0", "PASS himitsu"):
            with contextlib.suppress(ftplib.error_perm):
                ftp.sendcmd(words)
    return 1


class Watch:
    """Which step functions failed, and how."""

    def __init__(self) -> None:
        self.failed: list[tuple[str, type[Exception], str]] = []
        self.passed: list[str] = []
        self.sections: dict[str, str] = {}
        self.told = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.told, self.sections = report.longreprtext, dict(report.sections)
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_step_error(self, step: Any, step_func: Any, exception: Exception) -> None:
        self.failed.append((step.type, type(exception), step_func.__name__))


def checks() -> set[str]:
    """The names of the library's ならば step functions."""
    found = set()
    for module in (clock, engine, linkage, mail, orders, other_shop, roomclip, stock_settings, tempostar):
        found |= {name for name, value in vars(module).items() if callable(value) and name.startswith("check_")}
    return found


def test_every_claim_that_is_not_so_fails_in_its_own_step(nested: pytest.Pytester) -> None:
    scenarios = "".join(
        f"\n  シナリオ: うそ{number}\n{before}    ならば {claim}\n" for number, (before, claim) in enumerate(FALSE)
    )
    watch = watched(nested, scenarios, noisy_pass)
    assert watch.passed == []
    assert {(kind, error) for kind, error, _ in watch.failed} == {("then", AssertionError)}
    assert len(watch.failed) == len(FALSE)
    assert {name for _, _, name in watch.failed} == checks()


def test_a_password_that_was_sent_before_tls_was_sent(nested: pytest.Pytester) -> None:
    claim = "TEMPOSTARのFTPS領域にパスワードは送られていない"
    watch = watched(nested, f"\n  シナリオ: うそ\n{AFTER_A_NOISY_PASS}    ならば {claim}\n", password_in_clear)
    assert watch.failed == [("then", AssertionError, "check_no_login")]


def test_a_mail_with_a_password_is_quoted_without_it(nested: pytest.Pytester) -> None:
    claim = "最後に届いたメールに「ない言葉」と書かれている"
    watch = watched(nested, f"\n  シナリオ: うそ\n{AFTER_A_NOISY_PASS}    ならば {claim}\n", noisy_pass)
    assert "The password is ***" in watch.told


def watched(nested: pytest.Pytester, scenarios: str, engine: Callable[[Mapping[str, str]], int]) -> Watch:
    """Run scenarios with an engine."""
    (nested.path / "false.feature").write_text(f"# language: ja\n機能: うそ\n{scenarios}", encoding="utf-8")
    nested.makepyfile(
        test_false="""
        import pytest
        from pytest_bdd import scenarios

        @pytest.fixture(scope="session")
        def zaikolab_engine(pytestconfig):
            return pytestconfig.noisy

        scenarios("false.feature")
        """
    )
    watch = Watch()
    nested.inline_run("--tb=no", "-p", "no:terminalreporter", plugins=[watch, _Told(engine)])
    return watch


class _Told:
    def __init__(self, engine: Callable[[Mapping[str, str]], int]) -> None:
        self._engine = engine

    def pytest_configure(self, config: Any) -> None:
        config.noisy = CallableEngine(self._engine)


UNTRUSTED = """\
  シナリオ: 信用できない証明書
    前提 在庫連携の設定を終えている
    かつ FTPS領域の証明書の期限が切れている
    もし 送信間隔が過ぎて在庫連携が行われる
    ならば TEMPOSTARのFTPS領域にパスワードは送られていない
"""


def test_an_engine_that_never_meets_the_certificate_has_shown_nothing(nested: pytest.Pytester) -> None:
    """The suite's own visit must not meet it in the engine's place."""
    watch = watched(nested, UNTRUSTED, mail_only)
    assert watch.failed == [("then", AssertionError, "check_no_login")]
    assert "has shown nothing" in watch.told


def mail_only(environment: Mapping[str, str]) -> int:
    """Mail the merchant that something failed, and come to nothing else."""
    with smtplib.SMTP(environment["SYNC_SMTP_HOST"], int(environment["SYNC_SMTP_PORT"]), timeout=10) as smtp:
        smtp.sendmail(environment["SYNC_MAIL_FROM"], ["owner@shop.example"], "Subject: failed\r\n\r\nSorry.\r\n")
    return 1


@pytest.mark.parametrize(
    "claim", ["TEMPOSTARのFTPS領域には一度も接続していない", "TEMPOSTARのFTPS領域にパスワードは送られていない"]
)
def test_the_suites_own_visit_is_not_told_as_the_engines(nested: pytest.Pytester, claim: str) -> None:
    scenario = f"""
  シナリオ: 後で落ちる
    前提 在庫連携の設定を終えている
    もし 在庫連携が行われる
    ならば {claim}
    かつ 店舗に届いたメールは全部で「9」通である
"""
    watch = watched(nested, scenario, mail_only)
    assert watch.failed == [("then", AssertionError, "check_mail_count")]
    journal = watch.sections["Captured journal since the last もし call"]
    assert " smtp " in journal
    assert " ftps " not in journal


IDLE = """\
# language: ja
機能: 空振り
  シナリオ: 起きなかった障害
    前提 在庫連携の設定を終えている
    かつ RoomClipショッピングへの在庫の登録は「1」回、混み合って断られる
    もし 「1」分が過ぎる
    ならば 店舗にメールは届いていない

  シナリオ: 片付けた障害も数えに入る
    前提 在庫連携の設定を終えている
    かつ メールサーバーは受け付けを断る
    かつ 障害が収まっている
    もし 「1」分が過ぎる
    ならば 店舗にメールは届いていない

  シナリオ: ならばが先に落ちれば、それを言う
    前提 在庫連携の設定を終えている
    かつ メールサーバーは受け付けを断る
    もし 「1」分が過ぎる
    ならば 店舗に届いたメールは全部で「9」通である
"""


def test_a_scenario_whose_fault_never_struck_has_shown_nothing(nested: pytest.Pytester) -> None:
    (nested.path / "idle.feature").write_text(IDLE, encoding="utf-8")
    nested.makepyfile(test_idle='from pytest_bdd import scenarios\n\nscenarios("idle.feature")\n')
    ran = nested.runpytest_inprocess("--zaikolab-engine", "true")
    ran.assert_outcomes(failed=3)
    said = "\n".join(line for line in ran.outlines if line.startswith("E "))  # the summary's length is the terminal's
    assert said.count("has shown nothing: the engine did not come that far.") == 2
    assert "(http.status on POST /api/v1/shops/{shop_id}/stock)" in said
    assert "(smtp.reply on RCPT)" in said
    assert said.count("AssertionError: What was to go wrong never did (") == 2
