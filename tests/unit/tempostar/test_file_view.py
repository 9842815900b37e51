"""What the console says of a file's bytes: encoding, line ends, rows, hexadecimal, differences."""

from __future__ import annotations

import pytest

from simulator.tempostar.console.differences import Difference, Kind, compare
from simulator.tempostar.console.file_view import (
    count_line_ends,
    decode,
    dump,
    read_table,
    repeated_codes,
)

HEADER = '"商品コード","在庫数"\r\n'


@pytest.mark.parametrize(
    ("content", "codec", "words"),
    [
        (HEADER.encode("cp932"), "cp932", "CP932"),
        (HEADER.encode(), "utf-8", "UTF-8(BOMなし)"),
        (HEADER.encode("utf-8-sig"), "utf-8-sig", "UTF-8(BOMあり)"),
        (b"A-1,3\r\n", "ascii", "ASCII"),
        ("①㈱髙".encode("cp932"), "cp932", "CP932"),
        (b"\x81\x00", "", "不明"),
        (b"", "ascii", "ASCII"),
    ],
    ids=["cp932", "utf-8", "with a mark", "ascii", "vendor characters", "neither", "nothing"],
)
def test_the_encoding_is_found_in_the_bytes(content, codec, words):
    found = decode(content, whole=True)
    assert found.codec == codec
    assert words in found.encoding
    assert found.torn == 0


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    assert decode(HEADER.encode("utf-8-sig"), whole=True).text == HEADER


@pytest.mark.parametrize("codec", ["cp932", "utf-8", "utf-8-sig"])
def test_half_a_character_at_the_end_is_told_unless_reading_itself_cut_it(codec):
    content = "商品コード".encode(codec)[:-1]
    assert decode(content, whole=True).torn >= 1
    assert decode(content, whole=True).text == "商品コー"
    assert decode(content, whole=False).torn == 0


@pytest.mark.parametrize(
    ("content", "crlf", "lf", "cr", "last_line_open"),
    [
        (b"a\r\nb\r\n", 2, 0, 0, False),
        (b"a\nb\rc", 0, 1, 1, True),
        (b"a\r\n\n\r", 1, 1, 1, False),
        (b"", 0, 0, 0, False),
    ],
    ids=["crlf", "mixed", "in a row", "nothing"],
)
def test_line_ends_are_counted_by_kind(content, crlf, lf, cr, last_line_open):
    found = count_line_ends(content)
    assert (found.crlf, found.lf, found.cr, found.last_line_open) == (crlf, lf, cr, last_line_open)


def test_rows_are_read_with_and_without_a_header_row():
    table = read_table(HEADER + '"A,""1""","3"\r\n')
    assert (table.header, table.rows, table.quoted) == (("商品コード", "在庫数"), (('A,"1"', "3"),), True)
    assert table.levels() == {'A,"1"': "3"}
    bare = read_table("A-1,3,x\nA-2,4,y\n")
    assert (bare.header, len(bare.rows), bare.quoted) == ((), 2, False)
    assert bare.levels() == {"A-1": "3", "A-2": "4"}


def test_columns_are_found_by_name_wherever_they_stand():
    assert read_table('"在庫数","x","SKUコード"\r\n"5","y","A"\r\n').levels() == {"A": "5"}
    assert read_table('"商品コード","x"\r\n"A","5"\r\n').levels() == {}
    assert read_table('"商品コード","在庫数"\r\n"A"\r\n').levels() == {}


def test_a_file_that_cannot_be_read_to_its_end_says_where():
    table = read_table("商品コード,在庫数\r\nA," + "9" * 200_000 + "\r\n")
    assert table.rows == ()
    assert table.problem.startswith("2行目で")


def test_codes_that_stand_twice_are_named():
    assert repeated_codes(read_table("A,1,\nB,2,\nA,1,\n")) == ["A"]


def test_bytes_are_shown_with_what_they_say_where_a_character_ends():
    content = ("a" * 15 + "商" + "\r\n").encode("cp932")
    first, second = dump(content, "cp932")
    assert (first.offset, first.text) == ("00000000", "a" * 15)
    assert first.octets.startswith("61 61")
    assert first.octets.endswith("61 8f")
    assert (second.offset, second.octets, second.text) == ("00000010", "a4 0d 0a", "商\\r\\n")
    assert dump(b"\x00\xff", "")[0].text.startswith("·")


def test_two_files_are_compared_by_code():
    found = compare({"A": "1", "B": "2", "C": "3"}, {"D": "9", "B": "5", "C": "3"})
    assert found.rows == (
        Difference(Kind.ADDED, "D", None, "9"),
        Difference(Kind.CHANGED, "B", "2", "5"),
        Difference(Kind.GONE, "A", "1", None),
    )
    assert [found.count(kind) for kind in Kind] == [1, 1, 1, 1]
