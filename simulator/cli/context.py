"""What every command of `zaikolab` gets: where the lab is, and how an answer is shown."""

from __future__ import annotations

import json
import shlex
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def typed() -> str:
    """The line of the command under way: its name and the options that were given on the command line."""
    context = click.get_current_context()
    words = context.command_path.split()
    for parameter in context.command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params.get(name)
        if getattr(parameter, "is_flag", False):
            words.append(parameter.opts[0])
        else:
            for one in value if isinstance(value, tuple) else (value,):
                words += [parameter.opts[0], str(one)]
    return shlex.join(words)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP are as Ctrl-C: what runs is ended first."""
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


SEEDS = click.IntRange(min=0)
"""What the control API takes as a seed too."""
as_json = click.option("--json", "json_wanted", is_flag=True, help="Answer in JSON.")
