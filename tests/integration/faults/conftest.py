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


@pytest.fixture
def ground(lab: Lab) -> Iterator[Ground]:
    """The lab's FTPS area with a shop, its stock file, and clients of it."""
    made = Ground.of(lab)
    yield made
    made.close()
