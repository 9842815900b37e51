"""Each form of TEMPOSTAR's console does what the call does that its page shows: once through the page in one lab, once
through the call in its twin, and both labs are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.tempostar.catalog import SkuInput
from simulator.web.app import create_app
from tests.integration.web.filled import press, told_calls

Walk = Callable[[FlaskClient], object]
P = "product_code"


@pytest.fixture
def twins() -> Iterator[tuple[Lab, Lab]]:
    labs = Lab(), Lab()
    for lab in labs:
        lab.tempostar.add_shop("RoomClipShopping", "RCs")
        lab.tempostar.add_product("P/1 ?&", "椅子", [SkuInput("A-1", sellable=5), SkuInput("A-2", sellable=7)])
        lab.tempostar.add_product("P2", "机", [SkuInput("B-1")])
        lab.tempostar.carry("20001", "P2")
        lab.tempostar.add_carrier("ゆうパック", "郵便", {"20001": "郵便"})
        lab.tempostar.add_payment("代引", {"20001": "代引"})
    yield labs
    for lab in labs:
        lab.stop()


def all_of(lab: Lab) -> dict[str, object]:
    """What TEMPOSTAR holds, without the passwords, which are drawn by lot."""
    office = lab.tempostar
    return {
        "shops": office.shops(),
        "carriers": office.carriers(),
        "payments": office.payments(),
        "products": office.products().rows,
        "skus": office.skus().rows,
        "planned": office.planned_carrying(),
        "states": [office.reflection_state(shop.shop_code) for shop in office.shops()],
        "password": office.ftp_account() is not None,
        "journal": [
            (entry.kind, entry.skus, {**entry.data, "seq": 0})
            for entry in lab.journal.read()
            if entry.service != "http"
        ],
    }


def reflect(client: FlaskClient) -> None:
    press(client, "/tempostar/settings/stock/20001", "登録", reflection="起動")
    client.get("/tempostar/")


def bulk(
    client: FlaskClient, page: str, button: str, then: str, name: str, codes: tuple[str, ...], choice: str
) -> object:
    chosen = press(client, page, button, ticked=tuple((name, code) for code in codes))
    assert chosen.status_code == 200
    return press(client, chosen.text, then, shop_20001=choice)


WALKS: dict[str, Walk] = {
    "a shop": lambda c: press(c, "/tempostar/settings/shops/new", "登録", name="Other <b>", short_name="O's"),
    "stock settings": lambda c: press(
        c, "/tempostar/settings/stock/20001", "登録", order_intake="起動", reflection="起動", file_suffix="なし"
    ),
    "a carrier": lambda c: press(
        c, "/tempostar/settings/carriers/new", "登録", carrier_name="その他", console_name="その他", shop_20001="その他"
    ),
    "payments": lambda c: press(
        c, "/tempostar/settings/payments/new", "登録", shop_0_20001="クレジットカード", shop_1_20001="Amazon決済"
    ),
    "another payment": lambda c: press(
        c, "/tempostar/settings/payments/new", "登録", name_2="銀行振込", shop_2_20001="振込"
    ),
    "a carrier's names": lambda c: press(
        c, "/tempostar/settings/carriers/edit?name=ゆうパック", "登録", shop_20001="EMS"
    ),
    "a payment's names": lambda c: press(c, "/tempostar/settings/payments/edit?name=代引", "登録", shop_20001=""),
    "the password": lambda c: press(c, "/tempostar/settings/ftp-password", "発行"),
    "a product": lambda c: press(
        c,
        "/tempostar/products/new",
        "登録",
        product_code="N",
        product_name="棚",
        sku_code_0="N-1",
        attribute1_0="赤",
        sellable_0="3",
        sku_code_2="N-2",
    ),
    "登録店舗": lambda c: press(c, "/tempostar/products/edit?product_code=P/1%20?%26", "登録", shop_20001="1"),
    "取扱": lambda c: press(c, "/tempostar/products/carrying?product_code=P2", "更新", shop_20001=None),
    "links": lambda c: press(
        c, "/tempostar/products/links?product_code=P/1%20?%26", "在庫連動設定更新", link_20001_A_2="連携する"
    ),
    "quantities of a product": lambda c: press(
        c, "/tempostar/products/stock?product_code=P/1%20?%26", "更新", having=("sku_code", "A-2"), sellable="9"
    ),
    "quantities": lambda c: press(
        c, "/tempostar/stock?search=A-", "更新", having=("sku_code", "A-2"), sellable="9", held_back="2"
    ),
    "carrying in bulk": lambda c: bulk(
        c, "/tempostar/products", "一括更新:取扱ショップ", "更新", P, ("P/1 ?&", "P2"), "追加"
    ),
    "carrying no more": lambda c: bulk(c, "/tempostar/products", "一括更新:取扱ショップ", "更新", P, ("P2",), "解除"),
    "links in bulk": lambda c: bulk(
        c, "/tempostar/stock", "在庫連動一括設定", "実行", "sku_code", ("A-1", "B-1"), "連動する"
    ),
}


@pytest.mark.parametrize("what", WALKS)
def test_a_form_and_the_call_that_its_page_shows_come_to_the_same(twins, what):
    by_page, by_call = twins
    before = all_of(by_call)
    client = create_app(by_page).test_client()
    answer = WALKS[what](client)
    assert answer.status_code == 303
    carry_out(by_call, told_calls(client.get(answer.headers["Location"]).text))
    assert all_of(by_page) == all_of(by_call)
    assert all_of(by_call) != before


def test_a_full_sync_and_its_call_come_to_the_same(twins):
    for lab in twins:
        lab.tempostar.link("20001", "B-1")
        lab.tempostar.update_stock_settings("20001", reflection="起動")
        lab.next_pass()
        assert lab.tempostar.reflection_state("20001").queued == 0
    by_page, by_call = twins
    client = create_app(by_page).test_client()
    answer = press(client, "/tempostar/settings/stock/20001", "一括同期")
    assert answer.status_code == 303
    assert by_page.tempostar.reflection_state("20001").queued == 1
    carry_out(by_call, told_calls(client.get(answer.headers["Location"]).text))
    assert all_of(by_page) == all_of(by_call)


def carry_out(lab: Lab, calls: list[tuple[str, str, object]]) -> None:
    assert calls
    client = create_app(lab).test_client()
    for method, path, body in calls:
        answer = (
            client.open(f"/lab/v1{path}", method=method, json=body)
            if body
            else client.open(f"/lab/v1{path}", method=method)
        )
        assert answer.status_code in {200, 201, 204}, answer.text
