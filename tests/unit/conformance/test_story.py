"""The story of a failed scenario: what the lab saw from the last もし on, and what the engine said."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from simulator.conformance.world import JOURNAL_SHOWN, World
from simulator.journal import Entry, Service


@dataclass
class Journal:
    """Entries in memory."""

    entries: list[Entry] = field(default_factory=list)

    def tell(self, *services: Service) -> None:
        for service in services:
            number = self.last_seq() + 1
            self.entries.append(Entry(number, "2026-04-01T09:00:00+09:00", service, "kind", f"No. {number}.", {}, ()))

    def last_seq(self) -> int:
        return len(self.entries)

    def read(self, *, after: int, limit: int = 1_000) -> list[Entry]:
        return self.entries[after : after + limit]


@pytest.fixture
def journal() -> Journal:
    journal = Journal()
    journal.tell(Service.LAB)
    return journal


@pytest.fixture
def world(journal: Journal) -> World:
    engine = SimpleNamespace(runs=[SimpleNamespace(exit_code=1, output="oh\n")])
    return World(SimpleNamespace(journal=journal), engine)


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


def test_a_flood_is_told_from_its_end(world: World, journal: Journal) -> None:
    world.mark_action()
    journal.tell(*[Service.HTTP] * 3_000)
    lines = dict(world.story())["journal since the last もし"].splitlines()
    assert (lines[0], len(lines)) == (f"... {3_000 - JOURNAL_SHOWN} earlier ones", JOURNAL_SHOWN + 1)
    assert lines[-1].startswith("3001 ")
