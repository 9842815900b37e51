"""`zaikolab verify --report DIR`: four files that tell the same of one run, and the screen beside them."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from simulator.conformance.guide import statement
from simulator.conformance.report.last_run import find_last_run
from simulator.conformance.source_digest import digest_sources
from tests.integration.cli.conftest import Terminal, Typed
from tests.integration.verify import engines

MAILED = "FTPパスワードが発行し直されたままだと失敗のメールが届く"
STAYS = "一時停止の間は在庫数が変わらない"
FILES = {"report.json", "report.schema.json", "junit.xml", "cucumber.ndjson", "transcripts.ndjson", "report.html"}
JOURNAL = "journal since the last もし"


@dataclass
class Ran:
    """One run with --report, and what it left."""

    typed: Typed
    engine: str
    folder: Path

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def json(self):
        return json.loads(self.read("report.json"))

    def messages(self, kind: str) -> list[dict]:
        lines = map(json.loads, self.read("cucumber.ndjson").splitlines())
        return [message[kind] for message in lines if kind in message]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("reported")
    engine = engines.command(folder, engines.FORGETS)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        typed = type_aside(folder, monkeypatch, "verify", "--engine", engine, "--only", MAILED, "--only", STAYS,
                           "--report", "reports/of this run")  # fmt: skip
        yield Ran(typed, engine, folder / "reports" / "of this run")


def type_aside(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Typed:
    """Type a command where no test captures: the run is one for all tests of this module."""
    import contextlib
    import io

    from simulator.cli import run

    monkeypatch.setenv("ZAIKOLAB_HOME", str(folder / "home"))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        exit_code = run(list(arguments))
    return Typed(exit_code, out.getvalue(), err.getvalue())


def test_the_run_tells_where_its_report_is(ran: Ran) -> None:
    assert (ran.typed.exit_code, ran.typed.err) == (1, f"report: {Path('reports/of this run')}\n")
    assert {path.name for path in ran.folder.iterdir()} == FILES


def test_the_four_files_count_alike(ran: Ran) -> None:
    counts = Counter(one["outcome"] for one in ran.json()["scenarios"])
    assert counts == {"passed": 2, "failed": 1}
    root = ET.fromstring(ran.read("junit.xml"))
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("3", "1", "0")
    wrong = {one["testCaseStartedId"] for one in ran.messages("testStepFinished")
             if one["testStepResult"]["status"] == "FAILED"}  # fmt: skip
    assert (len(ran.messages("testCaseFinished")), len(wrong)) == (3, 1)
    assert "2 of 3 passed, 1 failed, 0 skipped," in " ".join(ran.read("report.html").split())
    assert "2 of 3 cases passed, 1 failed" in ran.typed.out


def test_a_real_report_is_as_the_schema_beside_it_says(ran: Ran) -> None:
    validator = jsonschema_rs.Draft202012Validator(json.loads(ran.read("report.schema.json")), validate_formats=True)
    assert [error.message for error in validator.iter_errors(ran.json())] == []
    typed = ["zaikolab", "verify", "--engine", ran.engine, "--only", MAILED, "--only", STAYS, "--report",
             str(Path("reports/of this run"))]  # fmt: skip
    assert ran.json()["command"] == shlex.join(typed)


def test_the_timeline_of_a_failure_begins_with_its_action_and_has_every_service(ran: Ran) -> None:
    (failed,) = (one for one in ran.json()["scenarios"] if one["outcome"] == "failed")
    lines = failed["sections"][JOURNAL].splitlines()
    numbers, services = zip(*((int(line.split()[0]), line.split()[2]) for line in lines), strict=True)
    assert {"clock", "tempostar", "ftps", "http", "smtp"} <= set(services)
    assert list(numbers) == sorted(numbers)
    assert services.index("clock") < services.index("ftps")
    assert "clock.advanced: The clock went from" in failed["sections"][JOURNAL]


def test_the_screen_explains_a_failure(ran: Ran) -> None:
    lines = [line.strip() for line in ran.typed.out.splitlines()]
    repeat = shlex.join(["zaikolab", "verify", "--engine", ran.engine, "--only", MAILED])
    for wanted in (
        f"guide:    §5.5 {statement('5.5').text}", "expected: 1 mails to the merchant", f"{JOURNAL}:",
        "</script>]]>\ufffd[31m", f"repeat:   {repeat}",
    ):  # fmt: skip
        assert wanted in lines
    assert any(" smtp mail.received: Mail 2 " in line for line in lines)


def test_each_case_is_told_by_the_pickle_of_its_row(ran: Ran) -> None:
    pickles = {one["id"]: one for one in ran.messages("pickle")}
    of_case = {one["id"]: pickles[one["pickleId"]] for one in ran.messages("testCase")}
    began = {
        tuple(step["text"] for step in of_case[one["testCaseId"]]["steps"]):
        one["timestamp"]["seconds"] + one["timestamp"]["nanos"] / 1e9
        for one in ran.messages("testCaseStarted")
    }  # fmt: skip
    told = {tuple(step["text"] for step in one["steps"]): one["began"] for one in ran.json()["scenarios"]}
    assert began == pytest.approx(told, abs=1e-3)
    assert sorted(one["row"] for one in ran.json()["scenarios"] if one["name"] == STAYS) == [0, 1]


def test_every_case_has_the_transcript_of_each_step_without_secrets(ran: Ran) -> None:
    first, *cases = map(json.loads, ran.read("transcripts.ndjson").splitlines())
    assert first == {
        "schema": 1, "when": ran.json()["when"], "sources": {"began": digest_sources(), "ended": digest_sources()},
        "cases": 3,
    }  # fmt: skip
    steps = {(one["name"], one["row"]): len(one["steps"]) for one in ran.json()["scenarios"]}
    assert {(one["name"], one["row"]): len(one["steps"]) for one in cases} == steps
    for case in cases:
        lines = [line for step in case["steps"] for line in step["lines"]]
        services = {service for _, service, _, _ in lines}
        assert services >= {"lab", "tempostar", "roomclip", "ftps", "http"}
        assert [summary for _, _, _, summary in lines if " PASS " in summary] != []
        assert all(" PASS ***" in summary for _, _, _, summary in lines if " PASS " in summary)
    (stays, *_) = (one for one in cases if one["name"] == STAYS)
    assert ["lab.reset" in str(step["lines"]) for step in stays["steps"]] == [True] + [False] * (
        len(stays["steps"]) - 1
    )


def test_the_run_is_remembered_as_the_last_one(ran: Ran) -> None:
    assert find_last_run(ran.folder.parents[1] / "home") == ran.folder


def test_real_time_is_told(ran: Ran) -> None:
    from datetime import datetime

    began = datetime.fromisoformat(ran.json()["when"]).timestamp()
    for one in ran.json()["scenarios"]:
        assert began <= one["began"] <= began + ran.json()["seconds"] + 1
        assert sum(step["seconds"] for step in one["steps"]) <= one["seconds"] + 0.01


@pytest.fixture
def terminal(tmp_path: Path, capsys, monkeypatch) -> Terminal:
    """A terminal in a folder of the caller's."""
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path / "home", capsys, monkeypatch)


def test_a_run_that_the_smoke_check_stopped_is_reported(terminal: Terminal) -> None:
    typed = terminal("verify", "--engine", "true", "--report", "out", "--json")
    report = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert (typed.exit_code, report["verdict"], report["scenarios"]) == (3, "not judged", [])
    assert report | typed.json() == report
    assert ET.fromstring(Path("out/junit.xml").read_text(encoding="utf-8")).attrib["errors"] == "1"


def test_a_folder_that_takes_no_report_is_a_usage_error_before_anything_runs(terminal: Terminal) -> None:
    Path("out").write_text("mine", encoding="utf-8")
    typed = terminal("verify", "--engine", "mkdir was-run", "--report", "out")
    assert (typed.exit_code, typed.out, Path("was-run").exists()) == (2, "", False)
    assert typed.err.startswith("zaikolab: report='out': no report can be written there")


def test_a_report_that_cannot_be_written_in_the_end_is_no_verdict(terminal: Terminal, tmp_path: Path) -> None:
    """The engine puts a folder in the place of a report."""
    typed = terminal("verify", "--engine", f"mkdir {tmp_path / 'out' / 'junit.xml'}", "--report", "out")
    assert typed.exit_code == 3
    assert "verdict: COULD NOT JUDGE" in typed.out
    assert typed.err.startswith("zaikolab: The report could not be written: ")
    assert not [path for path in Path("out").iterdir() if path.name.startswith(".")]
