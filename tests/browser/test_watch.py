"""The watch sees what no page may do, in the real browser; and nothing on a page that is well."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page

from tests.browser.watch import Watch


def test_a_page_that_is_well_gives_nothing_to_tell(page: Page, watch: Watch) -> None:
    page.goto("/")
    assert page.evaluate("navigator.language") == "ja-JP"
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Tokyo"
    assert watch.problems() == []


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("console.error('so nicht')", "console error: so nicht"),
        ("console.warn('wohl kaum')", "console warning: wohl kaum"),
        ("setTimeout(() => { throw new Error('verloren') })", "uncaught: verloren"),
        ("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))", "Content Security"),
        ("document.body.setAttribute('onclick', '1')", "Content Security"),
        ("alert(1)", "dialog alert: 1"),
        ("fetch('/no/such/page')", "status of 404"),
    ],
)  # fmt: skip
def test_the_watch_tells_what_a_page_did(page: Page, watch: Watch, does: str, told: str) -> None:
    page.goto("/")
    page.evaluate(f"async () => {{ await ({does}); await new Promise(resolve => setTimeout(resolve)); }}")
    problems = watch.problems()
    assert [told in line for line in problems] == [True], problems


def test_a_request_that_leaves_the_lab_is_aborted_and_told(page: Page, watch: Watch) -> None:
    with pytest.raises(Error, match="ERR_BLOCKED_BY_CLIENT"):
        page.goto("http://lab.example/elsewhere")
    assert watch.problems() == ["request that leaves the lab: GET http://lab.example/elsewhere"]


def test_what_is_expected_is_no_problem(page: Page, watch: Watch) -> None:
    watch.expect("status of 404")
    watch.expect("dialog confirm: reset")
    page.goto("/no/such/page")
    assert page.evaluate("confirm('reset?')") is True
    assert watch.problems() == []


def test_what_is_expected_has_to_be_seen(page: Page, watch: Watch) -> None:
    watch.expect("status of 404")
    page.goto("/")
    assert watch.problems() == ["expected and not seen: status of 404"]
