"""The clock, on every page; its forms come back to the page they were on and never lead out of the lab."""

from __future__ import annotations

import pytest

from simulator.config import ClockMode
from tests.integration.lab_pages.conftest import lines

PAGES = (
    "/", "/lab/", "/lab/faults", "/lab/settings", "/lab/states", "/lab/engine", "/lab/sku?code=LMP-00001", "/mail/",
    "/tempostar/stock?search=a&page=1", "/roomclip/business/1/items", "/roomclip/shop/1/",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_clock_and_comes_back_to_itself(site, page):
    answer = site.send(page, "/lab/clock/advance")
    assert answer.headers["Location"] == page
    assert site.lab.clock.now().isoformat() == "2026-04-01T09:10:00+09:00"
    assert "時計を5分進めました。" in site.note(answer)


def test_goes_on_to_the_next_pass(site):
    due = site.lab.tempostar.next_pass_due()
    site.send("/mail/", "/lab/clock/next-pass")
    assert site.lab.clock.now() == due


def test_says_why_there_is_no_next_pass(empty):
    answer = empty.send("/mail/", "/lab/clock/next-pass", answers=409)
    assert 'role="alert"' in answer.text
    assert 'href="/mail/">元の画面へ戻る' in answer.text
    assert "Set one of them to 起動" in answer.text


def test_runs_and_freezes(site):
    site.send("/lab/", "/lab/clock/mode", containing="この速さで動かす", rate="600")
    assert (site.lab.clock.mode, site.lab.clock.rate) == (ClockMode.RUNNING, 600)
    page = site.open("/lab/clock/time")
    assert "600倍" in page
    assert 'hx-get="/lab/clock/time"' in page
    site.send("/", "/lab/clock/mode")
    assert site.lab.clock.mode is ClockMode.FROZEN
    assert "hx-get" not in site.open("/lab/clock/time")


@pytest.mark.parametrize(("page", "button"), [("/", "時計を動かす"), ("/lab/", "この速さで動かす")])
def test_a_window_that_is_out_of_date_does_not_set_the_clock_going_again(site, page, button):
    form = site.hidden(page, "/lab/clock/mode", containing=button) | {"rate": "5"}
    site.lab.agenda.set_clock(mode=ClockMode.RUNNING)
    assert site.client.post("/lab/clock/mode", data=form).status_code == 409
    assert site.lab.clock.rate == 1


def test_is_set_to_a_time(site):
    site.send("/lab/", "/lab/clock/set", now="2026-04-01T12:34:56")
    assert site.lab.clock.now().isoformat() == "2026-04-01T12:34:56+09:00"


@pytest.mark.parametrize("now", ["2026-04-01T08:00:00", "", "noon", "2099-01-01T00:00:00"])
def test_a_time_that_cannot_be_keeps_what_was_typed(site, now):
    answer = site.client.post("/lab/clock/set", data={**site.hidden("/lab/", "/lab/clock/set"), "now": now})
    assert answer.status_code in {409, 422}
    assert f'value="{now}"' in answer.text
    assert site.lab.clock.now().isoformat() == "2026-04-01T09:05:00+09:00"


@pytest.mark.parametrize(
    "back",
    ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "/\t/elsewhere.example", "", "x",
     "javascript:alert(1)", "/\\/elsewhere.example", "\\\\elsewhere.example", "/ /elsewhere.example", "/%00\n"],
)  # fmt: skip
def test_the_way_back_cannot_leave_the_lab(site, back):
    answer = site.send("/", "/lab/clock/advance", back=back)
    assert answer.headers["Location"] == "/lab/"


def test_the_commands_beside_the_clock_do_the_same(site, sites):
    twin = sites()
    page = site.note(site.send("/lab/", "/lab/clock/next-pass"))
    twin.call(next(line for line in lines(page) if line.startswith("zaikolab call POST /clock/next-pass")))
    assert twin.lab.clock.now() == site.lab.clock.now()


def test_the_clock_of_a_refused_form_leads_back_to_the_form_s_page(site):
    path = "/lab/faults/catalogue/data.cut"
    form = site.hidden(path, path)
    for referrer, back in ((f"http://localhost{path}", path), ("http://elsewhere.example/x", "/lab/"), ("", "/lab/")):
        answer = site.client.post(path, data={**form, "on": ""}, headers={"Referer": referrer})
        assert answer.status_code == 422
        assert f'name="back" value="{back}"' in answer.text
