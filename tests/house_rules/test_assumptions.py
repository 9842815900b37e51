"""The lists of assumptions and public facts are complete where that can be checked: each setting is an assumption, each
assumption tells how to settle it and is shown or explained, each public fact is used."""

from __future__ import annotations

from simulator.config import SETTING_NAMES
from simulator.conformance.coverage import read_coverage
from simulator.conformance.guide import features_dir, walk_steps
from simulator.conformance.sources import assumptions, public_facts


def test_every_setting_stands_for_an_assumption_and_no_other_is_named() -> None:
    named = [one.setting for one in assumptions() if one.setting]
    assert sorted(named) == sorted(SETTING_NAMES)


def test_every_assumption_has_a_name_a_place_a_text_and_a_way_to_settle_it() -> None:
    assert len({one.id for one in assumptions()}) == len(assumptions())
    assert {one.on for one in assumptions()} <= {"tempostar", "ftps", "roomclip", "mailbox", "lab", "engine"}
    assert [one.id for one in assumptions() if not (one.text and one.settle)] == []


def test_every_public_fact_is_one_sentence_and_says_where_it_is_published() -> None:
    assert len({one.id for one in public_facts()}) == len(public_facts())
    assert [one.id for one in public_facts() if not one.published or one.text.count(". ") or one.text[-1] != "."] == []


def test_every_scenario_names_known_sources_and_every_source_is_shown_or_explained() -> None:
    assert read_coverage(features_dir(), walk_steps()).problems == ()
