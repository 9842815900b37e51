"""The pages that choose among companies and shops, where there are too many for a menu: nothing draws them all, and
each is open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from simulator.lab import Lab
from simulator.many import set_up_many
from tests.browser.browsing import Browsing, browsing
from tests.browser.conftest import has_failed
from tests.browser.judged import problems_of

COMPANIES, SHOPS = 11, 11 * 52
CHOOSING = (
    *("/roomclip/business/", "/roomclip/business/60/", "/roomclip/shop/", "/roomclip/shop/60/"),
    *("/tempostar/", "/tempostar/settings/shops", "/tempostar/settings/carriers/new?shops_page=2"),
    *("/tempostar/stock?search={code}", "/tempostar/area?path=/netstock", "/lab/sku?code={code}"),
)


@pytest.fixture(scope="module")
def crowded() -> Iterator[Lab]:
    with Lab() as lab:
        set_up_many(lab, companies=COMPANIES, shops=SHOPS, skus_per_shop=2)
        lab.next_pass()
        yield lab


@pytest.fixture
def opened(chromium: Browser, crowded: Lab, request: pytest.FixtureRequest) -> Iterator[Browsing]:
    url = crowded.endpoints.http_url
    with browsing(chromium, url, request.node.name, has_failed(request), traced=False) as opened:
        yield opened


def test_pages_that_choose_a_shop_are_open_to_everybody_and_draw_a_few(opened: Browsing, crowded: Lab) -> None:
    code = crowded.tempostar.skus(page_size=1).rows[0].sku_code
    wrong: list[str] = []
    for path in CHOOSING:
        answer = opened.page.goto(path.format(code=code))
        assert answer is not None
        found = problems_of(opened.page) if answer.status == 200 else [f"answers {answer.status}"]
        codes = len(set(re.findall(r"20\d{3}", answer.text()))) if answer.status == 200 else 0
        found += [f"names {codes} shops"] if codes > 60 else []
        wrong += [path, *(f"  {one}" for one in found)] if found else []
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def test_a_merchant_finds_her_shop_by_its_code_without_a_mouse(opened: Browsing) -> None:
    page = opened.page
    page.goto("/roomclip/business/")
    page.get_by_label("ショップ名・連絡先・ショップコード").press_sequentially("20571")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="RoomClip店 20571").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("ショップ管理")
    expect(page.get_by_label("在庫連携", exact=True).get_by_text("20571")).to_be_visible()


def test_a_company_is_chosen_by_its_number_and_its_shops_by_name(opened: Browsing) -> None:
    page = opened.page
    page.goto("/tempostar/settings/shops")
    page.get_by_label("会社", exact=True).fill("10011")
    page.get_by_role("button", name="切り替え").click()
    expect(page.get_by_text("会社 10011 でどこまで")).to_be_visible()
    page.get_by_role("link", name="ショップ一覧", exact=True).click()
    page.get_by_label("表示するショップ").fill("20572")
    page.get_by_role("search").get_by_role("button", name="検索").click()
    expect(page.get_by_role("region", name="ショップ一覧").get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("rowheader", name="20572")).to_be_visible()
