"""What is told of a case that did not pass."""

from __future__ import annotations

from dataclasses import replace

from simulator.conformance.guide import statement
from simulator.conformance.verify.explanation import explain, guide_of, harmless
from tests.unit.conformance import reported

FAILED = replace(
    reported.FAILED, message="expected: 4\nseen:     3",
    sections=(*reported.FAILED.sections[:1], ("journal since the last もし", "1 a\n2 b\n3 c"), ("engine", "words")),
)  # fmt: skip


def test_a_failure_is_told_from_the_guide_to_the_line_that_repeats_it() -> None:
    assert explain(FAILED, "zaikolab verify --only x") == [
        f"guide:    §5.4 {statement('5.4').text}",
        "verdict:  the engine does something else than expected",
        "ならば 残りは「4」個である  shop.feature:17",
        "expected: 4",
        "seen:     3",
        "journal since the last もし:",
        "  1 a",
        "  2 b",
        "  3 c",
        "engine:",
        "  words",
        "like:     trims-codes: Trims codes.",
        "repeat:   zaikolab verify --only x",
    ]


def test_a_short_account_leaves_out_journal_and_engine() -> None:
    told = explain(FAILED, "again", whole=False)
    assert not any("journal" in line or "words" in line for line in told)
    assert told[3:] == ["expected: 4", "seen:     3", "like:     trims-codes: Trims codes.", "repeat:   again"]


def test_what_broke_is_no_word_about_the_engine_and_what_nobody_knows_is_not_repeated() -> None:
    assert explain(reported.DIED, "") == ["not judged", "worker 'gw0' crashed"]


def test_long_texts_say_how_much_is_left_out() -> None:
    told = explain(replace(FAILED, message="1\n2\n3"), "again", shown=2)
    assert [line for line in told if "..." in line] == ["... 1 more lines", "  ... 1 lines before"]
    assert [line for line in told if line.startswith("  ")][1:3] == ["  2 b", "  3 c"]


def test_the_guides_statements_are_told_in_its_order_and_an_unknown_one_not_at_all() -> None:
    assert [one.id for one in guide_of(replace(FAILED, statements=("5.4", "0.1", "9.9")))] == ["0.1", "5.4"]


def test_nothing_told_acts_on_a_terminal() -> None:
    assert harmless("a\x1b[31m\x07\x9b\ud800\tb\nc") == "a\ufffd[31m\ufffd\ufffd\ufffd\tb\nc"
