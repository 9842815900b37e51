"""The sources of scenarios as data, and the coverage both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.coverage import describe_coverage, read_coverage
from simulator.conformance.feature_files import UnreadableFeature, find_feature_files, find_tags, read_feature
from simulator.conformance.guards import check_feature, check_house_style
from simulator.conformance.guide import Level, WalkStep, features_dir, fixtures_dir, statement, statements, walk_steps
from simulator.conformance.sources import Owed, assumptions, levels_in, public_facts, source_tags, sources
from simulator.errors import Unknown

FEATURE = """\
# language: ja
@guide-0.1
機能: 見本
  止めたり動かしたりできる。

  @guide-5.4
  シナリオ: 止める
    前提 店がある
    もし 止める
    ならば 止まる

  ルール: まとめて
    @guide-4.3 @guide-5.4 @should
    シナリオアウトライン: 何度も
      もし 「<数>」回動く
      ならば 動いた

      例:
        | 数 |
        | 1  |
        | 2  |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sample.feature").write_text(FEATURE, encoding="utf-8")
    return tmp_path


def test_every_statement_has_a_number_of_its_own_and_every_one_out_of_scope_a_reason() -> None:
    ids = [found.id for found in statements()]
    assert len(ids) == len(set(ids)) == 49
    assert [found.id for found in statements() if found.level is Level.OUT and not found.reason] == []
    assert [found.id for found in statements() if found.level is Level.MUST and found.reason] == []


def test_sources_are_known_by_one_tag_each() -> None:
    assert len(sources()) == len(statements()) + len(public_facts()) + len(assumptions())
    assert sources()["guide-5.4"] == statement("5.4")
    assert sources()["assumption-content"].id == "content"
    assert sources()["public-slice"].id == "slice"
    tags = {"assumption-content", "slow", "public-slice", "guide-5.4", "guide-9.9", "guide-4.3"}
    assert source_tags(tags) == ("guide-4.3", "guide-5.4", "public-slice", "assumption-content", "guide-9.9")


def test_a_scenario_is_a_must_unless_it_names_its_level() -> None:
    assert levels_in({"guide-4.3"}) == (Owed.MUST,)
    assert levels_in({"brakes", "guide-4.3"}) == (Owed.BRAKES,)
    assert levels_in({"orders", "should"}) == (Owed.SHOULD, Owed.ORDERS)


def test_a_number_the_guide_does_not_have_is_unknown() -> None:
    assert statement("5.4").level is Level.MUST
    with pytest.raises(Unknown, match=r"guide statement '9\.9'"):
        statement("9.9")


def test_a_level_judges_by_those_before_it_too() -> None:
    judged = {level: [str(other) for other in Owed if level.includes(other)] for level in Owed}
    assert judged[Owed.MUST] == ["must"]
    assert judged[Owed.ORDERS] == ["must", "should", "orders"]


def test_coverage_maps_sources_to_scenarios_and_back(folder: Path) -> None:
    found = read_coverage(folder)
    assert [place.name for place in found.scenarios["guide-5.4"]] == ["止める", "何度も"]
    assert [place.name for place in found.scenarios["guide-4.3"]] == ["何度も"]
    assert [(place.file, place.line, place.cases, place.level) for place in found.scenarios["guide-0.1"]] == [
        ("sample.feature", 7, 1, Owed.MUST),
        ("sample.feature", 14, 2, Owed.SHOULD),
    ]
    assert list(found.sources.values()) == [("guide-0.1", "guide-5.4"), ("guide-0.1", "guide-4.3", "guide-5.4")]
    shown = {one["tag"]: [place["line"] for place in one["scenarios"]] for one in describe_coverage(found)["sources"]}
    assert len(shown) == len(sources())
    assert (shown["guide-5.4"], shown["guide-5.5"]) == ([7, 14], [])


def test_what_nothing_shows_or_explains_is_a_problem(folder: Path) -> None:
    problems = read_coverage(folder).problems
    assert "@guide-5.5: nothing shows it, and nothing says why. Write one." in problems
    assert any(problem.startswith("@guide-1.1: nothing shows it") and "`reason`" in problem for problem in problems)
    assert any(problem.startswith("@public-slice: nothing shows it") for problem in problems)
    assert any(problem.startswith("@assumption-content: nothing shows it") for problem in problems)
    about = {problem.partition(":")[0] for problem in problems}
    assert about.isdisjoint({"@guide-0.1", "@guide-0.2", "@assumption-quoting"})
    summary = read_coverage(folder).summary
    assert summary["statements_without_scenario_or_reason"] == sum(tag.startswith("@guide-") for tag in about) == 45
    assert (summary["statements"], summary["scenarios"], summary["scenarios_without_source"]) == (49, 2, 0)


def test_a_reason_why_nothing_shows_it_that_is_no_longer_so_is_a_problem(folder: Path) -> None:
    (folder / "sample.feature").write_text(FEATURE.replace("guide-4.3", "assumption-quoting"), encoding="utf-8")
    assert [problem for problem in read_coverage(folder).problems if "quoting" in problem] == [
        "@assumption-quoting: it is shown now; take out what says why none does."
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("@guide-5.4\n", "@guide-5.9\n", "@guide-5.9 names no statement of the vendor guide"),
        ("@guide-5.4\n", "@public-5\n", "@public-5 names no public fact"),
        ("@guide-5.4\n", "@assumption-x\n", "@assumption-x names no assumption"),
    ],
)
def test_a_tag_that_names_nothing_is_a_problem_in_its_line(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "sample.feature"
    path.write_text(FEATURE.replace(old, new), encoding="utf-8")
    (found,) = (problem for problem in read_coverage(folder).problems if "names no" in problem)
    assert found.startswith(f"sample.feature:7: {said}. See simulator/conformance/")
    (problem,) = check_feature(path)
    assert str(problem).startswith(f"{path}:6: {said}. See ")


def test_a_scenario_has_one_level_and_a_must_stands_on_the_guide(folder: Path) -> None:
    def said(feature: str) -> list[str]:
        (folder / "sample.feature").write_text(feature, encoding="utf-8")
        return [problem for problem in read_coverage(folder).problems if problem.startswith("sample")]

    assert said(FEATURE) == []
    assert said(FEATURE.replace("@should", "@should @orders")) == [
        "sample.feature:14: has 2 levels: @should, @orders. Leave one."
    ]
    bare = FEATURE.replace("@guide-0.1\n", "").replace("@guide-4.3 @guide-5.4", "@public-slice")
    assert said(bare) == []
    (problem,) = said(bare.replace("@should", "@uchi"))
    assert problem.startswith("sample.feature:13: is a must, and no statement of the guide is its source. Tag it")
    (problem,) = said(bare.replace("@guide-5.4", "@uchi"))
    assert problem.startswith("sample.feature:6: names no source. Tag it")


def test_a_scenario_chooses_for_itself_only_what_it_stands_on(folder: Path) -> None:
    def said(tags: str) -> list[str]:
        (folder / "sample.feature").write_text(FEATURE.replace("@should", f"@should {tags}"), encoding="utf-8")
        return [problem for problem in read_coverage(folder).problems if problem.startswith("sample")]

    assert said("@assumption-content @chooses-content") == []
    (problem,) = said("@assumption-content @chooses-header")
    assert problem == (
        "sample.feature:14: chooses for itself what it does not stand on: @chooses-header. "
        "Tag it with @assumption-header too."
    )


def test_house_style_asks_for_a_sentence_a_source_one_level_one_action_and_something_to_see(folder: Path) -> None:
    path = folder / "sample.feature"
    assert check_house_style(path) == ()

    def said(feature: str) -> list[str]:
        path.write_text(feature, encoding="utf-8")
        return [str(problem) for problem in check_house_style(path)]

    assert said(FEATURE.replace("  止めたり動かしたりできる。\n", "")) == [
        f"{path}:3: no sentence under 機能: says why it matters."
    ]
    (problem,) = said(FEATURE.replace("@guide-0.1\n", "").replace("  @guide-5.4\n", ""))
    assert problem.startswith(f"{path}:5: 「止める」 names no source. Tag it with what it stands on: @guide-4.3, ")
    assert said(FEATURE.replace("@should", "@should @brakes")) == [
        f"{path}:14: 「何度も」 has 2 levels: @should, @brakes. Leave one."
    ]
    assert said(FEATURE.replace("    ならば 止まる", "    かつ 待つ\n    ならば 止まる")) == [
        f"{path}:7: 「止める」 has 2 もし steps, one is wanted: line 9, line 10."
    ]
    assert said(FEATURE.replace("    もし 止める\n", "")) == [
        f"{path}:7: 「止める」 has 0 もし steps, one is wanted: none found."
    ]
    for feature in (
        FEATURE.replace("    ならば 止まる\n", ""),
        FEATURE.replace("    もし 止める\n    ならば 止まる\n", "    ならば 止まる\n    もし 止める\n"),
    ):
        assert said(feature) == [
            f"{path}:7: 「止める」 does not end with ならば. Say what is to be seen after the もし."
        ]


def test_the_shipped_folders_are_found() -> None:
    assert (fixtures_dir() / "stock-all-columns.csv").is_file()
    assert features_dir().name in ("features", "_features")


def test_hidden_and_built_folders_are_passed_over(folder: Path) -> None:
    for name in (".venv", "build", "deep/er"):
        (folder / name).mkdir(parents=True)
        (folder / name / "x.feature").write_text(FEATURE, encoding="utf-8")
    assert [path.relative_to(folder).as_posix() for path in find_feature_files(folder)] == [
        "sample.feature",
        "deep/er/x.feature",
    ]


def test_tags_are_found_in_a_file_that_is_no_gherkin(folder: Path) -> None:
    path = folder / "sample.feature"
    path.write_text("@one @two # @three\nこれは何", encoding="utf-8")
    assert find_tags(path) == {"one", "two"}
    with pytest.raises(UnreadableFeature):
        read_feature(path)


def test_a_file_in_another_encoding_is_named_with_its_line(folder: Path) -> None:
    path = folder / "sample.feature"
    path.write_bytes(b"# language: ja\n" + "機能: 見本".encode("cp932"))
    with pytest.raises(UnreadableFeature, match=r"sample\.feature:2: not UTF-8"):
        read_feature(path)


def test_an_empty_file_is_named(folder: Path) -> None:
    path = folder / "sample.feature"
    for content in ("", "# nothing here\n"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(UnreadableFeature, match="no 機能"):
            read_feature(path)
    path.write_text("# language: ja\n", encoding="utf-8")
    with pytest.raises(UnreadableFeature, match="end of file"):
        read_feature(path)


STEP = WalkStep("add-shop", "1", "ショップを追加します。", ("1.1", "5.5"))


def test_a_step_of_the_walk_shows_its_statements(folder: Path) -> None:
    found = read_coverage(folder, [STEP])
    assert found.walk == {"guide-1.1": (STEP,), "guide-5.5": (STEP,)}
    assert not any(problem.startswith(("@guide-1.1", "@guide-5.5")) for problem in found.problems)
    walked = {one["tag"]: one["walk"] for one in describe_coverage(found)["sources"]}
    assert (walked["guide-1.1"], walked["guide-1.2"]) == (["add-shop"], [])
    before, after = read_coverage(folder).summary, found.summary
    key = "statements_without_scenario_or_reason"
    assert after[key] == before[key] - 2
    assert (before["setup_statements_walked"], after["setup_statements_walked"]) == (0, 1)


def test_a_walk_that_leaves_out_a_setup_statement_is_told(folder: Path) -> None:
    problems = read_coverage(folder, [STEP]).problems
    assert any(problem.startswith("@guide-1.2: a setup statement, and no step of the walk") for problem in problems)
    assert not any(problem.startswith("@guide-1.1") for problem in problems)


def test_a_step_of_the_walk_names_statements_that_there_are(folder: Path) -> None:
    with pytest.raises(Unknown, match=r"9\.9"):
        read_coverage(folder, [WalkStep("odd", "9", "", ("9.9",))])


def test_the_walk_shows_every_setup_statement_and_no_step_stands_twice() -> None:
    summary = read_coverage(features_dir(), walk_steps()).summary
    assert summary["setup_statements_walked"] == summary["setup_statements"] == 16
    assert len({step.id for step in walk_steps()}) == len(walk_steps())
    assert all(step.statements and step.text.endswith("。") for step in walk_steps())
