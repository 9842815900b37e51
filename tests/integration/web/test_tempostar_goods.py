"""商品管理 and 在庫管理 of TEMPOSTAR's console: lists, one product, bulk changes (guide 3)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.tempostar.catalog import SkuInput
from simulator.web.app import create_app
from tests.integration.web.filled import form_with, press


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    yield lab
    lab.stop()


@pytest.fixture
def client(lab) -> FlaskClient:
    return create_app(lab).test_client()


def test_stock_is_searched_paged_and_set(client, lab):
    skus = [SkuInput(f"S{number:02d}") for number in range(60)]
    lab.tempostar.add_product("P", "<i>椅子</i>", skus)
    first = client.get("/tempostar/stock").text
    assert "1 / 2 ページ" in first
    assert "S59" not in first
    assert "<i>椅子" not in first
    assert "S59" in client.get("/tempostar/stock?page=2").text
    assert "S59" in client.get("/tempostar/stock?size=200").text
    assert "S59" not in client.get("/tempostar/stock?size=60").text
    assert "1 SKU" in client.get("/tempostar/stock?search=S07").text
    assert re.search(r'href="/tempostar/stock\?page=2" rel="prev"', client.get("/tempostar/stock?page=9").text)
    row = ("sku_code", "S07")
    answer = press(client, "/tempostar/stock?search=S07", "更新", having=row, sellable="8", held_back="")
    assert answer.status_code == 303
    assert "search=S07" in answer.headers["Location"]
    assert lab.tempostar.stock("S07").sellable == 8
    for wrong in ("x", "1.5", "９", "9" * 5000, "--1"):
        answer = press(client, "/tempostar/stock", "更新", having=row, sellable=wrong)
        assert answer.status_code == 422
        assert form_with(answer.text, "更新", row).fields.count(("sellable", wrong)) == 1
        assert answer.text.count("半角の整数で入力してください。") == 2  # at the top, and in the row
    assert lab.tempostar.stock("S07").sellable == 8


def test_a_number_that_was_sold_down_meanwhile_is_not_overwritten(client, lab):
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1", sellable=5)])
    for page in ("/tempostar/stock", "/tempostar/products/stock?product_code=P"):
        opened = client.get(page).text
        lab.tempostar.set_stock("A-1", sellable=4)
        answer = press(client, opened, "更新", sellable="9")
        assert answer.status_code == 409
        assert "現在の値: 4" in answer.text
        assert lab.tempostar.stock("A-1").sellable == 4
        lab.tempostar.set_stock("A-1", sellable=5)


def test_a_product_is_registered_with_its_skus_and_goes_from_product_to_link(client, lab):
    form = press(client, "/tempostar/products/new", "SKUの行を増やす", product_code="イス/1", product_name="椅子")
    assert "イス/1" in form.text
    answer = press(client, form.text, "SKUの行を増やす", sku_code_0="A-1")
    assert (answer.status_code, lab.tempostar.products().total) == (200, 0)
    answer = press(client, answer.text, "登録", sku_code_5=" a-2 ", attribute1_5="赤", sellable_5="4")
    product = client.get(answer.headers["Location"]).text
    assert [(sku.sku_code, sku.sellable) for sku in lab.tempostar.skus().rows] == [(" a-2 ", 4), ("A-1", 0)]
    saved = press(client, product, "登録", shop_20001="1")
    assert lab.tempostar.product("イス/1").carried_by == ("20001",)
    product = client.get(saved.headers["Location"]).text
    carrying = client.get(link(product, "取扱/反映編集")).text
    assert re.search(r'name="shop-20001" value="1" checked aria-label="ETC1 取扱"', carrying)
    assert press(client, carrying, "更新").status_code == 303
    assert lab.tempostar.product("イス/1").carried_by == ("20001",)
    stock = client.get(link(product, "この商品の在庫管理へ")).text
    links = client.get(link(stock, "在庫連動設定")).text
    assert 'aria-label="在庫連携先 ETC1 A-1"' in links
    press(client, links, "在庫連動設定更新", **{"link_20001_ a_2 ": "連携する"})
    assert [sku.shops[0].linked for sku in lab.tempostar.skus().rows] == [True, False]


def test_a_product_without_a_code_or_a_sku_or_with_a_bad_one_keeps_what_was_typed(client, lab):
    page = "/tempostar/products/new"
    answer = press(client, page, "登録", product_name="椅子", sku_code_0="A-1")
    assert answer.status_code == 422
    assert "商品コード(商品基本コード)を指定してください。" in answer.text
    assert 'value="椅子"' in answer.text
    answer = press(client, page, "登録", product_code="P", product_name=" ", sku_code_0="A-1")
    assert 'id="field-product_name-problem">商品名を指定してください。' in answer.text
    answer = press(client, page, "登録", product_code="P", product_name="椅子")
    assert "1行以上にSKUコードを入力してください。" in answer.text
    answer = press(client, page, "登録", product_code="P", product_name="椅子", sku_code_1="A-1", sellable_1="many")
    assert re.search(r'name="sellable-1" value="many"[^>]*aria-invalid="true"', answer.text)
    assert lab.tempostar.products().total == 0
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1")])
    assert press(client, page, "登録", product_code="P", product_name="机", sku_code_0="B").status_code == 409


def test_what_another_window_did_to_a_product_is_not_undone_unseen(client, lab):
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1")])
    pages = [client.get(f"/tempostar/products/{page}?product_code=P").text for page in ("edit", "carrying")]
    links = client.get("/tempostar/products/links?product_code=P").text
    lab.tempostar.carry("20001", "P")
    lab.tempostar.link("20001", "A-1")
    for page, button in zip(pages, ("登録", "更新"), strict=True):
        assert press(client, page, button).status_code == 409
    answer = press(client, links, "在庫連動設定更新")
    assert answer.status_code == 409
    assert "現在の値: 連携する" in answer.text
    assert lab.tempostar.skus().rows[0].shops[0].carried
    assert lab.tempostar.skus().rows[0].shops[0].linked


def test_ticked_products_are_carried_after_a_while_and_the_page_says_when(client, lab):
    for number in range(3):
        lab.tempostar.add_product(f"P{number}", "椅子", [SkuInput(f"A-{number}")])
    ticked = (("product_code", "P0"), ("product_code", "P2"))
    chosen = press(client, "/tempostar/products?search=P", "一括更新:取扱ショップ", ticked=ticked)
    assert "<bdi>P0</bdi>" in chosen.text
    assert "<bdi>P1</bdi>" not in chosen.text
    assert "<strong>09:01:00</strong>" in chosen.text
    refused = press(client, chosen.text, "更新")
    assert refused.status_code == 422
    assert "<bdi>P2</bdi>" in refused.text
    done = press(client, refused.text, "更新", shop_20001="追加")
    page = client.get(done.headers["Location"]).text
    assert "09:01:00 に反映されます。" in page
    assert "反映待ち: 2 商品" in page
    assert lab.tempostar.product("P0").carried_by == ()
    lab.advance(minutes=1)
    assert lab.tempostar.product("P0").carried_by == ("20001",)
    assert lab.tempostar.product("P1").carried_by == ()
    assert "反映待ち" not in client.get("/tempostar/products").text


@pytest.mark.parametrize(
    ("page", "button", "words"),
    [
        ("products", "一括更新:取扱ショップ", "商品一覧でチェックを入れてから"),
        ("stock", "在庫連動一括設定", "在庫一覧でチェックを入れてから"),
    ],
)
def test_a_bulk_change_of_nothing_is_refused_on_the_list(client, lab, page, button, words):
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1")])
    answer = press(client, f"/tempostar/{page}", button)
    assert answer.status_code == 422
    assert words in answer.text
    assert button in answer.text


def test_a_bulk_page_opened_by_its_address_leads_back_to_the_list(client):
    for path in ("products/bulk-carrying", "stock/bulk-links"):
        assert client.get(f"/tempostar/{path}").status_code == 303


def test_ticked_skus_are_linked_at_once(client, lab):
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1"), SkuInput("A-2")])
    chosen = press(client, "/tempostar/stock", "在庫連動一括設定", ticked=(("sku_code", "A-2"),))
    assert "<legend>想定在庫連動設定</legend>" in chosen.text
    assert press(client, chosen.text, "実行").status_code == 422
    assert press(client, chosen.text, "実行", shop_20001="連動する").status_code == 303
    assert [sku.shops[0].linked for sku in lab.tempostar.skus().rows] == [False, True]


HOSTILE = ("<script>alert(1)</script>", "①㈱髙﨑", "\u202eמרחבא\u200f", "x" * 100, "'\"&%_ /?#")


@pytest.mark.parametrize(
    ("path", "field", "button", "run", "choice"),
    [
        ("/tempostar/products", "product_code", "一括更新:取扱ショップ", "更新", "追加"),
        ("/tempostar/stock", "sku_code", "在庫連動一括設定", "実行", "連動する"),
    ],
)
def test_a_bulk_change_leads_back_to_the_part_of_the_list_it_began_on(client, lab, path, field, button, run, choice):
    for number in range(60):
        lab.tempostar.add_product(f"P{number:02d}", "椅子", [SkuInput(f"P{number:02d}")])
    bulk = press(client, f"{path}?search=P&page=2", button, ticked=((field, "P55"),))
    refused = press(client, bulk.text, run)
    assert refused.status_code == 422
    done = press(client, refused.text, run, shop_20001=choice)
    assert done.headers["Location"].partition("?")[0] == path
    assert parse_qs(done.headers["Location"].partition("?")[2]) == {"search": ["P"], "page": ["2"]}


def test_hostile_names_stand_on_every_page_as_text(client, lab):
    for number, text in enumerate(HOSTILE):
        lab.tempostar.add_shop(f"{text}", f"{text}")
        lab.tempostar.add_product(text, text * 2, [SkuInput(text, attribute1=text, attribute2=text)])
        lab.tempostar.carry(f"{20002 + number}", text)
        lab.tempostar.add_carrier(text, text, {"20001": text})
        lab.tempostar.add_payment(text, {"20001": text})
    pages = [
        *("", "settings/shops", "settings/stock", "settings/stock/20002", "settings/carriers", "settings/carriers/new"),
        *("settings/payments", "settings/payments/new", "products", "stock", "area?path=/netstock"),
    ]
    shown = [client.get(f"/tempostar/{page}") for page in pages]
    shown += [
        client.get(f"/tempostar/products/{page}", query_string={"product_code": text})
        for text in HOSTILE
        for page in ("edit", "carrying", "stock", "links")
    ]
    for answer in shown:
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
    assert HOSTILE[4] in html.unescape(shown[8].text)


def link(page: str, words: str) -> str:
    """Where the link with these words leads."""
    found = re.search(rf'<a[^>]*href="([^"]*)"[^>]*>{re.escape(words)}</a>', page)
    assert found, words
    return html.unescape(found[1])
