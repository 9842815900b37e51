"""The statements as data, and the coverage both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.feature_files import UnreadableFeature, find_feature_files, find_tags, read_feature
from simulator.conformance.guards import check_house_style
from simulator.conformance.guide import Level, coverage, features_dir, fixtures_dir, statement, statements
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
    assert all(bool(found.reason) == (found.level is Level.OUT) for found in statements())


def test_a_number_the_guide_does_not_have_is_unknown() -> None:
    assert statement("5.4").level is Level.MUST
    with pytest.raises(Unknown, match=r"guide statement '9\.9'"):
        statement("9.9")


def test_coverage_maps_statements_to_scenarios_and_back(folder: Path) -> None:
    found = coverage(folder)
    assert [place.name for place in found.scenarios["5.4"]] == ["止める", "何度も"]
    assert [place.name for place in found.scenarios["4.3"]] == ["何度も"]
    assert [(place.file, place.line, place.cases) for place in found.scenarios["0.1"]] == [
        ("sample.feature", 7, 1),
        ("sample.feature", 14, 2),
    ]
    assert list(found.statements.values()) == [("0.1", "5.4"), ("0.1", "4.3", "5.4")]
    assert "0.1" not in found.unshown
    assert "5.5" in found.unshown


def test_coverage_refuses_a_tag_that_names_no_statement(folder: Path) -> None:
    (folder / "other.feature").write_text(FEATURE.replace("guide-5.4", "guide-5.9"), encoding="utf-8")
    with pytest.raises(Unknown, match=r"5\.9"):
        coverage(folder)


def test_house_style_asks_for_a_sentence_a_statement_one_action_and_something_to_see(folder: Path) -> None:
    path = folder / "sample.feature"
    assert check_house_style(path) == ()

    def said(feature: str) -> list[str]:
        path.write_text(feature, encoding="utf-8")
        return [str(problem) for problem in check_house_style(path)]

    assert said(FEATURE.replace("  止めたり動かしたりできる。\n", "")) == [
        f"{path}:3: no sentence under 機能: says why it matters."
    ]
    assert said(FEATURE.replace("@guide-0.1\n", "").replace("  @guide-5.4\n", "")) == [
        f"{path}:5: 「止める」 names no statement. Tag it with the one it shows, e.g. @guide-4.3."
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
