from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Page

from simulator.lab import Lab
from tests.browser.chromium import is_owed
from tests.browser.pictures import TALLEST, WIDTH, take_picture


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_a_picture_is_the_same_each_time_and_shows_the_whole_page(page: Page, lab: Lab, tmp_path: Path) -> None:
    lab.tempostar.add_shop("髙島の雑貨", "①㈱")
    page.goto("/tempostar/")
    one, other = tmp_path / "pictures" / "one.png", tmp_path / "other.png"
    take_picture(page, one)
    page.locator("input").first.focus()
    page.evaluate("document.activeElement.blur()")
    take_picture(page, other)
    assert one.read_bytes() == other.read_bytes()
    width, height = size(one)
    assert width == WIDTH
    assert 300 < height <= TALLEST
    assert page.viewport_size == {"width": 1280, "height": 800}


def test_a_picture_of_a_page_without_end_is_cut(page: Page, lab: Lab, tmp_path: Path) -> None:
    page.goto("/")
    page.evaluate("document.body.style.setProperty('height', '90000px')")
    take_picture(page, tmp_path / "tall.png")
    assert size(tmp_path / "tall.png") == (WIDTH, TALLEST)


def test_an_animation_is_shown_at_its_end(page: Page, lab: Lab, tmp_path: Path) -> None:
    page.goto("/")
    take_picture(page, tmp_path / "still.png")
    page.evaluate("document.body.animate([{opacity: 0}, {opacity: 1}], 600000) && 0")
    take_picture(page, tmp_path / "moving.png")
    assert (tmp_path / "still.png").read_bytes() == (tmp_path / "moving.png").read_bytes()


def test_japanese_has_the_font_that_the_system_packages_bring(page: Page, lab: Lab) -> None:
    page.goto("/")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    heading = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
    names = [font["familyName"] for font in fonts]
    if names != ["Noto Sans CJK JP"] and not is_owed(os.environ):
        pytest.skip(f"this machine shows Japanese in {names}: its pictures differ from those of CI")
    assert names == ["Noto Sans CJK JP"]
