"""A lab on real sockets, to be struck."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.lab import Lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Its stop raises whatever a fault left behind in a server."""
    with Lab() as running:
        yield running
