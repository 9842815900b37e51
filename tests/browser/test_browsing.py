"""What is kept of a test that failed, and nothing of one that did not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from simulator.lab import Lab
from tests.browser.browsing import KEPT, browsing

NAME = f"kept-{os.getpid()}"
"""Workers that share the tests of this file share no folder."""


@pytest.fixture
def kept() -> Iterator[Path]:
    folder = KEPT / NAME
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_page_that_warns_fails_its_test_and_leaves_a_picture_and_a_trace(chromium: Browser, lab: Lab, kept) -> None:
    with (
        pytest.raises(AssertionError, match="what no page may do:\n  console warning: wohl kaum"),
        browsing(chromium, lab.endpoints.http_url, NAME, lambda: False) as opened,
    ):
        opened.page.goto("/")
        opened.page.evaluate("console.warn('wohl kaum')")
    assert {path.name for path in kept.iterdir()} == {"page-1.png", "trace.zip"}


def test_a_test_that_failed_leaves_them_too_and_one_that_passed_does_not(chromium: Browser, lab: Lab, kept) -> None:
    for failed in (False, True):
        with browsing(chromium, lab.endpoints.http_url, NAME, lambda failed=failed: failed, traced=False) as opened:
            opened.page.goto("/")
        assert kept.exists() is failed
    assert {path.name for path in kept.iterdir()} == {"page-1.png"}


def test_contexts_share_nothing(chromium: Browser, lab: Lab) -> None:
    for _ in range(2):
        with browsing(chromium, lab.endpoints.http_url, NAME, lambda: False) as opened:
            assert opened.context.cookies() == []
            opened.page.goto("/")
            assert opened.page.evaluate("localStorage.length") == 0
            opened.page.evaluate("localStorage.setItem('kept', 'no')")
            opened.context.add_cookies([{"name": "kept", "value": "no", "url": lab.endpoints.http_url}])
