"""What an order file says, and what its words become."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.conformance.guide import fixtures_dir
from simulator.errors import RowProblem
from simulator.tempostar.catalog import Carrier, Payment
from simulator.tempostar.order_file import COLUMNS
from simulator.tempostar.orders import (
    Amounts,
    OrderWarning,
    Progress,
    compose_log,
    is_order_file,
    parse_orders,
    resolve_names,
)
from tests.unit.tempostar.order_files import ROW, order_file

SAMPLE = (fixtures_dir() / "order20260401090500_IDutf8.csv").read_bytes()


def problems(data: bytes) -> tuple[RowProblem, ...]:
    parsed = parse_orders(data, "20001")
    assert parsed.orders == () or parsed.problems == ()
    return parsed.problems


def test_reads_the_sample_of_the_contract() -> None:
    parsed = parse_orders(SAMPLE, "20001")
    assert parsed.problems == ()
    lines = {order.shop_order_number: [(x.sku_code, x.quantity) for x in order.lines] for order in parsed.orders}
    assert lines == {
        "20001-1": [("chair-001", 2), ("TABLE-2", 1)],
        "20001-2": [("LAMP-01", 1)],
        "20001-3": [("no-such-code", 1)],
    }
    first = parsed.orders[0]
    assert (first.buyer_name, first.payment_name, first.carrier_name) == ("模擬　花子", "クレジットカード", "その他")
    assert first.ordered_at == datetime.fromisoformat("2026-04-01T09:03:00+09:00")
    assert (first.amounts.goods_total, first.amounts.billed, first.amounts.shipping_fee) == (55400, 55400, None)
    assert (first.lines[1].option, first.lines[1].unit_price) == ("カラー:ナラ サイズ:80cm", 29800)
    assert "花子" not in repr(first)


def test_each_amount_comes_from_its_own_column() -> None:
    given = {"商品計税込": "1", "配送料計": "2", "決済手数料計": "3", "請求金額": "6"}
    [order] = parse_orders(order_file(ROW | given), "20001").orders
    assert order.amounts == Amounts(goods_total=1, shipping_fee=2, payment_fee=3, billed=6)


def test_there_are_fifty_columns() -> None:
    assert len(set(COLUMNS)) == 50


def test_a_byte_order_mark_and_another_order_of_columns_change_nothing() -> None:
    usual = parse_orders(order_file(ROW), "20001")
    assert usual.problems == ()
    assert parse_orders(b"\xef\xbb\xbf" + order_file(ROW), "20001") == usual
    assert parse_orders(order_file(ROW, columns=COLUMNS[::-1]), "20001") == usual


def test_a_file_without_orders_is_no_error() -> None:
    assert parse_orders(order_file(), "20001").problems == ()


def test_rows_of_one_number_are_one_order_also_when_another_stands_between() -> None:
    parsed = parse_orders(order_file(ROW, ROW | {"ショップ受注番号": "20001-2"}, ROW | {"商品コード": "B"}), "20001")
    assert [(one.shop_order_number, len(one.lines)) for one in parsed.orders] == [("20001-1", 2), ("20001-2", 1)]


def test_quotes_commas_and_line_breaks_are_part_of_a_field() -> None:
    [order] = parse_orders(order_file(ROW | {"商品名": 'a "b", c\r\nd'}), "20001").orders
    assert order.lines[0].name == 'a "b", c\r\nd'


def test_a_code_is_taken_as_it_is() -> None:
    for code in ("", " A-1 ", "ａ-1", "00123"):
        [order] = parse_orders(order_file(ROW | {"商品コード": code}), "20001").orders
        assert order.lines[0].sku_code == code


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("ショップ受注番号", "20002-1", "does not begin with 20001-"),
        ("ショップ受注番号", "1", "does not begin with 20001-"),
        ("ショップ受注番号", "20001-", "does not begin with 20001- and go on"),
        ("ショップ受注番号", "20001-" + "9" * 95, "at most 100 characters"),
        ("受注日時", "", "no time"),
        ("受注日時", "2026-04-01 09:03", "no time"),
        ("受注日時", "2026/04/01 09:03:00", "no time"),
        ("受注日時", "2026/02/30 09:03", "no time"),
        ("数量", "", "no whole number from 1"),
        ("数量", "0", "no whole number from 1"),
        ("数量", "-1", "no whole number from 1"),
        ("数量", "１", "no whole number from 1"),
        ("数量", "1000000000", "no whole number from 1"),
        ("数量", "9" * 5000, "no whole number from 1"),
        ("請求金額", "1,000", "neither blank nor a whole number"),
        ("税込単価", "-1", "neither blank nor a whole number"),
        ("支払方法名", "あ" * 256, "at most 255"),
        ("配送方法名", "あ" * 256, "at most 255"),
        ("注文者名", "あ" * 256, "at most 255"),
        ("注文者メールアドレス", "a" * 256, "at most 255"),
        ("倉庫指示", "a\0b", "control characters"),
        ("商品コード", "A\x7f1", "control characters"),
    ],
)
def test_refuses_a_value_with_row_column_and_reason(column: str, value: str, reason: str) -> None:
    [found] = problems(order_file(ROW | {"ショップ受注番号": "20001-7"}, ROW | {column: value}))
    assert (found.row, found.column) == (3, column)
    assert reason in found.reason
    assert found.value or not value


@pytest.mark.parametrize("column", ["受注日時", "注文者名", "支払方法名", "請求金額", "倉庫指示", "配送方法名"])
def test_refuses_rows_of_one_order_that_disagree(column: str) -> None:
    other = "2026/04/01 09:04" if column == "受注日時" else "7"
    [found] = problems(order_file(ROW, ROW | {column: other}))
    assert (found.row, found.column, found.value) == (3, column, other)
    assert "differs" in found.reason


@pytest.mark.parametrize(
    ("data", "row", "reason"),
    [
        pytest.param(b"", 1, "no header row", id="an empty file"),
        pytest.param(b"\xef\xbb\xbf", 1, "no header row", id="a mark and nothing else"),
        pytest.param(b'"a"\r\n', 1, "missing column", id="another header"),
        pytest.param(order_file(ROW, columns=(*COLUMNS, "おまけ")), 1, "unknown column", id="an unknown column"),
        pytest.param(order_file(columns=(*COLUMNS, "数量")), 1, "duplicate column", id="a column twice"),
        pytest.param(order_file(ROW)[:-1], 2, "not a quoted field", id="half a line end"),
        pytest.param(order_file(ROW)[:-2], 2, "not a quoted field", id="no line end"),
        pytest.param(order_file(ROW)[:-3], 2, "not a quoted field", id="half a field at the end"),
        pytest.param(order_file(ROW).replace(b"\r\n", b"\n"), 1, "not a quoted field", id="bare line feeds"),
        pytest.param(order_file(ROW) + b"\r\n", 3, "not a quoted field", id="an empty line"),
        pytest.param(order_file(ROW) + b'"x"\r\n', 3, "has 1 fields, not 50", id="a short row"),
        pytest.param(order_file(ROW) + b'"x",', 3, "not a quoted field", id="half a row"),
        pytest.param(order_file(ROW).replace(b'"A-1"', b"A-1"), 2, "not a quoted field", id="a bare field"),
        pytest.param(order_file(ROW).replace(b"A-1", b'A"1'), 2, "not a quoted field", id="a quote in a field"),
        pytest.param(
            order_file(ROW | {"商品名": "a\r\nb"}, ROW).decode().replace("A-1", "椅子").encode("cp932"),
            1,
            "UTF-8",
            id="CP932",
        ),
        pytest.param(order_file(ROW | {"商品名": "a\r\nb"}) + b'"\xe3\x81', 3, "UTF-8", id="half a character"),
        pytest.param(order_file(ROW).decode().encode("utf-16"), 1, "UTF-8", id="UTF-16"),
    ],
)
def test_refuses_a_file_whose_form_is_damaged(data: bytes, row: int, reason: str) -> None:
    found = problems(data)
    assert any(one.row == row and reason in one.reason for one in found), found


def test_names_the_column_of_a_damaged_field() -> None:
    [found] = problems(order_file(ROW).replace(b'"A-1"', b"A-1"))
    assert (found.column, found.value.startswith("A-1,")) == ("商品コード", True)


def test_names_the_bytes_that_are_no_text_by_their_place_in_the_file() -> None:
    [found] = problems(b'\xef\xbb\xbf"a\xff"\r\n')
    assert (found.value, found.reason) == (r"\xff", r"byte 5 (\xff) is not UTF-8")


def test_a_name_out_of_the_header_begins_no_line_of_its_own_in_the_log() -> None:
    found = problems(order_file(ROW, columns=(*COLUMNS, "x\r\nrow 9, 注文者名='y': forged\x1b[2J")))
    _, *lines = compose_log("order.csv", found).decode().splitlines()
    assert lines == [r"""row 1, "x\r\nrow 9, 注文者名='y': forged\x1b[2J"='': unknown column"""]


def test_tells_every_row_that_is_wrong_in_order() -> None:
    found = problems(order_file(ROW | {"数量": "x"}, ROW | {"ショップ受注番号": "x"}, ROW | {"数量": "y"}))
    assert [(one.row, one.column) for one in found] == [(2, "数量"), (3, "ショップ受注番号"), (4, "数量")]
    found = problems(order_file(ROW | {"数量": "x"}) + b'"short"\r\n')
    assert [one.row for one in found] == [2, 3]


@given(st.binary())
def test_any_bytes_are_orders_or_a_refusal(data: bytes) -> None:
    problems(data)
    problems(order_file(ROW) + data)


@given(st.integers(0, len(SAMPLE) - 1))
def test_no_cut_of_a_file_passes_but_one_between_rows(length: int) -> None:
    parsed = parse_orders(SAMPLE[:length], "20001")
    assert bool(parsed.problems) is not (SAMPLE[:length].endswith(b"\r\n"))


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
def test_a_changed_byte_never_breaks_the_reading(place: int, byte: int) -> None:
    problems(SAMPLE[:place] + bytes([byte]) + SAMPLE[place + 1 :])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("order20260401090500_IDutf8.csv", True),
        ("order20260401090500_ID.csv", True),
        ("order20260401090500_IDutf8.csv.part", False),
        ("order20260401090500.csv", False),
        ("Order20260401090500_IDutf8.csv", False),
        ("order2026040109050_IDutf8.csv", False),
        ("order２0260401090500_IDutf8.csv", False),
        ("order20260401090500_ID" + "x" * 51 + ".csv", False),
        ("stock.csv", False),
    ],
)
def test_knows_an_order_file_by_its_name(name: str, wanted: bool) -> None:
    assert is_order_file(name) is wanted


PAYMENTS = (
    Payment("クレジットカード", {"20001": "カード", "20002": "credit"}),
    Payment("Amazon決済", {"20001": "Amazon決済"}),
    Payment("銀行振込", {"20001": ""}),
)
CARRIERS = (Carrier("ヤマト運輸", "ヤマト", {"20001": "その他"}),)


@pytest.mark.parametrize(
    ("payment_name", "payment"),
    [
        ("カード", "クレジットカード"),
        ("Amazon決済", "Amazon決済"),
        ("クレジットカード", ""),  # TEMPOSTAR's own name is not the shop's
        ("credit", ""),  # another shop's
        ("カード ", ""),
        ("ｶｰﾄﾞ", ""),
        ("amazon決済", ""),
        ("", ""),
    ],
)
def test_a_payment_is_found_by_the_shops_exact_name(payment_name: str, payment: str) -> None:
    found = resolve_names(payment_name, "その他", "20001", PAYMENTS, CARRIERS)
    assert (found.payment, found.carrier) == (payment, "ヤマト運輸")
    assert found.warnings == (() if payment else (OrderWarning.PAYMENT,))
    assert found.progress is (Progress.AUTOMATIC if payment else Progress.MANUAL)


def test_a_carrier_that_nobody_knows_warns_twice_and_leaves_the_progress() -> None:
    found = resolve_names("カード", "ヤマト運輸", "20001", PAYMENTS, CARRIERS)
    assert (found.carrier, found.progress) == ("", Progress.AUTOMATIC)
    assert found.warnings == (OrderWarning.CARRIER, OrderWarning.DELIVERY_DATE)


def test_the_log_of_a_refusal_has_a_line_for_each_problem() -> None:
    text = compose_log("order.csv", problems(order_file(ROW | {"数量": "二"}, ROW | {"数量": "x"}))).decode()
    assert text.splitlines()[1:] == [
        "row 2, 数量='二': is no whole number from 1 to 999999999",
        "row 3, 数量='x': is no whole number from 1 to 999999999",
    ]


def test_a_log_of_very_many_problems_tells_the_first_and_how_many_more() -> None:
    text = compose_log("order.csv", tuple(RowProblem(row, "", "", "bad") for row in range(2, 1503))).decode()
    assert len(text.splitlines()) == 1002
    assert text.endswith("row 1001: bad\r\nand 501 more\r\n")
