"""The repository's own runs test the reference engine in this process, unless another one is named."""

from __future__ import annotations

import pytest

from reference.bootstrap import run_pass
from simulator.conformance.drivers import CallableEngine, Engine, engine_for
from simulator.lab import Lab


@pytest.fixture
def nested(zaikolab_session: Lab, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A pytester whose runs in this process start labs: a lab runs here already, so what it loads stays loaded
    (cryptography cannot be loaded twice). Without the plugins these runs do not need they start five times as fast."""
    needless = ("cacheprovider", "hypothesispytest", "faker", "xdist")
    options = " ".join(f"-p no:{name}" for name in needless)
    monkeypatch.setenv("PYTEST_ADDOPTS", f"--assert=plain {options}")
    return pytester


@pytest.fixture(scope="session")
def zaikolab_engine(request: pytest.FixtureRequest) -> Engine:
    choice = request.config.getoption("--zaikolab-engine")
    return engine_for(choice) if choice else CallableEngine(lambda environment: run_pass(environment).exit_code)
