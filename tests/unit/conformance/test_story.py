"""The story of a failed scenario: what the lab saw from the last もし on, and what the engine said."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from simulator.conformance.world import JOURNAL_SHOWN, World
from simulator.errors import EngineTrouble, EngineUnusable
from simulator.journal import Entry, Service


@dataclass
class Journal:
    """Entries in memory."""

    entries: list[Entry] = field(default_factory=list)

    first: int = 1

    def tell(self, *services: Service, kind: str = "kind", **data: object) -> None:
        for service in services:
            number = self.last_seq() + 1
            said = f"No. {number}."
            self.entries.append(Entry(number, "2026-04-01T09:00:00+09:00", service, kind, said, data, ()))

    def last_seq(self) -> int:
        return self.first - 1 + len(self.entries)

    def read(self, *, after: int = 0, limit: int = 1_000) -> list[Entry]:
        return [entry for entry in self.entries if entry.seq > after][:limit]


@pytest.fixture
def journal() -> Journal:
    journal = Journal()
    journal.tell(Service.LAB)
    return journal


@pytest.fixture
def world(journal: Journal) -> World:
    engine = SimpleNamespace(runs=[SimpleNamespace(exit_code=1, output="oh\n")], unusable=None)
    tempostar = SimpleNamespace(ftp_account=lambda: SimpleNamespace(user="10001_0", password="now-valid"))
    roomclip = SimpleNamespace(api_token=lambda: "the-token")
    lab = SimpleNamespace(journal=journal, tempostar=tempostar, roomclip=roomclip, endpoints="where")
    return World(lab, engine)


def told(world: World) -> list[str]:
    return dict(world.story())["journal since the last もし"].splitlines()


def test_it_is_one_timeline_of_all_services_from_the_last_action_on(world: World, journal: Journal) -> None:
    journal.tell(Service.TEMPOSTAR)
    world.mark_action()
    journal.tell(Service.ROOMCLIP)
    world.mark_action()
    journal.tell(Service.CLOCK, Service.FTPS, Service.HTTP, Service.SMTP)
    services = ["clock", "ftps", "http", "smtp"]
    lines = [f"{seq} 2026-04-01T09:00:00+09:00 {one} kind: No. {seq}." for seq, one in enumerate(services, start=4)]
    assert world.story() == [("journal since the last もし", "\n".join(lines)), ("engine", "exit code 1\noh")]
    assert world.mark == 2  # steps that speak of "since the もし" mean the first


def test_a_scenario_that_came_to_no_action_tells_all_since_the_reset(world: World, journal: Journal) -> None:
    journal.tell(Service.HTTP)
    lines = dict(world.story())["journal since the last もし"].splitlines()
    assert [line.split()[2] for line in lines] == ["lab", "http"]


@pytest.mark.parametrize("count", [3_000, 12_000])
def test_a_flood_is_told_from_its_end(world: World, journal: Journal, count: int) -> None:
    world.mark_action()
    journal.tell(*[Service.HTTP] * count)
    lines = told(world)
    assert (lines[0], len(lines)) == (f"... {count - JOURNAL_SHOWN} earlier ones", JOURNAL_SHOWN + 1)
    assert lines[-1].startswith(f"{count + 1} ")


def test_numbers_before_the_reset_are_not_counted_as_entries(world: World, journal: Journal) -> None:
    journal.entries.clear()
    journal.first = 5_001
    journal.tell(*[Service.HTTP] * (JOURNAL_SHOWN + 3))
    assert told(world)[0] == "... 3 earlier ones"


def test_the_suites_own_visit_is_left_out_with_the_late_end_of_its_session(world: World, journal: Journal) -> None:
    world.mark_action()
    journal.tell(Service.FTPS, kind="ftps.connected", session=7)
    with world.visiting_area() as area:
        journal.tell(Service.FTPS, kind="ftps.connected", session=8)
        journal.tell(Service.LAB, kind="fault.fired")
    journal.tell(Service.FTPS, kind="ftps.disconnected", session=8)
    journal.tell(Service.FTPS, kind="ftps.disconnected", session=7)
    assert (area, [line.split()[0] for line in told(world)]) == ("where", ["2", "6"])


def test_what_the_suites_own_visit_wrote_is_no_earlier_entry(world: World, journal: Journal) -> None:
    world.mark_action()
    with world.visiting_area():
        journal.tell(Service.FTPS)
    journal.tell(*[Service.HTTP] * (JOURNAL_SHOWN + 2))
    assert told(world)[0] == "... 2 earlier ones"


def test_the_suite_does_not_meet_what_the_engine_was_to_meet(world: World, journal: Journal) -> None:
    world.faults.append(SimpleNamespace(wish="tls.expired on CONTROL", fired=0))
    unmet = pytest.raises(AssertionError, match=r"never did .tls.expired on CONTROL.+did not come that far")
    with unmet, world.visiting_area():
        pytest.fail("the visit was made")


def test_no_password_and_no_token_is_told(world: World, journal: Journal) -> None:
    world.passwords += ["first", "first-and-longer"]
    journal.tell(Service.LAB, kind="the-token")
    world.engine.runs = [SimpleNamespace(exit_code=0, output="PASS first-and-longer\nPASS first\nnow-valid the-token")]
    (_, lines), (_, words) = world.story()
    assert words == "exit code 0\nPASS ***\nPASS ***\n*** ***"
    assert "the-token" not in lines


@pytest.mark.parametrize("ends", ["with a code", "with an error"])
def test_an_engine_that_makes_no_pass_is_quoted_without_secrets(world: World, ends: str) -> None:
    def run() -> SimpleNamespace:
        if ends == "with a code":
            return SimpleNamespace(exit_code=9, ending="ended with exit code 9", output="+ curl now-valid")
        raise EngineUnusable("now-valid", trouble=EngineTrouble.TOO_SLOW, next_step="Its output: the-token")

    world.engine.run = run
    with pytest.raises(EngineUnusable) as found:
        world.sync()
    assert "***" in str(found.value)
    assert "now-valid" not in str(found.value)
    assert "the-token" not in str(found.value)
    assert found.value.trouble is (EngineTrouble.CRASHED if ends == "with a code" else EngineTrouble.TOO_SLOW)


def test_what_a_pass_said_that_did_not_end_is_told(world: World) -> None:
    world.engine.unusable = EngineUnusable("late", trouble=EngineTrouble.TOO_SLOW, output="waiting with now-valid\n")
    assert dict(world.story())["engine"].splitlines()[-2:] == ["does not end in time", "waiting with ***"]
