"""The record of a walk: written last, read with every picture looked at."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.source_digest import digest_sources
from simulator.errors import BadValue
from simulator.living_docs.walk import WALK_FILE, WalkedStep, WalkWriter, read_walk, writing_walk
from tests.unit.living_docs.pictures import PNG

STEP = WalkedStep(
    "1", "「連携ショップ新規追加」を押す", ("1.1", "1.2"), "010-add.png", "連携ショップ新規追加",
    "/tempostar/shops/new", "空の入力欄",
)  # fmt: skip


def walked(folder: Path) -> Path:
    with writing_walk(folder) as walk:
        walk.add(STEP, PNG)
        walk.add(replace(STEP, section="3-2-1", statements=("3.2.1.1",), picture="020-edit.png"), PNG)
    return folder


def test_what_is_written_is_read(tmp_path: Path) -> None:
    walk = read_walk(walked(tmp_path / "a" / "walk"))
    assert walk.steps == (STEP, replace(STEP, section="3-2-1", statements=("3.2.1.1",), picture="020-edit.png"))
    assert walk.sources == digest_sources()
    assert walk.statements == {"1.1", "1.2", "3.2.1.1"}
    assert [step.picture for step in walk.of("3-2-1")] == ["020-edit.png"]
    assert (walk.folder / STEP.picture).read_bytes() == PNG


def test_a_walk_that_breaks_off_is_no_walk_and_takes_the_old_one_away(tmp_path: Path) -> None:
    walked(tmp_path)
    with pytest.raises(RuntimeError), writing_walk(tmp_path) as walk:
        walk.add(STEP, PNG)
        raise RuntimeError
    assert {path.name for path in tmp_path.iterdir()} == {STEP.picture, "020-edit.png"}
    with pytest.raises(BadValue, match=r"walk.json is not there. Walk again: pytest tests/browser"):
        read_walk(tmp_path)


def test_two_walks_at_once_do_not_mix(tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    with writing_walk(folder) as slow:
        slow.add(STEP, PNG)
        walked(folder)
        assert len(read_walk(folder).steps) == 2
        shutil.rmtree(folder)  # as `make docs` does before its own
    assert [step.picture for step in read_walk(folder).steps] == [STEP.picture]
    assert [path.name for path in tmp_path.iterdir()] == ["walk"]


def test_a_walk_is_of_the_sources_at_its_begin() -> None:
    walk = WalkWriter("0" * 64)
    walk.add(STEP, PNG)
    assert json.loads(walk.files()[WALK_FILE])["sources"] == "0" * 64


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("section", "9"), ("statements", ("1.9",)), ("picture", "../x.png"), ("picture", "x.svg"),
        ("picture", "あ.png"), ("path", "http://elsewhere/"), ("action", " "), ("title", ""), ("seen", "\n"),
    ],
)  # fmt: skip
def test_refuses_a_step_that_no_page_could_show(field: str, value: object) -> None:
    with pytest.raises(BadValue, match=f"^{field}="):
        replace(STEP, **{field: value})


def test_refuses_what_is_no_picture_and_two_of_one_name(tmp_path: Path) -> None:
    with writing_walk(tmp_path) as walk:
        with pytest.raises(BadValue, match=r"^picture='010-add.png': the bytes are no PNG"):
            walk.add(STEP, b"GIF89a")
        walk.add(STEP, PNG)
        with pytest.raises(BadValue, match=r"^picture='010-add.png': another step has this name"):
            walk.add(replace(STEP, action="again"), PNG)


def spoil(folder: Path, **changes: object) -> None:
    told = json.loads((folder / WALK_FILE).read_text(encoding="utf-8"))
    (folder / WALK_FILE).write_text(json.dumps(told | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "of schema 2"), ({"steps": 1}, "broken"), ({"steps": [{}]}, "broken"),
        ({"walked": "x"}, "broken"), ({"steps": [{"section": "1"}]}, "broken"), ({"steps": [["1"]]}, "broken"),
    ],
)  # fmt: skip
def test_refuses_a_broken_walk(tmp_path: Path, changes: dict[str, object], reason: str) -> None:
    spoil(walked(tmp_path), **changes)
    with pytest.raises(BadValue, match=rf"{reason}.*Walk again"):
        read_walk(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', "\udc80"], ids=ascii)
def test_refuses_a_file_that_is_no_walk(tmp_path: Path, content: str) -> None:
    (walked(tmp_path) / WALK_FILE).write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(BadValue, match=r"broken.*Walk again"):
        read_walk(tmp_path)


def test_refuses_a_walk_whose_picture_is_gone_or_is_none(tmp_path: Path) -> None:
    picture = walked(tmp_path) / STEP.picture
    picture.write_bytes(b"<svg/>")
    with pytest.raises(BadValue, match=r"walk='010-add.png': no PNG"):
        read_walk(tmp_path)
    picture.unlink()
    with pytest.raises(BadValue, match=r"010-add\.png is not there"):
        read_walk(tmp_path)
