"""Time, and the passes that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, when

from simulator.conformance.steps.sentences import Sentence

if TYPE_CHECKING:
    from simulator.conformance.world import World


@given(Sentence("「{minutes:int}」分が過ぎている"))
@when(Sentence("「{minutes:int}」分が過ぎる"))
def let_minutes_pass(world: World, minutes: int) -> None:
    """Let lab time pass, without a pass of the engine."""
    world.lab.advance(minutes=minutes)


@given("送信間隔が過ぎている")
@when("送信間隔が過ぎる")
def let_interval_pass(world: World) -> None:
    """Let TEMPOSTAR make its next pass, without one of the engine."""
    world.wait_for_pass()


@given("送信間隔が過ぎて在庫連携が行われている")
@when("送信間隔が過ぎて在庫連携が行われる")
def let_interval_pass_and_sync(world: World) -> None:
    """Let TEMPOSTAR make its next pass, then the engine."""
    world.wait_for_pass()
    world.sync()


@given("在庫ファイルの書きかけのところで在庫連携が行われている")
@when("在庫ファイルの書きかけのところで在庫連携が行われる")
def sync_while_file_is_written(world: World) -> None:
    """Have the engine make its pass at the very moment TEMPOSTAR begins to write."""
    world.go_to_pass()
    world.sync()


@when(Sentence("送信間隔が「{times:int}」回過ぎ、そのつど在庫連携が行われる"))
def let_intervals_pass_and_sync(world: World, times: int) -> None:
    """Let TEMPOSTAR and the engine take turns."""
    for _ in range(times):
        world.wait_for_pass()
        world.sync()
