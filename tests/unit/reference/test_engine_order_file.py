"""The order file as values: its bytes, its name, and which orders it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reference.adapters.clock import JAPAN
from reference.domain.orders import (
    COLUMNS,
    FORGOTTEN,
    LONGEST_WRITING,
    Fate,
    FateKind,
    Order,
    OrderBook,
    OrderFile,
    OrderLine,
    OrderState,
    Stage,
    compose_next,
    compose_order_file,
    forget_settled,
    held_units,
    lowered,
    mark_handed_over,
    name_order_file,
    read_news,
    settle_file,
)
from tests.unit.reference.engine_fakes import BUYER, OPENING, read_order_file

FIXTURE = Path(__file__).parents[3] / "fixtures/order20260401090500_IDutf8.csv"
CHAIR = OrderLine("chair-001", "木製チェア", "", 2, 12_800)
T = datetime(2026, 4, 1, 0, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def order(order_id: str, *lines: OrderLine, payment: str = "クレジットカード", shipping: str = "その他") -> Order:
    at = datetime(2026, 4, 1, 9, 3, tzinfo=JAPAN)
    return Order(int(order_id), order_id, at, OrderState.PLACED, payment, shipping, BUYER, lines or (CHAIR,))


def cancelled(one: Order, seq: int = 99) -> Order:
    return replace(one, seq=seq, state=OrderState.CANCELLED)


def test_writes_the_fixture_byte_for_byte():
    orders = (
        order("1", CHAIR, OrderLine("TABLE-2", "テーブル", "カラー:ナラ サイズ:80cm", 1, 29_800)),
        order("2", OrderLine("LAMP-01", "ランプ", "", 1, 4_980), payment="Amazon決済"),
        order("3", OrderLine("no-such-code", "謎", "", 1, 100), payment="Amazon Pay", shipping="ヤマト"),
    )
    assert compose_order_file("20001", orders) == FIXTURE.read_bytes()


def test_has_the_fifty_columns():
    assert len(set(COLUMNS)) == 50


def test_quotes_and_line_ends_in_a_name_stay_in_their_field():
    line = OrderLine(None, '24" 棚,\r\n"白"', "", 1, 100)
    (row,) = read_order_file(compose_order_file("20001", [order("1", line)]))
    assert (row["商品名"], row["商品コード"], row["商品連絡"]) == (line.name, "", "")


def test_is_named_by_the_second_in_japan():
    assert name_order_file(T.astimezone(JAPAN)) == "order20260401090500_IDutf8.csv"


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=3)], ids=["same second", "clock set back"])
def test_a_second_file_never_gets_a_name_used_before(back):
    book = compose_next(OrderBook(waiting=(order("1"),)), OPENING.replace(microsecond=9))
    book = compose_next(replace(book, waiting=(order("2"),)), OPENING - back)
    assert [file.name for file in book.files] == ["order20260401090000_IDutf8.csv", "order20260401090001_IDutf8.csv"]
    assert [[one.order_id for one in file.orders] for file in book.files] == [["1"], ["2"]]


class TestReadingNews:
    def test_new_orders_wait_and_the_last_seq_is_kept(self):
        book = read_news(OrderBook(), [order("1"), order("2")])
        assert ([one.order_id for one in book.waiting], book.after) == (["1", "2"], 2)

    def test_an_order_cancelled_before_it_was_handed_over_is_not_handed_over(self):
        book = read_news(OrderBook(), [order("1"), cancelled(order("1"))])
        assert (book.waiting, book.after) == ((), 99)

    def test_a_cancelled_order_never_seen_is_no_order(self):
        assert read_news(OrderBook(), [cancelled(order("1"))]) == OrderBook(after=99)

    def test_an_order_that_comes_again_is_the_same_order(self):
        book = compose_next(OrderBook(waiting=(order("1"),)), OPENING)
        assert read_news(book, [replace(order("1"), seq=7)]) == replace(book, after=7)

    def test_one_cancelled_in_a_composed_file_no_longer_stands(self):
        book = compose_next(OrderBook(waiting=(order("1"), order("2"))), OPENING)
        book = read_news(book, [cancelled(order("1"))])
        assert [one.order_id for one in book.not_handed_over] == ["2"]

    def test_one_cancelled_after_it_was_handed_over_still_counts(self):
        book = OrderBook(files=(mark_handed_over(OrderFile("a", (order("1"),))),))
        assert read_news(book, [cancelled(order("1"))]) == replace(book, after=99)


class TestHoldingBack:
    @pytest.mark.parametrize(
        ("taken_in_at", "held"),
        [(None, 2), (T + SECOND, 2), (T, 2), (T - LONGEST_WRITING, 2), (T - LONGEST_WRITING - SECOND, 0)],
        ids=["not taken in", "after the file", "at the very same second", "while it was written", "before"],
    )
    def test_an_order_counts_until_the_file_was_begun_after_its_intake(self, taken_in_at, held):
        file = OrderFile("a", (order("1"),), Stage.HANDED_OVER, taken_in_at=taken_in_at)
        assert held_units(OrderBook(files=(file,)), T).get("chair-001", 0) == held

    def test_adds_up_lines_of_waiting_and_composed_orders_and_leaves_blank_codes(self):
        blank = OrderLine(None, "名", "", 5, 100)
        book = OrderBook(waiting=(order("1", CHAIR, CHAIR, blank),), files=(OrderFile("a", (order("2"),)),))
        assert held_units(book, T) == {"chair-001": 6}

    @pytest.mark.parametrize(
        ("stage", "held"), [(Stage.COMPOSED, 0), (Stage.HANDED_OVER, 2), (Stage.REFUSED, 2)], ids=str
    )
    def test_a_cancelled_order_gives_its_units_back_unless_it_was_handed_over(self, stage, held):
        file = OrderFile("a", (order("1"),), stage)
        book = read_news(OrderBook(files=(file,)), [cancelled(order("1"))])
        assert held_units(book, T).get("chair-001", 0) == held

    def test_never_goes_below_nothing(self):
        assert (lowered(5, 2), lowered(1, 2)) == (3, 0)

    def test_what_every_file_to_come_has_in_it_is_forgotten(self):
        taken_in = OrderFile("a", (order("1"),), Stage.TAKEN_IN, taken_in_at=T)
        book = OrderBook(files=(taken_in,))
        assert forget_settled(book, T + LONGEST_WRITING) == book
        assert forget_settled(book, T + LONGEST_WRITING + SECOND).files == ()


class TestSettling:
    HANDED_OVER = mark_handed_over(OrderFile("a", (order("1"),)))

    def test_handed_over_the_buyer_is_forgotten_and_the_units_are_not(self):
        (kept,) = self.HANDED_OVER.orders
        assert (kept.buyer, kept.lines) == (FORGOTTEN, (CHAIR,))

    def test_taken_in_at_the_time_of_the_done_file(self):
        file = settle_file(self.HANDED_OVER, Fate(FateKind.TAKEN_IN, T), OPENING)
        assert (file.stage, file.taken_in_at) == (Stage.TAKEN_IN, T)

    def test_a_refused_file_is_held_back_until_its_error_file_is_gone(self):
        refused = settle_file(self.HANDED_OVER, Fate(FateKind.REFUSED, T, "bad"), OPENING)
        assert (refused.stage, refused.taken_in_at) == (Stage.REFUSED, None)
        assert settle_file(refused, Fate(FateKind.REFUSED, T, "bad"), OPENING) == refused
        assert settle_file(refused, None, OPENING).taken_in_at == OPENING

    def test_a_file_the_log_does_not_know_of_waits(self):
        assert settle_file(self.HANDED_OVER, None, OPENING) == self.HANDED_OVER


def test_no_buyer_shows_in_a_repr():
    assert BUYER.address not in repr(order("1"))
    assert BUYER.mail not in repr(OrderBook(waiting=(order("1"),)))
