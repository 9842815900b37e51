"""What the tests of `zaikolab verify` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Terminal


@pytest.fixture
def terminal(tmp_path: Path, capsys, monkeypatch) -> Terminal:
    """A terminal in a folder of the caller's."""
    where = tmp_path / "callers"
    where.mkdir()
    monkeypatch.chdir(where)
    return Terminal(tmp_path / "home", capsys, monkeypatch)
