"""受注取込 by the clock: what passes make of the order files in the area."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from simulator.conformance.guide import fixtures_dir
from simulator.errors import BadValue, Unknown
from simulator.tempostar.backoffice import FIRST_COMPANY, OrderWarning, Progress
from simulator.tempostar.stock import LOWEST
from tests.integration.tempostar.office import NINE, Office
from tests.unit.tempostar.order_files import ROW, order_file

SAMPLE = "order20260401090500_IDutf8.csv"
FIRST, SECOND = "order20260401090001_IDutf8.csv", "order20260401090002_IDutf8.csv"


@pytest.fixture
def office(office: Office) -> Office:
    office.register("A-1", "B-1", sellable=10)
    office.tempostar.add_carrier("その他", "その他", {office.shop_code: "その他"})
    for payment in ("クレジットカード", "Amazon決済"):
        office.tempostar.add_payment(payment, {office.shop_code: payment})
    office.tempostar.update_stock_settings(office.shop_code, order_intake="起動")
    return office


def put(office: Office, name: str, *rows: dict[str, str], content: bytes | None = None) -> None:
    whole = order_file(*(ROW | row for row in rows)) if content is None else content
    office.area.write(FIRST_COMPANY, f"/netorder/{office.shop_code}/{name}", whole)


def standing(office: Office, folder: str = "") -> list[str]:
    return [file.name for file in office.area.files(FIRST_COMPANY, f"/netorder/{office.shop_code}{folder}")]


def sellable(office: Office, *codes: str) -> list[int]:
    return [office.tempostar.stock(code).sellable for code in codes]


def numbers(office: Office) -> list[str]:
    return [order.shop_order_number for order in office.tempostar.orders().rows]


def test_the_sample_of_the_contract_comes_out_as_promised(office):
    office.register("chair-001", "TABLE-2", "LAMP-01", sellable=10)
    put(office, SAMPLE, content=(fixtures_dir() / SAMPLE).read_bytes())
    office.advance(minutes=5)
    assert sellable(office, "chair-001", "TABLE-2", "LAMP-01", "A-1") == [8, 9, 9, 10]
    third, second, first = office.tempostar.orders().rows
    assert [one.system_order_number for one in (first, second, third)] == [1, 2, 3]
    assert (first.payment, first.carrier, first.warnings, first.progress) == ("クレジットカード", "その他", (), "自動")
    assert second.payment == "Amazon決済"
    assert (third.payment, third.payment_name, third.carrier, third.carrier_name) == ("", "Amazon Pay", "", "ヤマト")
    assert third.warnings == tuple(OrderWarning)
    assert third.progress is Progress.MANUAL
    assert [(line.sku_code, line.matched, line.lowered) for line in third.lines] == [("no-such-code", False, False)]
    assert (first.buyer_name, first.amounts.billed, first.taken_in_at) == (
        "模擬　花子",
        55400,
        NINE + timedelta(minutes=5),
    )
    assert standing(office) == []
    assert standing(office, "/log") == [f"{SAMPLE}.done"]


def test_orders_wait_while_both_switches_are_off(office):
    office.tempostar.update_stock_settings(office.shop_code, order_intake="停止")
    put(office, FIRST, {})
    office.advance(minutes=60)
    assert office.tempostar.next_due() is None
    assert (standing(office), numbers(office)) == ([FIRST], [])


def test_orders_wait_while_only_stock_is_sent_and_come_in_as_a_backlog(office):
    office.tempostar.update_stock_settings(office.shop_code, order_intake="停止", reflection="起動")
    put(office, FIRST, {})
    office.advance(minutes=5)
    put(office, SECOND, {"ショップ受注番号": "20001-2"})
    office.advance(minutes=5)
    assert (sellable(office, "A-1"), standing(office)) == ([10], [FIRST, SECOND])
    office.tempostar.update_stock_settings(office.shop_code, order_intake="起動")
    office.advance(minutes=5)
    assert (sellable(office, "A-1"), standing(office)) == ([8], [])
    assert numbers(office) == ["20001-2", "20001-1"]


def test_intake_alone_makes_passes_and_sends_no_stock(office):
    put(office, FIRST, {})
    office.advance(minutes=4, seconds=59)
    assert numbers(office) == []
    office.advance(seconds=1)
    assert numbers(office) == ["20001-1"]
    assert (office.files(), office.told("reflection")) == ([], [])


def test_intake_joins_the_passes_that_there_are(office):
    office.tempostar.update_stock_settings(office.shop_code, order_intake="停止", reflection="起動")
    office.advance(minutes=3)
    office.tempostar.update_stock_settings(office.shop_code, order_intake="起動")
    assert office.tempostar.next_due() == NINE + timedelta(minutes=5)
    office.tempostar.update_stock_settings(office.shop_code, reflection="停止")
    assert office.tempostar.next_due() == NINE + timedelta(minutes=5)
    office.tempostar.update_stock_settings(office.shop_code, order_intake="停止")
    assert office.tempostar.next_due() is None


def test_what_an_order_changes_goes_out_with_the_next_pass(office):
    office.start()
    office.advance(minutes=5)
    put(office, FIRST, {"数量": "3"})
    office.advance(minutes=5)
    assert office.sent() == {"A-1": 10, "B-1": 10}
    assert office.tempostar.reflection_state(office.shop_code).queued == 1
    office.advance(minutes=5)
    assert office.sent() == {"A-1": 7}


def test_another_shops_file_of_the_same_moment_is_older_than_the_orders(office):
    """By the code of the shop nothing is decided: all stock files of a moment come before all orders."""
    other = office.tempostar.add_shop("別", "別").shop_code
    office.tempostar.update_stock_settings(other, file_suffix="なし")
    office.tempostar.carry(other, "A-1")
    office.tempostar.link(other, "A-1")
    for shop_code in (office.shop_code, other):
        office.tempostar.update_stock_settings(shop_code, reflection="起動")
    put(office, FIRST, {})
    office.advance(minutes=5)
    assert b'"10"' in (office.area.read(FIRST_COMPANY, f"/netstock/{other}/stock.csv") or b"")
    office.advance(minutes=5)
    assert b'"9"' in (office.area.read(FIRST_COMPANY, f"/netstock/{other}/stock.csv") or b"")


@pytest.mark.parametrize("cut", ["link", "carry"])
def test_a_sku_not_reflected_to_the_shop_keeps_its_stock(office, cut):
    getattr(office.tempostar, cut)(office.shop_code, "A-1", False)
    put(office, FIRST, {"数量": "3"}, {"商品コード": "B-1"})
    office.advance(minutes=5)
    assert sellable(office, "A-1", "B-1") == [10, 9]
    [order] = office.tempostar.orders().rows
    assert [(line.matched, line.lowered) for line in order.lines] == [(True, False), (True, True)]


def test_a_sku_linked_to_another_shop_only_keeps_its_stock(office):
    other = office.tempostar.add_shop("別", "別").shop_code
    office.tempostar.link(office.shop_code, "A-1", False)
    office.tempostar.carry(other, "A-1")
    office.tempostar.link(other, "A-1")
    put(office, FIRST, {})
    office.advance(minutes=5)
    assert sellable(office, "A-1") == [10]


def test_lines_of_one_code_add_up_and_stock_may_become_negative(office):
    put(office, FIRST, {"数量": "8"}, {"数量": "7"}, {"ショップ受注番号": "20001-2"})
    office.advance(minutes=5)
    assert sellable(office, "A-1") == [-6]


def test_stock_does_not_sink_below_the_lowest_there_is(office):
    put(office, FIRST, {"数量": "999999999"}, {"数量": "999999999"})
    office.advance(minutes=5)
    assert sellable(office, "A-1") == [LOWEST]


def test_an_order_seen_before_changes_nothing_and_is_told(office):
    put(office, FIRST, {})
    office.advance(minutes=5)
    put(office, SECOND, {"数量": "9"}, {"ショップ受注番号": "20001-2"})
    office.advance(minutes=5)
    assert sellable(office, "A-1") == [8]
    assert [order.lines[0].quantity for order in office.tempostar.orders().rows] == [1, 1]
    assert standing(office, "/log") == [f"{FIRST}.done", f"{SECOND}.done"]
    [told] = office.told("order.duplicate")
    assert told.data == {"shop_code": "20001", "shop_order_number": "20001-1", "file": SECOND}
    taken = office.told("order_file.taken")[-1]
    assert (taken.data["orders"], taken.data["duplicates"]) == (1, 1)


def test_an_order_given_in_two_files_of_one_pass_counts_once_as_in_the_first(office):
    put(office, SECOND, {"数量": "5"})
    put(office, FIRST, {"数量": "2"})
    office.advance(minutes=5)
    assert sellable(office, "A-1") == [8]


def test_a_refused_file_changes_nothing_and_holds_up_none(office):
    put(office, FIRST, {}, {"ショップ受注番号": "20001-2", "数量": "ふたつ", "注文者名": "模擬　花子"})
    put(office, SECOND, {"ショップ受注番号": "20001-3"})
    office.advance(minutes=5)
    assert (numbers(office), sellable(office, "A-1")) == (["20001-3"], [9])
    assert (standing(office), standing(office, "/log")) == (
        [],
        [f"{FIRST}.error", f"{FIRST}.log", f"{SECOND}.done"],
    )
    log = office.area.read(FIRST_COMPANY, f"/netorder/20001/log/{FIRST}.log").decode()
    assert "row 3, 数量='ふたつ': is no whole number" in log
    [told] = office.told("order_file.refused")
    assert told.data["rows"] == [{"row": 3, "reason": "is no whole number from 1 to 999999999"}]
    assert office.area.read(FIRST_COMPANY, f"/netorder/20001/log/{FIRST}.error").startswith(b'"')


def test_the_log_has_the_time_of_the_intake(office):
    put(office, FIRST, {})
    put(office, SECOND, content=b"?")
    office.advance(minutes=9)
    for file in office.area.files(FIRST_COMPANY, "/netorder/20001/log"):
        assert file.mtime == NINE + timedelta(minutes=5)


def test_the_log_shows_the_latest_outcome_of_a_name(office):
    put(office, FIRST, content=b"?")
    office.advance(minutes=5)
    put(office, FIRST, {})
    office.advance(minutes=5)
    assert standing(office, "/log") == [f"{FIRST}.done"]
    put(office, FIRST, content=b"?")
    office.advance(minutes=5)
    assert standing(office, "/log") == [f"{FIRST}.error", f"{FIRST}.log"]


def test_files_of_other_names_are_left_alone(office):
    put(office, "orders.csv", {})
    put(office, f"{FIRST}.part", {})
    office.advance(minutes=5)
    assert (numbers(office), standing(office)) == ([], ["order20260401090001_IDutf8.csv.part", "orders.csv"])
    assert office.told("order") == []


def test_an_order_of_another_shop_is_refused(office):
    put(office, FIRST, {"ショップ受注番号": "20002-1"})
    office.advance(minutes=5)
    assert standing(office, "/log") == [f"{FIRST}.error", f"{FIRST}.log"]


def test_the_journal_names_no_buyer(office):
    buyer = {
        "注文者名": "秘密　太郎", "注文者住所": "秘密県", "注文者電話番号": "99-9999",
        "注文者メールアドレス": "secret@x", "配送先名": "秘密　次郎",
    }  # fmt: skip
    put(office, FIRST, buyer)
    put(office, SECOND, buyer, buyer | {"注文者名": "秘密　三郎", "ショップ受注番号": "20001-1"})
    put(office, "order20260401090003_IDutf8.csv", content=order_file(ROW | buyer).replace(b'"\xe7\xa7\x98', b'"x"'))
    office.advance(minutes=5)
    assert len(office.told("order_file.refused")) == 2
    told = "".join(f"{entry.summary}{entry.data}" for entry in office.told(""))
    assert not [word for word in ("秘密", "99-9999", "secret") if word in told]


def test_an_order_is_told_with_its_codes_and_its_warnings(office):
    put(office, FIRST, {"支払方法名": "Amazon Pay"}, {"支払方法名": "Amazon Pay", "商品コード": ""})
    office.advance(minutes=5)
    [entry] = office.parts.journal.read(kind="order.taken_in", sku="A-1")
    assert entry.skus == ("A-1",)
    assert entry.data["warnings"] == ["支払方法変換エラー"]
    assert entry.data["progress"] == "手動"
    assert entry.data["lines"][1] == {"sku_code": "", "quantity": 1, "matched": False, "lowered": False}


def test_orders_are_listed_by_shop_and_page(office):
    other = office.tempostar.add_shop("別", "別").shop_code
    put(office, FIRST, *({"ショップ受注番号": f"20001-{number}"} for number in range(1, 6)))
    office.advance(minutes=5)
    page = office.tempostar.orders("20001", page=2, page_size=2)
    assert ([one.shop_order_number for one in page.rows], page.total, page.pages) == (["20001-3", "20001-2"], 5, 3)
    assert office.tempostar.orders(other).total == 0
    assert office.tempostar.counts()["orders"] == 5
    second = office.tempostar.found_company().company_id
    assert office.tempostar.orders(company_id=second).total == 0
    assert office.tempostar.orders("20001", company_id=second).total == 5
    with pytest.raises(Unknown):
        office.tempostar.orders("29999")
    with pytest.raises(Unknown):
        office.tempostar.orders(company_id=1)
    with pytest.raises(BadValue):
        office.tempostar.orders(page=0)


def test_an_intake_that_cannot_be_told_did_not_happen(office):
    put(office, FIRST, {})
    office.parts.store.execute(
        "CREATE TEMP TRIGGER mute BEFORE INSERT ON journal WHEN NEW.kind = 'order_file.taken'"
        " BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        office.advance(minutes=5)
    assert (numbers(office), sellable(office, "A-1"), standing(office)) == ([], [10], [FIRST])
    assert office.told("order") == []
    office.parts.store.execute("DROP TRIGGER mute")
    office.advance(minutes=5)
    assert (numbers(office), sellable(office, "A-1"), standing(office)) == (["20001-1"], [9], [])


def test_an_entry_spells_out_twenty_lines_or_problems(office):
    put(office, FIRST, *({} for _ in range(21)))
    put(office, SECOND, *({"数量": "x"} for _ in range(21)))
    office.advance(minutes=5)
    [taken], [refused] = office.told("order.taken_in"), office.told("order_file.refused")
    assert (len(taken.data["lines"]), len(refused.data["rows"]), refused.data["problems"]) == (20, 20, 21)
