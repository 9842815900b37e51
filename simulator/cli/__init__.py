"""The command `zaikolab`: the only part of the lab that reads the environment.

Exit codes (contract 7): 0 ok, 1 failed, 2 usage or configuration; `verify`: 3 could not judge. No traceback reaches
whoever types a command; with ZAIKOLAB_DEBUG=1 it does.
"""

from __future__ import annotations

import io
import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli import calling, defects, docs, faults, guide, init, running, start, verify
from simulator.cli.context import Context
from simulator.errors import BadValue, CannotJudge, CannotStart, LabError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExitCode(IntEnum):
    """What a command ends with."""

    OK = 0
    """It is done; of `verify`: conformant."""
    FAILED = 1
    """It could not be done, or what was looked for is not so; of `verify`: not conformant."""
    USAGE = 2
    """It was not asked for rightly, or the lab cannot start so; nothing was done."""
    NOT_JUDGED = 3
    """`verify` alone: it could not judge."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no Japanese still gets the rest
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. Every error ends as one sentence on stderr."""
    try:
        result = cli.main(args=arguments, prog_name="zaikolab", standalone_mode=False)
        return result if isinstance(result, int) else ExitCode.OK
    except click.exceptions.Abort:
        click.echo("zaikolab: interrupted.", err=True)
        return ExitCode.FAILED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except LabError as error:
        click.echo(f"zaikolab: {error}", err=True)
        if isinstance(error, CannotJudge):
            return ExitCode.NOT_JUDGED
        usage = isinstance(error, (BadValue, CannotStart)) or error.status == 422
        return ExitCode.USAGE if usage else ExitCode.FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.FAILED
    except Exception as error:
        if os.environ.get("ZAIKOLAB_DEBUG"):
            raise
        click.echo(
            f"zaikolab: an error of zaikolab itself, {type(error).__name__}: {error}. "
            "Run it again with ZAIKOLAB_DEBUG=1 and report what it prints.",
            err=True,
        )
        return ExitCode.FAILED


def _default_home() -> Path:
    named = os.environ.get("ZAIKOLAB_HOME")
    if named:
        return Path(named).absolute()  # it goes into variables that are used from other folders
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "zaikolab"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="zaikolab")
@click.option(
    "--lab", "url", envvar="ZAIKOLAB_URL", show_envvar=True, help="Address of the lab. Default: the one started last."
)
@click.pass_context
def cli(context: click.Context, url: str | None) -> None:
    """A laboratory for the stock link between TEMPOSTAR and RoomClipショッピング.

    \b
    zaikolab demo        walk the vendor guide on a fresh lab
    zaikolab up --demo   keep a lab running that is set up, linked and has a stock file

    A running lab leaves word in the folder ZAIKOLAB_HOME (default: ~/.local/state/zaikolab), where the other commands
    find it; two labs at once want two folders, and ports of their own.
    """
    context.obj = Context(_default_home(), url)


for command in (
    start.demo,
    start.up,
    start.doctor,
    verify.verify,
    defects.defects,
    guide.guide,
    docs.docs,
    init.init,
    running.env,
    running.status,
    running.reset,
    running.clock,
    faults.fault,
    running.journal,
    running.mail,
    running.seed,
    running.snapshot,
    calling.call,
):
    cli.add_command(command)
