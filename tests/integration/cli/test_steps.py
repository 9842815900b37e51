"""`zaikolab verify --steps`: the step library, searched. No lab is needed."""

from __future__ import annotations

import re

from simulator.conformance.guide import features_dir
from tests.integration.cli.conftest import Terminal


def test_all_steps_are_shown_by_capability(terminal: Terminal) -> None:
    typed = terminal("verify", "--steps")
    assert (typed.exit_code, typed.err) == (0, "")
    assert re.search(r"^mail  Mails as the merchant reads them\.$", typed.out, re.MULTILINE)
    assert re.fullmatch(r"(\d+) of \1 steps\. .*", typed.out.splitlines()[-1])


def test_a_step_is_shown_with_its_sentences_places_blanks_and_meaning(terminal: Terminal) -> None:
    typed = terminal("verify", "--steps", "let_minutes_pass")
    assert typed.exit_code == 0
    at = r"  \w+\.feature:\d+"
    assert re.search(
        rf"  前提 「{{minutes:int}}」分が過ぎている{at}\n  もし 「{{minutes:int}}」分が過ぎる{at}\n"
        r"      let_minutes_pass: Let lab time pass, without a pass of the engine\.\n"
        r"      {minutes}: a whole number\n",
        typed.out,
    )
    assert typed.out.splitlines()[-1].endswith(f"lines of the files in {features_dir()}.")


def test_what_goes_under_a_sentence_is_shown(terminal: Terminal) -> None:
    assert "\n      a table under it: 受注番号; if wanted 支払方法, 配送方法, 警告, 進捗\n" in (
        terminal("verify", "--steps", "受注一覧は次").out
    )
    assert '\n      a text under it, between two lines of """\n' in terminal("verify", "--steps", "put_text").out
    assert "\n      {way}: 入れて or 外して\n" in terminal("verify", "--steps", "取扱のチェック").out
    assert "{products}: texts, each in its 「」: 「A」「B」\n" in terminal("verify", "--steps", "carry_in_bulk").out


def test_json_has_the_same(terminal: Terminal) -> None:
    typed = terminal("verify", "--steps", "メール ショップコード", "--json")
    assert typed.exit_code == 0
    assert typed.json()["features"] == str(features_dir())
    (step,) = typed.json()["steps"]
    assert step["function"] == "check_mail_names_shop"
    assert len(terminal("verify", "--steps", "--json").json()["steps"]) > 100


def test_a_word_that_no_step_has_ends_with_1_and_near_sentences(terminal: Terminal) -> None:
    typed = terminal("verify", "--steps", "メール パスワド")
    assert typed.exit_code == 1
    lines = typed.out.splitlines()
    assert lines[:2] == ["No step has メール and パスワド.", "did you mean:"]
    assert "  ならば 届いたどのメールにもFTPユーザーパスワードは書かれていない" in lines
    answered = terminal("verify", "--steps", "メール パスワド", "--json")
    assert (answered.exit_code, answered.json()["steps"]) == (1, [])
    assert [f"  {sentence}" for sentence in answered.json()["did_you_mean"]] == lines[2:-1]


def test_a_word_that_is_like_nothing_is_told_where_all_steps_are(terminal: Terminal) -> None:
    typed = terminal("verify", "--steps", "zzz")
    assert (typed.exit_code, typed.out) == (1, "No step has zzz.\nAll there are: zaikolab verify --steps\n")
