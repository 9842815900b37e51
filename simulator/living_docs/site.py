"""The pages, composed from a book: every file of the site but the pictures, by its name."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from simulator.conformance.defects.matrix import recorded
from simulator.conformance.defects.seeded import Package
from simulator.conformance.drivers import REFERENCE_ENGINE
from simulator.conformance.profiles import profiles
from simulator.conformance.report.account import writable
from simulator.conformance.sources import ASSUMPTION, Owed, assumptions, public_facts, sources
from simulator.conformance.verify.explanation import harmless
from simulator.living_docs.book import SECTIONS, State, anchor, state_of
from simulator.living_docs.search_index import compose_index
from simulator.living_docs.unknowns import unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.living_docs.book import Book, ScenarioPage

_HERE = Path(__file__).parent
_STATIC = ("site.css", "search.js", "mark.svg")
_SERVICES = {
    "lab": "ラボ", "clock": "時計", "tempostar": "TEMPOSTAR", "ftps": "FTPS", "roomclip": "RoomClip", "http": "HTTP",
    "smtp": "メール",
}  # fmt: skip
_STATES = {
    State.PASSED: ("✓", "合格", "passed"), State.FAILED: ("✗", "不合格", "failed"),
    State.NOT_JUDGED: ("?", "判定できず", "not judged"), State.SKIPPED: ("↷", "対象外", "skipped"),
    State.NOT_RUN: ("–", "未実行", "not run"), State.WALKED: ("◎", "画面で確認", "walked"),
    State.UNSHOWN: ("·", "示すものなし", "not shown"),
}  # fmt: skip
_LEVELS = {
    Owed.MUST: "ガイドの記述", Owed.SHOULD: "望ましい動き", Owed.ORDERS: "注文の受け渡し", Owed.BRAKES: "見張り",
}  # fmt: skip


def compose_site(book: Book) -> dict[str, str]:
    """The text of each file, by its name in the site."""
    return {**_pages(book), "search-index.js": writable(compose_index(book)), **_static()}


def _static() -> dict[str, str]:
    return {f"static/{name}": (_HERE / "static" / name).read_text(encoding="utf-8") for name in _STATIC}


def _pages(book: Book) -> dict[str, str]:
    environment = _environment(book)
    return {
        name: writable(environment.get_template(template).render(page=name, root="../" * name.count("/"), **values))
        for name, template, values in _plan(book)
    }


def _plan(book: Book) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, template and values of each page."""
    yield "index.html", "index.html", {"unknowns": unknowns()}
    for number, section in enumerate(SECTIONS):
        yield (
            f"section-{section.id}.html",
            "section.html",
            {
                "section": section,
                "rows": [row for row in book.statements if row.section is section],
                "steps": book.walk.of(section.id) if book.walk else (),
                "scenarios": book.of_section(section),
                "before": SECTIONS[number - 1] if number else None,
                "after": SECTIONS[number + 1] if number + 1 < len(SECTIONS) else None,
            },
        )
    yield "beyond.html", "beyond.html", {"groups": _by_capability(book.beyond)}
    yield "scenarios.html", "scenarios.html", {"groups": _by_capability(book.scenarios)}
    for scenario in book.scenarios:
        yield f"scenarios/{scenario.slug}.html", "scenario.html", {"scenario": scenario}
    yield "statements.html", "statements.html", {}
    yield "assumptions.html", "assumptions.html", {"assumptions": assumptions(), "profiles": profiles()}
    yield "defects.html", "defects.html", {"matrix": recorded(), "packages": list(Package)}
    yield "facts.html", "facts.html", {"facts": public_facts()}
    yield "search.html", "search.html", {}


def _environment(book: Book) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "book": book, "record": book.record, "figures": book.figures, "State": State, "states": _STATES,
        "levels": _LEVELS, "services": _SERVICES, "sections": SECTIONS, "sources": sources(), "ASSUMPTION": ASSUMPTION,
        "is_reference": book.record.engine == REFERENCE_ENGINE, "anchor": anchor,
        "state_of": state_of,
    }  # fmt: skip
    return environment


def _by_capability(scenarios: tuple[ScenarioPage, ...]) -> list[tuple[str, list[ScenarioPage]]]:
    return [(file, list(group)) for file, group in groupby(scenarios, key=lambda one: one.file)]


def _shown(value: object) -> object:
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value
