from __future__ import annotations

from pathlib import Path

import pytest

from simulator.clock import FROZEN_START
from simulator.roomclip.console.pages import create_blueprint
from simulator.roomclip.linkage import Run, RunOutcome
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.web.forms import guard_forms
from tests.integration.roomclip.browser import Browser

FIXTURES = Path(__file__).parents[3] / "fixtures"
BASE = "/roomclip/business/1"


@pytest.fixture
def browser(site, roomclip):
    guard_forms(site)
    site.register_blueprint(create_blueprint(roomclip))
    return Browser(site.test_client())


def test_registers_an_item_with_its_code_in_the_detail_settings(browser, roomclip):
    form = browser.open(f"{BASE}/items/new")
    assert form.index("商品詳細設定") < form.index("2.詳細設定") < form.index("種類別の自社管理コード")
    page = browser.send(
        f"{BASE}/items/new",
        item_number="R-1", name="<椅子>", kind="単品", status="公開",
        **{"code-0": " A-1 ", "price-0": "980", "stock-0": "0"},
    )  # fmt: skip
    assert "R-1 を登録しました。" in page
    [variant] = roomclip.variants("1").variants
    assert (variant.variant_code, variant.price, variant.stock) == (" A-1 ", 980, 0)


def test_everything_a_merchant_typed_is_escaped(browser, register):
    register("<script>alert(1)</script>", number='"><b>')
    shown = browser.client.get(f"{BASE}/items").get_data(as_text=True)
    assert "<script>" not in shown
    assert "<b>" not in shown


def test_registers_variations_and_edits_them_without_touching_stock(browser, roomclip):
    rows = {"colour-0": "黒", "code-0": "A-1", "price-0": "1", "stock-0": "4", "colour-2": "白", "code-2": "A-2"}
    browser.send(f"{BASE}/items/new", item_number="R-1", name="椅子", kind="種類あり", status="下書き", **rows)
    assert roomclip.levels("1") == {"A-1": 4, "A-2": 0}
    changed = {"colour-0": "黒", "code-0": "B-1", "price-0": "2", "colour-1": "白", "code-1": "A-2", "colour-2": "青"}
    page = browser.send(
        f"{BASE}/items/edit?number=R-1", item_number="R-1", name="机", kind="種類あり", status="公開", **changed
    )
    assert "R-1 を更新しました。" in page
    item = roomclip.item("1", "R-1")
    assert (item.name, item.status) == ("机", "公開")
    assert [(one.colour, one.variant_code, one.stock) for one in item.variants] == [
        ("黒", "B-1", 4), ("白", "A-2", 0), ("青", None, 0)
    ]  # fmt: skip


def test_edits_every_row_of_an_item_however_many_there_are(browser, roomclip):
    variants = tuple(VariantInput(colour=f"色{number}") for number in range(250))
    roomclip.register_item("1", ItemInput("R-1", "椅子", variants))
    rows = {f"colour-{number}": f"色{number}" for number in range(250)}
    edit = f"{BASE}/items/edit?number=R-1"
    browser.send(edit, item_number="R-1", name="椅子", kind="種類あり", status="公開", **rows, **{"code-249": "LAST"})
    assert roomclip.item("1", "R-1").variants[249].variant_code == "LAST"


def test_a_row_with_nothing_but_stock_is_registered_too(browser, roomclip):
    form = {"item_number": "R-1", "name": "椅子", "kind": "単品", "status": "公開", "stock-0": "3"}
    browser.send(f"{BASE}/items/new", **form)
    assert roomclip.item("1", "R-1").variants[0].stock == 3


def test_a_name_of_any_length_leaves_the_note_that_tells_of_it_short(browser, roomclip):
    form = {"item_number": "椅" * 2000, "name": "椅子", "kind": "単品", "status": "公開", "code-0": "A"}
    page = browser.send(f"{BASE}/items/new", **form)
    assert "椅…</p>" in page


def test_lists_searches_and_pages_items(browser, register):
    for number in range(51):
        register(f"C-{number:02d}")
    first = browser.open(f"{BASE}/items")
    assert "51 商品" in first
    assert "1 / 2 ページ" in first
    assert "R-C-49" in first
    assert "R-C-50" not in first
    assert "R-C-50" in browser.open(f"{BASE}/items?page=2")
    assert "1 商品" in browser.open(f"{BASE}/items?search=C-07")
    assert "条件に合う商品はありません" in browser.open(f"{BASE}/items?search=%25")


def test_changes_status_and_stock_and_deletes(browser, register, roomclip):
    variant = register("A-1", status="下書き")
    page = browser.send(f"{BASE}/items", f"{BASE}/items/status", item_number="R-A-1", status="公開")
    assert "R-A-1 の出品ステータスを公開にしました。" in page
    edit = f"{BASE}/items/edit?number=R-A-1"
    assert "A-1 の在庫数を 5 にしました。" in browser.send(edit, f"{BASE}/items/stock", variant_id=variant, stock="5")
    refused = browser.send(edit, f"{BASE}/items/stock", answers=422, variant_id=variant, stock="５")
    assert "在庫数「５」は受け付けられません。0から999,999,999までの半角の整数で入力してください。" in refused
    assert roomclip.item("1", "R-A-1").variants[0].stock == 5
    assert "商品はありません" in browser.send(edit, f"{BASE}/items/delete", item_number="R-A-1")


def test_imports_a_csv_and_shows_doubtful_rows(browser):
    with (FIXTURES / "items-warnings.csv").open("rb") as file:
        page = browser.send(f"{BASE}/items/import", file=(file, "items.csv"))
    assert "4 商品を取り込みました。" in page
    assert "zaikolab call POST '/roomclip/shops/1/items/csv?file_name=items.csv' @items.csv" in page
    assert "確認が必要な行: 6 件" in page
    assert "親商品の行のコードは在庫連携に使われません" in page


def test_refuses_a_csv_row_by_row(browser, roomclip):
    with (FIXTURES / "items-errors.csv").open("rb") as file:
        page = browser.send(f"{BASE}/items/import", answers=422, file=(file, "items.csv"))
    assert "items.csv は取り込まれませんでした" in page
    assert "商品は何も変更されていません" in page
    for row, column in ((2, "親子・単品フラグ"), (5, "出品ステータス"), (6, "商品名"), (8, "販売価格")):
        assert f'<td class="number" data-label="行">{row}</td><td data-label="項目">{column}</td>' in page
    assert roomclip.items("1").total == 0


def test_an_import_without_a_file_is_refused(browser):
    refused = browser.send(f"{BASE}/items/import", answers=422)
    assert 'id="file-problem">商品CSVのファイルを指定してください。ファイルを選んで' in refused


def test_hands_out_a_template_that_can_be_imported(browser, roomclip):
    answer = browser.client.get(f"{BASE}/items/template.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="items.csv"'
    assert roomclip.import_items("1", answer.data).imported == 0


def test_walks_through_the_linkage_settings(browser, roomclip):
    applied = browser.send(f"{BASE}/linkage", f"{BASE}/linkage/apply", service="tempostar")
    assert "申請済み" in applied
    assert "在庫更新用URL" not in applied
    given = {"ftp_user": "10001_0", "ftp_password": "geheim", "shop_code": "20001", "notify_to": "a@shop.example"}
    saved = browser.send(f"{BASE}/linkage", **given)
    linkage = roomclip.linkage("1")
    for shown in ("10001_0", "20001", "a@shop.example", f"http://localhost{linkage.stock_update_path}", "一時停止"):
        assert shown in saved
    assert "geheim" not in saved
    assert "********" in saved
    assert "一時停止中" in browser.send(f"{BASE}/linkage", f"{BASE}/linkage/pause")
    assert "連携中" in browser.send(f"{BASE}/linkage", f"{BASE}/linkage/resume")


def test_refuses_wrong_linkage_inputs_without_showing_the_password(browser, roomclip):
    roomclip.apply_for_linkage("1")
    given = {"ftp_user": "10001_0", "ftp_password": "geheim", "shop_code": "RCs", "notify_to": "a@shop.example"}
    refused = browser.send(f"{BASE}/linkage", answers=422, **given)
    assert "ショップコード「RCs」は受け付けられません。半角数字で入力してください。" in refused
    assert 'value="RCs"' in refused
    assert "geheim" not in refused


def test_what_the_present_state_does_not_allow_is_said_in_japanese(browser, linked):
    linked.pause("1")
    refused = browser.send(f"{BASE}/linkage", f"{BASE}/linkage/pause", answers=409)
    assert "現在の状態ではできない操作です" in refused
    assert "<script>" not in browser.client.get(f"{BASE}/items/edit?number=<script>").text


def test_shows_what_engines_reported(browser, linked):
    linked.record_run(
        "1", Run(FROZEN_START, FROZEN_START, RunOutcome.FAILED, "530 <login>", {"updated": 0, "left": 0, "bad_rows": 3})
    )
    page = browser.open(f"{BASE}/runs")
    assert "連携履歴とメールを見る" in browser.open(f"{BASE}/")
    for shown in ("2026-04-01 09:00:00", "失敗", "530 <login>", "不正な行 3", "left 0"):
        assert shown in page


def test_an_unknown_shop_or_item_is_not_found(browser):
    assert "ショップ「9」は見つかりません。" in browser.open("/roomclip/business/9/items", 404)
    assert "商品「no」は見つかりません。" in browser.open(f"{BASE}/items/edit?number=no", 404)


def test_forms_of_other_sites_are_refused(browser, register, roomclip):
    register("A-1")
    answer = browser.client.post(f"{BASE}/items/delete", data={"item_number": "R-A-1"})
    assert answer.status_code == 403
    assert roomclip.items("1").total == 1
