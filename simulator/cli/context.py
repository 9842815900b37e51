"""What every command of `zaikolab` gets: where the lab is, and how an answer is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - a dataclass field
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


def show_json(value: object) -> None:
    """Print an answer of --json."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


SEEDS = click.IntRange(min=0)
"""What the control API takes as a seed too."""
as_json = click.option("--json", "json_wanted", is_flag=True, help="Answer in JSON.")
