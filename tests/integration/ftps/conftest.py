"""FTPS servers on real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.config import TlsMode
from simulator.tempostar import area as area_module
from simulator.tempostar.area import Area
from simulator.tempostar.ftps.certificates import Authority
from simulator.tempostar.ftps.server import FtpsServer
from tests.conftest import Parts
from tests.integration.ftps.clients import FakeAccounts, Ftps


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.create()


@pytest.fixture
def ftps(parts: Callable[..., Parts], authority: Authority, tmp_path: Path) -> Iterator[Callable[..., Ftps]]:
    """`ftps(...)` starts a server; options are those of FtpsServer. Each is stopped, which raises what went wrong."""
    started: list[Ftps] = []

    def start(*, tls: TlsMode = TlsMode.EXPLICIT, ca: Authority = authority, **options: Any) -> Ftps:
        ground = parts(area_module.SCHEMA)
        area = Area(ground.store, ground.clock.now)
        accounts = options.pop("accounts", None) or FakeAccounts()
        server = FtpsServer(
            **{
                "host": "127.0.0.1",
                "port": 0,
                "passive_ports": None,
                "tls": tls,
                "certificate": options.pop("certificate", None) or ca.issue(),
                "accounts": accounts,
                "area": area,
                "now": ground.clock.now,
                "journal": ground.journal,
                "settings": ground.present_settings,
            }
            | options
        )
        server.start()
        started.append(Ftps(server, ground, area, accounts, ca, tls, tmp_path))
        return started[-1]

    yield start
    for each in started:
        for client in each.clients:
            client.close()
    for each in started:
        each.server.stop()
