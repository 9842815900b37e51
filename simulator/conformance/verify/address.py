"""The lab of an engine behind a URL.

Its operator sets the variables beforehand, so this lab is always the same one: its ports, certificate and token are
kept in a folder, and so is the engine's state folder.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.config import LabConfig
from simulator.lab import Lab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.conformance.profiles import Profile


@dataclass(frozen=True, slots=True)
class Address:
    """Where that lab is: its data folder, its ports and the engine's state folder."""

    folder: Path
    ftps_port: int
    http_port: int
    smtp_port: int

    @property
    def state_dir(self) -> Path:
        """The engine's SYNC_STATE_DIR, emptied before each scenario."""
        return self.folder / "engine-state"

    def config(self, profile: Profile) -> LabConfig:
        """How the lab is started that plays a profile here."""
        return replace(
            profile.lab_config(), ftps_port=self.ftps_port, http_port=self.http_port, smtp_port=self.smtp_port,
            data_dir=self.folder / "lab",
        )  # fmt: skip

    def empty_state(self) -> None:
        """Take away what the engine kept of the scenario before."""
        shutil.rmtree(self.state_dir, ignore_errors=True)
        self.state_dir.mkdir(parents=True)

    def variables(self, profile: Profile) -> Mapping[str, str]:
        """What the operator gives the engine; without SYNC_NOW, which changes with each scenario.

        Raises: CannotStart when a port is taken.
        """
        with Lab(self.config(profile)) as lab:
            given = lab.engine_environment(self.state_dir)
        return {name: value for name, value in given.items() if name != "SYNC_NOW"}

    def as_json(self) -> dict[str, object]:
        """Plain JSON values, `address_from` takes them back."""
        return {
            "folder": str(self.folder), "ftps_port": self.ftps_port, "http_port": self.http_port,
            "smtp_port": self.smtp_port,
        }  # fmt: skip


def address_from(told: Mapping[str, Any]) -> Address:
    """The address that `as_json` made."""
    return Address(Path(told["folder"]), told["ftps_port"], told["http_port"], told["smtp_port"])


def kept_address(folder: Path) -> Address:
    """The address kept in a folder; the first time, one with free ports is made.

    Raises: CannotStart.
    """
    told = folder / "address.json"
    if told.exists():
        return address_from(json.loads(told.read_text(encoding="utf-8")))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Lab(LabConfig(data_dir=folder / "lab")) as lab:
        where = lab.endpoints
        made = Address(folder, where.ftps_port, where.http_port, where.smtp_port)
    told.write_text(json.dumps(made.as_json()), encoding="utf-8")
    return made
