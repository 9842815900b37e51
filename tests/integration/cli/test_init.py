"""`zaikolab init`: a project written whole or not at all, and never over something that is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simulator.conformance import template_project
from simulator.conformance.template_project import FILES, write_template_project
from simulator.errors import BadValue
from tests.integration.cli.conftest import Terminal

TEMPLATE = Path(template_project.__file__).parent / "template"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_holds_the_template_and_the_next_step_is_told(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "my tests"
    typed = terminal("init", str(folder))
    assert (typed.exit_code, typed.err) == (0, "")
    assert files(folder) == set(FILES)
    assert [(folder / name).read_bytes() for name in FILES] == [(TEMPLATE / name).read_bytes() for name in FILES]
    assert typed.out.splitlines()[:-2] == [str(folder / name) for name in FILES]
    assert typed.out.splitlines()[-1] == f"next: cd '{folder}' && pytest"
    assert [path.name for path in tmp_path.iterdir()] == ["my tests"]


def test_every_file_of_the_template_is_written() -> None:
    assert {name for name in files(TEMPLATE) if "__pycache__" not in name} == set(FILES)


def test_an_empty_folder_is_taken_and_stays_the_same_folder(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    before = folder.stat().st_ino
    monkeypatch.chdir(folder)
    assert terminal("init", ".", "--json").json() == {"folder": ".", "files": list(FILES)}
    assert files(folder) == set(FILES)
    assert folder.stat().st_ino == before
    assert sorted(path.name for path in folder.iterdir()) == sorted({name.partition("/")[0] for name in FILES})


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (["mine/notes.txt"], "this folder is not empty, it holds notes.txt. Name a new or an empty folder."),
        ([f"mine/{name}" for name in "abcde"], "it holds a, b, c and 2 more."),
        (["mine/.hidden"], "it holds .hidden."),
        (["mine"], "there is a file of this name. Name another folder."),
    ],
)
def test_what_is_there_is_named_and_left_alone(
    terminal: Terminal, tmp_path: Path, made: list[str], reason: str
) -> None:
    for name in made:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine", encoding="utf-8")
    typed = terminal("init", str(tmp_path / "mine"))
    assert (typed.exit_code, typed.out) == (2, "")
    assert reason in typed.err
    assert files(tmp_path) == set(made)


def test_a_folder_that_cannot_be_made_is_named(terminal: Terminal, tmp_path: Path) -> None:
    typed = terminal("init", str(tmp_path / "none" / "mine"))
    assert typed.exit_code == 2
    assert f"there is no folder {tmp_path / 'none'}" in typed.err
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    typed = terminal("init", str(tmp_path / "dangling"))
    assert typed.exit_code == 2
    assert "cannot be written" in typed.err
    assert [path.name for path in tmp_path.iterdir()] == ["dangling"]


@pytest.mark.parametrize("there", [False, True], ids=["new folder", "empty folder"])
def test_what_fails_half_way_leaves_nothing(tmp_path: Path, there: bool) -> None:
    torn = tmp_path / "template"
    shutil.copytree(TEMPLATE, torn)
    (torn / FILES[-1]).unlink()
    folder = tmp_path / "mine"
    if there:
        folder.mkdir()
    with pytest.raises(BadValue, match="cannot be written"):
        write_template_project(folder, template=torn)
    assert list(folder.iterdir() if there else tmp_path.glob("*mine*")) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == (["mine", "template"] if there else ["template"])


def test_a_file_that_somebody_puts_there_meanwhile_takes_the_others_back(tmp_path: Path) -> None:
    ready, folder = tmp_path / "ready", tmp_path / "mine"
    shutil.copytree(TEMPLATE, ready)
    (folder / "features").mkdir(parents=True)
    (folder / "features" / "shop.feature").write_text("mine", encoding="utf-8")
    with pytest.raises(OSError, match="not empty"):
        template_project._move(ready, folder)
    assert files(folder) == {"features/shop.feature"}
    assert files(ready) == files(TEMPLATE)
