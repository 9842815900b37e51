"""What the author of an undefined step is told to have meant."""

from __future__ import annotations

import pytest

from simulator.conformance.near_sentences import find_near
from simulator.conformance.step_catalogue import KnownSentence, read_step_library

SENTENCES = tuple(sentence for step in read_step_library() for sentence in step.sentences)
STOCK = "ならば RoomClipショッピングの「{code}」の在庫数は「{stock:int}」である"
LINKED = "前提 TEMPOSTARの「{sku}」のSKUを想定在庫数「{quantity:int}」で連携している"
NARROW = "full-width and half-width are two things"
QUOTES = "values stand in 「」"


def meant(step: str) -> list[str]:
    keyword, _, text = step.partition(" ")
    return [str(near) for near in find_near(keyword, text, SENTENCES)]


@pytest.mark.parametrize(
    ("step", "nearest"),
    [
        ("前提 在庫連携の設定を終わっている", "前提 在庫連携の設定を終えている"),
        ("ならば RoomClipの「A」の在庫数は「5」である", STOCK),
        ("もし 送信間隔がすぎる", "もし 送信間隔が過ぎる"),
        ("ならば 購入者は「A」を購入できません", "ならば 購入者は「{code}」を購入でき{ability:る|ない}"),
    ],
    ids=["typo", "word left out", "kana for kanji", "another ending"],
)
def test_a_sentence_that_is_alike_comes_first(step: str, nearest: str) -> None:
    assert meant(step)[0] == nearest


def test_what_stands_in_the_values_is_nothing_to_the_likeness() -> None:
    long = "とても長い自社管理コードのとても長い値" * 3
    assert meant(f"ならば RoomClipショップの「{long}」の在庫数は「5」である")[0] == STOCK


@pytest.mark.parametrize(
    ("step", "sentence", "reason"),
    [
        ("ならば 在庫連携が行われる", "もし 在庫連携が行われる", "here it stands as ならば"),
        ("前提 店舗にメールは届いていない", "ならば 店舗にメールは届いていない", "here it stands as 前提"),
        ("ならば RoomClipショッピングの「A」の在庫数は「５」である", STOCK, NARROW),
        ("ならば ＲｏｏｍＣｌｉｐショッピングの「A」の在庫数は「5」である", STOCK, NARROW),
        ("ならば RoomClipショッピングの｢A｣の在庫数は｢5｣である", STOCK, NARROW),
        ("ならば RoomClipショッピングの『A』の在庫数は『5』である", STOCK, QUOTES),
        ('前提 TEMPOSTARの"A"のSKUを想定在庫数"5"で連携している', LINKED, QUOTES),
        ("前提 TEMPOSTARのAのSKUを想定在庫数5で連携している", LINKED, QUOTES),
        ("前提 TEMPOSTARの「A」のSKUを想定在庫数５で連携している", LINKED, QUOTES),
        ("ならば RoomClipショッピングの「A」の在庫数は「5」である。", STOCK, "no 。 at the end"),
        ("もし RoomClipショッピングの「A」の在庫数は「５」である", STOCK, f"here it stands as もし; {NARROW}"),
    ],
)
def test_what_alone_keeps_a_step_from_being_a_sentence_is_said(step: str, sentence: str, reason: str) -> None:
    assert meant(step)[0] == f"{sentence}  ({reason})"


def test_a_sentence_with_other_words_is_given_no_reason() -> None:
    assert meant("ならば RoomClipショッピングのAの在庫は5個である")[0] == STOCK


def test_at_most_three_are_told_and_none_twice() -> None:
    twice = find_near("前提", "在庫連携の設定を終わっている", SENTENCES + SENTENCES)
    assert len(twice) == len(set(twice)) == 3


def test_nothing_is_told_that_is_not_near() -> None:
    assert meant("もし 猫が寝る") == []


def test_a_sentence_of_another_keyword_has_to_be_nearer() -> None:
    parser = SENTENCES[0].parser
    step, other = "倉庫の棚を数える", "倉庫の箱を並べる"
    assert find_near("もし", step, [KnownSentence("もし", other, parser)])
    assert not find_near("もし", step, [KnownSentence("ならば", other, parser)])
