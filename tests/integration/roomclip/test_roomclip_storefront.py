from __future__ import annotations

import pytest

from simulator.roomclip.storefront.pages import create_blueprint
from simulator.web.forms import guard_forms
from tests.integration.roomclip.browser import Browser

BASE = "/roomclip/shop/1"


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
    variant = register("A-1", stock=3)
    page = buyer.send(
        f"{BASE}/item?number=R-A-1", f"{BASE}/buy", variant_id=variant, quantity="2", payment_method=method
    )
    assert "ご注文ありがとうございます" in page
    assert roomclip.levels("1") == {"A-1": 1}
    [order] = roomclip.orders("1")
    assert (order.payment_method, order.lines[0].quantity) == (method, 2)
    assert order.order_id in page


def test_what_is_sold_out_cannot_be_bought(buyer, register, roomclip):
    variant = register("A-1", stock=1)
    register("B-1", stock=1)
    roomclip.edit_stock("1", variant, 0)
    assert "売り切れ" in buyer.open(f"{BASE}/item?number=R-A-1")
    fields = {"variant_id": variant, "quantity": "1", "payment_method": "クレジットカード"}
    refused = buyer.send(f"{BASE}/item?number=R-B-1", f"{BASE}/buy", answers=409, **fields)
    assert "<h1>購入できませんでした</h1>" in refused
    assert "在庫が足りないため" in refused
    assert roomclip.orders("1") == ()


@pytest.mark.parametrize(
    "change", [{"quantity": "0"}, {"quantity": "x"}, {"quantity": "-1"}, {"payment_method": "現金"}]
)
def test_refuses_orders_that_the_page_does_not_offer(buyer, register, roomclip, change):
    fields = {"variant_id": register("A-1", stock=3), "quantity": "1", "payment_method": "クレジットカード"} | change
    buyer.send(f"{BASE}/item?number=R-A-1", f"{BASE}/buy", answers=422, **fields)
    assert roomclip.levels("1") == {"A-1": 3}


def test_an_unknown_order_is_not_found(buyer):
    for name in ("RC1", "1", "RC00000009", "x"):
        assert "注文「" in buyer.open(f"{BASE}/orders/{name}", 404)
