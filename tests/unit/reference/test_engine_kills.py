"""The service over fakes: killed at any point, the next pass completes the work and nothing happens twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from reference.domain.linkage import LinkageState
from reference.domain.report import ExitCode
from reference.errors import LoginRefusedError, OrderHandoverError
from reference.service.sending_desk import CORRECTIONS
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN, Killed, World

BULK = [f"BULK-{at:04}" for at in range(1_200)]


def test_killed_between_sending_and_recording_nothing_is_applied_twice(world):
    world.tick(("A-1", 3), ("B-2", 4))
    world.shop.kill_after_send = True
    with pytest.raises(Killed):
        world.run()
    world.shop.set_stock("A-1", 2)
    world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([2], [4])
    assert world.state.recall("1").queue == ()


def much_to_do() -> World:
    """An incident, two files and an unreadable one between, rows without a variant, a bad row, one that vanishes.

    And orders: one taken in, one refused, one in a file that was not uploaded and cancelled since, two that wait.
    """
    world = World()
    for code in ("A-1", "B-2", "VANISHES", *BULK):
        world.shop.add(code, 5)
    world.shop.buy(BULK[0])
    world.run()
    world.area.take_in(world.clock.at)
    world.clock.advance()
    world.shop.buy(BULK[1])
    world.run()
    world.area.take_in(world.clock.at, refused="2行目：拒否")
    world.shop.buy(BULK[2], 1, (BULK[3], 1))
    cancelled = world.shop.buy(BULK[4])
    world.area.order_trouble = OrderHandoverError("552")
    world.run()
    world.area.order_trouble = None
    world.shop.cancel(cancelled)
    world.shop.buy(BULK[5], 2)
    world.area.trouble = LoginRefusedError("530")
    world.run()
    world.area.trouble = None
    world.tick(("A-1", 1), ("B-2", 2), ("NEW-1", 8), name="stock20260401.csv")
    world.clock.advance()
    world.area.put(b'"cut', world.clock.at, "stock20260401b.csv")
    rows = [(code, 6) for code in BULK]
    world.tick(("A-1", 3), ("GONE", 1), ("B-2", "abc"), ("VANISHES", 4), *rows, name="stock20260402.csv")
    world.shop.vanished = "VANISHES"
    return world


def what_the_merchant_has(world: World) -> object:
    return (
        {variant.variant_code: variant.stock for variant in world.shop.variants.values()},
        {(mail.letter.subject, mail.letter.body) for mail in world.mailer.sent},
        world.area.handed_over(),
        world.area.order_files,
        world.state.queued_letters(),
        world.state.recall("1"),
    )


def deaths(make: Callable[[], World]) -> Iterator[World]:
    """Give worlds in which a pass has died: after its first call of a port, after its second, and so on to its last."""
    for nth in count(1):
        world = make()
        if not world.run_until_killed(nth):
            return
        yield world


def test_killed_after_any_call_the_next_pass_ends_as_if_nothing_had_been():
    world = much_to_do()
    world.run()
    world.run()
    undisturbed = what_the_merchant_has(world)
    assert world.area.handed_over() == ["20001-RC1", "20001-RC2", "20001-RC3", "20001-RC3", "20001-RC6"]
    passes = list(deaths(much_to_do))
    assert len(passes) > 20
    for world in passes:
        world.run()
        world.run()
        assert what_the_merchant_has(world) == undisturbed
        assert len(world.area.uploads) == len(set(world.area.uploads)) == 4
        assert max(Counter(mail.key for mail in world.mailer.sent).values()) <= 2


def held_and_released() -> World:
    """Two files held, one of them partly superseded, an order since, and the merchant's word that they are right."""
    world = World()
    for code in BULK:
        world.shop.add(code, 5)
    world.tick(*((code, 5) for code in BULK))
    world.run()
    world.tick(*((code, 0) for code in BULK[:900]), (BULK[1_000], 9))
    world.run()
    world.shop.buy(BULK[1_000], 2)
    world.tick(*((code, 0) for code in BULK[800:950]), (BULK[0], 1))
    world.run()
    world.clock.advance()
    world.area.take_in(world.clock.at)
    world.tick((BULK[1], 4))
    world.clock.advance()
    world.release()
    return world


def about_to_be_held() -> World:
    """A file that is too much, after one that was overwritten unread."""
    world = World()
    for code in BULK:
        world.shop.add(code, 5)
    world.tick(*((code, 5) for code in BULK))
    world.run()
    world.clock.advance()
    world.tick(*((code, 0) for code in BULK[:900]), ("NEW-1", 1), ("B-2", "abc"))
    return world


@pytest.mark.parametrize(("make", "in_stock"), [(held_and_released, 252), (about_to_be_held, 1_200)])
def test_killed_while_files_are_held_or_let_through_the_next_pass_ends_as_if_nothing_had_been(make, in_stock):
    world = make()
    world.run()
    world.run()
    undisturbed = what_the_merchant_has(world)
    assert sum(one.stock > 0 for one in world.shop.variants.values()) == in_stock
    assert len(world.mailer.sent) == 3
    passes = list(deaths(make))
    assert len(passes) > 10
    for world in passes:
        world.run()
        world.run()
        assert what_the_merchant_has(world) == undisturbed
        assert max(Counter(mail.key for mail in world.mailer.sent).values()) <= 2


def test_a_sale_after_the_kill_is_not_undone_by_updates_that_had_arrived():
    sales = 0
    for world in deaths(much_to_do):
        arrived = world.shop.stock_of("A-1") == [3]
        if arrived:
            sales += 1
            world.shop.set_stock("A-1", 2)
        world.run()
        assert world.shop.stock_of("A-1") == [2 if arrived else 3]
    assert sales > 5


def test_killed_while_it_fails_the_mail_still_goes_out():
    def locked_out() -> World:
        world = World()
        world.area.trouble = LoginRefusedError("530")
        return world

    passes = list(deaths(locked_out))
    assert len(passes) > 5
    for world in passes:
        world.run()
        assert set(world.mailer.subjects) == {"【在庫連携】失敗のお知らせ（ショップコード 20001）"}
        assert len(world.mailer.sent) <= 2


def left_with_a_queue(world: World) -> None:
    world.tick(("A-1", 3))
    world.shop.send_trouble = SHOP_IS_DOWN
    world.run()
    world.shop.send_trouble = None
    assert len(world.state.recall("1").queue) == 1


def test_a_pause_stops_queued_updates_too_and_they_go_out_after_it(world):
    left_with_a_queue(world)
    world.relink(state=LinkageState.PAUSED)
    world.run()
    assert (world.shop.requests, world.shop.stock_of("A-1")) == ([], [0])
    world.relink(state=LinkageState.ACTIVE)
    world.run()
    assert world.shop.stock_of("A-1") == [3]


def test_a_newer_file_has_the_last_word_over_queued_updates(world):
    left_with_a_queue(world)
    world.tick(("A-1", 0))
    world.run()
    assert world.shop.stock_of("A-1") == [0]


def test_queued_updates_are_sent_once_and_never_after_a_later_edit(world):
    left_with_a_queue(world)
    world.run()
    world.shop.set_stock("A-1", 7)
    world.run()
    assert world.shop.stock_of("A-1") == [7]


@pytest.mark.parametrize("change", [{"shop_code": "20002"}, {"ftp_user": "10002_0"}], ids=str)
def test_updates_queued_for_another_shop_code_or_user_are_never_sent(world, change):
    left_with_a_queue(world)
    world.area.folders = {"20001": {}, "20002": {}}
    world.relink(**change)
    world.run()
    assert (world.shop.requests, world.shop.stock_of("A-1")) == ([], [0])


def test_a_queued_update_of_a_deleted_variant_waits_and_is_told(world):
    left_with_a_queue(world)
    world.shop.vanished = "A-1"
    world.run()
    assert world.state.recall("1").waiting == {"A-1": 3}
    assert "「A-1」" in world.mailer.sent[1].letter.body


def test_batches_the_shop_took_before_it_failed_are_not_sent_again(world):
    for code in BULK:
        world.shop.add(code)
    world.tick(*((code, 6) for code in BULK))
    world.shop.takes = 1
    world.run()
    world.shop.takes = None
    world.run()
    assert [len(batch.updates) for batch in world.shop.requests] == [1_000, 200]


def test_one_reading_of_orders_lies_between_two_batches(world):
    for code in BULK:
        world.shop.add(code)
    world.tick(*((code, 6) for code in BULK))
    world.run()
    assert world.shop.asked[-5:] == ["orders", "stock", "orders", "stock", "orders"]


def test_each_batch_and_correction_goes_out_right_after_a_reading_of_orders(world):
    """Something is sold during every request, so that the corrections of a batch come to their end."""
    for code in BULK:
        world.shop.add(code, 8)
    world.shop.before_send = lambda: world.shop.stock_of(BULK[0]) == [0] or world.shop.buy(BULK[0])
    world.tick(*((code, 9) for code in BULK))
    world.run()
    sent = [at for at, what in enumerate(world.shop.asked) if what == "stock"]
    assert len(sent) == 2 + CORRECTIONS
    assert {world.shop.asked[at - 1] for at in sent} == {"orders"}


def test_a_code_the_shop_rejects_without_having_been_asked_is_no_concern(world):
    world.tick(("A-1", 3))
    world.shop.rejects = "NEVER-SENT"
    assert world.run().exit_code is ExitCode.OK
    assert (world.shop.stock_of("A-1"), world.mailer.sent) == ([3], [])


def test_updates_the_shop_did_not_take_are_finished_before_the_next_file(world):
    world.tick(("A-1", 3))
    world.shop.send_trouble = SHOP_IS_DOWN
    assert world.run().exit_code is ExitCode.FAILED
    world.shop.send_trouble = None
    world.tick(("B-2", 1))
    world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([3], [1])
