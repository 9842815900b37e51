"""The service over fakes: orders go to TEMPOSTAR once, and what they take is not put back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reference.domain.linkage import LinkageState
from reference.domain.orders import FORGOTTEN
from reference.domain.report import ExitCode, Outcome
from reference.errors import ConnectionFailedError, FolderMissingError, OrderHandoverError, StateError
from tests.unit.reference.engine_fakes import BUYER, SHOP_IS_DOWN, World, read_order_file, stock_csv

FIRST, SECOND = "order20260401090000_IDutf8.csv", "order20260401090001_IDutf8.csv"


@pytest.fixture
def world() -> World:
    world = World()
    world.shop.add("A-1", 5)
    world.shop.add("B-2", 5)
    return world


def test_a_placed_order_is_handed_over_once(world):
    world.shop.buy("A-1", 2, ("B-2", 1))
    report = world.run()
    world.run()
    (content,) = world.area.order_files.values()
    assert [row["商品コード"] for row in read_order_file(content)] == ["A-1", "B-2"]
    assert (world.area.uploads, report.linkages[0].counts.orders) == ([FIRST], 1)
    assert (report.exit_code, world.mailer.sent) == (ExitCode.OK, [])


def test_the_run_tells_how_many_orders_were_handed_over(world):
    world.shop.buy("A-1")
    world.shop.buy("B-2")
    world.run()
    assert world.shop.runs[0].summary == "在庫ファイルはまだありません。注文2件をTEMPOSTARに渡しました。"


def test_a_second_file_in_the_same_second_gets_another_name(world):
    for code in ("A-1", "B-2"):
        world.shop.buy(code)
        world.run()
    assert world.area.uploads == [FIRST, SECOND]


def test_who_bought_is_forgotten_once_the_order_is_handed_over(world):
    world.area.order_trouble = OrderHandoverError("552")
    world.shop.buy("A-1")
    world.run()
    assert world.state.recall("1").orders.not_handed_over[0].buyer == BUYER
    world.area.order_trouble = None
    world.run()
    assert world.state.recall("1").orders.files[0].orders[0].buyer == FORGOTTEN


def test_a_paused_linkage_hands_nothing_over_and_catches_up_after_it(world):
    world.relink(state=LinkageState.PAUSED)
    world.shop.buy("A-1")
    world.run()
    assert world.area.uploads == []
    world.relink(state=LinkageState.ACTIVE)
    world.run()
    assert world.area.handed_over() == ["20001-RC1"]


def test_another_file_of_that_name_is_left_alone(world):
    world.area.order_files[FIRST] = b"somebody else's"
    world.shop.buy("A-1")
    world.run()
    assert world.area.order_files[FIRST] == b"somebody else's"
    assert world.area.uploads == [SECOND]


def test_names_are_not_tried_for_ever(world):
    world.shop.buy("A-1")
    world.area.order_files = AlwaysTaken()
    report = world.run()
    assert "60 names" in report.linkages[0].failure.evidence


class AlwaysTaken(dict):
    def get(self, *_):
        return b"somebody else's"


@pytest.mark.parametrize(
    "trouble", [FolderMissingError("550"), OrderHandoverError("552"), ConnectionFailedError("RST")]
)
def test_orders_that_cannot_be_handed_over_wait_and_stock_goes_on(world, trouble):
    world.shop.buy("A-1")
    world.area.order_trouble = trouble
    world.tick(("A-1", 9), ("B-2", 3))
    reports = [world.run() for _ in range(2)]
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([8], [3])
    assert [one.exit_code for one in reports] == [ExitCode.FAILED] * 2
    assert len(world.mailer.sent) == 1
    assert "注文をTEMPOSTARに渡せません" in world.last_mail()
    world.area.order_trouble = None
    assert world.run().exit_code is ExitCode.OK
    assert world.area.handed_over() == ["20001-RC1"]
    assert "復旧" in world.mailer.subjects[1]


def test_a_pass_that_may_have_lost_the_linkage_to_another_uploads_nothing(world, monkeypatch):
    def lose():
        raise StateError("the session is gone")

    world.shop.buy("A-1")
    world.area.order_trouble = ConnectionFailedError("RST")
    world.run()
    world.area.order_trouble = None
    monkeypatch.setattr(world.state, "confirm", lose)
    with pytest.raises(StateError):
        world.run()
    assert (world.area.uploads, world.mailer.sent[1:]) == ([], [])


def test_orders_that_cannot_be_read_leave_the_stock_alone(world):
    world.tick(("A-1", 9))
    world.shop.order_trouble = SHOP_IS_DOWN
    assert world.run().linkages[0].outcome is Outcome.FAILED
    assert world.shop.stock_of("A-1") == [5]


def test_an_order_cancelled_before_the_file_could_be_uploaded_is_left_out(world):
    first, _ = world.shop.buy("A-1"), world.shop.buy("B-2")
    world.area.order_trouble = OrderHandoverError("552")
    world.run()
    world.area.order_trouble = None
    world.shop.cancel(first)
    world.run()
    assert (world.area.uploads, world.area.handed_over()) == ([FIRST], ["20001-RC2"])


def test_a_file_of_cancelled_orders_only_is_not_uploaded(world):
    order = world.shop.buy("A-1")
    world.area.order_trouble = OrderHandoverError("552")
    world.run()
    world.area.order_trouble = None
    world.shop.cancel(order)
    assert world.run().exit_code is ExitCode.OK
    assert (world.area.uploads, world.state.recall("1").orders.files) == ([], ())


def test_a_new_shop_code_takes_the_orders_that_wait_along_and_no_others(world):
    world.shop.buy("A-1")
    world.run()
    world.area.order_files = {}
    world.shop.buy("B-2")
    world.area.order_trouble = FolderMissingError("550")
    world.run()
    world.area.order_trouble = None
    world.area.folders["20002"] = {}
    world.relink(shop_code="20002")
    world.run()
    assert world.area.handed_over() == ["20002-RC2"]


def test_another_shop_has_other_orders(world):
    world.shop.buy("A-1")
    world.run()
    world.area.order_files = {}
    world.relink(shop_id="8")
    world.run()
    assert world.area.handed_over() == ["20001-RC1"]


class TestWhatTempostarRefuses:
    def test_is_told_once_with_the_rows_and_reasons_of_its_log(self, world):
        world.shop.buy("A-1")
        world.run()
        world.area.take_in(world.clock.at, refused="x was refused.\r\nrow 2, 受注日時='': is no time\r\n")
        world.run()
        world.run()
        assert world.mailer.subjects == ["【在庫連携】注文の確認のお願い（ショップコード 20001）"]
        for words in (
            "20001-RC1",
            FIRST,
            "・2行目：is no time\n",
            f"/netorder/20001/log/{FIRST}.log",
            "想定在庫数",
            "一括同期",
        ):
            assert words in world.last_mail()

    @pytest.mark.parametrize(
        "line",
        [
            f"row 2, 注文者住所='{BUYER.address}': at most 9 characters are possible",
            f"row 2, 注文者住所={BUYER.address}: 99: at most 9 characters are possible",
            f"row 2: the address: {BUYER.address}: at most 9 characters are possible",
        ],
    )
    def test_is_told_without_what_stood_in_a_field(self, world, line):
        world.shop.buy("A-1")
        world.run()
        world.area.take_in(world.clock.at, refused=f"{line}\r\n{BUYER.address}\r\n2行目：{BUYER.address}\r\n")
        world.run()
        assert "・2行目：at most 9 characters are possible\n" in world.last_mail()
        assert BUYER.address not in world.last_mail()

    def test_is_told_in_a_mail_that_can_be_read_however_long_the_log_is(self, world):
        world.shop.buy("A-1")
        world.run()
        world.area.take_in(world.clock.at, refused="\r\n".join(f"row {row}: {'x' * 999}" for row in range(2, 1002)))
        world.run()
        assert "・ほか950件" in world.last_mail()
        assert len(world.last_mail()) < 20_000

    def test_is_not_handed_over_again(self, world):
        world.shop.buy("A-1")
        world.run()
        world.area.take_in(world.clock.at, refused="x")
        world.run()
        assert world.area.uploads == [FIRST]

    def test_is_held_back_until_the_error_file_is_gone(self, world):
        world.shop.buy("A-1")
        world.run()
        world.area.take_in(world.clock.at, refused="x")
        world.tick(("A-1", 5))
        world.run()
        assert world.shop.stock_of("A-1") == [4]
        world.area.order_log.clear()
        world.run()
        world.tick(("A-1", 4))
        world.run()
        assert world.shop.stock_of("A-1") == [4]


class TestHoldingBack:
    def test_a_file_that_does_not_know_of_an_order_does_not_put_its_units_back(self, world):
        world.shop.buy("A-1", 2)
        world.tick(("A-1", 5), ("B-2", 5))
        world.run()
        assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([3], [5])
        assert world.shop.requests == []

    def test_more_sold_than_the_file_has_is_nothing_left(self, world):
        world.shop.buy("A-1", 3)
        world.tick(("A-1", 1))
        world.run()
        assert world.shop.stock_of("A-1") == [0]

    def test_a_file_of_the_second_of_the_intake_does_not_have_the_order_yet(self, world):
        world.shop.buy("A-1")
        world.run()
        world.tick(("A-1", 5), ("B-2", 1))
        world.area.take_in(world.clock.at)
        world.run()
        assert world.shop.stock_of("A-1") == [4]
        world.tick(("A-1", 4))
        world.run()
        assert world.shop.stock_of("A-1") == [4]
        assert world.state.recall("1").orders.files == ()

    def test_a_file_whose_writing_took_longer_than_the_intake_does_not_have_the_order_yet(self, world):
        world.shop.buy("A-1")
        world.run()
        world.clock.advance()
        world.area.take_in(world.clock.at)
        world.area.put(stock_csv(("A-1", 5), ("B-2", 1)), world.clock.at + timedelta(seconds=30))
        world.run()
        assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([4], [1])

    def test_a_cancelled_order_that_was_not_handed_over_gives_its_units_back(self, world):
        order = world.shop.buy("A-1")
        world.shop.cancel(order)
        world.tick(("A-1", 7))
        world.run()
        assert world.shop.stock_of("A-1") == [7]

    def test_a_cancelled_order_that_was_handed_over_counts_until_it_is_taken_in(self, world):
        order = world.shop.buy("A-1")
        world.run()
        world.shop.cancel(order)
        world.tick(("A-1", 7))
        world.run()
        assert world.shop.stock_of("A-1") == [6]

    def test_holds_for_updates_that_were_queued_before_the_purchase(self, world):
        world.tick(("A-1", 9))
        world.shop.send_trouble = SHOP_IS_DOWN
        world.run()
        world.shop.send_trouble = None
        world.shop.buy("A-1", 2)
        world.run()
        assert world.shop.stock_of("A-1") == [7]

    def test_holds_for_rows_that_waited_for_their_variant(self, world):
        world.tick(("NEW-1", 6))
        world.run()
        world.shop.add("NEW-1", 1)
        world.shop.buy("NEW-1")
        world.run()
        assert world.shop.stock_of("NEW-1") == [5]

    def test_can_be_taken_out_on_purpose(self, world):
        world.shop.buy("A-1", 2)
        world.tick(("A-1", 5))
        sync = world.sync
        replace(sync, rules=replace(sync.rules, hold_back=lambda book, written_at: {})).run_pass()
        assert world.shop.stock_of("A-1") == [5]


class TestWhileStockIsSent:
    def meanwhile(self, world, *deeds):
        """Let something happen between the reading of orders and the shop's work on each of the next requests."""
        left = list(deeds)
        world.shop.before_send = lambda: left and left.pop(0)()

    def test_a_purchase_is_overwritten_for_one_request_and_then_corrected(self, world):
        world.tick(("A-1", 9), ("B-2", 3))
        self.meanwhile(world, lambda: world.shop.buy("A-1", 2))
        world.run()
        assert world.shop.stock_of("A-1") == [7]
        assert [[one.variant_code for one in batch.updates] for batch in world.shop.requests] == [
            ["A-1", "B-2"],
            ["A-1"],
        ]

    def test_a_cancellation_is_corrected_too(self, world):
        world.area.order_trouble = OrderHandoverError("552")
        order = world.shop.buy("A-1", 2)
        world.tick(("A-1", 9))
        self.meanwhile(world, lambda: world.shop.cancel(order))
        world.run()
        assert world.shop.stock_of("A-1") == [9]

    def test_a_purchase_and_its_cancellation_around_the_request_leave_the_files_number(self, world):
        world.tick(("A-1", 9))
        order = []

        def buy_and_cancel_later():
            order.append(world.shop.buy("A-1", 2))

        self.meanwhile(world, buy_and_cancel_later, lambda: world.shop.cancel(order[0]))
        world.run()
        assert world.shop.stock_of("A-1") == [9]

    def test_corrections_end_and_the_next_pass_goes_on(self, world):
        world.tick(("A-1", 9))
        world.shop.before_send = lambda: world.shop.buy("A-1")
        world.run()
        assert len(world.shop.requests) == 4

    def test_a_purchase_after_any_call_of_a_pass_is_not_put_back(self):
        for nth in range(1, 30):
            world = World()
            world.shop.add("A-1", 5)
            world.tick(("A-1", 4))
            world.run_with(nth, lambda world=world: world.shop.buy("A-1"))
            world.run()
            assert world.shop.stock_of("A-1") == [4 - len(world.shop.orders)]
            if not world.shop.orders:
                assert nth > 10
                return
        raise AssertionError("a pass does not have that many calls")
