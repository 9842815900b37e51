"""The stock file reader against the golden vectors, single rows, and arbitrary bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.domain.stock_file import RowReason, parse_stock_file
from reference.errors import UntrustedFileError, UntrustedReason

FIXTURES = Path(__file__).parents[3] / "fixtures"
HEADER = '"商品コード","在庫数"\r\n'
GOOD = ["stock-all-columns", "stock-code-and-stock", "stock-no-header", "stock-other-order", "stock-utf8-bom"]


def read(text: str, encoding: str = "cp932"):
    return parse_stock_file(text.encode(encoding))


def reason_of(content: bytes) -> UntrustedReason:
    with pytest.raises(UntrustedFileError) as refusal:
        parse_stock_file(content)
    return refusal.value.reason


@pytest.mark.parametrize("name", GOOD)
def test_reads_the_levels_of_every_good_vector(name):
    stock_file = parse_stock_file((FIXTURES / f"{name}.csv").read_bytes())
    assert dict(stock_file.levels) == json.loads((FIXTURES / "stock.expected.json").read_text(encoding="utf-8"))
    assert stock_file.problems == ()


def test_reads_the_levels_and_problems_of_the_bad_rows_vector():
    expected = json.loads((FIXTURES / "stock-bad-rows.expected.json").read_text(encoding="utf-8"))
    stock_file = parse_stock_file((FIXTURES / "stock-bad-rows.csv").read_bytes())
    problems = [{"row": one.row, "sku": one.sku_code, "reason": one.reason.value} for one in stock_file.problems]
    assert (dict(stock_file.levels), problems) == (expected["levels"], expected["problems"])


@pytest.mark.parametrize("name", ["stock-cut-in-number", "stock-cut-in-character"])
def test_refuses_a_file_cut_within_a_row(name):
    assert reason_of((FIXTURES / f"{name}.csv").read_bytes()) is UntrustedReason.CUT


def test_a_cut_between_rows_cannot_be_told_by_its_bytes():
    assert parse_stock_file((FIXTURES / "stock-cut-between-rows.csv").read_bytes()).problems == ()


@pytest.mark.parametrize("cut", range(1, 188, 3))
def test_a_file_cut_anywhere_never_yields_another_number(cut):
    content = (FIXTURES / "stock-code-and-stock.csv").read_bytes()
    whole = parse_stock_file(content).levels
    try:
        levels = parse_stock_file(content[:cut]).levels
    except UntrustedFileError:
        return
    assert levels.items() <= whole.items()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", UntrustedReason.EMPTY),
        (HEADER.encode("cp932") + b'"A","1', UntrustedReason.CUT),
        (HEADER.encode("cp932") + b'"A","1\r\n', UntrustedReason.MALFORMED),
        (HEADER.encode("cp932") + b'"A"x,"1"\r\n', UntrustedReason.MALFORMED),
        (HEADER.encode("cp932") + b'"A","\r\n', UntrustedReason.MALFORMED),
        (HEADER.encode("cp932") + b'A","1"\r\n', UntrustedReason.MALFORMED),
        (HEADER.encode("cp932") + b' "A","1"\r\n', UntrustedReason.MALFORMED),
        (HEADER.encode() + b'"\x8f\xa4","1"\r\n', UntrustedReason.UNDECODABLE),
        (HEADER.encode("cp932") + b'"A\0","1"\r\n', UntrustedReason.UNDECODABLE),
        (HEADER.encode("utf-16"), UntrustedReason.CUT),
        ('"コード","在庫"\r\n"A","1"\r\n'.encode("cp932"), UntrustedReason.NO_KEY_COLUMNS),
        ('"商品コード","在庫"\r\n"A","1"\r\n'.encode("cp932"), UntrustedReason.NO_KEY_COLUMNS),
        ('"商品コード","在庫数","在庫数"\r\n'.encode("cp932"), UntrustedReason.DOUBLED_KEY_COLUMNS),
        ('"商品コード","SKUコード","在庫数"\r\n'.encode("cp932"), UntrustedReason.DOUBLED_KEY_COLUMNS),
        (b"\r\n", UntrustedReason.NO_KEY_COLUMNS),
        (b"\xef\xbb\xbf", UntrustedReason.CUT),
        (b"<html>\n<body>502 Bad Gateway</body>\n", UntrustedReason.NO_KEY_COLUMNS),
    ],
    ids=repr,
)
def test_refuses_a_file_that_cannot_be_trusted_whole(content, reason):
    assert reason_of(content) is reason


def test_what_stands_in_a_field_is_never_read_as_rows_when_the_field_has_lost_its_quote():
    whole = HEADER + '"A\r\nB,7\r\nC","1"\r\n'
    assert read(whole).levels == {"A\r\nB,7\r\nC": 1}
    assert reason_of(whole.replace('"A', "A").encode("cp932")) is UntrustedReason.MALFORMED


@pytest.mark.parametrize("code", ['"', '""', '5"', '"A', 'A""B', '","', '"\r\n"'])
def test_doubled_quotes_within_quotes_are_a_quote(code):
    doubled = code.replace('"', '""')
    assert read(f'{HEADER}"{doubled}","1"\r\n').levels == {code: 1}


def test_a_header_alone_is_a_good_file_without_news():
    assert read(HEADER).levels == {}


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_tells_the_encoding_by_the_header(encoding):
    assert read(f'{HEADER}"椅子～","1"\r\n', encoding).levels == {"椅子～": 1}


def test_line_feeds_alone_end_records_too():
    assert read("商品コード,在庫数\nA,1\nB,2\n").levels == {"A": 1, "B": 2}


def test_accepts_both_names_of_each_key_column():
    assert read("想定在庫数,SKUコード\r\n4,A\r\n").levels == {"A": 4}


def test_codes_are_never_trimmed_or_folded():
    codes = ["A", "a", "Ａ", " A", "A ", "0A", "A\u3000"]
    text = HEADER + "".join(f'"{code}","{at}"\r\n' for at, code in enumerate(codes))
    assert list(read(text).levels) == codes


@pytest.mark.parametrize(
    ("stock", "reason"),
    [
        ("", RowReason.MISSING_STOCK),
        (" ", RowReason.MISSING_STOCK),
        (" 5", RowReason.NOT_A_WHOLE_NUMBER),
        ("+3", RowReason.NOT_A_WHOLE_NUMBER),
        ("1e3", RowReason.NOT_A_WHOLE_NUMBER),
        ("１２", RowReason.NOT_A_WHOLE_NUMBER),
        ("--1", RowReason.NOT_A_WHOLE_NUMBER),
        ("1000000000", RowReason.OUT_OF_RANGE),
        ("9" * 5_000, RowReason.OUT_OF_RANGE),
    ],
)
def test_leaves_out_a_row_whose_stock_is_no_whole_number_in_range(stock, reason):
    stock_file = read(f'{HEADER}"A","{stock}"\r\n"B","1"\r\n')
    assert stock_file.levels == {"B": 1}
    assert [(one.row, one.sku_code, one.reason) for one in stock_file.problems] == [(2, "A", reason)]


@pytest.mark.parametrize(("stock", "level"), [("0", 0), ("007", 7), ("999999999", 999_999_999), ("-0", 0)])
def test_takes_whole_numbers_up_to_the_largest(stock, level):
    stock_file = read(f'{HEADER}"A","{stock}"\r\n')
    assert (stock_file.levels, stock_file.problems) == ({"A": level}, ())


@pytest.mark.parametrize("row", ['"A"', '"A","1","2"'])
def test_a_row_with_another_number_of_fields_is_never_applied(row):
    stock_file = read(f'{HEADER}{row}\r\n"B","1"\r\n')
    assert stock_file.levels == {"B": 1}
    assert stock_file.problems[0].reason is RowReason.WRONG_NUMBER_OF_FIELDS


def test_rows_are_counted_as_records_even_across_line_breaks():
    stock_file = read('"商品コード","商品名","在庫数"\r\n"A","two\r\nlines","1"\r\n"B","x","?"\r\n')
    assert [one.row for one in stock_file.problems] == [3]


def test_the_first_row_of_a_file_without_header_is_row_1():
    stock_file = read("A,1\r\nB,x\r\n")
    assert (stock_file.levels, stock_file.problems[0].row) == ({"A": 1}, 2)


def test_a_negative_row_that_contradicts_another_applies_neither():
    stock_file = read(f'{HEADER}"A","-1"\r\n"A","2"\r\n')
    assert stock_file.levels == {}
    assert {one.reason for one in stock_file.problems} == {RowReason.CONTRADICTING_DUPLICATE}


@given(st.binary(max_size=300))
@example(HEADER.encode("cp932") + b'"' + b"x" * 200_000 + b'","1"\r\n')
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(content):
    try:
        levels = parse_stock_file(content).levels
    except UntrustedFileError:
        return
    assert all(0 <= level <= 999_999_999 for level in levels.values())


@given(st.binary(max_size=120))
def test_arbitrary_rows_after_a_good_header_are_read_or_refused(rows):
    try:
        parse_stock_file(HEADER.encode("cp932") + rows + b"\r\n")
    except UntrustedFileError:
        return


_CODES = st.text(
    st.characters(codec="cp932", exclude_categories=["Cc", "Cs"], exclude_characters="\0¢£¬‖−〜"),
    min_size=1,
    max_size=12,
).filter(lambda code: code.strip())


@given(
    st.dictionaries(_CODES, st.integers(0, 999_999_999), max_size=20), st.sampled_from(["cp932", "utf-8", "utf-8-sig"])
)
def test_what_is_written_is_read_back_code_for_code(levels, encoding):
    rows = ('"{}","{}"\r\n'.format(code.replace('"', '""'), level) for code, level in levels.items())
    stock_file = read(HEADER + "".join(rows), encoding)
    assert (dict(stock_file.levels), stock_file.problems) == (levels, ())
