from __future__ import annotations

import html

import pytest

from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.storefront.pages import create_blueprint
from simulator.web.forms import guard_forms
from tests.integration.roomclip.browser import Browser

BASE = "/roomclip/shop/1"
ITEM = f"{BASE}/item?number=R-A-1"
BUY = f"{BASE}/buy?number=R-A-1"
WISH = {"quantity": "1", "payment_method": "クレジットカード"}


@pytest.fixture
def buyer(site, roomclip):
    guard_forms(site)
    site.register_blueprint(create_blueprint(roomclip))
    return Browser(site.test_client())


def test_shows_published_items_only_and_which_are_sold_out(buyer, register):
    register("OPEN", stock=1)
    register("DRAFT", stock=1, status="下書き")
    register("HIDDEN", stock=1, status="非公開")
    page = buyer.open(f"{BASE}/")
    assert "商品 R-OPEN" in page
    assert "在庫あり" in page
    assert "DRAFT" not in page
    assert "HIDDEN" not in page
    buyer.open(f"{BASE}/item?number=R-DRAFT", 404)


def test_the_first_shop_is_where_one_arrives(buyer):
    assert buyer.client.get("/roomclip/shop/").headers["Location"] == f"{BASE}/"


@pytest.mark.parametrize("method", ["クレジットカード", "Amazon決済"])
def test_buying_lowers_the_stock_at_once(buyer, register, roomclip, method):
    register("A-1", stock=3)
    page = buyer.send(ITEM, BUY, quantity="2", payment_method=method)
    assert "ご注文ありがとうございます" in page
    assert roomclip.levels("1") == {"A-1": 1}
    [order] = roomclip.orders("1")
    assert (order.payment_method, order.lines[0].quantity) == (method, 2)
    assert order.order_id in page


def test_colour_and_size_are_chosen_and_that_variant_is_bought(buyer, roomclip):
    variants = (VariantInput("W", 100, 1, "白", "S"), VariantInput("B", 100, 2, "黒", "M"))
    roomclip.register_item("1", ItemInput("R-A-1", "椅子", variants, "公開"))
    page = buyer.open(f"{ITEM}&colour=黒&size=M")
    assert '<option value="黒" selected>' in page
    assert "在庫あり（残り 2）" in page
    assert 'type="radio" name="payment_method" value="Amazon決済"' in page
    buyer.send(ITEM, BUY, colour="黒", size="M", **WISH)
    assert roomclip.levels("1") == {"W": 1, "B": 1}
    refused = buyer.send(ITEM, BUY, answers=422, colour="白", size="M", **WISH)
    assert "選んだカラーとサイズの組み合わせはありません" in refused
    assert '<option value="白" selected>' in refused
    assert roomclip.levels("1") == {"W": 1, "B": 1}


def test_what_is_sold_out_is_said_to_be_and_its_button_is_off(buyer, register):
    register("A-1", stock=0)
    page = buyer.open(ITEM)
    assert "売り切れ" in page
    assert "<button disabled>購入する</button>" in page


def test_what_sells_out_meanwhile_is_refused_with_the_choice_kept(buyer, register, roomclip):
    variant = register("A-1", stock=5)
    fields = buyer.fields(ITEM, BUY)
    roomclip.edit_stock("1", variant, 1)
    answer = buyer.client.post(BUY, data=fields | {"quantity": "2", "payment_method": "Amazon決済"})
    refused = html.unescape(answer.text)
    assert answer.status_code == 409
    assert "購入できませんでした" in refused
    assert "在庫が足りないため" in refused
    assert '<option value="2" selected>' in refused
    assert 'value="Amazon決済" checked' in refused
    assert "在庫あり（残り 1）" in refused
    assert roomclip.orders("1") == ()


def test_what_is_taken_off_sale_meanwhile_is_refused(buyer, register, roomclip):
    register("A-1", stock=5)
    fields = buyer.fields(ITEM, BUY)
    roomclip.set_listing_status("1", "R-A-1", "非公開")
    answer = buyer.client.post(BUY, data=fields | WISH)
    assert answer.status_code == 409
    assert "<h1>購入できませんでした</h1>" in answer.text
    assert roomclip.orders("1") == ()


def test_a_price_that_changed_meanwhile_is_shown_before_anything_is_bought(buyer, register, roomclip):
    register("A-1", stock=5, price=1000)
    fields = buyer.fields(ITEM, BUY)
    roomclip.edit_item("1", ItemInput("R-A-1", "商品", (VariantInput("A-1", 2000),), "公開"))
    answer = buyer.client.post(BUY, data=fields | WISH)
    assert answer.status_code == 409
    assert "価格か種類が変わりました" in answer.text
    assert "¥2,000" in answer.text
    assert roomclip.orders("1") == ()


def test_a_double_click_buys_once(buyer, register, roomclip):
    register("A-1", stock=5)
    fields = buyer.fields(ITEM, BUY) | WISH
    first, second = buyer.client.post(BUY, data=fields), buyer.client.post(BUY, data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert roomclip.levels("1") == {"A-1": 4}


@pytest.mark.parametrize(
    "change",
    [{"quantity": "0"}, {"quantity": "11"}, {"quantity": "x"}, {"quantity": "-1"}, {"payment_method": "現金"}],
)
def test_refuses_orders_that_the_page_does_not_offer(buyer, register, roomclip, change):
    register("A-1", stock=30)
    buyer.send(ITEM, BUY, answers=422, **(WISH | change))
    assert roomclip.levels("1") == {"A-1": 30}


def test_only_what_is_left_is_shown_when_that_is_asked_for(buyer, register, roomclip):
    gone = register("GONE", stock=1)
    register("LEFT", stock=1)
    roomclip.edit_stock("1", gone, 0)
    page = buyer.open(f"{BASE}/?in_stock=1")
    assert "R-LEFT" in page
    assert "R-GONE" not in page
    assert "checked" in page
    assert "R-GONE" in buyer.open(f"{BASE}/")


def test_an_order_is_listed_and_can_be_cancelled(buyer, register, roomclip):
    register("A-1", stock=3)
    assert "まだ注文はありません" in buyer.open(f"{BASE}/orders")
    page = buyer.send(ITEM, BUY, **WISH)
    assert "このあとの流れ" in page
    assert '<a href="/lab/sku">' in page
    assert "在庫連携設定が保存されていないため" in page
    assert "RC00000001" in buyer.open(f"{BASE}/orders")
    order = f"{BASE}/orders/RC00000001"
    cancelled = buyer.send(order, f"{order}/cancel")
    assert "キャンセルしました" in cancelled
    assert roomclip.levels("1") == {"A-1": 3}
    assert "キャンセル済み" in buyer.open(f"{BASE}/orders")


def test_two_windows_do_not_cancel_an_order_twice(buyer, register, roomclip):
    register("A-1", stock=3)
    buyer.send(ITEM, BUY, **WISH)
    order = f"{BASE}/orders/RC00000001"
    fields = buyer.fields(order, f"{order}/cancel")
    roomclip.cancel_order("1", "RC00000001")
    assert "別の画面で変更されました" in buyer.client.post(f"{order}/cancel", data=fields).text
    assert roomclip.levels("1") == {"A-1": 3}


def test_an_unknown_order_is_not_found(buyer):
    for name in ("RC1", "1", "RC00000009", "x"):
        assert "注文「" in buyer.open(f"{BASE}/orders/{name}", 404)
