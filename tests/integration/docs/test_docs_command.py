"""`zaikolab docs`: built from the last run, whole or not at all, and never from an old one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.living_docs.building import MARK, build_site
from simulator.living_docs.folder import replace_folder
from simulator.living_docs.readme import BEGIN, END
from simulator.living_docs.walk import WALK_FOLDER
from tests.integration.cli.conftest import Terminal
from tests.unit.living_docs.recorded_run import QUIET, RUN, result, spoil, write_run
from tests.unit.living_docs.test_walk import STEP, walked


@pytest.fixture
def terminal(tmp_path: Path, capsys, monkeypatch) -> Terminal:
    """A terminal in a folder of the caller's."""
    where = tmp_path / "callers"
    where.mkdir()
    monkeypatch.chdir(where)
    return Terminal(tmp_path / "home", capsys, monkeypatch)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_real_run_becomes_a_folder_of_pages(terminal: Terminal) -> None:
    assert terminal("verify", "--only", QUIET, "-n", "1", "--report", "out/run").exit_code == 0
    typed = terminal("docs", "build")
    assert (typed.exit_code, typed.err) == (0, "")
    assert typed.out.splitlines()[0].endswith(f"pages, 0 pictures: {Path('site/index.html')}")
    assert f"only {QUIET}, conformant" in typed.out
    assert typed.out.splitlines()[2].endswith("then build again with --walk CHECKOUT/build/walk.")
    made = files(Path("site"))
    told = json.loads(made[MARK])
    assert told["scenarios"] == {"passed": 1, "not run": told["figures"]["scenarios"] - 1}
    (page,) = (made[name].decode() for name in made if name.startswith("scenarios/pause-02"))
    assert "ftps" in page
    assert "PASS ***" in page
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


def test_without_a_run_it_says_what_to_run(terminal: Terminal) -> None:
    for arguments in ((), ("--run", "nothing")):
        typed = terminal("docs", "build", *arguments)
        assert (typed.exit_code, typed.out) == (2, "")
        assert typed.err.endswith("Run it first: zaikolab verify --report build/run\n")
    assert not Path("site").exists()


def test_pictures_of_the_walk_come_along_and_may_be_left_out(terminal: Terminal) -> None:
    write_run(Path("run"))
    walked(WALK_FOLDER)
    assert terminal("docs", "build", "--run", "run", "--json").json()["pictures"] == 2
    assert f"pictures/{STEP.picture}" in files(Path("site"))
    assert terminal("docs", "build", "--run", "run", "--no-walk", "--json").json()["pictures"] == 0
    for arguments in ((), ("--no-walk",)):
        assert "For pictures" not in terminal("docs", "build", "--run", "run", *arguments).out
    assert not Path("site/pictures").exists()
    assert terminal("docs", "build", "--run", "run", "--no-walk", "--walk", "x").exit_code == 2


@pytest.mark.parametrize("old", ["run", "walk", "no walk", "broken walk"])
def test_what_is_older_than_the_sources_or_broken_leaves_the_site_as_it_was(terminal: Terminal, old: str) -> None:
    write_run(Path("run"))
    walked(Path("walk"))
    assert terminal("docs", "build", "--run", "run", "--walk", "walk").exit_code == 0
    before = files(Path("site"))
    match old:
        case "run":
            write_run(Path("run"), sources=("0" * 64,) * 2)
        case "walk":
            spoil(Path("walk/walk.json"), sources="0" * 64)
        case "no walk":
            Path("walk/walk.json").unlink()
        case _:
            Path("walk", STEP.picture).write_bytes(b"<svg/>")
    typed = terminal("docs", "build", "--run", "run", "--walk", "walk")
    assert (typed.exit_code, typed.out) == (2, "")
    wanted = "Run it again: zaikolab verify --report build/run" if old == "run" else "pytest tests/browser"
    assert wanted in typed.err
    if old in ("run", "walk"):
        assert "are not what they were then" in typed.err
    assert files(Path("site")) == before


def test_a_folder_that_holds_something_else_is_not_replaced(terminal: Terminal, tmp_path: Path) -> None:
    write_run(Path("run"))
    mine = Path("mine")
    mine.mkdir()
    (mine / "letters.txt").write_text("dear", encoding="utf-8")
    Path("link").symlink_to(tmp_path)
    for place in ("mine", "link", "run/report.json"):
        typed = terminal("docs", "build", "--run", "run", "--out", place)
        assert typed.exit_code == 2
        assert typed.err
    assert files(mine) == {"letters.txt": b"dear"}


def test_a_site_that_is_made_again_holds_nothing_of_the_old_one(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    out = tmp_path / "site"
    build_site(tmp_path / "run", None, out)
    (out / "old.html").write_text("old", encoding="utf-8")
    write_run(tmp_path / "run", replace(RUN, results=(result(QUIET),), expected=1))
    assert build_site(tmp_path / "run", None, out).told["scenarios"]["passed"] == 1
    assert not (out / "old.html").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"run", "site"}


def test_a_folder_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "site"
    replace_folder(out, {"a/b.html": "old", "c.png": b"old"})
    before = files(out)
    with pytest.raises(OSError, match="a"):
        replace_folder(out, {"d.html": "new", "a": "new", "a/b.html": "a is a file by now"})
    assert files(out) == before == {"a/b.html": b"old", "c.png": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_place_that_cannot_be_written_is_told(terminal: Terminal) -> None:
    write_run(Path("run"))
    typed = terminal("docs", "build", "--run", "run", "--out", "/proc/site")
    assert typed.exit_code == 2
    assert typed.err.startswith("zaikolab: The pages could not be written: ")


def test_the_figures_of_documents_are_renewed_or_only_checked(terminal: Terminal) -> None:
    assert terminal("docs", "readme").exit_code == 2
    for name in ("README.md", "README.ja.md"):
        Path(name).write_text(f"{BEGIN}{END}", encoding="utf-8")
    typed = terminal("docs", "readme", "--check")
    assert (typed.exit_code, typed.out) == (1, "README.md: not of today\nREADME.ja.md: not of today\n")
    assert terminal("docs", "readme", "--json").json()["changed"] == ["README.md", "README.ja.md"]
    assert "Proven" in Path("README.md").read_text(encoding="utf-8")
    assert "確かめたこと" in Path("README.ja.md").read_text(encoding="utf-8")
    assert terminal("docs", "readme", "--check").exit_code == 0
