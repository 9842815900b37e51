"""The stock file, byte for byte."""

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from simulator.config import Encoding, Quoting, Settings
from simulator.errors import BadValue
from simulator.tempostar.stock_file import (
    FileFormat,
    FileSuffix,
    OutputColumns,
    StockRow,
    compose_file_name,
    encode_beginning,
    encode_rows,
    find_cut,
    find_unwritable,
)

FIXTURES = Path(__file__).parents[3] / "fixtures"
CHAIR = StockRow("chair-001_BK", "chair", "木の椅子", "ブラック", "", 12)
TABLE = StockRow("TABLE-1", "TABLE", 'テーブル, "大"', "120cm", "白\r\n", 3)


def fixture_rows(name: str) -> list[StockRow]:
    rows = list(csv.reader(io.StringIO((FIXTURES / name).read_bytes().decode("cp932"), newline="")))[1:]
    return [StockRow(code, base, name, one, two, int(stock)) for code, base, name, one, two, stock in rows]


def encode(*rows: StockRow, **changes: object) -> bytes:
    file_format = replace(FileFormat(), **changes)
    return encode_beginning(file_format) + encode_rows(rows, file_format)


def header(**changes: object) -> str:
    return encode(**changes).decode("cp932").strip().replace('"', "")


def test_writes_the_golden_file_of_all_columns():
    rows = fixture_rows("stock-all-columns.csv")
    assert encode(*rows) == (FIXTURES / "stock-all-columns.csv").read_bytes()


def test_writes_the_golden_file_of_code_and_stock():
    rows = fixture_rows("stock-all-columns.csv")
    golden = (FIXTURES / "stock-code-and-stock.csv").read_bytes()
    assert encode(*rows, output_columns=OutputColumns.STOCK_ONLY) == golden


def test_writes_utf8_with_a_bom_as_the_golden_file_has_it():
    rows = fixture_rows("stock-all-columns.csv")
    assert encode(*rows, encoding=Encoding.UTF8_BOM) == (FIXTURES / "stock-utf8-bom.csv").read_bytes()


def test_writes_utf8_without_a_bom():
    assert encode(CHAIR, encoding=Encoding.UTF8).decode("utf-8") == encode(CHAIR).decode("cp932")
    assert not encode(CHAIR, encoding=Encoding.UTF8).startswith(b"\xef\xbb\xbf")


def test_quotes_only_what_needs_it_when_the_setting_says_so():
    text = encode(CHAIR, TABLE, quoting=Quoting.MINIMAL, header=False).decode("cp932")
    assert text == ('chair-001_BK,12,chair,木の椅子,ブラック,\r\nTABLE-1,3,TABLE,"テーブル, ""大""",120cm,"白\r\n"\r\n')


@pytest.mark.parametrize("quoting", Quoting)
@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("columns", OutputColumns)
@pytest.mark.parametrize("with_header", [True, False])
def test_every_combination_reads_back_as_it_was(quoting, encoding, columns, with_header):
    written = encode(CHAIR, TABLE, quoting=quoting, encoding=encoding, output_columns=columns, header=with_header)
    codec = {"utf-8-bom": "utf-8-sig"}.get(encoding, encoding)
    rows = list(csv.reader(io.StringIO(written.decode(codec), newline="")))
    names = rows.pop(0) if with_header else ["商品コード", "在庫数"]
    assert [row[names.index("商品コード")] for row in rows] == ["chair-001_BK", "TABLE-1"]
    assert [row[names.index("在庫数")] for row in rows] == ["12", "3"]
    assert {len(row) for row in rows} == {6 if columns is OutputColumns.ALL else 2}


def test_the_column_order_puts_the_columns_named_first():
    assert header(column_order=("在庫数", "商品名")) == "在庫数,商品名,商品コード,商品基本コード,属性1名,属性2名"


def test_the_column_order_passes_over_columns_that_are_not_put_out():
    assert header(output_columns=OutputColumns.STOCK_ONLY, column_order=("商品名", "在庫数")) == "在庫数,商品コード"


def test_without_a_header_code_and_stock_come_first_whatever_the_order():
    line = encode(CHAIR, header=False, column_order=("属性1名", "在庫数", "商品コード"))
    assert line.decode("cp932") == '"chair-001_BK","12","ブラック","chair","木の椅子",""\r\n'


def test_a_name_that_cp932_lacks_does_not_cost_the_pass():
    odd = CHAIR._replace(name="椅子🪑", attribute1="é", product_code="chair-ñ")
    assert '"chair-?","椅子?","?"' in encode(odd).decode("cp932")
    assert "椅子🪑" in encode(odd, encoding=Encoding.UTF8).decode("utf-8")


def test_finds_the_codes_that_cp932_lacks():
    assert find_unwritable(["A-1", "ＬＡＭＰ", "ﾗﾝﾌﾟ", "①㈱髙", "né", "🪑"], Encoding.CP932) == ("né", "🪑")


def test_finds_the_codes_that_cp932_would_turn_into_others():
    assert find_unwritable(["A〜B", "A～B", "A−B"], Encoding.CP932) == ("A〜B", "A−B")


@pytest.mark.parametrize("encoding", [Encoding.UTF8, Encoding.UTF8_BOM])
def test_every_code_can_be_written_in_utf8(encoding):
    assert find_unwritable(["né", "A〜B", "🪑"], encoding) == ()


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        (FileSuffix.NONE, "stock.csv"),
        (FileSuffix.DATE, "stock20260401.csv"),
        (FileSuffix.DATE_TIME, "stock20260401090507.csv"),
    ],
)
def test_the_suffix_names_the_moment_of_the_pass(suffix, name):
    assert compose_file_name("stock", suffix, datetime.fromisoformat("2026-04-01T09:05:07+09:00")) == name


@pytest.mark.parametrize("quoting", Quoting)
def test_the_visible_half_ends_inside_a_row_whatever_its_length(quoting):
    for digits in range(1, 40):
        rows = [CHAIR._replace(sku_code="x" * digits), CHAIR, CHAIR]
        content = encode(*rows, quoting=quoting)
        cut = find_cut(content)
        visible = content[:cut]
        assert 0 < cut <= len(content) // 2
        assert not visible.endswith((b"\r\n", b"\r", b'"'))
        assert not content[cut:].startswith((b"\r", b"\n"))


def test_half_of_nothing_is_nothing():
    assert find_cut(b"") == 0


@pytest.mark.parametrize("order", [["在庫"], ["商品名", "商品名"], ["倉庫コード"], "商品名,在庫数量"], ids=str)
def test_the_setting_refuses_an_order_of_columns_that_are_not_there(order):
    with pytest.raises(BadValue, match="商品基本コード"):
        Settings().changed({"column_order": order})


def test_the_setting_takes_the_columns_as_a_list_or_as_text():
    for order in (["在庫数", "商品名"], "在庫数,商品名"):
        assert Settings().changed({"column_order": order}).column_order == ("在庫数", "商品名")
