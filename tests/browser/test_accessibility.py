"""The checks of `accessibility.py` and `keyboard.py` say no where a page shuts somebody out."""

from __future__ import annotations

import hashlib

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import AXE, grave_violations
from tests.browser.keyboard import keyboard_problems


def content(page: Page, markup: str) -> None:
    """Have this in the main part of a page of the lab, whose style sheets and policy stay."""
    page.goto("/")
    page.evaluate("markup => { document.querySelector('main').innerHTML = `<h1>題</h1>${markup}` }", markup)


def test_axe_is_as_it_was_published() -> None:
    """What is vendored is not edited, and its licence comes with it."""
    assert {path.name for path in AXE.parent.iterdir()} == {"LICENSE", "LICENSE-3RD-PARTY.txt", "axe.min.js"}
    digest = hashlib.sha256(AXE.read_bytes()).hexdigest()
    assert digest == "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
    assert AXE.read_text(encoding="utf-8").startswith("/*! axe v4.14.1\n")
    assert "4.14.1 (MPL-2.0" in (AXE.parents[1] / "README.md").read_text(encoding="utf-8")


def test_a_violation_says_rule_impact_place_and_how_to_mend_it(page: Page) -> None:
    content(page, "<input type=text id=bare>")
    (violation,) = grave_violations(page)
    told = str(violation)
    assert told.startswith("critical, label (light): Form elements must have labels\n    #bare: <input type=")
    assert "Fix any of the following" in told


@pytest.mark.parametrize(
    ("colours", "schemes"),
    [
        ("color: #ddd; background: #fff", ["light", "dark"]),
        ("color: light-dark(#000, #333); background: light-dark(#fff, #222)", ["dark"]),
        ("color: light-dark(#ccc, #fff); background: light-dark(#fff, #222)", ["light"]),
        ("color: light-dark(#000, #fff); background: light-dark(#fff, #222)", []),
    ],
)
def test_contrast_is_asked_for_in_light_and_in_dark(page: Page, colours: str, schemes: list[str]) -> None:
    content(page, "<p id=it>読めない</p>")
    page.evaluate("style => { document.getElementById('it').style.cssText = style }", colours)
    found = grave_violations(page)
    assert [(one.rule, one.scheme) for one in found] == [("color-contrast", scheme) for scheme in schemes]


def test_what_is_left_out_is_not_judged(page: Page) -> None:
    content(page, "<div id=theirs><input type=text></div>")
    assert grave_violations(page, leave_out=["#theirs"]) == []


def test_a_page_that_is_well_can_be_walked(page: Page) -> None:
    content(
        page,
        "<a href='/'>戻る</a><form><label>名<input></label><label><input type=radio name=r checked>一</label>"
        "<label><input type=radio name=r>二</label><button>送る</button><button disabled>まだ</button></form>"
        "<details><summary>詳細</summary><button>隠れている</button></details><section tabindex=-1>到着点</section>",
    )
    assert keyboard_problems(page) == []


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        ("<button></button>", "has no name that is read aloud: <button></button>"),
        ("<a href='/' tabindex=-1>飛ばす</a>", "Tab does not come to: <a href="),
        ("<div role=button>押す</div>", 'Tab does not come to: <div role="button"'),
        ("<div onclick='1'>押す</div>", "Tab does not come to: <div onclick"),
    ],
)
def test_what_cannot_be_named_or_reached_is_told(page: Page, watch, markup: str, problem: str) -> None:
    content(page, markup)
    if "onclick" in markup:
        watch.expect("Content Security Policy")
    (told,) = keyboard_problems(page)
    assert told.startswith(problem)


def test_a_focus_that_does_not_show_is_told(page: Page) -> None:
    content(page, "<button id=it>押す</button>")
    page.evaluate("() => { document.getElementById('it').style.outline = 'none' }")
    assert keyboard_problems(page) == [
        'looks the same with the focus: <button id="it" style="outline: none;">押す</button>'
    ]


def test_a_walk_ends_where_the_focus_is_caught(page: Page) -> None:
    content(page, "<button id=trap>捕まる</button><button>届かない</button>")
    page.evaluate(
        """() => { document.getElementById('trap').addEventListener('keydown', event => event.preventDefault()) }"""
    )
    assert keyboard_problems(page) == ["Tab does not come to: <button>届かない</button>"]
