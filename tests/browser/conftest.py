"""The ground of all browser tests: one Chromium a process, a fresh context a test, a lab beside it.

    def test_a_merchant_sees_her_shop(page, lab):
        page.goto("/tempostar/")

`page` belongs to `lab`, the running and empty lab. A test fails when one of its pages warned, failed, broke the
Content-Security-Policy or asked for an address outside the lab; `watch.expect` allows what belongs to the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from reference.bootstrap import run_pass
from simulator.conformance.drivers import CallableEngine, Engine
from simulator.lab import Lab
from tests.browser.chromium import NOT_RUN, Missing, explain, is_owed, look, this_machine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.browsing import Browsing
    from tests.browser.watch import Watch

FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Remember that a test failed, for whoever keeps pictures when it is over. Skips for want of a browser get one
    place, so that they are told in one line."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    if report.skipped and isinstance(report.longrepr, tuple) and NOT_RUN in report.longrepr[2]:
        report.longrepr = (__file__, None, report.longrepr[2])
    return report


def has_failed(request: pytest.FixtureRequest) -> Callable[[], bool]:
    """What tells, when asked, whether the test has failed by then."""
    return lambda: request.node.stash.get(FAILED, False)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of this process, started by the first test that wants it."""
    found = look(this_machine())
    if isinstance(found, Missing):
        if is_owed(os.environ):
            pytest.fail(explain(found), pytrace=False)
        pytest.skip(explain(found))
    from playwright.sync_api import sync_playwright

    from tests.browser.browsing import launch

    with sync_playwright() as playwright:
        browser = launch(playwright, found.path)
        yield browser
        browser.close()


@pytest.fixture
def browsing(chromium: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Browsing]:
    """A fresh context on the lab, with a page open and watched."""
    from tests.browser.browsing import browsing

    with browsing(chromium, lab.endpoints.http_url, request.node.name, has_failed(request)) as opened:
        yield opened


@pytest.fixture
def page(browsing: Browsing) -> Page:
    """The page of this test; addresses may begin at the lab's root."""
    return browsing.page


@pytest.fixture
def watch(browsing: Browsing) -> Watch:
    """What watches the page: tell it what is to be expected."""
    return browsing.watch


@pytest.fixture(scope="session")
def zaikolab_engine() -> Engine:
    """The reference engine, in this process."""
    return CallableEngine(lambda environment: run_pass(environment).exit_code)
