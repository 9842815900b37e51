"""How step sentences with blanks are read."""

from __future__ import annotations

import pytest

from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Blank, Sentence, Table


@pytest.mark.parametrize(
    ("sentence", "step", "read"),
    [
        ("「{sku}」は「{stock:int}」個", "「A-1」は「12」個", {"sku": "A-1", "stock": 12}),
        ("「{sku}」は「{stock:int}」個", "「」は「-3」個", {"sku": "", "stock": -3}),
        ("「{sku}」を売る", "「A 1 」を売る", {"sku": "A 1 "}),
        ("{codes:list}を売る", "「A、1」「」「B」を売る", {"codes": ["A、1", "", "B"]}),
        ("在庫が{presence:ある|ない}", "在庫がない", {"presence": "ない"}),
        ("a.b「{x}」(c)", "a.b「1」(c)", {"x": "1"}),
    ],
)
def test_a_step_that_is_the_sentence_gives_what_stands_in_its_blanks(
    sentence: str, step: str, read: dict[str, object]
) -> None:
    assert Sentence(sentence).is_matching(step)
    assert Sentence(sentence).parse_arguments(step) == read


@pytest.mark.parametrize(
    ("sentence", "step"),
    [
        ("「{sku}」を売る", "「A-1」を売る。"),
        ("「{sku}」を売る", "「A-1」「A-2」を売る"),
        ("「{stock:int}」個", "「１２」個"),
        ("「{stock:int}」個", "「」個"),
        ("在庫が{presence:ある|ない}", "在庫があった"),
        ("a.b", "axb"),
    ],
)
def test_another_step_is_not_the_sentence(sentence: str, step: str) -> None:
    assert not Sentence(sentence).is_matching(step)
    assert Sentence(sentence).parse_arguments(step) is None


def test_a_sentence_knows_what_its_blanks_take() -> None:
    assert Sentence("「{sku}」を「{count:int}」個、{codes:list}と{way:入れて|外して}いる").blanks == (
        Blank("sku", "text"),
        Blank("count", "int"),
        Blank("codes", "list"),
        Blank("way", "word", ("入れて", "外して")),
    )


def test_a_table_is_read_by_its_heading() -> None:
    assert Table("SKU", may=["数", "色"]).read([["SKU", "数"], ["A", "1"], ["B", ""]]) == [
        {"SKU": "A", "数": "1"},
        {"SKU": "B", "数": ""},
    ]


@pytest.mark.parametrize(
    ("heading", "reason"),
    [(["SKU"], "missing: 数"), (["SKU", "数", "かず"], "not known: かず"), (["SKU", "数", "数"], "twice: 数")],
)
def test_a_table_with_another_heading_is_refused(heading: list[str], reason: str) -> None:
    with pytest.raises(AssertionError, match=f"has the columns SKU, 数, 色; {reason}"):
        Table("SKU", "数", may=["SKU", "色"]).read([heading, ["A"] * len(heading)])


def test_an_expectation_that_fails_tells_what_was_expected_and_seen_on_each_end() -> None:
    expect(True, "this", "that")
    with pytest.raises(AssertionError) as failure:
        expect(False, "A-1 5 in RoomClip", 3, "TEMPOSTAR 5", "stock.csv 5")
    assert str(failure.value).splitlines() == [
        "expected: A-1 5 in RoomClip",
        "seen:     3",
        "  TEMPOSTAR 5",
        "  stock.csv 5",
    ]
