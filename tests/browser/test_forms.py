"""Forms in a real browser: a double click, a reload, the way back, two windows, the keyboard alone, no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.lab import Lab
from simulator.roomclip.listing import ItemInput, VariantInput
from tests.browser.browsing import browsing
from tests.browser.conftest import has_failed
from tests.browser.judged import problems_of

CHAIR = "/roomclip/shop/1/item?number=R-CHAIR"


@pytest.fixture
def shop(lab: Lab) -> Lab:
    """A lab with one item on sale, five of it."""
    lab.roomclip.register_item("1", ItemInput("R-CHAIR", "椅子", (VariantInput("CHAIR-01", 1000, 5),), "公開"))
    return lab


def orders(lab: Lab) -> int:
    return lab.roomclip.counts()["orders"]


def test_a_double_click_buys_once(page: Page, shop: Lab) -> None:
    page.goto(CHAIR)
    page.get_by_role("button", name="購入する").dblclick()
    expect(page.get_by_role("heading", name="ご注文ありがとうございます")).to_be_visible()
    assert orders(shop) == 1


def test_a_reload_buys_nothing_more_and_a_new_page_does(page: Page, shop: Lab) -> None:
    page.goto(CHAIR)
    with page.expect_navigation():  # a page that is still being left cannot be loaded again
        page.get_by_role("button", name="購入する").click()
    page.reload()
    expect(page.get_by_role("heading", name="ご注文ありがとうございます")).to_be_visible()
    assert orders(shop) == 1
    page.go_back()
    page.get_by_role("button", name="購入する").click()
    expect(page.get_by_role("heading", name="ご注文ありがとうございます")).to_be_visible()
    assert orders(shop) == 2


def test_two_windows_do_not_overwrite_each_other_unseen(page: Page, lab: Lab, watch) -> None:
    watch.expect("status of 409")
    code = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
    other = page.context.new_page()
    for window in (page, other):
        window.goto(f"/tempostar/settings/stock/{code}")
    page.get_by_label("在庫反映(送信間隔)").fill("10")
    page.get_by_role("button", name="登録").click()
    expect(page.get_by_role("status").first).to_be_visible()
    other.get_by_label("在庫反映(送信間隔)").fill("15")
    with other.expect_response(lambda answer: answer.status == 409):
        other.get_by_role("button", name="登録").click()
    expect(other.get_by_role("alert")).to_contain_text("別の画面で変更されました")
    expect(other.get_by_label("在庫反映(送信間隔)")).to_have_value("15")
    expect(other.get_by_text("現在の値: 10")).to_be_visible()
    assert lab.tempostar.shop(code).stock.interval_minutes == 10
    other.get_by_role("button", name="登録").click()
    expect(other.get_by_role("status").first).to_be_visible()
    assert lab.tempostar.shop(code).stock.interval_minutes == 15


def test_a_refused_form_keeps_what_was_typed_and_is_open_to_everybody(page: Page, lab: Lab, watch) -> None:
    watch.expect("status of 422")
    page.goto("/tempostar/settings/shops/new")
    page.get_by_label("ショップ名(正式名称)").fill("RoomClipShopping")
    page.get_by_label("ショップ名(略称)").fill("RCs")
    page.get_by_label("FTP設定", exact=True).fill("ftp.example")
    page.get_by_role("button", name="登録").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("ショップ名(正式名称)")).to_have_value("RoomClipShopping")
    field = page.get_by_label("FTP設定", exact=True)
    expect(field).to_have_value("ftp.example")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        re.compile("FTP設定「ftp.example」は受け付けられません。.*空欄のままに")
    )
    assert problems_of(page) == []
    assert lab.tempostar.shops() == ()


def test_the_keyboard_alone_buys(page: Page, shop: Lab) -> None:
    page.goto(CHAIR)
    button = page.get_by_role("button", name="購入する")
    for _ in range(60):
        if button.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ご注文ありがとうございます")).to_be_visible()
    assert orders(shop) == 1


def test_without_a_script_a_merchant_gets_as_far(chromium: Browser, shop: Lab, request) -> None:
    url = shop.endpoints.http_url
    with browsing(chromium, url, request.node.name, has_failed(request), java_script_enabled=False) as opened:
        opened.page.goto(CHAIR)
        opened.page.get_by_role("button", name="購入する").click()
        expect(opened.page.get_by_role("heading", name="ご注文ありがとうございます")).to_be_visible()
        opened.page.goto("/lab/")
        opened.page.get_by_role("button", name="+5分").click()
        expect(opened.page.get_by_role("group", name="実験室の時計")).to_contain_text("09:05:00")
    assert orders(shop) == 1


def test_a_button_copies_the_command_beside_it(page: Page, shop: Lab) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(CHAIR)
    page.get_by_text("同じ操作をコマンドで").click()
    page.get_by_role("button", name="コピー").first.click()
    expect(page.get_by_role("button", name="コピーしました")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("zaikolab call POST /roomclip/")


def test_a_tick_in_the_head_ticks_every_row(page: Page, lab: Lab) -> None:
    lab.seed(3)
    page.goto("/tempostar/stock")
    rows = page.get_by_role("row").get_by_role("checkbox", name="LMP-00001")
    expect(rows.first).not_to_be_checked()
    page.get_by_label("このページのSKUすべて").check()
    expect(rows.first).to_be_checked()


@pytest.mark.parametrize(
    ("path", "button", "heading"),
    [
        ("/tempostar/products", "一括更新:取扱ショップ", "一括更新:取扱ショップ"),
        ("/tempostar/stock", "在庫連動一括設定", "在庫連動一括設定"),
    ],
)
def test_a_page_that_only_a_form_leads_to_is_open_to_everybody(
    page: Page, lab: Lab, path: str, button: str, heading: str
) -> None:
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.seed(3)
    page.goto(path)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert problems_of(page) == []
