"""The service over fakes: killed at any point, the next pass completes the work and nothing happens twice."""

from __future__ import annotations

import pytest

from reference.domain.report import ExitCode
from reference.errors import LoginRefusedError
from tests.unit.reference.engine_fakes import SHOP_IS_DOWN, Killed, World


@pytest.fixture
def world() -> World:
    world = World()
    world.shop.add("A-1")
    world.shop.add("B-2", 5)
    return world


def test_killed_between_sending_and_recording_nothing_is_applied_twice(world):
    world.tick(("A-1", 3), ("B-2", 4))
    world.shop.kill_after_send = True
    with pytest.raises(Killed):
        world.run()
    world.shop.set_stock("A-1", 2)
    world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([2], [4])
    assert world.state.recall("1").queue == ()


@pytest.mark.parametrize("save", range(1, 6))
def test_killed_at_any_save_the_next_pass_completes_the_work(world, save):
    world.tick(("A-1", 3), ("GONE", 1))
    world.state.kill_at_save = save
    try:
        world.run()
    except Killed:
        world.run()
    assert world.shop.stock_of("A-1") == [3]
    assert len(world.mailer.sent) == 1


def test_killed_while_mailing_the_mail_goes_with_the_next_pass(world):
    world.area.trouble = LoginRefusedError("530")
    world.mailer.killed = True
    with pytest.raises(Killed):
        world.run()
    world.mailer.killed = False
    world.run()
    assert len(world.mailer.sent) == 1


def test_updates_the_shop_did_not_take_are_finished_before_the_next_file(world):
    world.tick(("A-1", 3))
    world.shop.send_trouble = SHOP_IS_DOWN
    assert world.run().exit_code is ExitCode.FAILED
    world.shop.send_trouble = None
    world.tick(("B-2", 1))
    world.run()
    assert (world.shop.stock_of("A-1"), world.shop.stock_of("B-2")) == ([3], [1])
