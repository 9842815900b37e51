"""FTPS領域 of TEMPOSTAR's console: the folder, and a file with its bytes, rows and differences."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.tempostar.catalog import SkuInput
from simulator.tempostar.console.file_view import READ_AT_MOST
from simulator.web.app import create_app

PATH = "/netstock/20001/stock.csv"
VIEW = f"/tempostar/area/view?path={PATH}"


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab()
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.tempostar.update_stock_settings("20001", reflection="起動", file_suffix="なし")
    lab.tempostar.add_product("P", "①㈱髙", [SkuInput(f"A-{number:03d}", sellable=number) for number in range(150)])
    lab.tempostar.carry("20001", "P")
    lab.tempostar.link_in_bulk("20001", [f"A-{number:03d}" for number in range(150)])
    yield lab
    lab.stop()


@pytest.fixture
def client(lab) -> FlaskClient:
    return create_app(lab).test_client()


def words(page: str) -> str:
    """A page's text, its tags taken out."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


def test_a_stock_file_tells_its_encoding_line_ends_header_and_rows_page_by_page(client, lab):
    lab.next_pass()
    page = words(client.get(VIEW).text)
    for told in (
        "文字コード CP932", "改行 CRLF 151", "ヘッダー行 あり", "引用符 すべての項目", "データの行数 150",
        "置いた側 TEMPOSTAR(在庫反映)", "更新日時 2026-04-01 09:05:00", "1つ前のファイルはありません。",
        "150 行 1 / 2 ページ", "2 A-000 P ①㈱髙 0",
    ):  # fmt: skip
        assert told in page
    assert "A-149" not in page
    assert "151 A-149 P ①㈱髙 149" in words(client.get(f"{VIEW}&page=2").text)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"encoding": "utf-8"}, "文字コード UTF-8(BOMなし)"),
        ({"encoding": "utf-8-bom"}, "文字コード UTF-8(BOMあり)"),
        ({"header": False}, "ヘッダー行 なし"),
        ({"quoting": "minimal"}, "引用符 一部またはなし"),
    ],
)
def test_another_tempostar_is_seen_in_its_file(client, lab, settings, told):
    lab.change_settings(**settings)
    lab.next_pass()
    page = words(client.get(VIEW).text)
    assert told in page
    assert "データの行数 150" in page


def test_what_changed_since_the_file_before_is_told_by_words(client, lab):
    lab.next_pass()
    lab.tempostar.set_stock("A-007", sellable=70)
    lab.tempostar.add_product("Q", "机", [SkuInput("B", sellable=1)])
    lab.tempostar.carry("20001", "Q")
    lab.tempostar.link("20001", "B")
    lab.next_pass()
    page = words(client.get(VIEW).text)
    assert "2026-04-01 09:05:00 の stock.csv と比べて: 追加 1、変更 1、今回なし 149、同じ 0" in page
    assert "変更 A-007 7 70" in page
    assert "追加 B — 1" in page
    assert "今回なし A-000 0 —" in page
    assert "在庫が0になったのではありません。" in page


def test_files_with_dates_in_their_names_are_compared_with_the_one_before_in_the_folder(client, lab):
    lab.tempostar.update_stock_settings("20001", file_suffix="日時")
    lab.next_pass()
    lab.tempostar.set_stock("A-007", sellable=70)
    lab.next_pass()
    page = words(client.get("/tempostar/area/view?path=/netstock/20001/stock20260401091000.csv").text)
    assert "の stock20260401090500.csv と比べて: 追加 0、変更 1、今回なし 149、同じ 0" in page
    first = client.get("/tempostar/area/view?path=/netstock/20001/stock20260401090500.csv").text
    assert "1つ前のファイルはありません。" in first


def test_the_file_before_survives_snapshots_and_a_reset_forgets_it(client, lab):
    lab.next_pass()
    lab.tempostar.set_stock("A-007", sellable=70)
    lab.next_pass()
    lab.save_snapshot("two-files")
    lab.reset()
    assert lab.area.before(10001, PATH, 10) is None
    lab.restore_snapshot("two-files")
    assert "変更 A-007 7 70" in words(client.get(VIEW).text)


def test_the_first_bytes_are_shown_on_demand(client, lab):
    lab.next_pass()
    assert "00000000" not in client.get(VIEW).text
    page = words(client.get(f"{VIEW}&hex=1").text)
    assert '00000000 22 8f a4 95 69 83 52 81 5b 83 68 22 2c 22 8f a4 "商品コード","商' in page


def test_a_torn_file_is_told(client, lab):
    lab.area.write(10001, PATH, '"商品コード","在庫数"\r\n"椅'.encode("cp932")[:-1])
    page = words(client.get(VIEW).text)
    assert "末尾の文字が途中で切れています" in page
    assert "最後の行が改行で終わっていません" in page


def test_of_a_very_large_file_the_beginning_is_read(client, lab):
    lab.next_pass()
    row = b'"A-%09d","1"\r\n'
    lab.area.write(10001, PATH, b'"\x8f\xa4\x95i\x83R\x81[\x83h","\x8d\xdd\x8c\xc9\x90\x94"\r\n' + row * 100_000)
    page = words(client.get(VIEW).text)
    assert f"先頭 {READ_AT_MOST:,} バイトまで。残りは読んでいません" in page
    assert "大きいため比べていません。" in page
    assert "同じコードの行が2つ以上あります" in page


def test_a_file_is_downloaded_as_it_is_and_uploads_are_told_from_what_tempostar_put(client, lab):
    lab.next_pass()
    file = client.get(f"/tempostar/area/file?path={PATH}")
    assert file.data == lab.area.read(10001, PATH)
    lab.area.write(10001, "/netorder/20001/order20260401090000_IDutf8.csv", b"x")
    page = words(client.get("/tempostar/area?path=/netorder/20001").text)
    assert "order20260401090000_IDutf8.csv 1 バイト 2026-04-01 09:05:00 FTPSクライアント" in page
    assert "TEMPOSTAR(在庫反映)" in words(client.get("/tempostar/area?path=/netstock/20001").text)


def test_a_folder_of_many_files_is_shown_page_by_page_the_newest_first(client, lab):
    for number in range(101):
        lab.area.write(10001, f"/netorder/20001/log/order{number:03d}.done", b"x")
    page = client.get("/tempostar/area?path=/netorder/20001/log").text
    assert "101 ファイル" in words(page)
    assert "order100.done" in page
    assert "order000.done" not in page
    assert "order000.done" in client.get("/tempostar/area?path=/netorder/20001/log&page=2").text
