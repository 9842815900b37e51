"""What a run leaves behind: results.json with every single figure, and a block in both READMEs that says the same."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.__main__ import QUICK_RESULTS, UNFINISHED, exit_code, place
from benchmarks.lines import Bound, Line, Pick, Reads, Target, Words
from benchmarks.measuring import Measurement, Side
from benchmarks.readme import BEGIN, END, READMES, RESULTS, compose, last_results, renew
from benchmarks.report import as_json, tell
from benchmarks.runner import measure
from benchmarks.session import Session
from benchmarks.sizes import QUICK, tell_of_few
from tests.acceptance.test_readme_ja import differences


def line(key: str, theirs: str) -> Line:
    words = Words(f"{key} of {{large}} SKUs", f"{{large}} SKUの{key}")
    against = Words(f"`{theirs}`", f"`{theirs}` と")
    return Line(key, words, against, "how", Pick("us"), Pick(theirs), Reads.SHARE, Target(Bound.AT_MOST, 1.5))


TABLE = {"well": (line("time", "curl"), line("size", "npm thing")), "broken": (line("other", "curl"),)}


@contextmanager
def well(_session: Session):
    yield Measurement(
        (
            Side("us", lambda: {"seconds": 1.25123456}),
            Side("curl", lambda: {"seconds": 1}),
            Side("npm thing", dict, "no npm | here"),
        )
    )


@contextmanager
def remarked(_session: Session):
    yield Measurement((Side("us", lambda: {"seconds": 1}), Side("curl", lambda: {"seconds": 1})), remark="few SKUs")


@contextmanager
def broken(_session: Session):
    raise OSError("no space left")
    yield


@contextmanager
def broken_in_the_end(_session: Session):
    yield Measurement((Side("us", lambda: {"seconds": 1}), Side("curl", lambda: {"seconds": 1})))
    raise RuntimeError("the server told of an error when it was stopped")


@contextmanager
def interrupted(_session: Session):
    turns = iter([1.5])

    def turn() -> dict[str, float]:
        if seconds := next(turns, None):
            return {"seconds": seconds}
        raise KeyboardInterrupt

    yield Measurement((Side("us", turn), Side("curl", lambda: {"seconds": 1})))


@contextmanager
def interrupted_before(_session: Session):
    raise KeyboardInterrupt
    yield


@contextmanager
def interrupted_and_broken(session: Session):
    with interrupted(session) as measurement:
        try:
            yield measurement
        finally:
            raise RuntimeError("its server was ended too")


@pytest.fixture
def result(tmp_path: Path) -> dict[str, object]:
    with Session(QUICK, tmp_path / "work") as session:
        session.missing["npm thing"] = "no npm | here"
        measured, outcomes = measure(session, list(TABLE), {"well": well, "broken": broken}, TABLE)
    machine = {"date": "2026-11-29", "system": "Linux", "processor": "X", "cores": 2, "memory_mib": 24_000}
    return as_json(
        kind="quick", rounds=3, sizes=QUICK.words(), machine=machine, versions={"curl": "7.88.1"},
        missing=session.missing, measured=measured, outcomes=outcomes,
    )  # fmt: skip


def test_every_single_figure_is_kept_with_medians_ratios_and_targets(result: dict[str, object]) -> None:
    told = json.loads(json.dumps(result))
    assert told["measurements"][0]["sides"][0] == {
        "name": "us", "missing": "", "failed": "",
        "figures": {"seconds": [1.251] * QUICK.rounds}, "medians": {"seconds": 1.251},
    }  # fmt: skip
    row = told["rows"][0]
    assert (row["what"], row["ours"], row["theirs"]) == ("time of 20,000 SKUs", 1.251, 1)
    assert (row["value"], row["target"], row["reached"], row["note"]) == (1.251, "<= 1.5", True, "")


def test_a_measurement_that_breaks_is_told_with_its_reason_and_the_others_are_measured(
    result: dict[str, object],
) -> None:
    assert [row["note"] for row in result["rows"]] == [
        "", "missing: npm thing: no npm | here", "failed: OSError: no space left",
    ]  # fmt: skip
    assert result["measurements"][1]["failed"] == "OSError: no space left"


def test_figures_of_a_measurement_that_broke_in_the_end_are_not_judged(tmp_path: Path) -> None:
    with Session(QUICK, tmp_path / "work") as session:
        [measured], [outcome] = measure(session, ["broken"], {"broken": broken_in_the_end}, TABLE)
    assert (outcome.reached, outcome.note) == (None, f"failed: {measured.failed}")


def test_the_remark_of_a_measurement_is_a_note_of_its_rows(tmp_path: Path) -> None:
    with Session(QUICK, tmp_path / "work") as session:
        _, [outcome] = measure(session, ["broken"], {"broken": remarked}, TABLE)
    assert outcome.note == "few SKUs"


def test_only_a_smaller_run_says_that_the_target_is_for_more() -> None:
    assert tell_of_few(9_999, 10_000, "SKUs", "less is so") == "the target is for 10,000 SKUs: with so few, less is so"
    assert tell_of_few(10_000, 10_000, "SKUs", "less is so") == ""


def test_an_interrupted_run_keeps_what_it_has_and_says_what_it_has_not(tmp_path: Path) -> None:
    kept = []
    subjects = {"well": well, "broken": interrupted, "other": well}
    table = {**TABLE, "other": TABLE["well"]}
    with Session(QUICK, tmp_path / "work") as session:
        measured, outcomes = measure(
            session, list(table), subjects, table, lambda *told: kept.append([len(one) for one in told])
        )
    assert [(one.name, [side.turns for side in one.taken]) for one in measured] == [
        ("well", [5, 5, 0]), ("broken", [1, 2]),
    ]  # fmt: skip
    assert (outcomes[2].value, outcomes[2].note) == (1.5, "1 of 5 turns")
    assert kept == [[1, 2], [2, 3]]
    told = as_json(
        kind="quick", rounds=5, sizes=QUICK.words(), versions={}, missing={}, measured=measured, outcomes=outcomes,
        machine={"date": "", "system": "", "processor": "", "cores": 2, "memory_mib": 1}, asked=list(table),
    )  # fmt: skip
    assert told["not_finished"] == ["broken", "other"]
    assert tell(told)[-2:] == ["not finished: broken", "not finished: other"]
    assert exit_code(told) == exit_code({**told, "rows": []}) == 1
    assert (place(told, whole=True), place(told, whole=False)) == (UNFINISHED, QUICK_RESULTS)
    finished = {**told, "not_finished": [], "rows": told["rows"][:1]}
    assert exit_code(finished) == 0
    assert (place(finished, whole=True), place(finished, whole=False)) == (RESULTS, QUICK_RESULTS)


def test_a_run_that_is_interrupted_in_its_last_measurement_is_not_finished_either(tmp_path: Path) -> None:
    with Session(QUICK, tmp_path / "work") as session:
        measured, _ = measure(session, ["broken"], {"broken": interrupted}, TABLE)
    told = as_json(
        kind="full", rounds=5, sizes={}, machine={}, versions={}, missing={}, measured=measured, outcomes=[],
        asked=["broken"],
    )  # fmt: skip
    assert (exit_code(told), place(told, whole=True)) == (1, UNFINISHED)


def test_an_interruption_before_the_first_turn_fails_its_lines(tmp_path: Path) -> None:
    with Session(QUICK, tmp_path / "work") as session:
        [measured], [outcome] = measure(session, ["broken"], {"broken": interrupted_before}, TABLE)
    assert (measured.taken, outcome.note) == ((), "failed: interrupted")


def test_an_interruption_that_breaks_what_was_open_ends_the_run_all_the_same(tmp_path: Path) -> None:
    subjects = {"broken": interrupted_and_broken, "well": well}
    with Session(QUICK, tmp_path / "work") as session:
        [measured], [outcome] = measure(session, ["broken", "well"], subjects, TABLE)
    assert (measured.interrupted, outcome.note) == (True, "failed: RuntimeError: its server was ended too")


def test_the_screen_names_ratio_target_missing_peers_and_that_it_was_quick(result: dict[str, object]) -> None:
    told = "\n".join(tell(result))
    for word in ("quick: smaller sizes", "1.25 / 1 s", "<= 1.5", "yes", "missing: npm thing: no npm", "no space left"):
        assert word in told


@pytest.mark.parametrize("measured", [True, False])
def test_both_languages_say_the_same(measured: bool, result: dict[str, object]) -> None:
    told = result if measured else None
    english, japanese = compose(told), compose(told, japanese=True)
    assert differences(f"## Speed\n\n{english}\n", f"## 速さ\n\n{japanese}\n") == []


def test_a_block_is_renewed_between_its_marks_alone(tmp_path: Path, result: dict[str, object]) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    assert renew(page, result, write=False)
    assert "old" in page.read_text(encoding="utf-8")
    assert renew(page, result)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| time of 20,000 SKUs | `curl` | 1.25 / 1 s | 1.25 | <= 1.5 | yes |  |" in text
    assert not renew(page, result)


def test_a_document_without_one_place_for_it_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not one place"):
        renew(page, None)


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_readmes_say_what_the_last_full_run_measured(path: Path) -> None:
    assert not renew(path, last_results(), write=False), "make bench writes both; or put results.json back"
