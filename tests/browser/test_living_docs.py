"""The living documentation opens from disk without a network, is searched there, and is open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from simulator.living_docs.building import build_site
from tests.browser.browsing import Browsing, browsing
from tests.browser.conftest import has_failed
from tests.browser.judged import problems_of
from tests.unit.living_docs.recorded_run import MAILED, write_run
from tests.unit.living_docs.test_walk import walked

KINDS = (
    *("index", "section-3-2-1", "section-5", "statements", "assumptions"),
    *("facts", "scenarios", "beyond", "search", "defects"),
)
"""One page of each template."""
BIG = "table.wide tbody tr + tr + tr"
"""The rows of a long table are made alike: two are judged, of thousands of cells."""
OPEN = "[...document.querySelectorAll('details')].slice(0, 10).forEach(one => { one.open = true })"
"""Opens the first parts that are closed, which are made alike too."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ground = tmp_path_factory.mktemp("documentation")
    build_site(write_run(ground / "run"), walked(ground / "walk"), ground / "site")
    return ground / "site"


@pytest.fixture
def opened(chromium: Browser, site: Path, request: pytest.FixtureRequest) -> Iterator[Browsing]:
    own = (f"{site.as_uri()}/",)
    with browsing(
        chromium, "http://127.0.0.1:1", request.node.name, has_failed(request), own=own, traced=False
    ) as opened:
        yield opened


def test_every_kind_of_page_is_open_to_everybody(opened: Browsing, site: Path) -> None:
    failed = next(path for path in site.glob("scenarios/*.html") if MAILED in path.read_text(encoding="utf-8"))
    kinds = [site / f"{name}.html" for name in KINDS]
    assert {path.name for path in site.glob("*.html") if not path.name.startswith("section-")} <= {
        path.name for path in kinds
    }
    wrong: list[str] = []
    for path in (*kinds, failed):
        opened.page.goto(path.as_uri())
        # With Tab one by one; the search page has the focus in its field from the beginning.
        tabbed = opened.page.locator("main a").count() < 60 and path.name != "search.html"
        opened.page.evaluate(OPEN)
        wrong += [f"{path.name}: {one}" for one in problems_of(opened.page, leave_out=BIG, tabbed=tabbed)]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def test_it_is_searched_in_both_languages(opened: Browsing, site: Path) -> None:
    opened.page.goto((site / "index.html").as_uri())
    opened.page.get_by_role("searchbox").fill("一時停止")
    opened.page.get_by_role("button", name="検索").click()
    expect(opened.page.get_by_role("main").get_by_role("status")).to_contain_text("found")
    for words in ("一時停止", "pauses"):
        opened.page.get_by_role("main").get_by_role("searchbox").fill(words)
        expect(opened.page.get_by_role("main").get_by_role("link").filter(has_text="5.4").first).to_be_visible()
    opened.page.get_by_role("main").get_by_role("searchbox").fill("そんな言葉はない")
    expect(opened.page.get_by_role("main").get_by_role("link").filter(has_text="5.4")).to_have_count(0)
