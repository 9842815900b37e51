"""The engine under test: its passes, and what it is told to trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_bdd import given, then, when

from simulator.conformance.area_visits import knock
from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence
from simulator.conformance.world import EVERYTHING

if TYPE_CHECKING:
    from simulator.conformance.world import World
    from simulator.journal import Entry


@given("在庫連携が行われている")
@when("在庫連携が行われる")
def sync(world: World) -> None:
    """Have the engine make a pass."""
    world.sync()


@when(Sentence("在庫連携が「{times:int}」回行われる"))
def sync_repeatedly(world: World, times: int) -> None:
    """Have the engine make several passes at once."""
    for _ in range(times):
        world.sync()


@given("FTPS領域の証明書が信頼できない認証局のものである")
def distrust_certificate(world: World) -> None:
    """Have the engine trust another authority than the one that issued the area's certificate."""
    if not world.engine.driver.takes_environment:
        pytest.skip("this engine's operator decides which authority it trusts")
    world.engine.trust_another_authority()


@given("FTPS領域の証明書が信頼できるものに戻っている")
def trust_certificate_again(world: World) -> None:
    """Have the engine trust the lab's authority again."""
    world.engine.restore_environment()


@then("TEMPOSTARのFTPS領域には一度も接続していない")
def check_area_untouched(world: World) -> None:
    """Nobody came to the FTPS area since the もし, and the lab would have told of it."""
    seen = _visits(world, world.mark)
    expect(not seen, "no visit to the FTPS area", _told(seen))
    before = _knock(world)
    expect(bool(_visits(world, before)), "this step's own visit in the journal", "nothing: the lab tells of no visit")


@then("TEMPOSTARのFTPS領域にパスワードは送られていない")
def check_no_login(world: World) -> None:
    """Nobody logged in, or tried to, since the もし, and the lab would have told of it; a password that came before TLS
    was refused, but had been sent."""
    seen = _logins(world, world.mark)
    expect(not seen, "no login to the FTPS area", _told(seen))
    before = _knock(world)
    expect(bool(_logins(world, before)), "this step's own login in the journal", "nothing: the lab tells of no login")


def _knock(world: World) -> int:
    """Visit the area; the journal's number before that."""
    before = world.lab.journal.last_seq()
    with world.visiting_area() as area:
        knock(area)
    return before


def _visits(world: World, after: int) -> tuple[Entry, ...]:
    # Only a session's beginning counts: the end of an earlier one may be written a moment late.
    return world.lab.journal.read(after=after, kind="ftps.connected")


def _logins(world: World, after: int) -> tuple[Entry, ...]:
    entries = world.lab.journal.read(after=after, service="ftps", limit=EVERYTHING)
    return tuple(entry for entry in entries if "login" in entry.kind or entry.data.get("verb") == "PASS")


def _told(entries: tuple[Entry, ...]) -> str:
    return "; ".join(f"{entry.kind}: {entry.summary}" for entry in entries)
