"""Pictures of pages for documentation: alike at each run, and of bounded size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTH, TALLEST = 960, 2400
"""CSS pixels. A taller page is cut there: a picture of a step is no archive."""

_DRAWN = """async () => {
  await document.fonts.ready
  for (let frame = 0; frame < 2; frame += 1) await new Promise(resolve => requestAnimationFrame(resolve))
}"""
"""The first frame of another width may still have parts of the old one."""


def take_picture(page: Page, path: Path, *, width: int = WIDTH) -> None:
    """Write the whole page as a PNG of `width` pixels, one for each CSS pixel, at most TALLEST high; animations are at
    their end, there is no caret and no focus ring of a mouse. The page has its old size again afterwards."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 600})
    page.evaluate(_DRAWN)
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(
        path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height},
        animations="disabled", caret="hide", scale="css",
    )  # fmt: skip
    if before is not None:
        page.set_viewport_size(before)
