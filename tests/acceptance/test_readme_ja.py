"""README.ja.md says what README.md says: section by section the same blocks, tables, names, figures and links."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.acceptance.test_readme import ROOT

ENGLISH, JAPANESE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)]+)\)")
COMMENT = re.compile(r"(^| +)# .*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, up to the next."""

    level: int
    heading: str
    blocks: tuple[str, ...]
    rows: tuple[int, ...]
    """How many cells each row of its tables has."""
    items: int
    names: Counter[str]
    figures: Counter[str]
    links: Counter[str]


def read(text: str) -> list[Section]:
    """The sections of a README; comments in its shell blocks are left out, as they are in the reader's language."""
    found = BLOCK.sub(lambda block: re.sub("^#", "\0", block[0], flags=re.MULTILINE), text)
    parts = re.split(r"^(#+) (.*)$", found, flags=re.MULTILINE)
    return [_section(*parts[at : at + 3]) for at in range(1, len(parts), 3)]


def _section(marks: str, heading: str, below: str) -> Section:
    blocks = tuple(
        f"{language}\n{COMMENT.sub('', code) if language == 'sh' else code}".replace("\0", "#")
        for language, code in BLOCK.findall(below)
    )
    prose = BLOCK.sub("", below)
    names = re.findall(r"`([^`]+)`", prose)
    plain = LINK.sub("]", re.sub(r"`[^`]+`", "", prose))
    return Section(
        level=len(marks),
        heading=heading,
        blocks=blocks,
        rows=tuple(line.count("|") for line in prose.splitlines() if line.startswith("|")),
        items=len(re.findall(r"^- ", prose, re.MULTILINE)),
        names=Counter(names),
        figures=Counter(re.findall(r"[0-9](?:[0-9,.-]*[0-9])?", plain)),
        links=Counter(LINK.findall(prose)) - Counter(["README.md", "README.ja.md"]),
    )


def differences(english: str, japanese: str) -> list[str]:
    """In which section what differs, and how."""
    ours, theirs = read(english), read(japanese)
    if [one.level for one in ours] != [one.level for one in theirs]:
        return [f"headings: {[one.heading for one in ours]} and {[one.heading for one in theirs]}"]
    return [told for pair in zip(ours, theirs, strict=True) for told in _compared(*pair)]


def _compared(ours: Section, theirs: Section) -> list[str]:
    where = f"README.md's section {ours.heading!r}, README.ja.md's {theirs.heading!r}"
    told = []
    for what in ("names", "figures", "links"):
        mine, other = getattr(ours, what), getattr(theirs, what)
        if mine != other:
            told.append(f"{where}: {what} only in English {dict(mine - other)}, only in Japanese {dict(other - mine)}")
    told += [
        f"{where}: {what}: {getattr(ours, what)} and {getattr(theirs, what)}"
        for what in ("blocks", "rows", "items")
        if getattr(ours, what) != getattr(theirs, what)
    ]
    return told


def test_the_japanese_readme_is_true_to_the_english_one() -> None:
    assert differences(ENGLISH, JAPANESE) == [], "\n".join(differences(ENGLISH, JAPANESE))


def test_each_links_to_the_other_at_its_top() -> None:
    assert ENGLISH.splitlines()[2] == "[日本語](README.ja.md)"
    assert JAPANESE.splitlines()[2] == "[English](README.md)"


def test_the_japanese_readme_is_japanese() -> None:
    """Each paragraph of prose has been translated, not copied."""
    prose = [part for part in re.split(r"\n\n+", BLOCK.sub("", JAPANESE)) if part.strip()]
    assert [part for part in prose[2:] if not re.search("[ぁ-んァ-ヶ一-龠]", part)] == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("zaikolab clock advance 5 ", "zaikolab clock advance 6 ", "blocks"),
        ("11,200", "11,300", "figures"),
        ("(docs/testing.md)", "(docs/tests.md)", "links"),
        ("`zaikolab doctor`", "`zaikolab nurse`", "names"),
        ("| 取扱 | carried |\n", "", "rows"),
        ("\n## 用語集", "\n### 用語集", "headings"),
        ("\n- **来るはずの", "\n**来るはずの", "items"),
        ("one pass; report.exit_code", "1回分; report.exit_code", "blocks"),
    ],
)
def test_a_readme_that_says_something_else_is_noticed(old: str, new: str, told: str) -> None:
    assert old in JAPANESE
    found = differences(ENGLISH, JAPANESE.replace(old, new))
    assert any(told in one for one in found)
