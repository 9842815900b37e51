"""A watched context of the browser, and what is kept of it when a test fails."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.watch import Watch

KEPT = Path(__file__).parents[2] / "build" / "browser"
"""Where pictures and traces of failed tests are left."""
LIMIT = 30_000
"""Milliseconds that anything waited for may take."""
_FLAGS = (
    "--lang=ja", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # nothing outside the lab is even looked up
    # Pictures alike everywhere; a corner redrawn in part differs from one drawn whole.
    "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--disable-partial-raster",
)  # fmt: skip


def launch(playwright: Playwright, path: str) -> Browser:
    """Start the browser at `path`; with ZAIKOLAB_HEADED=1 in a window."""
    headed = os.environ.get("ZAIKOLAB_HEADED", "") not in {"", "0"}
    return playwright.chromium.launch(
        executable_path=path, headless=not headed, args=[*_FLAGS], slow_mo=200 if headed else 0
    )


@dataclass(frozen=True, slots=True)
class Browsing:
    """A context with one page open, and what watches it."""

    context: BrowserContext
    page: Page
    watch: Watch


@contextmanager
def browsing(
    browser: Browser,
    lab_url: str,
    name: str,
    failed: Callable[[], bool],
    *,
    own: tuple[str, ...] = (),
    traced: bool = True,
    **options: Any,
) -> Iterator[Browsing]:
    """A fresh context that may ask for addresses of the lab and those that begin as one of `own`.

    Raises at the end, when a page did what `Watch` does not allow: AssertionError. Then, or when `failed` says so,
    `build/browser/<name>/` has a picture of each page, and `trace.zip` if `traced`.
    """
    given = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", "color_scheme": "light", **options}
    context = browser.new_context(base_url=lab_url, locale="ja-JP", timezone_id="Asia/Tokyo", **given)
    try:
        context.set_default_timeout(LIMIT)
        expect.set_options(timeout=LIMIT)
        if traced:
            context.tracing.start(snapshots=True)
        watch = Watch(context, (f"{lab_url}/", *own))
        yield Browsing(context, context.new_page(), watch)
        problems = watch.problems()
        if problems or failed():
            _keep(context, KEPT / re.sub(r"[^\w.-]+", "-", name).strip("-")[:80], traced=traced)
        assert not problems, "pages of this test did what no page may do:\n  " + "\n  ".join(problems)
    finally:
        context.close()


def _keep(context: BrowserContext, folder: Path, *, traced: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(context.pages, 1):
        page.screenshot(path=folder / f"page-{number}.png", full_page=True)
    if traced:
        context.tracing.stop(path=folder / "trace.zip")
