"""Every page of the lab is open to everybody: read aloud, in light and dark, at 360 px, without a mouse, whatever names
it shows. Each is loaded once; all that is wrong with the pages of a test is told together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simulator.conformance.report.page import compose_page
from simulator.lab import Lab
from simulator.web.app import create_app
from tests.browser.browsing import Browsing, browsing
from tests.browser.conftest import has_failed
from tests.browser.judged import problems_of
from tests.browser.pages import NO_PAGES, PAGES, Listed
from tests.browser.populated import Populated, populate
from tests.unit.conformance import reported

TOGETHER = 10
"""Pages looked at in one context; a fresh one has to compile axe-core again."""
BATCHES = [PAGES[first : first + TOGETHER] for first in range(0, len(PAGES), TOGETHER)]
_TEXT = """() => {
  const typed = [...document.querySelectorAll('input, textarea')].map(one => one.value)
  return [document.body.innerText, ...typed].join('\\n')
}"""


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Populated]:
    with Lab() as lab:
        yield populate(lab, tmp_path_factory.mktemp("engine-state"))


@pytest.fixture
def opened(chromium: Browser, populated: Populated, request: pytest.FixtureRequest) -> Iterator[Browsing]:
    url = populated.lab.endpoints.http_url
    with browsing(chromium, url, request.node.name, has_failed(request), traced=False) as opened:
        yield opened


@pytest.mark.parametrize("pages", BATCHES, ids=lambda pages: pages[0].path[:60])
def test_every_page_is_open_to_everybody(pages: tuple[Listed, ...], opened: Browsing, populated: Populated) -> None:
    wrong: list[str] = []
    for listed in pages:
        address = listed.address(populated.words)
        if listed.status >= 400:
            opened.watch.expect(f"status of {listed.status}")
        answer = opened.page.goto(address)
        found = [] if answer and answer.status == listed.status else [f"answers {answer and answer.status}"]
        text = opened.page.evaluate(_TEXT)
        found += [f"does not show {name[:60]!r} as text" for name in listed.shows if name not in text]
        found += problems_of(opened.page)
        wrong += [f"{address}", *(f"  {one}" for one in found)] if found else []
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("ending", ["everything", "stopped"])
def test_the_report_of_a_run_is_open_to_everybody(chromium, request, tmp_path: Path, ending: str) -> None:
    report = tmp_path / "report.html"
    report.write_text(compose_page(reported.account(reported.EACH[ending])), encoding="utf-8")
    with browsing(
        chromium, "http://127.0.0.1:1", request.node.name, has_failed(request), own=(report.as_uri(),)
    ) as opened:
        opened.page.goto(report.as_uri())
        found = problems_of(opened.page, leave_out="#content", tabbed=False)  # which the vendored formatter makes
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_the_list_has_every_route_that_answers_get() -> None:
    lab = Lab()
    try:
        app = create_app(lab)
    finally:
        lab.stop()
    routes = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and "static" not in rule.endpoint
    }
    listed = {
        rule for rule in routes for page in PAGES if page.status == 200 and is_of(rule, page.path.partition("?")[0])
    }
    assert {*NO_PAGES} - routes == set(), "these are no routes"
    assert routes - listed - {*NO_PAGES} == set(), "add a line to PAGES (or NO_PAGES) in tests/browser/pages.py"
    assert listed & {*NO_PAGES} == set()


def is_of(rule: str, path: str) -> bool:
    """Whether a listed path is an address of a route: a word or a value stands for each of its arguments."""
    return re.fullmatch(re.sub(r"<[^>]+>", "[^/]+", rule), path) is not None
