"""Real pytest runs over one feature file."""

from __future__ import annotations

import textwrap

import pytest

from tests.unit.conformance.one_feature import STEPS, Run


@pytest.fixture
def without_needless_plugins(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other plugins would take longer to load than these runs last."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider -p no:hypothesispytest -p no:faker --assert=plain")


@pytest.fixture
def run(pytester: pytest.Pytester, without_needless_plugins: None) -> Run:
    """Run pytest on one feature file and one test module that binds it."""

    def run(feature: str | bytes, steps: str = STEPS, *options: str) -> pytest.RunResult:
        content = feature.encode() if isinstance(feature, str) else feature
        (pytester.path / "shop.feature").write_bytes(content)
        pytester.makepyfile(test_shop=textwrap.dedent(steps) + '\n\nscenarios("shop.feature")\n')
        pytester.makepyprojecttoml("[tool.pytest]\nstrict = true\n")
        workers = "-n" in options
        launch = pytester.runpytest_subprocess if workers else pytester.runpytest_inprocess
        return launch(*options)

    return run
