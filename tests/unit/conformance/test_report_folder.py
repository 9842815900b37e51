"""The folder of --report: tried before the run, and its files replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conformance.report.folder import FILES, claim, read_features, write_reports
from simulator.conformance.report.machine import SCHEMA
from simulator.errors import BadValue
from tests.unit.conformance import reported


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_made_and_left_empty_before_the_run(tmp_path: Path) -> None:
    claim(tmp_path / "a" / "b")
    assert names(tmp_path / "a" / "b") == []


def test_reports_of_an_earlier_run_are_taken_away_before_the_run_and_nothing_else(tmp_path: Path) -> None:
    for name in (*FILES, "notes.txt"):
        (tmp_path / name).write_text("before", encoding="utf-8")
    claim(tmp_path)
    assert names(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize("wrong", ["a file", "under a file", "a folder in the place of a report"])
def test_a_folder_that_takes_no_report_is_refused(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "taken" / "junit.xml").mkdir(parents=True)
    folder = tmp_path / {"a file": "file", "under a file": "file/x"}.get(wrong, "taken")
    with pytest.raises(BadValue, match=r"no report can be written there, .+Name a folder that you may write into"):
        claim(folder)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_may_not_be_written_into_is_refused() -> None:
    with pytest.raises(BadValue, match="no report can be written there"):
        claim(Path("/proc/reports"))


def test_every_report_is_written_in_utf_8_over_the_one_before(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text("before", encoding="utf-8")
    write_reports(tmp_path, reported.account(reported.EVERYTHING))
    assert names(tmp_path) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / name).read_text(encoding="utf-8") != "before"
    assert (tmp_path / "report.schema.json").read_bytes() == SCHEMA.read_bytes()


def test_a_report_that_cannot_be_written_leaves_those_before_as_they_were(tmp_path: Path) -> None:
    for name in FILES[:-1]:
        (tmp_path / name).write_text("before", encoding="utf-8")
    # As a full disk would be met: the last file has no place under its other name.
    account = reported.account(reported.CONFORMANT)
    blocked = Blocked(tmp_path)
    with pytest.raises(OSError, match="full"):
        write_reports(blocked, account)
    assert {(tmp_path / name).read_text(encoding="utf-8") for name in FILES[:-1]} == {"before"}
    assert names(tmp_path) == sorted(FILES[:-1])


class Blocked(type(Path())):
    """A folder on a disk that is full when the last file is written."""

    def write_text(self, data, encoding=None, errors=None, newline=None):
        if FILES[-1] in self.name:
            raise OSError("the disk is full")
        return super().write_text(data, encoding=encoding, errors=errors, newline=newline)


def test_the_feature_files_that_results_name_are_read() -> None:
    from dataclasses import replace

    results = (replace(reported.PASSED, file="pause.feature"), reported.DIED)
    assert read_features(results)["pause.feature"].startswith("# language: ja")
    assert len(read_features(results)) == 1
