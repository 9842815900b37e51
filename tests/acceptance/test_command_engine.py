"""The engine as anybody would give it: a real command, in a process of its own."""

from __future__ import annotations

import sys

import pytest
from pytest_bdd import scenario

from simulator.conformance.drivers import CommandEngine, Engine
from simulator.conformance.guide import features_dir

FEATURES = features_dir()


@pytest.fixture(scope="session")
def zaikolab_engine() -> Engine:
    return CommandEngine((sys.executable, "-m", "reference.cli", "once"))


@scenario(str(FEATURES / "linkage_settings.feature"), "保存するとすぐに在庫数が届く")
def test_a_command_syncs() -> None: ...


@scenario(str(FEATURES / "failure_mail.feature"), "直すと在庫数が追い付き、復旧のメールが1通届く")
def test_a_command_tells_of_a_failure_and_its_end() -> None: ...


@scenario(str(FEATURES / "pause.feature"), "一時停止の間はTEMPOSTARに接続しない")
def test_a_command_keeps_to_the_pause() -> None: ...
