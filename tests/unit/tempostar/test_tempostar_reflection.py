"""When a pass is due and what it does."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from simulator.config import Content, Encoding, Negative, Settings, Unchanged
from simulator.errors import BadValue
from simulator.tempostar.reflection import (
    NAMED_SKUS,
    NothingToSend,
    SendElsewhere,
    SendType,
    StockSettings,
    Switch,
    WriteFile,
    plan_after_change,
    plan_first_pass,
    plan_following_pass,
    plan_pass,
    plan_slice,
)
from simulator.tempostar.stock import check_held_back, check_sellable, compute_stock
from simulator.tempostar.stock_file import FileSuffix, OutputColumns, StockRow

NOON = datetime.fromisoformat("2026-04-01T12:00:00+09:00")
ROW = StockRow("A-1", "A", "椅子", "", "", 5)
ODD = StockRow("A〜1", "A", "椅子", "", "", 5)
STOCK_CSV = StockSettings(file_suffix=FileSuffix.NONE)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_the_first_pass_is_due_one_interval_after_the_start():
    assert plan_first_pass(NOON, 7) == NOON + minutes(7)


@pytest.mark.parametrize(("late", "due_in"), [(0, 5), (1, 5), (4.99, 5), (5, 10), (23, 25)])
def test_passes_keep_their_rhythm_and_do_not_pile_up(late, due_in):
    assert plan_following_pass(NOON, 5, NOON + minutes(late)) == NOON + minutes(due_in)


def test_a_differential_pass_takes_a_slice_and_a_full_one_takes_all():
    assert plan_slice(Settings(slice_size=7)) == 7
    assert plan_slice(Settings(slice_size=7, content=Content.FULL)) is None


def test_a_pass_writes_the_file_the_settings_describe():
    plan = plan_pass(STOCK_CSV, Settings(), [ROW], NOON)
    assert plan == WriteFile(
        "stock.csv",
        '"商品コード","商品基本コード","商品名","属性1名","属性2名","在庫数"\r\n"A-1","A","椅子","","","5"\r\n'.encode(
            "cp932"
        ),
        1,
        ("A-1",),
        (),
    )


def test_a_pass_of_many_rows_names_the_first_and_counts_them_all():
    codes = [f"A-{number:05}" for number in range(NAMED_SKUS * 3)]
    plan = plan_pass(
        STOCK_CSV, Settings(encoding=Encoding.UTF8_BOM), iter(ROW._replace(sku_code=c) for c in codes), NOON
    )
    assert (plan.rows, plan.sku_codes) == (len(codes), tuple(codes[:NAMED_SKUS]))
    lines = plan.content.decode("utf-8-sig").splitlines()
    assert [line.split('"')[1] for line in lines[1:]] == codes


@pytest.mark.parametrize(
    "changes",
    [
        {"encoding": "utf-8"},
        {"encoding": "utf-8-bom"},
        {"quoting": "minimal"},
        {"header": False},
        {"column_order": ["在庫数"]},
    ],
)
def test_every_setting_of_the_format_changes_the_bytes(changes):
    usual, changed = (plan_pass(STOCK_CSV, s, [ROW], NOON) for s in (Settings(), Settings().changed(changes)))
    assert isinstance(usual, WriteFile)
    assert isinstance(changed, WriteFile)
    assert usual.content != changed.content


def test_the_prefix_and_the_suffix_name_the_file():
    stock = StockSettings(file_prefix="zaiko", file_suffix=FileSuffix.DATE)
    assert plan_pass(stock, Settings(), [ROW], NOON).file_name == "zaiko20260401.csv"


def test_stock_only_leaves_two_columns():
    plan = plan_pass(replace(STOCK_CSV, output_columns=OutputColumns.STOCK_ONLY), Settings(), [ROW], NOON)
    assert isinstance(plan, WriteFile)
    assert plan.content.endswith(b'\r\n"A-1","5"\r\n')


def test_to_another_ftp_server_the_same_file_goes_elsewhere():
    plan = plan_pass(replace(STOCK_CSV, send_type=SendType.OTHER_FTP), Settings(), [ROW], NOON)
    assert isinstance(plan, SendElsewhere)
    assert plan.sku_codes == ("A-1",)


def test_a_code_the_encoding_lacks_is_left_out_and_named():
    plan = plan_pass(STOCK_CSV, Settings(), [ROW, ODD], NOON)
    assert isinstance(plan, WriteFile)
    assert (plan.sku_codes, plan.skipped) == (("A-1",), ("A〜1",))
    assert plan.content == plan_pass(STOCK_CSV, Settings(), [ROW], NOON).content
    assert plan_pass(STOCK_CSV, Settings(encoding=Encoding.UTF8), [ROW, ODD], NOON).skipped == ()


def test_only_codes_the_encoding_lacks_are_nothing_to_send():
    assert plan_pass(STOCK_CSV, Settings(), [ODD], NOON) == NothingToSend("stock.csv", None, False, ("A〜1",))


@pytest.mark.parametrize(
    ("unchanged", "writes", "deletes"),
    [(Unchanged.KEEP, False, False), (Unchanged.HEADER_ONLY, True, False), (Unchanged.DELETE, False, True)],
)
def test_with_nothing_to_send_the_setting_decides(unchanged, writes, deletes):
    plan = plan_pass(STOCK_CSV, Settings(unchanged=unchanged), [], NOON)
    assert isinstance(plan, NothingToSend)
    assert (plan.content is not None, plan.delete) == (writes, deletes)


@pytest.mark.parametrize("unchanged", Unchanged)
def test_with_nothing_to_send_elsewhere_the_area_is_left_alone(unchanged):
    stock = replace(STOCK_CSV, send_type=SendType.OTHER_FTP)
    assert plan_pass(stock, Settings(unchanged=unchanged), [], NOON) == NothingToSend("stock.csv", None, False, ())


def test_a_new_shop_reflects_nothing_every_5_minutes_under_a_name_with_its_time():
    assert StockSettings() == StockSettings(
        *(Switch.OFF, Switch.OFF, 5, SendType.FTPS_AREA, "stock", FileSuffix.DATE_TIME, OutputColumns.ALL)
    )


def test_stock_settings_take_the_guides_words():
    changed = StockSettings().changed(
        {
            "order_intake": "起動",
            "reflection": "起動",
            "interval_minutes": "10",
            "send_type": "外部FTP",
            "file_prefix": "zaiko_1",
            "file_suffix": "なし",
            "output_columns": "在庫数のみ",
        }
    )
    assert changed == StockSettings(
        *(Switch.ON, Switch.ON, 10, SendType.OTHER_FTP, "zaiko_1", FileSuffix.NONE, OutputColumns.STOCK_ONLY)
    )


@pytest.mark.parametrize("interval", [1, 1440])
def test_stock_settings_take_the_interval_at_its_bounds(interval):
    assert StockSettings().changed({"interval_minutes": interval}).interval_minutes == interval


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reflection", "起動中"),
        ("order_intake", ""),
        ("interval_minutes", 0),
        ("interval_minutes", 1441),
        ("interval_minutes", True),
        ("interval_minutes", 2.5),
        ("interval_minutes", "５"),
        ("interval_minutes", "-5"),
        ("interval_minutes", "9" * 5000),
        ("send_type", "ftps"),
        ("file_prefix", ""),
        ("file_prefix", "a" * 33),
        ("file_prefix", "../stock"),
        ("file_prefix", "在庫"),
        ("file_prefix", "stock\n"),
        ("file_prefix", 5),
        ("file_suffix", "無し"),
        ("output_columns", None),
        ("speed", 1),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_stock_settings_refuse_what_is_not_possible(name, value):
    with pytest.raises(BadValue) as refusal:
        StockSettings().changed({"file_suffix": "なし", name: value})
    assert name in str(refusal.value)


@pytest.mark.parametrize(
    ("sellable", "held_back", "negative", "stock"),
    [
        (100, 20, Negative.CLAMP, 80),
        (20, 20, Negative.CLAMP, 0),
        (5, 8, Negative.CLAMP, 0),
        (-3, 0, Negative.CLAMP, 0),
        (5, 8, Negative.RAW, -3),
        (-3, 0, Negative.RAW, -3),
        (100, 20, Negative.RAW, 80),
    ],
)
def test_stock_is_what_is_sellable_less_what_is_held_back(sellable, held_back, negative, stock):
    assert compute_stock(sellable, held_back, negative) == stock


def test_quantities_are_accepted_up_to_their_bounds():
    for value in (-999_999_999, 0, 999_999_999):
        check_sellable(value)
    for value in (0, 999_999_999):
        check_held_back(value)


@pytest.mark.parametrize("value", [1_000_000_000, -1_000_000_000, 1.0, "1", True, None])
def test_quantities_outside_are_refused(value):
    with pytest.raises(BadValue, match="sellable"):
        check_sellable(value)
    with pytest.raises(BadValue, match="held_back"):
        check_held_back(value)


def test_nothing_can_be_held_back_below_zero():
    with pytest.raises(BadValue):
        check_held_back(-1)


PLANNED = NOON + minutes(1)


@pytest.mark.parametrize(
    ("before", "after", "planned", "due"),
    [
        ({}, {}, None, None),
        ({}, {"reflection": "起動"}, None, 5),
        ({}, {"order_intake": "起動"}, None, 5),
        ({}, {"order_intake": "起動", "interval_minutes": 9}, None, 9),
        ({}, {"interval_minutes": 9}, None, None),
        ({"reflection": "起動"}, {"order_intake": "起動", "reflection": "起動"}, PLANNED, 1),
        ({"order_intake": "起動"}, {"order_intake": "起動", "reflection": "起動"}, PLANNED, 5),
        ({"order_intake": "起動", "reflection": "起動"}, {"order_intake": "起動"}, PLANNED, 1),
        ({"order_intake": "起動", "reflection": "起動"}, {"reflection": "起動"}, PLANNED, 1),
        ({"order_intake": "起動"}, {"order_intake": "起動", "interval_minutes": 9}, PLANNED, 9),
        ({"order_intake": "起動"}, {"order_intake": "起動", "file_prefix": "a"}, PLANNED, 1),
        ({"order_intake": "起動"}, {}, PLANNED, None),
    ],
)
def test_passes_run_while_either_switch_is_on(before, after, planned, due):
    stock = StockSettings()
    found = plan_after_change(stock.changed(before), stock.changed(after), planned, NOON)
    assert found == (None if due is None else NOON + minutes(due))
