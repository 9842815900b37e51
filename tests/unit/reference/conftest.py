"""The world most tests of a pass begin with: a shop with A-1 at 0 and B-2 at 5."""

from __future__ import annotations

import pytest

from tests.unit.reference.engine_fakes import World


@pytest.fixture
def world() -> World:
    world = World()
    world.shop.add("A-1")
    world.shop.add("B-2", 5)
    return world
