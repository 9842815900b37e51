"""README tells the figures of today; a document without its marks is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.conformance.guide import features_dir
from simulator.conformance.sources import assumptions
from simulator.conformance.verify.selection import read_scenarios
from simulator.errors import BadValue
from simulator.living_docs.figures import count_figures
from simulator.living_docs.readme import BEGIN, END, compose_block, renew
from simulator.living_docs.summaries import summaries
from simulator.living_docs.unknowns import unknowns

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_tells_the_figures_of_today(name: str) -> None:
    assert not renew(ROOT / name, count_figures(), write=False), "run: zaikolab docs readme"


def test_the_figures_are_counted_from_the_data() -> None:
    found = count_figures()
    scenarios = read_scenarios(features_dir())
    assert (found.scenarios, found.cases) == (len(scenarios), sum(one.cases for one in scenarios))
    assert sum(found.owed.values()) == found.scenarios
    assert sum(found.owed_cases.values()) == found.cases
    assert found.must_shown <= found.must <= found.statements >= found.shown > found.must_shown
    assert 0 < found.adjustable < found.assumptions == len(assumptions())
    assert found.killed <= found.defects == found.engine_defects + found.lab_defects


@pytest.mark.parametrize(("name", "tells"), [("README.md", "77 of 88"), ("README.ja.md", "88件中77件")])
def test_the_block_alone_is_renewed(tmp_path: Path, name: str, tells: str) -> None:
    document = tmp_path / name
    document.write_text(f"# a\n\n{BEGIN}\nold \\1\n{END}\n\nz\n", encoding="utf-8")
    figures = replace(count_figures(), statements=88, shown=77)
    assert renew(document, figures)
    text = document.read_text(encoding="utf-8")
    assert text == f"# a\n\n{compose_block(figures, japanese='.ja' in name)}\n\nz\n"
    assert tells in text
    assert not renew(document, figures)


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_document_without_one_place_for_them_is_refused(tmp_path: Path, text: str) -> None:
    document = tmp_path / "README.md"
    document.write_text(text, encoding="utf-8")
    with pytest.raises(BadValue, match="not one place for the figures"):
        renew(document, count_figures())
    assert document.read_text(encoding="utf-8") == text


def test_every_scenario_has_its_english_sentence_and_no_other_is_told() -> None:
    scenarios = {(one.file, one.name) for one in read_scenarios(features_dir())}
    assert {*summaries()} ^ scenarios == set()
    assert [text for text in summaries().values() if not text.endswith(".")] == []


def test_what_is_unknown_names_the_assumptions_that_stand_in_for_it() -> None:
    known = {one.id for one in assumptions()}
    assert all(one.assumptions and {*one.assumptions} <= known and one.ja and one.en for one in unknowns())
    assert len({one.id for one in unknowns()}) == len(unknowns())
