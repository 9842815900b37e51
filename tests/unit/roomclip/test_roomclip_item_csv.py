from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.roomclip.item_csv import COLUMNS, ambiguity_warnings, compose_template, kind_problems, parse_items
from simulator.roomclip.item_file import Reason, item_problem
from simulator.roomclip.listing import ItemKind

FIXTURES = Path(__file__).parents[3] / "fixtures"


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def csv(*rows: str, encoding: str = "cp932", columns: tuple[str, ...] = COLUMNS) -> bytes:
    return "\r\n".join((",".join(columns), *rows, "")).encode(encoding)


def problems(data: bytes) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.reason) for one in parse_items(data).problems]


def warnings(data: bytes) -> list[tuple[int, str]]:
    parsed = parse_items(data)
    assert parsed.problems == ()
    return [(one.row, one.reason) for one in parsed.warnings]


SINGLE = "R-1,0,椅子,,,A-1,100,0,公開"
PARENT = "R-2,1,机,,,,,,公開"
CHILD = "R-2,2,,黒,S,B-1,100,0,"


@pytest.mark.parametrize("name", ["items.csv", "items-utf8-bom.csv"])
def test_reads_the_golden_items_in_either_encoding(name):
    parsed = parse_items(fixture(name))
    assert parsed.problems == parsed.warnings == ()
    assert [(item.item_number, item.kind, item.status, item.name) for item in parsed.items] == [
        ("R-1", ItemKind.SINGLE, "公開", "木製チェア"),
        ("R-2", ItemKind.OPTIONS, "公開", "テーブル"),
        ("R-3", ItemKind.SINGLE, "下書き", "予約品"),
        ("R-4", ItemKind.SINGLE, "非公開", "ランプ"),
    ]
    assert [(one.colour, one.size, one.code, one.price) for one in parsed.items[1].variants] == [
        ("オーク", "120cm", "TABLE-1", 39800),
        ("ナラ", "80cm", "TABLE-2", 29800),
    ]
    assert [one.code for item in parsed.items for one in item.variants][3] == "00123"


def test_finds_the_golden_errors():
    expected = json.loads(fixture("items-errors.expected.json"))
    found = [{"row": row, "column": column} for row, column, _ in problems(fixture("items-errors.csv"))]
    assert found == expected["errors"]


def test_finds_the_golden_warnings():
    expected = json.loads(fixture("items-warnings.expected.json"))
    parsed = parse_items(fixture("items-warnings.csv"))
    assert len(parsed.items) == expected["imported"]
    found = [*parsed.warnings, *ambiguity_warnings(parsed, {"LAMP-01"})]
    assert [{"row": one.row, "reason": str(one.reason)} for one in found] == expected["warnings"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("name", ["①㈱髙～－", "ソ表能ポ", 'カンマ,と""引用""', "改行\r\nあり"])
def test_tells_encodings_apart_whatever_the_names_hold(encoding, name):
    [item] = parse_items(csv(f'R-1,0,"{name}",,,A-1,100,0,公開', encoding=encoding)).items
    assert item.name == name.replace('""', '"')


def test_finds_columns_by_name_in_any_order_among_others():
    columns = ("メモ", *reversed(COLUMNS))
    [item] = parse_items(csv("x,公開,0,100,A-1,,,椅子,0,R-1", columns=columns)).items
    assert (item.item_number, item.variants[0].code) == ("R-1", "A-1")


@pytest.mark.parametrize("column", COLUMNS)
def test_names_a_missing_column(column):
    columns = tuple(one for one in COLUMNS if one != column)
    assert problems(csv("x", columns=columns)) == [(1, column, "missing column")]


@pytest.mark.parametrize("text", ["", "\r\n", "\xff\xfe", "a,b\n1,2\n"], ids=ascii)
def test_names_every_column_of_a_file_that_is_none(text):
    found = problems(text.encode("latin-1"))
    assert [column for _, column, reason in found if reason == "missing column"] == list(COLUMNS)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "euc_jp"])
def test_says_first_that_a_file_in_another_encoding_cannot_be_read(encoding):
    first, *others = problems(csv(SINGLE, encoding=encoding))
    assert first == (1, "", "unreadable bytes")
    assert {reason for _, _, reason in others} == {"missing column"}


def test_names_a_column_given_twice():
    assert problems(csv("x", columns=(*COLUMNS, "在庫数"))) == [(1, "在庫数", "duplicate column")]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_names_row_and_column_of_bytes_that_are_no_character(encoding):
    data = csv(SINGLE, "R-2,0,机@,,,B-1,100,0,公開", encoding=encoding).replace(b"@", b"\x81")
    [problem] = parse_items(data).problems
    assert (problem.row, problem.column, problem.value, problem.reason) == (3, "商品名", "机\\x81", "unreadable bytes")


def test_refuses_nul():
    assert problems(csv(SINGLE.replace("A-1", "A\0"))) == [(2, "種類別の自社管理コード", "unreadable bytes")]


@pytest.mark.parametrize("row", ['R-1,0,"椅子,,,A-1,100,0,公開', 'R-1,0,"椅子"x,,,A-1,100,0,公開'])
def test_refuses_quotes_that_do_not_close_or_close_too_early(row):
    assert problems(csv(row, SINGLE)) == [(2, "", "unterminated or misplaced quote")]


@pytest.mark.parametrize("row", ["R-1,0,椅子,,,A-1,100,0", SINGLE + ",", "R-1"])
def test_refuses_short_and_long_rows(row):
    assert problems(csv(row, SINGLE)) == [(2, "", "wrong number of fields")]


def test_empty_lines_count_as_rows_and_say_nothing():
    assert problems(csv("", SINGLE.replace("公開", "x"), "")) == [(3, "出品ステータス", "unknown status")]


@pytest.mark.parametrize("flag", ["", "3", "０", " 0", "00", "親"])
def test_refuses_an_unknown_flag(flag):
    assert problems(csv(SINGLE.replace(",0,椅子", f",{flag},椅子"))) == [(2, "親子・単品フラグ", "unknown flag")]


@pytest.mark.parametrize("status", ["", "販売中", "公開 ", "public"])
def test_refuses_an_unknown_status(status):
    assert problems(csv(SINGLE.replace("公開", status))) == [(2, "出品ステータス", "unknown status")]


@pytest.mark.parametrize("number", ["", "-1", "1.0", "１", "1,0", "abc", " 1", "+1", "1000000000", "²"])
@pytest.mark.parametrize("column", ["販売価格", "在庫数"])
def test_refuses_what_is_no_whole_number_from_0(column, number):
    values = SINGLE.split(",")
    values[COLUMNS.index(column)] = f'"{number}"'
    found = problems(csv(",".join(values), encoding="utf-8"))
    assert found == [(2, column, "not a whole number from 0")]


def test_takes_numbers_up_to_nine_digits():
    [item] = parse_items(csv("R-1,0,椅子,,,A-1,999999999,0,公開")).items
    assert item.variants[0].price == 999_999_999


@pytest.mark.parametrize("rows", [(CHILD,), (CHILD, PARENT), (SINGLE.replace("R-1", "R-2"), CHILD)])
def test_refuses_a_child_without_its_parent_above(rows):
    assert "child without parent" in [reason for _, _, reason in problems(csv(*rows))]


def test_a_child_may_stand_further_below_its_parent():
    parsed = parse_items(csv(PARENT, SINGLE, CHILD))
    assert parsed.problems == ()
    assert [len(item.variants) for item in parsed.items] == [1, 1]


def test_refuses_a_parent_without_child_naming_the_parents_row():
    assert problems(csv(SINGLE, PARENT)) == [(3, "親子・単品フラグ", "parent without child")]


def test_refuses_missing_names_and_numbers():
    assert problems(csv(SINGLE.replace("椅子", " "))) == [(2, "商品名", "missing name")]
    assert problems(csv(SINGLE.replace("R-1", ""))) == [(2, "商品管理番号", "missing item number")]


def test_refuses_an_item_given_twice_and_a_child_given_twice():
    assert problems(csv(SINGLE, SINGLE)) == [(3, "商品管理番号", "item given twice")]
    assert problems(csv(PARENT, CHILD, CHILD)) == [(4, "カラー", "colour and size given twice")]


def test_a_single_item_of_a_parents_number_is_no_child_of_it():
    single = "R-2,0,椅子,,,A-1,100,0,公開"
    assert problems(csv(PARENT, single)) == [
        (2, "親子・単品フラグ", Reason.PARENT_WITHOUT_CHILD),
        (3, "商品管理番号", Reason.ITEM_TWICE),
    ]
    child = "R-2,2,,,,B-1,100,0,"
    assert problems(csv(PARENT, single, child)) == [(3, "商品管理番号", Reason.ITEM_TWICE)]


def test_lists_every_error_of_a_file():
    found = problems(csv("R-1,0,,,,A-1,x,y,z", "short", "R-3,9,椅子,,,,,,公開"))
    assert [(row, column) for row, column, _ in found] == [
        (2, "商品名"), (2, "出品ステータス"), (2, "販売価格"), (2, "在庫数"), (3, ""), (4, "親子・単品フラグ")
    ]  # fmt: skip


def test_a_childs_blank_name_and_status_are_the_parents():
    assert warnings(csv(PARENT, CHILD)) == []
    assert warnings(csv(PARENT, CHILD + "下書き")) == [(3, "status of the parent row holds")]
    assert warnings(csv(PARENT, CHILD + "公開")) == []
    assert problems(csv(PARENT, CHILD + "販売中")) == [(3, "出品ステータス", "unknown status")]


@pytest.mark.parametrize("code", [" A-1", "A-1 ", "　A-1", "A-1\t"])
def test_keeps_a_code_with_spaces_as_it_is_and_warns(code):
    data = csv(SINGLE.replace("A-1", code))
    assert warnings(data) == [(2, "spaces around the code")]
    assert parse_items(data).items[0].variants[0].code == code


@pytest.mark.parametrize("code", ["", " ", "　"])
def test_a_blank_code_is_none_and_warned_of(code):
    data = csv(SINGLE.replace("A-1", code), PARENT, CHILD.replace("B-1", code))
    assert warnings(data) == [(2, "blank code"), (4, "blank code")]
    assert {one.code for item in parse_items(data).items for one in item.variants} == {None}


def test_warns_of_a_code_on_a_parent_row_and_of_stock():
    assert warnings(csv("R-2,1,机,,,B-0,,,公開", CHILD)) == [(2, "code on a parent row")]
    assert warnings(csv(SINGLE.replace(",0,公開", ",3,公開"))) == [(2, "stock is not 0")]


def test_a_code_on_a_parent_row_makes_nothing_ambiguous():
    parsed = parse_items(csv("R-2,1,机,,,A-1,,,公開", CHILD, SINGLE))
    assert [place.row for place in parsed.codes] == [3, 4]


def test_names_items_that_the_shop_has_as_the_other_kind():
    parsed = parse_items(csv(SINGLE, PARENT, CHILD))
    kinds = {"R-1": ItemKind.OPTIONS, "R-2": ItemKind.SINGLE, "R-9": ItemKind.SINGLE}
    found = [(one.row, one.column, one.value) for one in kind_problems(parsed, kinds)]
    assert found == [(2, "親子・単品フラグ", "0"), (3, "親子・単品フラグ", "1")]
    assert kind_problems(parsed, {"R-1": ItemKind.SINGLE}) == ()


def test_every_reason_has_a_sentence_for_the_merchant():
    for reason in Reason:
        assert item_problem(1, "", "", reason).sentence


def test_the_template_is_a_file_without_items():
    parsed = parse_items(compose_template())
    assert parsed.items == parsed.problems == ()
