"""What is built is whole: a wheel with all the product reads, a source archive that `make test` runs in."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.house_rules.test_house_rules import ROOT, name, tracked
from tests.unit.living_docs.recorded_run import write_run

SHIPPED_AS = {"features/": "simulator/conformance/_features/", "fixtures/": "simulator/conformance/_fixtures/"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True)
    return folder


def test_the_wheel_has_every_file_of_the_product_and_no_other(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    shipped = {found for found in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in found}
    wanted = {name(path) for path in tracked("simulator/*", "reference/*", "features/*", "fixtures/*")}
    for folder, place in SHIPPED_AS.items():
        wanted = {place + found.removeprefix(folder) if found.startswith(folder) else found for found in wanted}
    assert shipped == wanted
    kinds = {Path(found).suffix for found in shipped}
    assert kinds >= {".py", ".feature", ".csv", ".html", ".css", ".js", ".svg", ".toml"}
    assert shipped >= {"simulator/conformance/statements.toml", "simulator/conformance/assumptions.toml"}


def test_the_wheel_builds_the_documentation_of_a_run_of_the_same_sources(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    write_run(tmp_path / "run")
    command = [sys.executable, "-P", "-m", "simulator.cli", "docs", "build", "--run", "run", "--out", "site"]
    installed = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=tmp_path, env=installed, check=True, stdout=subprocess.DEVNULL)
    assert "確かめたこと" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "site" / "static" / "site.css").is_file()


def test_the_wheel_brings_the_two_commands_and_the_plugin(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (entries,) = (found for found in archive.namelist() if found.endswith("entry_points.txt"))
        told = archive.read(entries).decode()
    assert "zaikolab = simulator.cli:main" in told
    assert "zaikosync = reference.cli:main" in told
    assert "[pytest11]\nzaikolab = simulator.conformance.plugin" in told


def test_the_source_archive_has_every_file_of_the_project(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {found.partition("/")[2] for found in opened.getnames()}
    assert names ^ {name(path) for path in tracked("*")} <= {"PKG-INFO"}  # which an unpacked archive has too
