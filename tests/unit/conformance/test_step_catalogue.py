"""The step library as a catalogue, read from the step modules."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from pytest_bdd.steps import step_function_context_registry

from simulator.conformance import steps as library
from simulator.conformance.guide import features_dir
from simulator.conformance.step_catalogue import (
    KnownStep,
    choose_word,
    describe_step,
    find_near,
    find_places,
    find_steps,
    read_step_library,
)
from simulator.conformance.steps.sentences import Blank

STEPS = read_step_library()


class Anything:
    """A world that goes along with whatever a step does before it reads its table."""

    def __getattr__(self, _: str) -> Anything:
        return self

    def __call__(self, *_: object, **__: object) -> Anything:
        return self


def step(function: str, capability: str = "") -> KnownStep:
    (found,) = (one for one in STEPS if one.function == function and capability in ("", one.capability))
    return found


def names(words: str) -> list[str]:
    return [found.function for found in find_steps(STEPS, words)]


def test_every_definition_of_the_library_is_in_the_catalogue_once() -> None:
    defined = {
        (context.step_func.__module__.rpartition(".")[2], context.step_func.__name__, context.parser.name)
        for context in list(step_function_context_registry.values())
        if context.step_func.__module__.startswith(f"{library.__name__}.")
    }
    listed = [(one.capability, one.function, sentence.text) for one in STEPS for sentence in one.sentences]
    assert len(listed) == len(set(listed)) > 100
    assert set(listed) == defined


def test_a_definition_with_two_keywords_is_one_step() -> None:
    assert [str(sentence) for sentence in step("let_minutes_pass").sentences] == [
        "前提 「{minutes:int}」分が過ぎている",
        "もし 「{minutes:int}」分が過ぎる",
    ]


def test_a_step_tells_what_it_takes_and_does() -> None:
    found = step("check_stock_file")
    assert found.capability == "stock_settings"
    assert found.about.startswith("TEMPOSTAR's side of the setup")
    assert found.meaning == "A file of this name is, or is not, in the shop's folder."
    assert found.blanks == (Blank("name", "text"), Blank("presence", "word", ("ある", "ない")))
    assert (found.table, found.wants_docstring) == (None, False)
    assert step("put_text").wants_docstring


@pytest.mark.parametrize("found", [one for one in STEPS if one.table], ids=lambda one: one.function)
def test_the_columns_of_a_table_are_those_that_the_step_reads(found: KnownStep) -> None:
    assert found.table is not None
    function = getattr(import_module(f"{library.__name__}.{found.capability}"), found.function)
    given = {name: Anything() for name in inspect.signature(function).parameters} | {"datatable": [["?"]]}
    known = ", ".join((*found.table.must, *found.table.may))
    with pytest.raises(AssertionError, match=f"The table of this step has the columns {known}; "):
        function(**given)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("一時停止", "pause"),  # its sentence
        ("Press 再開", "resume"),  # its docstring, and a word of its sentence
        ("end_faults", "end_faults"),
        ("end faults", "end_faults"),
        ("other_shop メール", "check_no_other_mail"),  # its module
        ("second merchant 在庫数", "check_other_stock"),  # the docstring of its module
        ("もし 再開", "resume_and_sync"),  # its keyword
        ("ｔｅｍｐｏｓｔａｒ 一括同期", "request_full_sync"),
    ],
)
def test_a_step_is_found_by_words_of_its(words: str, expected: str) -> None:
    assert expected in names(words)


def test_every_word_has_to_occur() -> None:
    assert set(names("在庫ファイル メール")) < set(names("在庫ファイル"))
    assert names("在庫ファイル zzz") == []
    assert names("") == [one.function for one in STEPS]


def test_near_sentences_are_told_for_a_word_that_no_step_has() -> None:
    assert names("パスワド") == []
    assert all("パスワード" in near.text for near in find_near(STEPS, "パスワド"))
    assert 1 <= len(find_near(STEPS, "パスワド")) <= 3
    assert "指摘" in find_near(STEPS, "worklog names")[0].text  # "A refused order file ... a text that names the row"
    assert find_near(STEPS, "zzz") == ()


def test_a_word_to_look_for_is_one_that_finds_something() -> None:
    assert choose_word(STEPS, "購入者が「ISU-01」をキャンセルする") == "購入者"
    assert choose_word(STEPS, "ＲｏｏｍＣｌｉｐの店") == "RoomClip"
    assert choose_word(STEPS, "猫が「在庫数」に寝る") == ""


def test_each_sentence_stands_where_the_catalogue_says() -> None:
    places = find_places(STEPS, features_dir())
    assert set(places) == {sentence for one in STEPS for sentence in one.sentences}
    for sentence, place in places.items():
        line = (features_dir() / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
        assert line.split()[0] in (sentence.keyword, "かつ", "しかし")
        assert "<" in line or sentence.parser.is_matching(line.strip().partition(" ")[2])


def test_a_step_as_data() -> None:
    found = step("check_stocks")
    told = describe_step(found, find_places([found], features_dir()))
    (sentence,) = told.pop("sentences")
    assert (sentence["keyword"], sentence["text"]) == ("ならば", "RoomClipショッピングの在庫数は次のとおりである:")
    assert sentence["file"].endswith(".feature")
    assert told == {
        "capability": "roomclip",
        "about": "The RoomClip shop: items (guide 4), its own stock, and buyers.",
        "function": "check_stocks",
        "meaning": "Each of these codes shows this stock.",
        "blanks": [],
        "table": {"must": ["種類別の自社管理コード", "在庫数"], "may": []},
        "docstring": False,
    }
