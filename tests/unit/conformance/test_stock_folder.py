"""Stock files as steps read and write them: in the form this lab's settings say."""

from __future__ import annotations

import pytest

from simulator.config import Settings
from simulator.conformance.stock_folder import PLACES, encode_text, find_place, parse_rows
from simulator.tempostar.reflection import StockSettings

FILE = b"code,stock\r\nA-1,100\r\nB-22,5\r\n"


def test_places_of_a_file_follow_its_lines_not_its_bytes() -> None:
    assert [find_place(FILE, place) for place in PLACES] == [0, 6, 12, 16, 25]
    assert {find_place(FILE, place) for place in PLACES} < {*range(len(FILE))}


@pytest.mark.parametrize("content", [b"", b"code,stock\r\n"], ids=["empty", "one line"])
def test_a_file_of_fewer_than_two_lines_has_no_such_places(content: bytes) -> None:
    with pytest.raises(AssertionError, match="wants a stock file of two lines"):
        find_place(content, PLACES[0])


@pytest.mark.parametrize(("encoding", "codec"), [("cp932", "cp932"), ("utf-8", "utf-8"), ("utf-8-bom", "utf-8-sig")])
def test_rows_are_read_by_the_header_in_the_encoding_of_the_lab(encoding: str, codec: str) -> None:
    content = "商品コード,在庫数\r\nつくえ,5\r\n".encode(codec)
    settings = Settings().changed({"encoding": encoding})
    assert parse_rows(content, settings, StockSettings()) == [{"商品コード": "つくえ", "在庫数": "5"}]


def test_rows_are_read_by_place_where_the_lab_writes_no_header() -> None:
    settings = Settings().changed({"header": False})
    stock = StockSettings().changed({"output_columns": "在庫数のみ"})
    assert parse_rows(b"A-1,5\r\n", settings, stock) == [{"商品コード": "A-1", "在庫数": "5"}]


def test_a_text_becomes_bytes_as_the_lab_writes_them() -> None:
    assert encode_text("数\n", Settings()) == "数\r\n".encode("cp932")
    assert encode_text("数\n", Settings().changed({"encoding": "utf-8"})) == "数\r\n".encode()
