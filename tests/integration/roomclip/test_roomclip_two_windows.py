"""Forms that change something say what they were made of: what somebody else changed is not overwritten unseen."""

from __future__ import annotations

import pytest

from simulator.roomclip.console.pages import create_blueprint
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.storefront.pages import create_blueprint as create_storefront
from simulator.web.forms import guard_forms
from simulator.web.tickets import wish_of
from tests.integration.roomclip.browser import Browser

BASE = "/roomclip/business/1"
EDIT = f"{BASE}/items/edit?number=R-A-1"
ITEM = {"item_number": "R-A-1", "name": "わたしの名前", "kind": "単品", "status": "公開", "code-0": "A-1"}


@pytest.fixture
def browser(site, roomclip):
    guard_forms(site)
    site.register_blueprint(create_blueprint(roomclip))
    return Browser(site.test_client())


def edit_elsewhere(roomclip, **changes):
    given = {"name": "だれかの名前", "status": "公開"} | changes
    roomclip.edit_item("1", ItemInput("R-A-1", variants=(VariantInput("A-1", 1000),), **given))


def refused(browser, path, fields):
    answer = browser.client.post(path, data=fields)
    assert answer.status_code == 409
    assert "別の画面で変更されました" in answer.text
    return answer.text


def test_an_edited_item_is_not_overwritten_and_what_was_typed_stays(browser, register, roomclip):
    register("A-1")
    fields = browser.fields(EDIT, f"{BASE}/items/edit") | ITEM
    edit_elsewhere(roomclip)
    page = refused(browser, EDIT, fields)
    assert 'value="わたしの名前"' in page
    assert "現在の値: だれかの名前" in page
    assert roomclip.item("1", "R-A-1").name == "だれかの名前"


def test_stock_that_the_linkage_moves_does_not_get_in_the_way_of_an_edit(browser, register, roomclip):
    register("A-1")
    fields = browser.fields(EDIT, f"{BASE}/items/edit") | ITEM
    roomclip.set_stock("1", [("A-1", 9)])
    assert browser.client.post(EDIT, data=fields).status_code == 303
    assert roomclip.levels("1") == {"A-1": 9}


def test_an_item_that_was_edited_elsewhere_is_not_deleted(browser, register, roomclip):
    register("A-1")
    delete = f"{BASE}/items/delete?number=R-A-1"
    fields = browser.fields(EDIT, f"{BASE}/items/delete")
    edit_elsewhere(roomclip)
    refused(browser, delete, fields)
    assert roomclip.items("1").total == 1


def test_a_stock_that_was_changed_meanwhile_is_shown_first(browser, register, roomclip):
    variant = register("A-1", stock=1)
    stock = f"{BASE}/items/stock?number=R-A-1"
    fields = browser.fields(EDIT, f"{BASE}/items/stock") | {"stock": "5"}
    roomclip.edit_stock("1", variant, 3)
    assert "現在の値: 3" in refused(browser, stock, fields)
    assert roomclip.levels("1") == {"A-1": 3}


def test_a_status_that_was_changed_meanwhile_is_shown_first(browser, register, roomclip):
    register("A-1", status="下書き")
    fields = browser.fields(f"{BASE}/items", f"{BASE}/items/status") | {"status": "公開"}
    roomclip.set_listing_status("1", "R-A-1", "非公開")
    assert "現在の値: 非公開" in refused(browser, f"{BASE}/items/status", fields)
    assert roomclip.item("1", "R-A-1").status == "非公開"


def test_linkage_inputs_that_were_saved_meanwhile_stay(browser, linked):
    path = f"{BASE}/linkage"
    given = {"ftp_user": "10009_0", "ftp_password": "x", "shop_code": "20009", "notify_to": "a@shop.example"}
    fields = browser.fields(path, path) | given
    linked.save_linkage("1", ftp_user="10002_0", ftp_password="y", shop_code="20002")
    page = refused(browser, path, fields)
    assert 'value="20009"' in page
    assert "現在の値: 20002" in page
    assert linked.linkage("1").inputs.shop_code == "20002"


def test_a_password_that_was_saved_meanwhile_stays_though_the_clock_stands_still(browser, linked):
    path, present = f"{BASE}/linkage", linked.linkage("1")
    given = {"ftp_user": present.inputs.ftp_user, "shop_code": present.inputs.shop_code}
    fields = browser.fields(path, path) | given | {"ftp_password": "x", "notify_to": present.inputs.notify_to}
    linked.save_linkage("1", **given, ftp_password="somebody else's")
    assert linked.linkage("1").saved_at == present.saved_at
    refused(browser, path, fields)
    assert linked.linkage("1").inputs.ftp_password == "somebody else's"


@pytest.mark.parametrize("button", ["pause", "resume"])
def test_a_pause_that_somebody_else_changed_is_not_changed_back(browser, linked, button):
    if button == "resume":
        linked.pause("1")
    fields = browser.fields(f"{BASE}/linkage", f"{BASE}/linkage/{button}")
    linked.resume("1") if button == "resume" else linked.pause("1")
    refused(browser, f"{BASE}/linkage/{button}", fields)


def test_a_purchase_still_under_way_is_not_said_to_have_failed(site, roomclip, register):
    guard_forms(site)
    site.register_blueprint(create_storefront(roomclip))
    register("A-1", stock=3)
    buyer, tickets = Browser(site.test_client()), site.extensions["zaikolab_tickets"]
    page, action = "/roomclip/shop/1/item?number=R-A-1", "/roomclip/shop/1/buy?number=R-A-1"
    form = buyer.fields(page, action) | {"quantity": "1", "payment_method": "クレジットカード"}
    with site.test_request_context(action, method="POST", data=form) as sent:
        tickets.begin(wish_of(sent.request, form["ticket"], frozenset({"csrf_token", "ticket", "seen"})))
    tickets._wait = 0.01
    answer = buyer.client.post(action, data=form)
    assert answer.status_code == 409
    assert "同じ操作がまだ終わっていません" in answer.text
    assert "購入できませんでした" not in answer.text
