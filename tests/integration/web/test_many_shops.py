"""Pages where a company has more shops than a page shows: the choice of shops, and forms that ask for each shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.lab_pages.sku_page import look
from simulator.many import set_up_many
from simulator.servers import Endpoints
from simulator.web.app import create_app
from tests.integration.web.filled import press

SHOPS = 120
LAST = str(20000 + SHOPS)


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    set_up_many(lab, companies=2, shops=2 * SHOPS, skus_per_shop=2)
    yield lab
    lab.stop()


@pytest.fixture
def client(lab) -> FlaskClient:
    return create_app(lab).test_client()


@pytest.mark.parametrize(
    "path",
    ["/settings/shops", "/settings/stock", "/settings/carriers/new", "/area?path=/netstock", "/settings/payments"],
)
def test_lists_and_forms_show_a_page_of_the_shops_and_a_search_finds_one(client, path):
    first = client.get(f"/tempostar{path}").text
    assert "1 / 3 ページ" in first
    assert "RC-50" in first or "20050" in first
    assert "RC-51" not in first
    assert "20051" not in first
    also = "&" if "?" in path else "?"
    found = client.get(f"/tempostar{path}{also}shops_named={LAST}").text
    assert f"RC-{SHOPS}" in found or LAST in found
    assert "RC-50" not in found
    missed = client.get(f"/tempostar{path}{also}shops_named=nowhere").text
    assert "当てはまるショップはありません" in missed


def test_a_form_on_the_third_page_of_shops_is_taken_in_for_these_and_leaves_the_others(client, lab):
    page = "/tempostar/settings/carriers/edit?name=その他&shops_page=3"
    answer = press(client, page, "登録", **{f"shop_{LAST}": "別便", "shop_20101": ""})
    assert answer.status_code == 303, answer.text
    (carrier,) = lab.tempostar.carriers()
    names = carrier.shop_names
    assert (names[LAST], names["20001"], "20101" in names, len(names)) == ("別便", "その他", False, SHOPS - 1)
    assert "shops_page=3" in answer.headers["Location"]


def test_a_refused_form_shows_the_shops_it_was_drawn_for(client):
    answer = press(client, "/tempostar/settings/carriers/new?shops_page=3", "登録", carrier_name="", console_name="x")
    assert answer.status_code == 422
    assert f"RC-{SHOPS}" in answer.text
    assert "RC-50" not in answer.text


def test_a_product_is_linked_to_a_shop_of_a_later_page(client, lab):
    code = next(iter(lab.tempostar.products(page_size=1).rows)).product_code
    sku = lab.tempostar.skus(product_code=code).rows[0]
    page = f"/tempostar/products/links?product_code={code}&shops_page=3"
    answer = press(client, page, "在庫連動設定更新", **{f"link_{LAST}_{sku.sku_code}".replace("-", "_"): "連携する"})
    assert answer.status_code == 303, answer.text
    shops = {one.shop_code: one.linked for one in lab.tempostar.skus(product_code=code).rows[0].shops}
    assert shops[LAST]
    row = client.get(f"/tempostar/stock?search={sku.sku_code}").text
    assert f"他 {SHOPS - 2} ショップ" in row


def test_a_shop_that_has_order_files_is_named_among_many(client, lab):
    lab.area.write(10001, f"/netorder/{LAST}/order20260401090000_IDutf8.csv", b"x")
    lab.area.write(10002, "/netorder/20200/order20260401090000_IDutf8.csv", b"x")
    page = client.get("/tempostar/orders").text
    assert (f"RoomClip店 {LAST}" in page, page.count("受注ファイル <bdi>")) == (True, 1)


@pytest.mark.parametrize("start", ["/roomclip/business/", "/roomclip/shop/"])
def test_a_shop_of_roomclip_is_searched_where_they_are_many(client, start):
    first = client.get(start).text
    assert ("1 / 5 ページ" in first, "RoomClip店 20050" in first, "RoomClip店 20051" in first) == (True, True, False)
    found = client.get(f"{start}?search=20240").text
    assert ("RoomClip店 20240" in found, f"{start}240/" in found, "20050" in found) == (True, True, False)
    assert "当てはまるショップはありません" in client.get(f"{start}?search=nowhere").text
    assert client.get(f"{start}240/").status_code == 200


def test_a_sku_is_shown_in_the_shops_it_is_about_first(client, lab):
    code = next(code for code in lab.tempostar.levels() if code.endswith(f"-{SHOPS}"))
    found = look(lab, code)
    assert [one.shop.shop_code for one in found.rows[:2]] == [LAST, str(20000 + 2 * SHOPS)]
    assert [one.roomclip_shop for one in found.rows[:2]] == [str(SHOPS), str(2 * SHOPS)]
    assert (found.total, len(found.rows)) == (2 * SHOPS, 5)
    page = client.get(f"/lab/sku?code={code}").text
    assert f"1 / {2 * SHOPS // 5} ページ" in page
    assert f"ショップコード {LAST}" in page
    beyond = client.get(f"/lab/sku?code={code}&page=999").text
    assert ("もしかして" in beyond, f"/ {2 * SHOPS // 5} ページ" in beyond) == (False, True)
    suggested = client.get(f"/lab/sku?code={code[:4]}").text
    assert "もしかして" in suggested


def test_engines_may_ask_for_some_linkages(client, lab):
    token = {"Authorization": f"Bearer {lab.roomclip.api_token()}"}
    whole = client.get("/api/v1/linkages", headers=token).json["linkages"]
    assert len(whole) == 2 * SHOPS
    some = client.get("/api/v1/linkages?id=7&id=240&id=9999&id=x&id=08", headers=token).json["linkages"]
    assert some == [one for one in whole if one["id"] in {"7", "240"}]
    assert client.get("/api/v1/linkages?id=x", headers=token).json == {"linkages": []}


def test_the_start_page_compares_some_of_many_shops_and_says_so(lab):
    lab._servers = SimpleNamespace(
        endpoints=Endpoints("127.0.0.1", 2121, lab.config.tls, 8080, 2525, Path("ca.pem")), stop=lambda: None
    )
    assert "（先頭の20 SKUを比べました）" in create_app(lab).test_client().get("/").text


def test_whoever_asks_what_changed_since_before_is_told_of_every_variant(client, lab):
    token = {"Authorization": f"Bearer {lab.roomclip.api_token()}"}
    for shop in ("1", "240"):
        whole = client.get(f"/api/v1/shops/{shop}/variants", headers=token).json
        since = client.get(f"/api/v1/shops/{shop}/variants?changed_after=0", headers=token).json
        assert (len(whole["variants"]), since) == (2, whole)
        later = client.get(f"/api/v1/shops/{shop}/variants?changed_after={whole['revision']}", headers=token).json
        assert later["variants"] == []
