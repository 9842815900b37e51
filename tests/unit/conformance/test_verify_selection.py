"""Which scenarios an engine is judged by."""

from __future__ import annotations

import pytest

from simulator.conformance.guide import features_dir
from simulator.conformance.sources import Owed, levels_in
from simulator.conformance.verify.selection import Chosen, choose, read_scenarios
from simulator.errors import BadValue


def scenario(name: str, *tags: str) -> Chosen:
    return Chosen("a.feature", 1, name, levels_in(tags)[-1], frozenset(tags), 1)


ALL = (
    scenario("在庫数が届く", "guide-4.4.1"),
    scenario("在庫数が届くまで待つ", "guide-4.4", "should"),
    scenario("注文が届く", "guide-4.41", "orders"),
    scenario("一斉に0にしない", "guide-2.1", "brakes"),
)


@pytest.mark.parametrize(("level", "count"), [(Owed.MUST, 1), (Owed.SHOULD, 2), (Owed.ORDERS, 3), (Owed.BRAKES, 4)])
def test_each_level_includes_those_before_it(level: Owed, count: int) -> None:
    assert choose(ALL, level) == ALL[:count]


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("4.4.1", {"在庫数が届く"}),
        ("4.4", {"在庫数が届く", "在庫数が届くまで待つ"}),
        ("在庫数が届く", {"在庫数が届く"}),
        ("届く 待つ", {"在庫数が届くまで待つ"}),
        ("届く", {"在庫数が届く", "在庫数が届くまで待つ", "注文が届く"}),
    ],
)
def test_a_number_a_name_or_words_choose(entry: str, meant: set[str]) -> None:
    assert {found.name for found in choose(ALL, Owed.BRAKES, (entry,))} == meant


def test_several_entries_choose_what_any_of_them_means_in_the_features_order() -> None:
    assert choose(ALL, Owed.BRAKES, ("一斉に", "4.4.1")) == (ALL[0], ALL[3])


@pytest.mark.parametrize(
    ("entry", "next_step"),
    [
        ("4.41", "Say --level orders too"),
        ("9.9", "a number of the guide"),
        ("在庫数は届く", "在庫数が届く; "),
        ("", "a number"),
    ],
)
def test_what_means_nothing_is_refused_with_a_next_step(entry: str, next_step: str) -> None:
    with pytest.raises(BadValue, match=next_step):
        choose(ALL, Owed.SHOULD, (entry,))


def test_the_projects_scenarios_have_names_that_repeat_exactly_one() -> None:
    """Else the line that repeats a failed one would run another one too."""
    found = read_scenarios(features_dir())
    assert len(found) > 100
    assert {len(choose(found, Owed.BRAKES, (one.name,))) for one in found} == {1}
