"""The kill matrix: what of it has to be run again, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.defects import matrix
from simulator.conformance.defects.matrix import Matrix, Row, digest_of, read_matrix, unarmed, write_matrix
from simulator.conformance.defects.seeded import Change, Defect, Kill, seeded_defects
from simulator.conformance.defects.trial import Trial, Verdict, place_of
from simulator.conformance.guide import features_dir
from simulator.conformance.sources import Owed
from simulator.conformance.verify.results import Outcome, Result
from simulator.conformance.verify.selection import Chosen, read_scenarios
from simulator.errors import BadValue

PAUSE = "pause: 一時停止の間はTEMPOSTARに接続しない"
KILL = Kill("sku_matching", "自社管理コードが空欄の商品には何も届かない", "0")
DEFECT = Defect("one", "Does it.", (Change("a.py", "x", "y"),), (KILL,))
MATRIX = Matrix(
    "2026-11-28",
    "0.1.0",
    {"a: 甲": "1", "b: 乙": "2"},
    {
        "one": Row("d", "reference", Verdict.KILLED, {"a: 甲": "数は「5」である"}, {"b: 乙": "KeyError"}),
        "two": Row("e", "simulator", Verdict.SURVIVED, {"a: 甲": "ない"}),
    },
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_matrix(MATRIX, tmp_path / "m.json")
    assert read_matrix(tmp_path / "m.json") == MATRIX
    assert read_matrix(tmp_path / "none.json") == Matrix()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"defects": {"one": {}}}', '{"defects": {}, "more": 1}'])
def test_a_file_that_is_none_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadValue, match="no kill matrix"):
        read_matrix(path)
    assert path.read_text(encoding="utf-8") == text


def test_it_tells_which_defects_a_scenario_notices_and_how_many_were_killed() -> None:
    assert MATRIX.killers() == {"a: 甲": ("one", "two")}
    one, two = replace(DEFECT, name="one"), replace(DEFECT, name="two")
    rows = {"one": Row(digest_of(one), "reference", Verdict.KILLED), "two": Row("d", "reference", Verdict.KILLED)}
    assert Matrix(defects=rows).killed([one, two]) == 1  # the second is not what it was
    assert Matrix(defects=rows).killed([two]) == 0
    assert Matrix(defects={"one": replace(rows["one"], verdict=Verdict.SURVIVED)}).killed([one]) == 0


def test_a_scenario_that_only_crashes_or_is_not_owed_by_all_is_no_killer() -> None:
    scenarios = [
        Chosen("a.feature", 3, "甲", Owed.MUST, frozenset(), 1),
        Chosen("b.feature", 3, "乙", Owed.SHOULD, frozenset(), 1),
        Chosen("b.feature", 9, "丙", Owed.ORDERS, frozenset(), 1),
    ]
    assert unarmed(MATRIX, scenarios) == ("b: 乙",)


FEATURE = """# language: ja
機能: 甲
  シナリオアウトライン: 乙
    前提 <数>個ある:
      | 列 |
      | 1  |

    例:
      | 数 |
      | 5  |
"""


def test_what_has_changed_since_is_named(tmp_path: Path) -> None:
    def written(old: str, new: str) -> tuple[str, ...]:
        (tmp_path / "a.feature").write_text(FEATURE.replace(old, new), encoding="utf-8")
        return recorded.stale(tmp_path, [DEFECT])

    (tmp_path / "a.feature").write_text(FEATURE, encoding="utf-8")
    digests = matrix.digests_of(tmp_path)
    recorded = Matrix("", "", digests, {"one": Row(digest_of(DEFECT), "reference", Verdict.KILLED)})
    assert written("  シ", "  # a comment\n  @guide-4.3\n\n  シ") == ()
    assert written("個ある", "個あった") == ("a: 乙",)
    assert written("| 1  |", "| 2  |") == ("a: 乙",)
    assert written("| 5  |", "| 6  |") == ("a: 乙",)
    assert written("乙", "丙") == ("a: 丙", "a: 乙")
    written("", "")
    assert recorded.stale(tmp_path, [replace(DEFECT, killed_by=(replace(KILL, because="5"),))]) == ("one",)
    other = replace(DEFECT, changes=(Change("a.py", "x", "z"),))
    assert recorded.stale(tmp_path, [other, replace(DEFECT, name="new")]) == ("new", "one")
    assert recorded.stale(tmp_path, []) == ("one",)


class Trials:
    """Makes no trial: each scenario passes with each defect, as far as it is `seen`."""

    def __init__(self, verdict: Verdict = Verdict.SURVIVED, *, seen: bool = True) -> None:
        self.asked: dict[str, int] = {}
        self._verdict, self._seen = verdict, seen

    def __call__(self, defects, *, at_once, scenarios):
        for defect in defects:
            chosen = scenarios(defect)
            self.asked[defect.name] = len(chosen)
            results = [Result(one.file, one.line, one.name, "", one.owed, (), Outcome.PASSED, 0.1) for one in chosen]
            yield Trial(defect, self._verdict, "", tuple(results) if self._seen else ())


ALL = len(read_scenarios(features_dir()))
TWO = [replace(DEFECT, name="one"), replace(DEFECT, name="two")]


@pytest.mark.parametrize("verdict", [Verdict.DID_NOT_START, Verdict.DID_NOT_APPLY])
def test_what_was_not_seen_is_not_known(verdict: Verdict) -> None:
    whole, _ = tuple(matrix.fill_matrix(Matrix(), TWO, at_once=1, run=Trials(verdict, seen=False)))[-1]
    assert whole.stale(features_dir(), TWO) == ("one", "two")
    again = Trials(Verdict.KILLED)
    whole, _ = tuple(matrix.fill_matrix(whole, TWO, at_once=1, run=again))[-1]
    assert again.asked == {"one": ALL, "two": ALL}
    assert whole.stale(features_dir(), TWO) == ()


def test_one_that_is_ended_half_way_is_filled_on() -> None:
    first, *_ = matrix.fill_matrix(Matrix(), TWO, at_once=1, run=Trials())
    rest = Trials()
    whole, _ = tuple(matrix.fill_matrix(first[0], TWO, at_once=1, run=rest))[-1]
    assert rest.asked == {"two": ALL}
    # Where rows were there before, they stay until their own trial is over.
    other = replace(whole, scenarios=whole.scenarios | {PAUSE: "other"})
    first, *_ = matrix.fill_matrix(other, TWO, at_once=1, run=Trials())
    assert first[0].defects.keys() == {"one", "two"}
    rest = Trials()
    tuple(matrix.fill_matrix(first[0], TWO, at_once=1, run=rest))
    assert rest.asked == {"one": 2, "two": 2}  # that scenario, and the one named for them


def test_a_defect_that_is_gone_leaves_the_matrix() -> None:
    whole, _ = tuple(matrix.fill_matrix(Matrix(), TWO, at_once=1, run=Trials()))[-1]
    less, _ = tuple(matrix.fill_matrix(whole, TWO[:1], at_once=1, run=Trials()))[-1]
    assert less.defects.keys() == {"one"}


def test_only_what_has_changed_is_run_again() -> None:
    """With a real defect and the real features."""
    (defect,) = (one for one in seeded_defects() if one.name == "trims-codes")
    known = Row(digest_of(defect), "reference", Verdict.KILLED, {PAUSE: "2", "gone: 乙": "1"})
    now = matrix.digests_of(features_dir())
    whole, none = tuple(matrix.fill_matrix(Matrix("then", "0", now, {defect.name: known}), [defect], at_once=1))[-1]
    still = replace(known, kills={PAUSE: "2"})
    assert (whole.defects, none, whole.made) == ({defect.name: still}, None, "then")

    near = "near_misses: 一度知らせたコードを送信のたびに知らせない"
    assert {near, PAUSE} < now.keys()
    changed = Matrix("then", "0", now | {near: "other"}, {defect.name: known})
    *grown, (whole, none) = matrix.fill_matrix(changed, [defect], at_once=1)
    ((_, trial),) = grown
    assert trial is not None
    assert {place_of(one) for one in trial.seen} == {near, *(kill.place for kill in defect.killed_by)}
    row = whole.defects[defect.name]
    assert (none, row.verdict, row.kills[PAUSE]) == (None, Verdict.KILLED, "2")
    assert "gone: 乙" not in row.kills
    assert "sku_matching: 少しでも違うコードの商品には在庫数が届かない" in row.kills
    assert whole.scenarios == now
    assert whole.made > "2026"
    json.dumps(matrix.describe_matrix(whole))
