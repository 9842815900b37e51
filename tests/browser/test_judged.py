"""Every page is judged by all of it: width, outline, axe-core, Tab. Each says no where it has reason to."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.judged import problems_of
from tests.browser.test_accessibility import content


def test_a_page_that_is_well_has_no_problems(page: Page) -> None:
    content(page, "<p>よい</p>")
    assert problems_of(page) == []
    assert page.viewport_size == {"width": 1280, "height": 800}


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        (
            "main.innerHTML += '<div id=broad>広い</div>'; broad.style.width = '361px'",
            "px wide where 360 are to see: <div",
        ),
        ("main.innerHTML += '<h1>もう一つ</h1>'", "has not one h1 but ['題', 'もう一つ']"),
        ("main.innerHTML = '<p>無題</p>'", "has not one h1 but []"),
        ("document.title = ' '", "has no language or no title"),
        ("document.documentElement.lang = ''", "has no language or no title"),
        ("main.innerHTML += '<input type=text>'", "critical, label (light): Form elements must have labels"),
        ("main.innerHTML += '<div role=button>押す</div>'", "Tab does not come to: <div"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_page_is_told(page: Page, does: str, problem: str) -> None:
    content(page, "")
    page.evaluate(f"() => {{ const main = document.querySelector('main'); {does} }}")
    assert [one for one in problems_of(page) if problem in one], problem


def test_what_is_left_out_is_not_judged_and_tab_may_be_spared(page: Page) -> None:
    content(page, "<section id=theirs><h1>別</h1><input type=text></section>")
    assert problems_of(page, leave_out="#theirs", tabbed=False) == []
