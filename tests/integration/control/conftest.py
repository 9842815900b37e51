from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.servers import Endpoints
from simulator.web.app import create_app
from simulator.web.running import running


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A whole lab without sockets, with addresses as if it had some."""
    lab = Lab()
    lab._servers = SimpleNamespace(
        endpoints=Endpoints("127.0.0.1", 2121, lab.config.tls, 8080, 2525, Path("ca.pem")), stop=lambda: None
    )
    yield lab
    lab.stop()


@pytest.fixture
def client(lab: Lab) -> Iterator[FlaskClient]:
    app = create_app(lab)
    yield app.test_client()
    for failure in running(app).failures:
        raise failure
