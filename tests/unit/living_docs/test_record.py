"""The record of a run is read whole, or refused with what to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.report.transcripts import TRANSCRIPTS
from simulator.conformance.source_digest import digest_sources
from simulator.conformance.verify.results import Verification
from simulator.errors import BadValue
from simulator.living_docs.record import REPORT, read_record
from tests.unit.conformance import reported
from tests.unit.living_docs.recorded_run import HEARD, RUN, spoil, write_run

AGAIN = r"zaikolab verify --report build/run$"


def test_a_run_is_read_with_its_transcripts(tmp_path: Path) -> None:
    record = read_record(write_run(tmp_path))
    assert (record.when, record.engine, record.verdict) == (reported.BEGAN, reported.ENGINE, "not conformant")
    assert (record.only[0][:4], record.profiles, record.sources) == ("一時停止", ("guide",), digest_sources())
    assert [one.name for one in record.results].count("一時停止の間は在庫数が変わらない") == 2
    assert {one.transcripts[1].left for one in record.results} == {HEARD.left}


def test_no_run_is_told_with_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=rf"no run is there: it has no report.json.*{AGAIN}"):
        read_record(tmp_path / "nothing")
    (write_run(tmp_path) / TRANSCRIPTS).unlink()
    with pytest.raises(BadValue, match=rf"it has no transcripts.ndjson.*{AGAIN}"):
        read_record(tmp_path)


@pytest.mark.parametrize("file", [REPORT, TRANSCRIPTS])
@pytest.mark.parametrize("content", ["", "{", "[]\n", '{"schema": 1}\n', "\udc80"], ids=ascii)
def test_broken_files_are_refused(tmp_path: Path, file: str, content: str) -> None:
    (write_run(tmp_path) / file).write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(BadValue, match=rf"its files are broken.*{AGAIN}"):
        read_record(tmp_path)


@pytest.mark.parametrize("cut", [1, 40, 2000])
def test_transcripts_that_are_cut_short_are_refused(tmp_path: Path, cut: int) -> None:
    path = write_run(tmp_path) / TRANSCRIPTS
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(BadValue, match=AGAIN):
        read_record(tmp_path)


def test_a_case_that_is_missing_is_noticed(tmp_path: Path) -> None:
    path = write_run(tmp_path) / TRANSCRIPTS
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    with pytest.raises(BadValue, match=r"not of one run, or one is cut short"):
        read_record(tmp_path)


@pytest.mark.parametrize(
    ("file", "changes", "reason"),
    [
        (REPORT, {"schema": 99}, "of another version"), (TRANSCRIPTS, {"schema": 99}, "of another version"),
        (TRANSCRIPTS, {"when": "2026-01-01T00:00:00+00:00"}, "not of one run"),
        (REPORT, {"scenarios": []}, "cases are"),
    ],
)  # fmt: skip
def test_files_that_do_not_belong_together_are_refused(
    tmp_path: Path, file: str, changes: dict[str, object], reason: str
) -> None:
    spoil(write_run(tmp_path) / file, **changes)
    with pytest.raises(BadValue, match=reason):
        read_record(tmp_path)


def test_reports_of_two_runs_are_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "a")
    write_run(tmp_path / "b", replace(RUN, results=tuple(replace(one, case="x") for one in RUN.results)))
    (tmp_path / "a" / TRANSCRIPTS).replace(tmp_path / "b" / TRANSCRIPTS)
    with pytest.raises(BadValue, match="not of one run"):
        read_record(tmp_path / "b")


@pytest.mark.parametrize(
    ("verification", "reason"),
    [
        (reported.INTERRUPTED, r"did not come to its end \(interrupted\)"),
        (replace(RUN, expected=9), r"did not come to its end \(cases are missing\)"),
        (reported.STOPPED, "nothing was run: the engine never connected"),
    ],
)
def test_a_run_that_did_not_come_to_its_end_is_refused(tmp_path: Path, verification: Verification, reason: str) -> None:
    known = tuple(replace(one, file="pause.feature") for one in verification.results if one.file == "shop.feature")
    write_run(tmp_path, replace(verification, results=known or verification.results))
    with pytest.raises(BadValue, match=reason):
        read_record(tmp_path)


def test_a_run_under_which_the_sources_were_changed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="the sources were changed while it ran"):
        read_record(write_run(tmp_path, sources=("a", "b")))
