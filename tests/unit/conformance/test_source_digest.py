"""The digest of the sources: names and contents, nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simulator.conformance.source_digest import digest_of, digest_sources, source_roots


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.feature").write_text("one", encoding="utf-8")
    (tmp_path / "in" / "data.toml").write_text("two", encoding="utf-8")
    return tmp_path


def test_times_and_what_is_made_do_not_matter(root: Path) -> None:
    before = digest_of({"features": root})
    os.utime(root / "a.feature", (1, 1))
    (root / "__pycache__").mkdir()
    (root / "__pycache__" / "x.pyc").write_bytes(b"x")
    (root / ".a.swp").write_bytes(b"x")
    (root / "living_docs").mkdir()
    (root / "living_docs" / "site.css").write_bytes(b"x")
    assert digest_of({"features": root}) == before


@pytest.mark.parametrize("change", ["content", "data file", "name", "new", "gone", "root"])
def test_every_change_of_a_source_matters(root: Path, change: str) -> None:
    before, roots = digest_of({"features": root}), {"features": root}
    match change:
        case "content":
            (root / "a.feature").write_text("One", encoding="utf-8")
        case "data file":
            (root / "in" / "data.toml").write_text("three", encoding="utf-8")
        case "name":
            (root / "a.feature").rename(root / "b.feature")
        case "new":
            (root / "in" / "empty").touch()
        case "gone":
            (root / "in" / "data.toml").unlink()
        case "root":
            roots = {"fixtures": root}
    assert digest_of(roots) != before


def test_the_projects_own_sources_have_one() -> None:
    assert len(digest_sources()) == 64
    assert digest_sources() == digest_of(source_roots())


@pytest.mark.parametrize(
    "file",
    [
        "features/pause.feature", "fixtures/README.md", "simulator/conformance/walk.toml",
        "simulator/conformance/statements.toml", "simulator/lab.py", "reference/service/linkage_pass.py",
    ],
)  # fmt: skip
def test_a_run_depends_on_it(file: str) -> None:
    name, _, path = file.partition("/")
    assert (source_roots()[name] / path).is_file()
