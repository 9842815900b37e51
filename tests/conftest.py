"""What tests of single parts stand on: a store in memory, a frozen clock, a journal."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings

from reference.config import Database
from simulator import journal as journal_module
from simulator.clock import Agenda, Clock, Due
from simulator.config import ClockMode, Settings
from simulator.journal import Journal
from simulator.store import Store
from tests.postgres import Server, run_server

# A shell that starts something in the background has it ignore Ctrl-C, and what tests start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# HYPOTHESIS_PROFILE chooses: `ci` tries the same examples every time, `soak` tries others each time, and many more.
# A deadline, or a check of slowness, would time the machine; what fails is printed with the line that repeats it.
_EVERYWHERE = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _EVERYWHERE, derandomize=True)
settings.register_profile("soak", _EVERYWHERE, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@dataclass
class Parts:
    """The common ground of all services, without any service."""

    store: Store
    clock: Clock
    journal: Journal
    settings: Settings = field(default_factory=Settings)

    def present_settings(self) -> Settings:
        return self.settings

    def agenda(self, *sources: Due) -> Agenda:
        return Agenda(self.store, self.clock, self.journal, sources)


@pytest.fixture
def parts() -> Iterator[Callable[..., Parts]]:
    """`parts(*schemas)` makes a ground whose store has the tables named."""
    stores: list[Store] = []

    def make(*schemas: str) -> Parts:
        store = Store(None, (journal_module.SCHEMA, *schemas))
        stores.append(store)
        clock = Clock(store, None, ClockMode.FROZEN, 1.0)
        clock.restart()
        return Parts(store, clock, Journal(store, clock.now))

    yield make
    for store in stores:
        store.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL for all tests of this process, started for the first that asks for it."""
    with run_server() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Database:
    """A schema name of the test's own in that PostgreSQL; nothing is in it yet."""
    return Database(postgres.url, f"t_{secrets.token_hex(6)}")
