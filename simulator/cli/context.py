"""What every command of `zaikolab` gets: where the lab is, and how an answer is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simulator.client import ControlClient


@dataclass(frozen=True, slots=True)
class Context:
    """Where commands look for the lab: its address when named, else the home folder where `up` leaves word."""

    home: Path
    url: str | None

    def client(self) -> ControlClient:
        """The running lab's control API."""
        from simulator.client import ControlClient, RunningLab

        return ControlClient(self.url or RunningLab.find(self.home).url)

    def variables(self, client: ControlClient) -> dict[str, str]:
        """The engine's variables of the running lab, SYNC_STATE_DIR included. Where the lab's CA file is on another
        machine, a copy of it is put into the home folder and named instead."""
        credentials = client.get("credentials")
        variables: dict[str, str] = dict(credentials["environment"])
        variables["SYNC_STATE_DIR"] = str(self.home / "engines" / credentials["lab_id"])
        if not _holds(Path(variables["SYNC_FTPS_CA"]), credentials["authority"]):
            copy = self.home / "authorities" / f"{credentials['lab_id']}.pem"
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            copy.write_text(credentials["authority"], encoding="ascii")
            variables["SYNC_FTPS_CA"] = str(copy)
        return variables


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="ascii") == text
    except (OSError, ValueError):
        return False


def show_json(value: object) -> None:
    """Print an answer of --json."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


SEEDS = click.IntRange(min=0)
"""What the control API takes as a seed too."""
as_json = click.option("--json", "json_wanted", is_flag=True, help="Answer in JSON.")
