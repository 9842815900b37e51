from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask import url_for
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.tempostar.catalog import SkuInput
from simulator.tempostar.console.menus import MENUS
from simulator.web.app import create_app
from simulator.web.running import running
from tests.integration.web.filled import press
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


PASSWORD = "/tempostar/settings/ftp-password"
MALL = "roomclip(受注・在庫連携のみ)"


def test_a_shop_is_added_and_listed_with_its_code_and_column(client, lab):
    answer = press(client, "/tempostar/settings/shops/new", "登録", name="RoomClipShopping", short_name="RCs")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "ショップコードは 20001 です。" in page
    for words in ("20001</th>", "RoomClipShopping", "RCs", MALL, "ETC1"):
        assert words in page
    assert "を登録しました。" not in client.get("/tempostar/settings/shops").text


def test_what_is_refused_is_said_beside_the_field_and_changes_nothing(client, lab):
    answer = press(client, "/tempostar/settings/shops/new", "登録", name=" ", short_name="x")
    assert answer.status_code == 422
    assert 'id="field-name-problem">ショップ名(正式名称)を指定してください。' in answer.text
    assert 'value="x"' in answer.text
    assert lab.tempostar.shops() == ()


@pytest.mark.parametrize("field", ["ftp_settings", "mail_settings"])
def test_settings_that_the_lab_has_no_use_for_are_refused_when_filled(client, lab, field):
    answer = press(
        client,
        "/tempostar/settings/shops/new",
        "登録",
        name="RoomClipShopping",
        short_name="RCs",
        **{field: "ftp.example"},
    )
    assert answer.status_code == 422
    assert "実験室ではこの送信先は使いません。空欄のままにしてください。" in answer.text
    assert 'value="ftp.example"' in answer.text
    assert lab.tempostar.shops() == ()


def test_stock_settings_are_changed_as_the_guide_says(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    assert 'href="/tempostar/settings/stock/20001"' in client.get("/tempostar/settings/stock").text
    answer = press(
        client,
        "/tempostar/settings/stock/20001",
        "登録",
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
    page = client.get("/tempostar/settings/stock/20001").text
    assert '<option value="なし" selected>なし</option>' in page
    assert "2026-04-01 09:05:00" in page
    answer = press(client, "/tempostar/settings/stock/20001", "登録", interval_minutes="0")
    assert answer.status_code == 422
    assert "在庫反映(送信間隔)「0」は受け付けられません。" in answer.text


def test_stock_settings_that_somebody_else_changed_meanwhile_are_not_overwritten(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    opened = client.get("/tempostar/settings/stock/20001").text
    lab.tempostar.update_stock_settings("20001", interval_minutes=30)
    answer = press(client, opened, "登録", reflection="起動")
    assert answer.status_code == 409
    assert "現在の値: 30" in answer.text
    assert lab.tempostar.shop("20001").stock.reflection == "停止"
    assert press(client, answer.text, "登録").status_code == 303
    assert lab.tempostar.shop("20001").stock.reflection == "起動"


def test_a_full_sync_is_asked_for(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    page = "/tempostar/settings/stock/20001"
    assert press(client, page, "一括同期").status_code == 409
    lab.tempostar.update_stock_settings("20001", reflection="起動")
    assert press(client, page, "一括同期").status_code == 303
    assert lab.journal.read(kind="full_sync.requested")


def test_a_carrier_and_payments_are_listed_under_the_shops_short_name(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    form = client.get("/tempostar/settings/carriers/new").text
    assert '<label for="field-shop-20001">RCs' in form
    press(client, form, "登録", carrier_name="その他", console_name="その他", shop_20001="その他")
    assert lab.tempostar.carriers()[0].shop_names == {"20001": "その他"}
    form = client.get("/tempostar/settings/payments/new").text
    assert 'aria-label="クレジットカード RCs"' in form
    assert 'aria-label="Amazon決済 RCs"' in form
    press(client, form, "登録", shop_0_20001="クレジットカード", shop_1_20001="Amazon決済")
    assert [one.name for one in lab.tempostar.payments()] == ["Amazon決済", "クレジットカード"]
    assert "登録済み" in client.get("/tempostar/settings/payments/new").text
    for page in ("carriers", "payments"):
        assert "<bdi>RCs</bdi></th>" in client.get(f"/tempostar/settings/{page}").text


def test_a_payment_keeps_its_row_when_another_one_was_registered_meanwhile(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    opened = client.get("/tempostar/settings/payments/new").text
    lab.tempostar.add_payment("クレジットカード", {"20001": "クレジットカード"})
    answer = press(client, opened, "登録", shop_0_20001="カード", shop_1_20001="アマゾン")
    assert answer.status_code == 409
    assert 'value="アマゾン" aria-label="Amazon決済 RCs"' in answer.text
    assert press(client, answer.text, "登録").status_code == 303
    assert {one.name: dict(one.shop_names) for one in lab.tempostar.payments()} == {
        "クレジットカード": {"20001": "クレジットカード"},
        "Amazon決済": {"20001": "アマゾン"},
    }


def test_a_second_carrier_without_a_name_and_payments_without_a_row_are_refused(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    answer = press(client, "/tempostar/settings/carriers/new", "登録", console_name="その他", shop_20001="その他")
    assert "配送業者を指定してください。" in answer.text
    answer = press(client, "/tempostar/settings/payments/new", "登録")
    assert (answer.status_code, lab.tempostar.payments()) == (422, ())
    assert "1行以上に、ショップの列の名前を記入してください。" in answer.text


@pytest.mark.parametrize("what", ["carrier", "payment"])
def test_a_shop_added_later_gets_its_name_and_two_windows_do_not_overwrite_each_other(client, lab, what):
    office = lab.tempostar
    office.add_shop("RoomClipShopping", "RCs")
    office.add_carrier("その他", "その他", {"20001": "その他"})
    office.add_payment("その他", {"20001": "その他"})
    office.add_shop("Second", "2nd")
    page = client.get(f"/tempostar/settings/{what}s").text
    assert f"/tempostar/settings/{what}s/edit?name=" in page
    opened = client.get(f"/tempostar/settings/{what}s/edit?name=その他").text
    assert press(client, opened, "登録", shop_20002="その他").status_code == 303
    (found,) = office.carriers() if what == "carrier" else office.payments()
    assert found.shop_names == {"20001": "その他", "20002": "その他"}
    answer = press(client, opened, "登録", shop_20001="別の名前", shop_20002="")
    assert answer.status_code == 409
    assert "現在の値: その他" in answer.text
    assert client.get(f"/tempostar/settings/{what}s/edit?name=nope").status_code == 404


def test_the_ftp_password_is_issued_and_shown_only_when_asked_for(client, lab):
    page = "/tempostar/settings/ftp-password"
    assert "まだ発行されていません" in client.get(page).text
    answer = press(client, page, "発行")
    account = lab.tempostar.ftp_account()
    assert account is not None
    assert account.password in client.get(answer.headers["Location"]).text
    assert account.password not in client.get(page).text
    assert account.password in press(client, page, "表示").text
    assert account.password not in client.get("/tempostar/").text


def test_a_password_in_use_is_replaced_only_when_that_is_confirmed(client, lab):
    page = "/tempostar/settings/ftp-password"
    opened_before = client.get(page).text
    press(client, page, "発行")
    account = lab.tempostar.ftp_account()
    answer = press(client, page, "発行")
    assert (answer.status_code, lab.tempostar.ftp_account()) == (422, account)
    assert "以前のパスワードが使えなくなります。" in answer.text
    assert press(client, opened_before, "発行").status_code == 409
    assert press(client, page, "発行", void="yes").status_code == 303
    assert lab.tempostar.ftp_account() != account


def test_the_home_page_says_what_is_done_and_what_comes_next(client, lab):
    def next_step() -> str:
        found = re.search(r"次にすること: <strong>(.*?)</strong>", client.get("/tempostar/").text)
        return found[1] if found else ""

    assert next_step() == "1 TEMPOSTARにRoomClipショッピングを登録する"
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
    assert next_step() == "2-1 在庫管理設定を登録する"
    lab.tempostar.update_stock_settings(shop, order_intake="起動", reflection="起動", file_suffix="なし")
    assert next_step() == "2-2 配送設定を登録する"
    lab.tempostar.add_carrier("その他", "その他", {shop: "その他"})
    assert next_step() == "2-3 支払方法設定を登録する"
    for payment in ("クレジットカード", "Amazon決済"):
        lab.tempostar.add_payment(payment, {shop: payment})
    assert next_step() == "3-1 商品登録"
    lab.tempostar.add_product("P", "椅子", [SkuInput("A-1")])
    assert next_step().endswith("取扱ショップ")
    lab.tempostar.carry(shop, "P")
    assert next_step().endswith("在庫連動")
    lab.tempostar.link(shop, "A-1")
    assert next_step() == "5 FTPパスワードの発行"
    lab.tempostar.issue_ftp_password()
    assert next_step() == ""
    lab.tempostar.update_stock_settings(shop, interval_minutes=10)
    assert next_step() == "2-1 在庫管理設定を登録する"


def test_every_menu_of_the_guide_leads_to_a_page(client, lab):
    for menu in MENUS:
        for group in menu.groups:
            for entry in group.entries:
                with create_app(lab).test_request_context():
                    path = url_for(entry.endpoint)
                page = client.get(path).text
                assert f'aria-current="page">{entry.label}</a>' in page
                assert re.search(rf'aria-current="true">.*{menu.label}</a>', page)


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
    for page in ("file", "view"):
        assert client.get(f"/tempostar/area/{page}?path=/none").status_code == 404


def test_a_company_sees_its_own_things_only_and_its_links_keep_it(client, lab):
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.tempostar.found_company()
    page = client.get("/tempostar/settings/shops?company=10002").text
    assert "20001" not in page
    own = re.findall(r'href="(/tempostar/[^"]*)"', page)
    assert own
    assert [path for path in own if "company=10002" not in path] == ["/tempostar/", "/tempostar/?company=10001"]
    assert client.get("/tempostar/settings/stock/20001?company=10002").status_code == 404
    form = "/tempostar/settings/shops/new?company=10002"
    assert press(client, form, "登録", name="Second", short_name="2").headers["Location"].endswith("company=10002")
    assert [shop.company_id for shop in lab.tempostar.shops()] == [10001, 10002]
    for company in (9, -1, 10**30):
        for page in ("", "settings/ftp-password", "stock", "area", "products"):
            refused = client.get(f"/tempostar/{page}?company={company}")
            assert refused.status_code == 404
            assert f"会社「{company}」は見つかりません。" in refused.text


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "guessed"}, {"csrf_token": ""}])
def test_a_form_without_the_right_token_is_refused(client, lab, sent):
    client.get("/tempostar/settings/shops/new")
    form = {"name": "n", "short_name": "s", "mall_type": MALL, **sent}
    assert client.post("/tempostar/settings/shops/new", data=form).status_code == 403
    assert lab.tempostar.shops() == ()


def test_a_form_from_another_site_is_refused_even_with_the_token(client, lab):
    form = {"csrf_token": token(client, PASSWORD)}
    for origin in ("http://attacker.example", "http://localhost:1", "null", "http://[", "localhost"):
        assert client.post(PASSWORD, data=form, headers={"Origin": origin}).status_code == 403
    assert lab.tempostar.ftp_account() is None
    assert client.post(PASSWORD, data=form, headers={"Origin": "http://localhost"}).status_code == 303


def test_the_token_survives_a_reset_of_the_lab(client, lab):
    form = {"csrf_token": token(client, PASSWORD)}
    lab.reset()
    assert client.post(PASSWORD, data=form).status_code == 303


def test_the_token_is_kept_from_scripts_and_other_sites(client):
    cookie = client.get(PASSWORD).headers["Set-Cookie"]
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
    page = client.get("/tempostar/orders").text
    assert "0 件" in page
    assert "取込待ち" in page
    assert "受注取込が停止" not in page
    lab.next_pass()
    page = client.get("/tempostar/orders").text
    for words in (
        "2 件",
        "20001-1",
        "1,980円",
        "&lt;b&gt;花子",
        "支払方法変換エラー</span><br>",
        "配送日エラー",
        "手動",
    ):
        assert words in page
    lines = [
        " ".join(re.sub("<[^>]+>", "", line).split()) for line in re.findall("<div>(?:<a [^>]*>)?<bdi>.*?</div>", page)
    ]
    assert sorted(lines) == ["A-1 × 1 ○ 在庫連動なし", "nope × 1 ✕ 商品コード未登録"]
    assert '<a href="/lab/sku?code=A-1">' in page
    assert "/lab/sku?code=nope" not in page
    assert "取込待ち" not in page
    assert client.get("/tempostar/orders?page=0").status_code == 422


def test_order_files_that_wait_or_were_refused_are_named_with_their_log(client, lab):
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
    lab.tempostar.update_stock_settings(shop, reflection="起動")
    name = "order20260401090000_IDutf8.csv"
    lab.area.write(10001, f"/netorder/{shop}/{name}", b"broken")
    lab.next_pass()
    page = client.get("/tempostar/orders").text
    assert "受注取込が停止しているため、待っています。" in page
    assert f"/tempostar/area/view?path=/netorder/{shop}/{name}" in page
    lab.tempostar.update_stock_settings(shop, order_intake="起動")
    lab.next_pass()
    page = client.get("/tempostar/orders").text
    assert "取込エラー" in page
    log = f"/tempostar/area/view?path=/netorder/{shop}/log/{name}.log"
    assert log in page
    told = client.get(log).text
    assert f'<pre tabindex="0"><bdi>{name} was refused, no order was taken in.' in told
    assert "ヘッダー行" not in told
