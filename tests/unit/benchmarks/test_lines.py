"""A line reads its ratio from the medians, and is reached on the good side of its target alone."""

from __future__ import annotations

import pytest

from benchmarks.lines import Bound, Line, Pick, Reads, Target, Words, failed, judge
from benchmarks.measuring import Taken
from benchmarks.sizes import FULL, QUICK
from benchmarks.subjects import SUBJECTS
from benchmarks.table import TABLE


def line(reads: Reads, target: Target | None, zero: tuple[str, ...] = ()) -> Line:
    words = Words("what", "内容")
    theirs = None if reads is Reads.ALONE else Pick("theirs")
    return Line("key", words, words, "how", Pick("ours"), theirs, reads, target, zero=zero)


def sides(ours: float, theirs: float) -> tuple[Taken, Taken]:
    return Taken("ours", {"seconds": [ours]}), Taken("theirs", {"seconds": [theirs]})


@pytest.mark.parametrize(
    ("reads", "bound", "target", "value", "reached"),
    [
        (Reads.SHARE, Bound.AT_MOST, 0.5, 0.5, True),
        (Reads.SHARE, Bound.AT_MOST, 0.4, 0.5, False),
        (Reads.FASTER, Bound.AT_LEAST, 2, 2, True),
        (Reads.FASTER, Bound.AT_LEAST, 3, 2, False),
        (Reads.ALONE, Bound.AT_MOST, 10, 10, True),
        (Reads.ALONE, Bound.AT_MOST, 9, 10, False),
    ],
)
def test_a_target_is_reached_on_its_good_side(
    reads: Reads, bound: Bound, target: float, value: float, reached: bool
) -> None:
    outcome = judge(line(reads, Target(bound, target)), sides(10, 20))
    assert (outcome.value, outcome.reached) == (value, reached)


def test_a_line_without_a_target_is_neither_reached_nor_missed() -> None:
    assert judge(line(Reads.SHARE, None), sides(10, 20)).reached is None


def test_a_missing_peer_is_named_where_its_figure_would_stand() -> None:
    ours, _ = sides(10, 20)
    outcome = judge(line(Reads.SHARE, Target(Bound.AT_MOST, 1)), (ours, Taken("theirs", missing="no npm here")))
    assert (outcome.ours, outcome.value, outcome.reached) == (10, None, None)
    assert outcome.note == "missing: theirs: no npm here"


def test_what_all_sides_lack_for_one_reason_is_said_once() -> None:
    lacking = (Taken("ours", missing="not there yet"), Taken("theirs", missing="not there yet"))
    assert judge(line(Reads.SHARE, None), lacking).note == "not there yet"


def test_a_failed_side_is_named_and_nothing_is_judged() -> None:
    _, theirs = sides(10, 20)
    broken = Taken("ours", {"seconds": [1]}, failed="RuntimeError: it broke")
    outcome = judge(line(Reads.SHARE, Target(Bound.AT_MOST, 1)), (broken, theirs))
    assert (outcome.reached, outcome.note) == (None, "failed: ours: RuntimeError: it broke")


def test_a_line_of_fewer_turns_than_asked_for_says_so() -> None:
    wanted = line(Reads.SHARE, Target(Bound.AT_MOST, 1))
    few = (Taken("ours", {"seconds": [1, 1, 1]}), Taken("theirs", {"seconds": [2, 2]}))
    assert (judge(wanted, few, 3).note, judge(wanted, few, 3).value) == ("2 of 3 turns", 0.5)
    assert judge(wanted, few, 2).note == ""
    assert judge(wanted, few, 3, "few SKUs").note == "few SKUs; 2 of 3 turns"
    assert judge(wanted, (few[0], Taken("theirs")), 3).note == "0 of 3 turns"
    assert judge(wanted, (few[0], Taken("theirs", missing="no npm")), 3).note == "missing: theirs: no npm"
    assert judge(wanted, (few[0], Taken("theirs", {"seconds": [2]}, failed="broke")), 3).note == "failed: theirs: broke"


def test_a_figure_that_has_to_be_0_keeps_a_ratio_from_being_enough() -> None:
    wanted = line(Reads.SHARE, Target(Bound.AT_MOST, 1), zero=("lost", "overlaps"))
    none = {"lost": [0.0, 0.0], "overlaps": [0.0, 0.0]}
    for mine, others, note in (
        (none, none, ""),
        (none | {"lost": [0.0, 3.0]}, none, "ours, lost: 3"),
        (none, none | {"overlaps": [2.0, 0.0]}, "theirs, overlaps: 2"),
        ({"lost": [0.0, -1.0]}, none, "ours, lost: -1; ours, overlaps: not counted"),
    ):
        taken = Taken("ours", {"seconds": [1], **mine}), Taken("theirs", {"seconds": [2], **others})
        outcome = judge(wanted, taken)
        assert (outcome.reached, outcome.note) == (not note, note)


def test_a_measurement_that_never_began_fails_its_lines() -> None:
    outcome = failed(line(Reads.SHARE, None), "OSError: no space")
    assert (outcome.value, outcome.note) == (None, "failed: OSError: no space")


def test_each_row_has_a_measurement_a_key_of_its_own_and_words_for_both_sizes() -> None:
    rows = [row for of_one in TABLE.values() for row in of_one]
    assert list(TABLE) == list(SUBJECTS)
    assert len({row.key for row in rows}) == len(rows)
    for sizes in (FULL, QUICK):
        texts = [text.format(**sizes.words()) for row in rows for text in (row.what.english, row.what.japanese)]
        assert not [text for text in texts if "{" in text]


def test_the_full_table_has_the_targets_that_the_project_set_itself() -> None:
    assert {row.key: str(row.target) for of_one in TABLE.values() for row in of_one if row.target} == {
        "large-all": "<= 2.5",
        "large-dlt": ">= 5",
        "large-memory": "<= 350",
        "large-hundredth": "<= 1.2",
        "unchanged": "<= 1.5",
        "by-hand": ">= 30",
        "per-sku": "<= 1.3",
        "download": "<= 0.65",
        "sessions": ">= 2",
        "up-moto_server": "<= 1.2",
        "up-wiremock": "<= 0.5",
        "fleet": ">= 1.6",
        "fleet-far": ">= 1.6",
    }
    assert min(FULL.rounds, QUICK.rounds) >= 5
