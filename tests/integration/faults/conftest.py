"""A lab on real sockets, to be struck."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.lab import Lab
from tests.integration.faults.ftps_ground import Ground


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Its stop raises whatever a fault left behind in a server."""
    with Lab() as running:
        yield running


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[Lab]:
    """For tests that can share one; what they leave behind in a server is raised after the last."""
    with Lab() as running:
        yield running


@pytest.fixture
def ground(shared_lab: Lab) -> Iterator[Ground]:
    """The FTPS area of a lab that was reset, with a shop, its stock file, and clients of it."""
    shared_lab.reset()
    made = Ground.of(shared_lab)
    yield made
    made.close()


@pytest.fixture
def fresh_ground(lab: Lab) -> Iterator[Ground]:
    """As `ground`, in a lab where no session of an earlier test is still ending."""
    made = Ground.of(lab)
    yield made
    made.close()
