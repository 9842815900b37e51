"""Why a case is as it is, in plain lines: the screen, JUnit XML, the messages and the page all tell the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.conformance.guide import statements
from simulator.conformance.verify.results import Outcome
from simulator.conformance.world import ENGINE, JOURNAL, STEP

if TYPE_CHECKING:
    from simulator.conformance.guide import Statement
    from simulator.conformance.verify.results import Result

_KEYWORDS = {"given": "前提", "when": "もし", "then": "ならば"}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def guide_of(result: Result) -> tuple[Statement, ...]:
    """The guide's statements that the scenario shows."""
    return tuple(one for one in statements() if one.id in result.statements)


def explain(result: Result, repeat: str, *, whole: bool = True, shown: int | None = None) -> list[str]:
    """Lines: the guide's statements, what was expected and seen, the defect it resembles, the line that repeats it.

    `repeat`: that line, "" for none; `whole`: with the journal and the engine's words; `shown`: how many lines of each
    text, None for all.
    """
    sections = dict(result.sections)
    lines = [f"guide:    §{one.id} {one.text}" for one in guide_of(result)]
    told = f"verdict:  the engine {result.verdict}" if result.outcome is Outcome.FAILED else result.verdict
    lines += [told] if told else []
    lines += _step_lines(result, sections.get(STEP, ""))
    lines += _first(_lines(result.message), shown)
    for title in (JOURNAL, ENGINE) if whole else ():
        if title in sections:
            lines += [f"{title}:", *(f"  {line}" for line in _last(_lines(sections[title]), shown))]
    lines += [f"like:     {result.resembles}"] if result.resembles else []
    return [*lines, f"repeat:   {repeat}"] if repeat else lines


def _step_lines(result: Result, told: str) -> list[str]:
    """The step with its line, and what kind it is where its keyword (かつ) does not say."""
    step = result.failed_step
    if step is None:
        return _lines(told)[:1]
    kind = _KEYWORDS[step.kind]
    keyword = step.keyword if step.keyword == kind else f"{kind} ({step.keyword})"
    return [f"{keyword} {step.text}  {result.file}:{step.line}"]


def _lines(text: str) -> list[str]:
    """By line ends alone: the controls that `splitlines` takes for some are an engine's, and stay."""
    return text.rstrip("\n").split("\n") if text else []


def _first(lines: list[str], shown: int | None) -> list[str]:
    return lines if shown is None or len(lines) <= shown else [*lines[:shown], f"... {len(lines) - shown} more lines"]


def _last(lines: list[str], shown: int | None) -> list[str]:
    return (
        lines if shown is None or len(lines) <= shown else [f"... {len(lines) - shown} lines before", *lines[-shown:]]
    )


def harmless(text: str) -> str:
    """The text without what would act on a terminal or cannot be printed; line ends and tabs stay."""
    return _CONTROLS.sub("\ufffd", text)
