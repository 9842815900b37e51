"""A lab on real sockets, to be struck."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reference.domain.report import ExitCode
from simulator.lab import Lab
from tests.integration.faults.engine_world import World
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


@pytest.fixture(scope="module")
def shared_world(shared_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.set_up(shared_lab, tmp_path_factory.mktemp("state"))


@pytest.fixture
def world(shared_world: World) -> World:
    """In sync, as every test leaves it."""
    assert shared_world.pass_().exit_code is ExitCode.OK
    shared_world.forget_mails()
    return shared_world
