"""`zaikolab guide`: the table both ways, and an exit code that says whether it is whole. No lab is needed."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from simulator.conformance.guide import features_dir
from tests.integration.cli.conftest import Terminal

FEATURE = "failure_mail.feature"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with one of the project's feature files, to be changed."""
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / FEATURE).write_bytes((features_dir() / FEATURE).read_bytes())
    return folder


def test_the_table_of_the_project_is_whole(terminal: Terminal) -> None:
    typed = terminal("guide")
    assert (typed.exit_code, typed.err) == (0, "")
    lines = typed.out.splitlines()
    at = lines.index("@guide-5.4  must 連携設定 > 一時停止 pauses the link.")
    (where,) = (
        line for line in lines if re.fullmatch(r"pause\.feature:\d+  一時停止の間はTEMPOSTARに接続しない", line)
    )
    behind = itertools.takewhile(lambda line: not line.startswith("@"), lines[at + 1 :])
    assert f"    {where}" in behind
    assert lines[lines.index(where) + 1] == "    must  @guide-5.4 @assumption-paused-and-resumed"
    assert "    no scenario: commercial; nothing to simulate" in lines
    assert lines[-1].startswith("49 statements, 0 without a scenario, step or reason; 16 of 16 set-up ones walked; ")
    assert lines[-1].endswith(" assumptions; 0 problems")


def test_json_has_the_same_both_ways(terminal: Terminal) -> None:
    typed = terminal("guide", "--json")
    assert typed.exit_code == 0
    table = typed.json()
    summary = table["summary"]
    assert (summary["statements"], summary["statements_without_scenario_or_reason"]) == (49, 0)
    assert (summary["setup_statements"], summary["setup_statements_walked"]) == (16, 16)
    (chosen,) = (one for one in table["sources"] if one["tag"] == "guide-3.2.1.1")
    assert (chosen["scenarios"], chosen["walk"]) == ([], ["choose-for-shop"])
    assert summary["scenarios"] == len(table["scenarios"]) >= 120
    assert (summary["scenarios_without_source"], table["problems"]) == (0, [])
    there = {(one["tag"], place["file"], place["line"]) for one in table["sources"] for place in one["scenarios"]}
    back = {(tag, one["file"], one["line"]) for one in table["scenarios"] for tag in one["sources"]}
    assert there == back
    assert {one["level"] for one in table["scenarios"]} == {"must", "should", "orders", "brakes"}


def test_what_is_amiss_is_listed_and_ends_with_1(terminal: Terminal, own: Path) -> None:
    text = (own / FEATURE).read_text(encoding="utf-8")
    (own / FEATURE).write_text(text.replace("@guide-5.2.2", "@guide-5.2.9"), encoding="utf-8")
    typed = terminal("guide", "--features", str(own))
    assert typed.exit_code == 1
    amiss = [line for line in typed.out.splitlines() if line.startswith("AMISS ")]
    assert any(
        f"{FEATURE}:" in line and "@guide-5.2.9 names no statement of the vendor guide" in line for line in amiss
    )
    assert "AMISS @guide-5.4: nothing shows it, and nothing says why. Write one." in amiss
    asked = terminal("guide", "--features", str(own), "--json")
    assert (asked.exit_code, len(asked.json()["problems"])) == (1, len(amiss))


def test_a_file_that_is_no_gherkin_is_named_with_its_line(terminal: Terminal, own: Path) -> None:
    (own / FEATURE).write_text(
        "# language: ja\n機能: 見本\n  シナリオ: 止める\n    もし 止める\nこれは何\n", encoding="utf-8"
    )
    typed = terminal("guide", "--features", str(own))
    assert (typed.exit_code, typed.out) == (2, "")
    assert f"{own / FEATURE}:5'" in typed.err


def test_a_folder_without_feature_files_is_named(terminal: Terminal, tmp_path: Path) -> None:
    typed = terminal("guide", "--features", str(tmp_path))
    assert (typed.exit_code, typed.out) == (2, "")
    assert f"--features='{tmp_path}'" in typed.err
    assert "no scenario below this folder" in typed.err
    assert terminal("guide", "--features", str(tmp_path / "none")).exit_code == 2
