"""The figures as a block of Markdown between two marks, in English or Japanese, and a document with it renewed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.errors import BadValue

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.living_docs.figures import Figures

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
_JAPANESE = ".ja.md"
_Row = tuple[str, ...]


def compose_block(figures: Figures, *, japanese: bool = False) -> str:
    """The block, its marks included."""
    heads, rows = _japanese(figures) if japanese else _english(figures)
    lines = (f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows))
    return "\n".join((BEGIN, *lines, END))


def renew(path: Path, figures: Figures, *, write: bool = True) -> bool:
    """Put the block of today into a document; whether that changes it. With `write` false only that is told.

    Raises: BadValue for a document without the marks, or with several; OSError.
    """
    before = path.read_text(encoding="utf-8")
    if len(_BLOCK.findall(before)) != 1:
        raise BadValue(
            "document", str(path), f"it has not one place for the figures: {BEGIN} ... {END}",
            next_step="Put the two marks where the figures are to stand.",
        )  # fmt: skip
    block = compose_block(figures, japanese=path.name.endswith(_JAPANESE))
    after = _BLOCK.sub(lambda _: block, before)
    if write and after != before:
        path.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def _english(f: Figures) -> tuple[_Row, list[_Row]]:
    owed = ", ".join(f"{count} {level}" for level, count in f.owed.items())
    seeded = (
        f"seeded defects noticed ({f.engine_defects} engines, {f.lab_defects} labs), recorded {f.recorded or 'never'}"
    )
    return ("", "what", "figures"), [
        ("Proven", "statements of the guide that have to hold, with a scenario", f"{f.must_shown} of {f.must}"),
        ("", "all its statements, with a scenario", f"{f.shown} of {f.statements}"),
        ("", "statements on setting up, carried out in a browser", f"{f.setup_walked} of {f.setup}"),
        ("", "steps of that walk through the consoles", f"{f.walk_steps}"),
        ("", "scenarios, and the cases they run", f"{f.scenarios}, {f.cases}"),
        ("", "scenarios by who owes them", owed),
        ("", seeded, f"{f.killed} of {f.defects}"),
        ("", "kinds of faults, and the layers they strike", f"{f.faults}, {f.fault_layers}"),
        ("Assumed", "assumptions, and those that a setting changes", f"{f.assumptions}, {f.adjustable}"),
        ("", "profiles of plausible services", f"{f.profiles}"),
        ("", "public facts beside the guide", f"{f.public_facts}"),
        ("Unknown", "questions that only the vendors can answer", f"{f.unknowns}"),
    ]


def _japanese(f: Figures) -> tuple[_Row, list[_Row]]:
    owed = "、".join(f"{level} {count}件" for level, count in f.owed.items())
    recorded = f"{f.recorded}に記録" if f.recorded else "記録なし"
    seeded = f"わざと入れた誤りのうち気付けたもの(エンジン{f.engine_defects}件、ラボ{f.lab_defects}件、{recorded})"
    return ("", "内容", "数"), [
        ("確かめたこと", "必ず守られるべきガイドの記述のうち、シナリオのあるもの", f"{f.must}件中{f.must_shown}件"),
        ("", "ガイドの記述すべてのうち、シナリオのあるもの", f"{f.statements}件中{f.shown}件"),
        ("", "設定の手順の記述のうち、ブラウザで実行しているもの", f"{f.setup}件中{f.setup_walked}件"),
        ("", "管理画面をたどるその手順", f"{f.walk_steps}件"),
        ("", "シナリオと、その実行例", f"{f.scenarios}件、{f.cases}件"),
        ("", "求められる段階ごとのシナリオ", owed),
        ("", seeded, f"{f.defects}件中{f.killed}件"),
        ("", "障害の種類と、起こせる層", f"{f.faults}種類、{f.fault_layers}層"),
        ("仮定", "仮定と、そのうち設定で変えられるもの", f"{f.assumptions}件、{f.adjustable}件"),
        ("", "あり得るTEMPOSTARの型", f"{f.profiles}種類"),
        ("", "ガイドのほかに公開されている事実", f"{f.public_facts}件"),
        ("わからないこと", "両社だけが答えられること", f"{f.unknowns}件"),
    ]
