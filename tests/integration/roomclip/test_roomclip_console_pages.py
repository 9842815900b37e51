"""What the pages of RoomClipビジネス show: how the shop stands, what was typed, what is wrong by row, mails of runs."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from simulator.clock import FROZEN_START
from simulator.lab import Lab
from simulator.roomclip.console.pages import create_blueprint
from simulator.roomclip.linkage import Run, RunOutcome
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.web.app import create_app
from simulator.web.forms import guard_forms
from tests.integration.roomclip.browser import Browser

BASE = "/roomclip/business/1"
HEADER = "商品管理番号,親子・単品フラグ,商品名,カラー,サイズ,種類別の自社管理コード,販売価格,在庫数,出品ステータス\n"
HOSTILE = '<script>alert("①㈱髙")</script>' + "長" * 300 + "\u202eשלום"


@pytest.fixture
def browser(site, roomclip):
    guard_forms(site)
    site.register_blueprint(create_blueprint(roomclip))
    return Browser(site.test_client())


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    lab.stop()


def upload(browser, text, *, answers=303):
    path = f"{BASE}/items/import"
    return browser.send(path, path, answers=answers, file=(io.BytesIO(text.encode()), "my.csv"))


def test_the_home_leads_on_from_step_to_step(browser, linked, register):
    assert browser.client.get("/roomclip/business/").headers["Location"] == f"{BASE}/"
    page = browser.open(f"{BASE}/")
    assert "未完了" in page
    assert "zaikosync once" in page
    register("A-1")
    linked.record_run("1", Run(FROZEN_START, FROZEN_START, RunOutcome.OK))
    page = browser.open(f"{BASE}/")
    assert "未完了" not in page
    assert "在庫が連携されています。" in page
    for path in re.findall(rf'href="({BASE}/[^"]*)"', page):
        browser.open(path)


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("items", ["ショップ管理", "商品管理"]),
        ("items/import", ["ショップ管理", "商品CSV"]),
        ("linkage", ["ショップ管理", "在庫連携設定"]),
        ("runs", ["ショップ管理", "連携履歴"]),
        ("items/new", ["ショップ管理", "商品管理", "商品を登録する"]),
    ],
)
def test_every_page_lies_below_the_menu_of_the_guide(browser, path, way):
    page = browser.open(f"{BASE}/{path}")
    crumbs = re.search(r'class="breadcrumbs".*?</nav>', page, re.DOTALL)
    assert re.findall(r">([^<>]+)</(?:a|span)>", crumbs[0]) == way
    current = re.search(r'href="[^"]*" aria-current="page">([^<]+)</a>', page)
    assert current[1] == way[1]


def test_the_code_has_the_guides_own_label_for_a_single_item(browser):
    page = browser.open(f"{BASE}/items/new")
    assert re.search(r'<label for="field-code-0">種類別の自社管理コード</label>', page)
    assert 'aria-label="種類別の自社管理コード 6"' in browser.open(f"{BASE}/items/new?kind=種類あり")
    assert 'aria-label="種類別の自社管理コード 40"' in browser.open(f"{BASE}/items/new?kind=種類あり&rows=40")


def test_a_refused_item_keeps_every_row_and_marks_what_is_wrong(browser, roomclip):
    rows = {"colour-8": "黒", "code-8": "A-1", "price-8": "千円"}
    path = f"{BASE}/items/new?kind=種類あり"
    page = browser.send(path, answers=422, item_number="R-1", name="椅子", kind="種類あり", status="公開", **rows)
    assert re.search(r'name="price-8" value="千円"[^>]*aria-invalid="true"', page)
    assert 'id="rows-problem">販売価格「千円」は受け付けられません' in page
    assert 'name="colour-8" value="黒"' in page
    assert '<option value="公開" selected>' in page
    assert roomclip.items("1").total == 0


def test_what_is_probably_not_meant_is_told_after_registering(browser, register):
    register("A-1")
    form = {"item_number": "R-2", "name": "椅子", "kind": "種類あり", "status": "公開"}
    rows = {"colour-0": "黒", "code-0": "A-1", "stock-0": "3", "colour-1": "白"}
    page = browser.send(f"{BASE}/items/new", **form, **rows)
    for told in ("在庫数が0以外で登録されました", "コードが空欄の行があります", "どちらの在庫も連携されません: A-1"):
        assert told in page


def test_the_list_says_what_is_linked(browser, register):
    for number, code in (("R-1", "SAME"), ("R-2", "SAME"), ("R-3", None), ("R-4", "OWN")):
        register(code, number=number)
    words = re.findall(r"</span> (コード重複|コードなし|連携対象)</span>", browser.open(f"{BASE}/items"))
    assert words == ["コード重複", "コード重複", "コードなし", "連携対象"]


def test_the_list_is_filtered_and_a_change_comes_back_to_it(browser, register, roomclip):
    register("A-1", stock=1)
    register("A-2", stock=1, status="下書き")
    register("A-3")
    path = f"{BASE}/items?search=A&status=公開&stock=in"
    page = browser.open(path)
    assert "R-A-1" in page
    assert "R-A-2" not in page
    assert "R-A-3" not in page
    changed = browser.send(path, path.replace("items?", "items/status?"), item_number="R-A-1", status="非公開")
    assert "条件に合う商品はありません" in changed
    assert roomclip.item("1", "R-A-1").status == "非公開"
    browser.open(f"{BASE}/items?stock=x", 422)
    browser.open(f"{BASE}/items?status=x", 422)


def test_of_an_item_with_many_variants_the_list_shows_the_first(browser, roomclip):
    variants = tuple(VariantInput(f"C-{number}", colour=f"色{number}") for number in range(30))
    roomclip.register_item("1", ItemInput("R-1", "椅子", variants))
    page = browser.open(f"{BASE}/items")
    assert "ほか 24 種類を見る" in page
    assert "C-29" not in page


def test_when_the_linkage_changed_a_stock_is_shown(browser, register, roomclip):
    register("A-1")
    assert "まだありません" in browser.open(f"{BASE}/items/edit?number=R-A-1")
    roomclip.set_stock("1", [("A-1", 4)])
    assert "<time>2026-04-01 09:00:00</time>" in browser.open(f"{BASE}/items/edit?number=R-A-1")
    assert "連携 <time>04-01 09:00</time>" in browser.open(f"{BASE}/items")


def test_of_a_file_with_very_many_errors_the_first_are_shown_and_the_others_counted(browser, roomclip):
    page = upload(browser, HEADER + "X,9,名,,,,1,0,公開\n" * 501, answers=422)
    assert page.count("親子・単品フラグは 0（単品）・1（親）・2（子）のいずれかです。") == 500
    assert "501 件の問題があります" in page
    assert "ほか 1 件" in page
    assert roomclip.items("1").total == 0


def test_the_warnings_of_an_import_are_paged(browser):
    rows = "".join(f"R-{number},0,名,,,,1,0,公開\n" for number in range(101))
    page = upload(browser, HEADER + rows)
    assert page.count("コードが空欄のため") == 100
    assert browser.open(f"{BASE}/items/import?page=2").count("コードが空欄のため") == 1
    assert "102" in browser.open(f"{BASE}/items/import?page=99")


def test_hostile_names_stay_text_on_every_page(browser, roomclip):
    roomclip.register_item("1", ItemInput(HOSTILE, HOSTILE, (VariantInput(HOSTILE, colour=HOSTILE),), "公開"))
    upload(browser, HEADER + f'"{HOSTILE.replace(chr(34), "")}",0,名,,,,1,0,公開\n')
    for path in ("items", "items/import"):
        assert "<script>" not in browser.client.get(f"{BASE}/{path}").text
    answer = browser.client.get(f"{BASE}/items/edit", query_string={"number": HOSTILE})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_failed_run_leads_to_its_mail(lab):
    lab.roomclip.apply_for_linkage("1")
    lab.roomclip.save_linkage("1", ftp_user="u", ftp_password="p", shop_code="20001")
    browser = Browser(create_app(lab).test_client())
    assert "zaikosync once" in browser.open(f"{BASE}/runs")
    lab.mailbox.receive("a@b.example", ("owner@shop.example",), b"Subject: x\r\n\r\nx")
    now = lab.clock.now()
    lab.roomclip.record_run("1", Run(now, now, RunOutcome.FAILED))
    assert 'href="/mail/1"' in browser.open(f"{BASE}/runs")


def test_before_the_linkage_is_saved_the_history_says_what_to_do(browser):
    page = browser.open(f"{BASE}/runs")
    assert "必要事項を保存してから" in page
