"""The search's index: a script that sets one array, because a page from disk may load scripts and nothing else.

{"k": kind, "t": title, "d": what is shown below it, "u": address, "s": state, "w": more words that are searched}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulator.conformance.sources import assumptions, public_facts
from simulator.conformance.verify.explanation import harmless
from simulator.living_docs.sections import SECTIONS
from simulator.living_docs.unknowns import unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.living_docs.book import Book, ScenarioPage

Entry = dict[str, str]


def compose_index(book: Book) -> str:
    """The script. Nothing in it ends a script or a line."""
    entries = [{name: harmless(text) for name, text in entry.items()} for entry in _entries(book)]
    written = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    for risky in "<>&\u2028\u2029\x85":
        written = written.replace(risky, f"\\u{ord(risky):04x}")
    return f"window.ZAIKOLAB_INDEX = {written};\n"


def _entries(book: Book) -> Iterator[Entry]:
    for section in SECTIONS:
        yield _entry("section", f"{section.id} {section.ja}", section.en, f"section-{section.id}.html")
    for row in book.statements:
        one = row.statement
        yield _entry(
            "statement", f"§{one.id}", one.text, row.home, state=row.state, words=f"{one.level} {row.section.ja}"
        )
    for scenario in book.scenarios:
        yield _entry(
            "scenario", scenario.name, scenario.en, f"scenarios/{scenario.slug}.html", state=scenario.state,
            words=_words(scenario),
        )  # fmt: skip
    for assumed in assumptions():
        words = f"{assumed.setting} {assumed.settle}"
        yield _entry("assumption", assumed.id, assumed.text, f"assumptions.html#{assumed.id}", words=words)
    for unknown in unknowns():
        yield _entry("unknown", unknown.ja, unknown.en, "index.html#unknown")
    for defect in book.defects:
        yield _entry("defect", defect.name, defect.mistake, f"defects.html#{defect.name}")
    for fact in public_facts():
        yield _entry("fact", fact.id, fact.text, f"facts.html#{fact.id}", words=fact.published)


def _words(scenario: ScenarioPage) -> str:
    steps = (step.text for step in (*scenario.script.background, *scenario.script.steps))
    return " ".join((scenario.file, scenario.capability, scenario.why, *sorted(scenario.tags), *steps))


def _entry(kind: str, title: str, told: str, address: str, *, state: str = "", words: str = "") -> Entry:
    return {"k": kind, "t": title, "d": told, "u": address, "s": str(state), "w": words}
