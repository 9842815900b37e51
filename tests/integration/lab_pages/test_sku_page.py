"""Both ends of a SKU side by side: what each says, what differs, and the sentence that explains it."""

from __future__ import annotations

import pytest

from simulator.config import ClockMode
from simulator.journal import Service
from simulator.lab_pages.stock_rows import find_row
from simulator.roomclip.listing import ItemInput, VariantInput

CODE = "LMP-00001"


def verdict(site, code=CODE) -> str:
    page = site.open(f"/lab/sku?code={code}")
    return page.partition('class="verdict"')[2].partition("</p>")[0]


def engine_reads_and_sends(site, stock: int) -> None:
    site.lab.journal.record(Service.FTPS, "ftps.sent", "sent", path="/netstock/20001/stock.csv", complete=True)
    site.lab.roomclip.set_stock("1", [(CODE, stock)])


def present(site) -> int:
    return site.lab.tempostar.stock(CODE).stock


def test_follows_a_change_from_one_end_to_the_other(site):
    assert "ファイル未読" in verdict(site)
    engine_reads_and_sends(site, present(site))
    assert "一致" in verdict(site)
    site.lab.tempostar.set_stock(CODE, sellable=77)
    assert "送信待ち" in verdict(site)
    assert "04-01 09:10:00" in verdict(site)
    site.lab.next_pass()
    assert "ファイル未読" in verdict(site)
    page = site.open(f"/lab/sku?code={CODE}")
    assert '77 <span class="same-stock">＝ 同じ' in page
    assert "≠ 違う" in page
    assert "2行目" in page
    site.lab.journal.record(Service.FTPS, "ftps.sent", "sent", path="/netstock/20001/stock.csv", complete=True)
    assert "更新されていない" in verdict(site)
    site.lab.roomclip.set_stock("1", [(CODE, 77)])
    assert "一致" in verdict(site)
    (variant,) = site.lab.roomclip.variants("1", codes=[CODE]).variants
    site.lab.roomclip.edit_stock("1", variant.variant_id, 76)
    assert "RoomClipで変わった" in verdict(site)


def test_a_download_that_broke_off_or_was_of_another_file_is_no_reading(site):
    for path, complete in (("/netstock/20001/stock.csv", False), ("/netstock/20001/other.csv", True)):
        site.lab.journal.record(Service.FTPS, "ftps.sent", "sent", path=path, complete=complete)
    assert "ファイル未読" in verdict(site)


def test_tells_what_stands_in_the_way(site):
    lab = site.lab
    lab.tempostar.link("20001", CODE, False)
    assert "連動オフ" in verdict(site)
    assert "連携するを選んでください" in verdict(site)
    lab.tempostar.link("20001", CODE)
    product = lab.tempostar.find_sku(CODE).product_code
    lab.tempostar.carry("20001", product, False)
    assert "取扱なし" in verdict(site)
    assert "取扱にチェックを入れてください" in verdict(site)
    lab.tempostar.carry("20001", product)
    lab.roomclip.pause("1")
    assert "一時停止中" in verdict(site)
    lab.roomclip.resume("1")
    lab.tempostar.update_stock_settings("20001", reflection="停止", order_intake="停止")
    assert "在庫反映停止" in verdict(site)
    assert "在庫管理設定で起動にしてください" in verdict(site)


def test_without_any_goods_it_says_how_to_get_some(empty):
    page = empty.open("/lab/sku")
    assert "商品はまだありません。" in page
    assert "/lab/states" in page


def test_tells_of_codes_that_do_not_fit(site):
    lab = site.lab
    lab.roomclip.register_item("1", ItemInput("DOUBLE", "二つ目", (VariantInput(CODE),)))
    assert "コード重複" in verdict(site)
    assert "1つだけになるように直してください" in verdict(site)
    lab.roomclip.delete_item("1", "DOUBLE")
    (variant,) = lab.roomclip.variants("1", codes=[CODE]).variants
    lab.roomclip.delete_item("1", variant.item_number)
    lab.roomclip.set_stock("1", [(CODE, 3)])
    assert "コード不一致" in verdict(site)
    assert "コードをSKUコードと一致させてください" in verdict(site)
    assert "コードなし" in site.open(f"/lab/sku?code={CODE}")
    lab.roomclip.register_item("1", ItemInput("ONLY", "片側だけ", (VariantInput("ONLY-1"),)))
    assert "TEMPOSTARにない" in verdict(site, "ONLY-1")


def test_tells_of_news_that_was_overwritten(site):
    site.lab.tempostar.set_stock("SOF-00002", sellable=5)
    site.lab.next_pass()
    assert "知らせがない" in verdict(site)


def test_a_shop_that_is_not_linked_is_told(empty):
    empty.lab.tempostar.add_shop("RoomClipShopping", "RCs")
    empty.lab.seed(10)
    code = empty.lab.tempostar.codes_beginning("", limit=1)[0]
    assert "未連携" in verdict(empty, code)


def test_a_beginning_leads_to_codes_of_either_end(site):
    site.lab.roomclip.register_item("1", ItemInput("ONLY", "片側だけ", (VariantInput("LMP-片側"),)))
    page = site.open("/lab/sku?code=LMP")
    assert "もしかして" in page
    assert "LMP-片側</bdi>" in page
    assert f"<bdi>{CODE}</bdi>" in page
    assert "どちらにもありません" in site.open("/lab/sku?code=nowhere")


def test_links_to_both_consoles_and_the_sku_s_timeline(site):
    page = site.open(f"/lab/sku?code={CODE}")
    assert f"/tempostar/stock?search={CODE}&company=" in page
    assert f"search={CODE}" in page.partition("商品管理で見る")[0].rpartition("<a href")[2]
    assert "reflection.written" in page


@pytest.mark.parametrize("code", ["<script>alert(1)</script>", "長" * 300, "\u202eright", "%00", "a'b\"c"])
def test_hostile_codes_are_shown_as_they_are(site, code):
    answer = site.client.get("/lab/sku", query_string={"code": code})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('"商品コード","在庫数"\r\n"A","1"\r\n"A-1","22"\r\n'.encode("cp932"), (3, "22")),
        ("在庫数,商品コード\r\n5,A-1\r\n".encode("utf-8-sig"), (2, "5")),
        (b'"A-1","7","name"\r\n', (1, "7")),
        (b'"A-1","7"\r\n"A-1","8"\r\n', (2, "8")),
        ('"商品コード","商品名","在庫数"\r\n"A-1","二\r\n行","9"\r\n'.encode("cp932"), (2, "9")),
        ('"商品コード","商品名","在庫数"\r\n"A-1","切'.encode("cp932"), (2, "")),
        (b"A-11,1\r\n", None),
        (b"", None),
        (b"\xff\x00\x9f\r\n", None),
        (b'A-1,3\r\n"' + b"A-1" * 50_000, (1, "3")),
        (b'"A""1","3"\r\nA-1,4\r\n', (2, "4")),
    ],
    ids=[
        "whole", "other order, BOM", "no header", "twice", "line break",
        "cut", "longer code", "empty", "no text", "no end", "quote",
    ],
)  # fmt: skip
def test_a_row_is_found_whatever_the_file_looks_like(content, found):
    row = find_row(content, "A-1")
    assert (None if row is None else (row.row, row.stock)) == found


def test_the_last_update_is_remembered_also_when_it_was_refused(site):
    roomclip = site.lab.roomclip
    assert roomclip.last_update("1", CODE) is None
    roomclip.set_stock("1", [(CODE, 5), ("nowhere", 6)])
    assert (roomclip.last_update("1", CODE).stock, roomclip.last_update("1", CODE).rejection) == (5, "")
    assert roomclip.last_update("1", "nowhere").rejection == "unknown"
    site.lab.agenda.set_clock(mode=ClockMode.FROZEN)
    site.lab.reset()
    assert roomclip.last_update("1", CODE) is None
