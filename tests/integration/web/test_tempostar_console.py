from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.tempostar.catalog import SkuInput
from simulator.web.app import create_app
from simulator.web.running import running
from tests.unit.tempostar.order_files import ROW, order_file


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    lab.stop()


@pytest.fixture
def client(lab) -> Iterator[FlaskClient]:
    app = create_app(lab)
    yield app.test_client()
    for failure in running(app).failures:
        raise failure


def token(client, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found
    return html.unescape(found[1])


def send(client, page: str, action: str | None = None, **form: object):
    return client.post(action or page, data={"csrf_token": token(client, page), **form})


def test_a_shop_is_added_and_listed_with_its_code(client, lab):
    answer = send(
        client, "/tempostar/", name="RoomClipShopping", short_name="RCs", mall_type="roomclip(受注・在庫連携のみ)"
    )
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "20001" in page
    assert "ショップ 20001 を登録しました。" in page
    assert "を登録しました。" not in client.get("/tempostar/").text


def test_what_is_refused_is_said_on_a_page_and_changes_nothing(client, lab):
    answer = send(client, "/tempostar/", name="", short_name="x", mall_type="roomclip(受注・在庫連携のみ)")
    assert answer.status_code == 422
    assert 'role="alert">ショップ名（正式名称）を指定してください。' in answer.text
    assert lab.tempostar.shops() == ()


def test_stock_settings_are_changed_as_the_guide_says(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    answer = send(
        client,
        "/tempostar/shops/20001",
        order_intake="起動",
        reflection="起動",
        interval_minutes="5",
        send_type="FTPS領域",
        file_prefix="stock",
        file_suffix="なし",
        output_columns="全項目と在庫",
    )
    assert answer.status_code == 303
    stock = lab.tempostar.shop("20001").stock
    assert (stock.reflection, stock.file_suffix, stock.interval_minutes) == ("起動", "なし", 5)
    page = client.get("/tempostar/shops/20001").text
    assert "<option selected>なし</option>" in page
    assert "2026-04-01 09:05:00" in page


def test_a_full_sync_is_asked_for(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    page = "/tempostar/shops/20001"
    assert send(client, page, f"{page}/full-sync").status_code == 409
    lab.tempostar.update_stock_settings("20001", reflection="起動")
    assert send(client, page, f"{page}/full-sync").status_code == 303
    assert lab.journal.read(kind="full_sync.requested")


def test_stock_is_searched_paged_and_set(client, lab):
    skus = [SkuInput(f"S{number:02d}") for number in range(60)]
    lab.tempostar.add_product("P", "<i>椅子</i>", skus)
    first = client.get("/tempostar/stock").text
    assert "1 / 2 ページ" in first
    assert "S59" not in first
    assert "<i>椅子" not in first
    assert "S59" in client.get("/tempostar/stock?page=2").text
    assert "1 SKU" in client.get("/tempostar/stock?search=S07").text
    answer = send(client, "/tempostar/stock?search=S07", "/tempostar/stock", sku_code="S07", sellable="8", held_back="")
    assert answer.status_code == 303
    assert lab.tempostar.stock("S07").sellable == 8
    for wrong in ("x", "1.5", "９", "9" * 5000, "--1"):
        assert send(client, "/tempostar/stock", sku_code="S07", sellable=wrong).status_code == 422
    assert lab.tempostar.stock("S07").sellable == 8


def test_the_ftp_password_is_issued_and_shown_on_its_page_only(client, lab):
    assert "まだ発行されていません" in client.get("/tempostar/ftp").text
    assert send(client, "/tempostar/ftp").status_code == 303
    account = lab.tempostar.ftp_account()
    assert account is not None
    assert account.password in client.get("/tempostar/ftp").text
    assert account.password not in client.get("/tempostar/").text


def test_the_area_is_walked_down_to_a_file(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.area.write(10001, "/netstock/20001/stock.csv", b"\x8d\xdd\r\n")
    assert "netstock/" in client.get("/tempostar/area").text
    assert "stock.csv" in client.get("/tempostar/area?path=/netstock/20001").text
    file = client.get("/tempostar/area/file?path=/netstock/20001/stock.csv")
    assert file.data == b"\x8d\xdd\r\n"
    assert file.headers["Content-Disposition"] == "attachment"
    for path in ("/etc", "/netstock/20002", "/netstock/20001/../.."):
        assert client.get(f"/tempostar/area?path={path}").status_code == 404
    assert client.get("/tempostar/area/file?path=/none").status_code == 404


def test_a_company_sees_its_own_things_only(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.tempostar.found_company()
    assert "20001" not in client.get("/tempostar/?company=10002").text
    for company in (9, -1, 10**30):
        for page in ("", "ftp", "stock", "area"):
            refused = client.get(f"/tempostar/{page}?company={company}")
            assert refused.status_code == 404
            assert f"会社「{company}」は見つかりません。" in refused.text


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "guessed"}, {"csrf_token": ""}])
def test_a_form_without_the_right_token_is_refused(client, lab, sent):
    client.get("/tempostar/")
    form = {"name": "n", "short_name": "s", "mall_type": "roomclip(受注・在庫連携のみ)", **sent}
    assert client.post("/tempostar/", data=form).status_code == 403
    assert lab.tempostar.shops() == ()


def test_a_form_from_another_site_is_refused_even_with_the_token(client, lab):
    form = {"csrf_token": token(client, "/tempostar/ftp")}
    for origin in ("http://attacker.example", "http://localhost:1", "null", "http://[", "localhost"):
        assert client.post("/tempostar/ftp", data=form, headers={"Origin": origin}).status_code == 403
    assert lab.tempostar.ftp_account() is None
    assert client.post("/tempostar/ftp", data=form, headers={"Origin": "http://localhost"}).status_code == 303


def test_the_token_survives_a_reset_of_the_lab(client, lab):
    form = {"csrf_token": token(client, "/tempostar/ftp")}
    lab.reset()
    assert client.post("/tempostar/ftp", data=form).status_code == 303


def test_the_token_is_kept_from_scripts_and_other_sites(client):
    cookie = client.get("/tempostar/ftp").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_damaged_notes_are_passed_over(client):
    for value in ("%7B", "5", "%5B1%5D"):
        client.set_cookie("zaikolab_notes", value)
        assert client.get("/tempostar/").status_code == 200


def test_orders_taken_in_are_listed_with_what_is_wrong(client, lab):
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
    lab.tempostar.update_stock_settings(shop, order_intake="起動")
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1", sellable=5)])
    rows = [
        ROW | {"商品コード": "A-1", "請求金額": "1980", "注文者名": "<b>花子"},
        ROW | {"ショップ受注番号": "20001-2"},
    ]
    rows[1] |= {"商品コード": "nope"}
    lab.area.write(10001, f"/netorder/{shop}/order20260401090000_IDutf8.csv", order_file(*rows))
    assert "0 件" in client.get("/tempostar/orders").text
    lab.next_pass()
    page = client.get("/tempostar/orders").text
    for words in ("2 件", "20001-1", "1,980円", "&lt;b&gt;花子", "支払方法変換エラー<br>", "配送日エラー", "手動"):
        assert words in page
    assert "A-1   × 1（在庫連動なし）" in page
    assert "nope   × 1（商品コード未登録）" in page
    assert client.get("/tempostar/orders?page=0").status_code == 422
