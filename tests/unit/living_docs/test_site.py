"""The pages: whole in themselves, true to the run, harmless whatever an engine has written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from simulator.conformance.guide import statements
from simulator.conformance.sources import Owed, assumptions, public_facts
from simulator.conformance.verify.results import Outcome
from simulator.living_docs.book import SECTIONS, Book, State, compose_book
from simulator.living_docs.record import read_record
from simulator.living_docs.site import compose_site
from simulator.living_docs.walk import read_walk
from tests.unit.conformance import reported
from tests.unit.living_docs.recorded_run import MAILED, QUIET, RUN, STAYS, result, write_run
from tests.unit.living_docs.test_walk import STEP, walked


@dataclass
class Site:
    """What was composed, by name; pictures count as files. `pages`: parsed."""

    book: Book
    files: dict[str, str]

    def __post_init__(self) -> None:
        self.pages = {name: Page(text) for name, text in self.files.items() if name.endswith(".html")}


class Page(HTMLParser):
    """Elements of a page: ids, addresses, and what no page may have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.text = ""
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self._open = tag
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.addresses += [told[name] or "" for name in ("href", "src", "action") if name in told]
        self.inline += [name for name in told if name.startswith("on") or name == "style"]
        self.inline += [tag] * (tag == "style" or (tag == "script" and "src" not in told))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open == "script" and data.strip():
            self.inline.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    book = compose_book(read_record(write_run(folder / "run")), read_walk(walked(folder / "walk")))
    files = compose_site(book)
    return Site(book, files | {f"pictures/{step.picture}": "" for step in book.walk.steps if book.walk})


def page_of(site: Site, name: str) -> str:
    return site.files[f"scenarios/{next(one.slug for one in site.book.scenarios if one.name == name)}.html"]


def test_every_address_leads_to_a_file_and_place_of_the_site(site: Site) -> None:
    lost = []
    for name, page in site.pages.items():
        for address in page.addresses:
            path, place = urldefrag(address)
            target = (Path("/") / Path(name).parent / unquote(path)).resolve().relative_to("/") if path else Path(name)
            there = str(target) in site.files
            if not there or (place and place not in site.pages[str(target)].ids):
                lost.append(f"{name}: {address}")
    assert lost == []
    assert all(len(set(page.ids)) == len(page.ids) for page in site.pages.values())


def test_no_page_has_an_address_outside_or_a_script_or_style_of_its_own(site: Site) -> None:
    for name, text in site.files.items():
        assert "://" not in re.sub(r"http://www\.w3\.org/2000/svg|http://127\.0\.0\.1", "", text), name
    for name, page in site.pages.items():
        assert page.inline == [], name
        assert (
            "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:"
            in site.files[name]
        )


def test_hostile_text_is_text(site: Site) -> None:
    told = page_of(site, MAILED)
    assert "&lt;/script&gt;&lt;script&gt;window.PWNED=1" in told
    for name, text in site.files.items():
        assert "<script>window" not in text, name
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text), name


def test_a_scenario_page_tells_each_case_with_its_steps_and_what_went_over_the_wire(site: Site) -> None:
    told = Page(page_of(site, STAYS)).text
    assert re.findall(r"実行例 \d", told) == ["実行例 1", "実行例 2"]
    assert "内容 差分" in told
    assert "内容 全件" in told
    assert told.count("通信記録 5件") == 2
    assert "09:05:07 FTPS in: </script>" in told
    assert "ほか4件" in told
    assert "ignores-the-pause" in told
    assert "While the linkage is paused, no stock changes." in told
    assert "§5.4" in told
    failed = page_of(site, MAILED)
    assert 'class="message">seen: &lt;/script&gt;' in failed
    assert "✗" in failed


def test_what_was_not_run_is_not_told_as_passed(site: Site) -> None:
    quiet = next(one for one in site.book.scenarios if one.name == QUIET)
    other = next(one for one in site.book.scenarios if one.name == "よく似たコードが並んでいても取り違えない")
    assert (quiet.state, other.state) == (State.PASSED, State.NOT_RUN)
    assert "この実行では動かしていません" in page_of(site, other.name)
    assert "passed" not in Page(page_of(site, other.name)).text.replace("未実行", "")
    rows = {row.statement.id: row.state for row in site.book.statements}
    assert (rows["5.4"], rows["5.5"], rows["4.3"], rows["3.2.1.1"]) == (
        State.PASSED, State.FAILED, State.NOT_RUN, State.WALKED,
    )  # fmt: skip
    assert rows["0.2"] is State.UNSHOWN


def test_the_front_page_counts_what_this_run_has_shown(site: Site) -> None:
    told = " ".join(re.sub("<[^>]+>", " ", site.files["index.html"]).split())
    f = site.book.figures
    for wanted in (
        f"1 / {f.statements} 件の記述", "by the walk alone 3", "seen in the walk, in all 3",
        f"scenarios passed 2 / {f.scenarios}", "failed 1", f"{f.assumptions} 件の仮定",
        f"changed by a setting {f.adjustable}", f"{f.unknowns} 件、両社だけ", f"{f.killed} / {f.defects}",
        "partial: only 一時停止",
    ):  # fmt: skip
        assert wanted in told


def test_every_page_says_whose_run_it_was_and_that_it_is_a_part(site: Site) -> None:
    for page in site.pages.values():
        told = page.text
        assert f"This run is not of the reference engine but of {reported.ENGINE}" in told
        assert "A partial run, only 一時停止" in told
        assert "判定: not conformant" in told


def test_a_whole_run_of_the_reference_engine_needs_no_notice(tmp_path: Path) -> None:
    from simulator.conformance.drivers import REFERENCE_ENGINE

    whole = replace(RUN, engine=REFERENCE_ENGINE, only=(), results=(result(QUIET),), expected=1)
    files = compose_site(compose_book(read_record(write_run(tmp_path, whole)), None))
    assert 'class="notice"' not in files["index.html"]
    for name in ("index.html", "section-1.html"):
        assert "To make them: pytest tests/browser/test_guide_walk.py" in Page(files[name]).text


def test_each_section_has_its_statements_pictures_and_scenarios(site: Site) -> None:
    first = site.files["section-1.html"]
    assert f'<img src="pictures/{STEP.picture}" alt="{STEP.title}: {STEP.seen}"' in first
    assert STEP.action in first
    assert STEP.path in first
    fifth = Page(site.files["section-5.html"]).text
    for wanted in (STAYS, MAILED, "もし", "一時停止 pauses the link.", "The walk has no step in this section."):
        assert wanted in fifth
    levels = [one.level for one in site.book.of_section(SECTIONS[-1])]
    assert levels == sorted(levels, key=list(Owed).index)
    assert len({*levels}) > 1
    shown = "".join(
        page.text for name, page in site.pages.items() if name.startswith("section-") or name == "beyond.html"
    )
    assert [one.name for one in site.book.scenarios if one.name not in shown] == []


def test_the_lists_are_whole(site: Site) -> None:
    told = site.pages
    assert {f"s-{one.id.replace('.', '-')}" for one in statements()} <= {*told["statements.html"].ids}
    assert {one.id for one in assumptions()} <= {*told["assumptions.html"].ids}
    assert {one.name for one in site.book.defects} <= {*told["defects.html"].ids}
    assert {one.id for one in public_facts()} <= {*told["facts.html"].ids}
    for one in assumptions():
        assert one.settle in told["assumptions.html"].text
        assert not one.setting or f"zaikolab up --set {one.setting}=…" in told["assumptions.html"].text
    assert all(one.mistake in told["defects.html"].text for one in site.book.defects)
    assert "気付いた killed for the stated reason" in told["defects.html"].text


def test_the_search_finds_statements_scenarios_assumptions_defects_and_the_unknown(site: Site) -> None:
    text = site.files["search-index.js"]
    assert text.startswith("window.ZAIKOLAB_INDEX = [")
    assert not set("<>&\u2028") & set(text)
    entries = json.loads(text.removeprefix("window.ZAIKOLAB_INDEX = ").rstrip(";\n"))
    assert {one["k"] for one in entries} == {
        "section", "statement", "scenario", "assumption", "unknown", "defect", "fact",
    }  # fmt: skip
    for one in entries:
        path, place = urldefrag(one["u"])
        assert path in site.files
        assert not place or f'id="{place}"' in site.files[path]
    (stays,) = (one for one in entries if one["t"] == STAYS)
    assert stays["s"] == "passed"
    assert "送信間隔が「3」回過ぎ" in stays["w"]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ((), State.NOT_RUN), ((Outcome.PASSED, Outcome.SKIPPED), State.PASSED), ((Outcome.SKIPPED,), State.SKIPPED),
        ((Outcome.PASSED, Outcome.BROKEN), State.NOT_JUDGED),
        ((Outcome.PASSED, Outcome.BROKEN, Outcome.FAILED), State.FAILED),
    ],
)  # fmt: skip
def test_the_worst_case_of_a_scenario_decides(site: Site, outcomes: tuple[Outcome, ...], state: State) -> None:
    page = next(one for one in site.book.scenarios if one.name == STAYS)
    assert replace(page, results=tuple(result(STAYS, outcome) for outcome in outcomes)).state is state
