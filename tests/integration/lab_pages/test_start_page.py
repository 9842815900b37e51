"""The page at `/`: what is where, with figures that are true, and how to begin."""

from __future__ import annotations

import html
import re

from simulator.lab_pages.figures import start_figures
from simulator.start_screen import show_start


def step(site) -> str:
    return site.open("/").partition('class="step"')[2].partition("</p>")[0]


def test_tells_how_to_begin_when_the_lab_is_empty(empty):
    page = empty.open("/")
    assert "まだショップがありません" in page
    assert "zaikolab seed 1200" in page
    assert "zaikolab up --demo" in page
    assert '<a href="/tempostar/settings/shops/new">連携ショップ新規追加</a>' in page
    assert "まず試す" not in page
    empty.lab.seed(10)
    assert "zaikolab seed" not in empty.open("/")  # it was done


def test_shows_how_much_there_is_and_how_much_agrees(site):
    page = site.open("/")
    assert "まだショップがありません" not in page
    assert "20 <small>SKU" in page
    assert "09:10" in page
    wanted, held = site.lab.tempostar.levels(), site.lab.roomclip.levels("1")
    same = sum(held[code] == stock for code, stock in wanted.items())
    assert f"相違 {20 - same}" in step(site)
    site.lab.roomclip.set_stock("1", list(wanted.items()))
    assert "一致 20" in step(site)
    site.lab.tempostar.set_stock("LMP-00001", sellable=12345)
    assert "相違 1" in step(site)


def test_figures_follow_mails_faults_and_the_clock(site):
    site.lab.mailbox.receive("a@shop.example", ["b@shop.example"], b"Subject: x\r\n\r\n")
    site.lab.faults.arm("tls.expired", on="SMTP")
    site.lab.advance(minutes=5)
    page = site.open("/")
    assert "（1通）" in page
    assert "障害 1件" in page
    assert "09:15" in page


def test_compares_no_more_than_it_says(site):
    told = start_figures(site.lab, compared=5)()
    assert (told["same"] + told["differing"], told["bounded"]) == (5, True)
    assert start_figures(site.lab)()["bounded"] is False


def test_every_link_of_the_start_page_leads_somewhere(site):
    for address in set(re.findall(r'href="(/[^"#]*)"', site.client.get("/").text)):
        assert site.client.get(html.unescape(address), follow_redirects=True, buffered=True).status_code == 200, address


def test_has_three_things_to_try_each_with_a_command(site):
    page = site.open("/")
    tries = page.partition('class="tries')[2].partition("</ol>")[0]
    assert re.findall(r"<h3>(.+?)</h3>", tries) == ["エンジンを動かす", "一つ売る", "壊して、メールを読む"]
    assert tries.count("<code>") == 3


def test_the_command_that_starts_a_lab_names_this_page_first(site, capsys):
    show_start(site.lab, 0.5)
    first = next(line for line in capsys.readouterr().out.splitlines() if "http" in line)
    assert first.split()[:2] == ["start", "http://127.0.0.1:8080/"]
