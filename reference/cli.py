"""The `zaikosync` commands: every error is one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Column, Table

from reference.adapters.clock import JAPAN
from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.adapters.state_sqlite import STATE_FILE, SqliteState
from reference.bootstrap import run_pass
from reference.config import Settings, state_dir_from
from reference.domain.linkage import LinkageState, Memory
from reference.domain.orders import Stage
from reference.domain.report import ExitCode, PassReport
from reference.errors import ConfigurationError, PassAlreadyRunningError, ShopApiError, SyncError
from reference.service.rules import SERVICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

DEBUG = "ZAIKOSYNC_DEBUG"
_JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.group(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zaikolab")
def cli() -> None:
    """Carry stock from TEMPOSTAR's FTPS area to a RoomClip shop.

    Settings come from the environment (SYNC_...); `zaikolab env` prints a set for the lab.

    \b
    Example:
      eval "$(zaikolab env)" && zaikosync once
    """


@cli.command()
@_JSON
@click.pass_obj
def once(environ: Mapping[str, str], as_json: bool) -> ExitCode:
    """Make one pass over all linkages.

    Exit 0: every linkage is synced, has nothing new, or is paused. 1: at least one failed, and its mail is on its
    way. 2: not configured.

    \b
    Example:
      zaikosync once --json
    """
    report = run_pass(environ)
    show_report(report, as_json=as_json)
    return report.exit_code


@cli.command()
@click.option(
    "--interval", type=click.FloatRange(min=1), default=300.0, show_default=True, help="Seconds between passes."
)
@click.option(
    "--poll", type=click.FloatRange(min=0.2), default=5.0, show_default=True, help="Seconds between looks for 保存する."
)
@click.pass_obj
def run(environ: Mapping[str, str], interval: float, poll: float) -> ExitCode:
    """Make passes on a timer, and at once when a linkage was just saved or resumed.

    SIGTERM and SIGINT (Ctrl-C) let the pass in hand finish, then the command ends with 0.

    \b
    Example:
      zaikosync run --interval 300 --poll 5
    """
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        keep_running(environ, stop, interval=interval, poll=poll)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return ExitCode.OK


@cli.command()
@_JSON
@click.pass_obj
def status(environ: Mapping[str, str], as_json: bool) -> ExitCode:
    """Show what is remembered of each linkage: last success, last file, open incident, mails that wait.

    Needs only SYNC_STATE_DIR. Exit 1 when an incident is open or a mail waits.

    \b
    Example:
      zaikosync status --json
    """
    folder = state_dir_from(environ)
    if not (folder / STATE_FILE).exists():
        raise SyncError(f"No pass has been made yet with {folder}; run `zaikosync once` first.")
    with SqliteState.open(folder) as state:
        memories, waiting = state.recall_all(), len(state.queued_letters())
    if as_json:
        click.echo(
            json.dumps({"linkages": [describe(one) for one in memories], "unsent_mails": waiting}, ensure_ascii=False)
        )
    else:
        _show_status(memories, waiting)
    return ExitCode.FAILED if waiting or any(one.incident for one in memories) else ExitCode.OK


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run a command; return its exit code, with every error told in one sentence on stderr."""
    environ = os.environ if environ is None else environ
    try:
        return int(cli.main(args=arguments, prog_name="zaikosync", standalone_mode=False, obj=environ) or ExitCode.OK)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return ExitCode.OK
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except ConfigurationError as error:
        return _complain(str(error), ExitCode.USAGE)
    except SyncError as error:
        return _complain(str(error), ExitCode.FAILED)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted; the next pass completes what this one began.", ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 - the last stop before the user: a traceback explains nothing to a merchant
        hint = f"this is a fault of zaikosync; set {DEBUG}=1 to see where it happened."
        if DEBUG in environ:
            traceback.print_exception(error)
        return _complain(f"unexpected {type(error).__name__}; {hint}", ExitCode.FAILED)


def keep_running(environ: Mapping[str, str], stop: threading.Event, *, interval: float, poll: float) -> None:
    """Make passes until `stop` is set: one every `interval` seconds, and one at once when a linkage asks for it."""
    settings = Settings.from_environ(environ)
    due_at = monotonic()
    while not stop.is_set():
        if monotonic() >= due_at or _is_asked_for(settings):
            due_at = monotonic() + interval
            _try_pass(environ)
        stop.wait(min(poll, max(0.0, due_at - monotonic())))


def _try_pass(environ: Mapping[str, str]) -> None:
    """Make a pass; a pass that runs elsewhere is left to it."""
    try:
        report = run_pass(environ)
        click.echo(f"{report.started_at:%Y-%m-%d %H:%M:%S}")
        show_report(report, as_json=False)
    except PassAlreadyRunningError as error:
        click.echo(f"zaikosync: {error}", err=True)


def _is_asked_for(settings: Settings) -> bool:
    """Tell whether an active linkage waits for a pass (guide 5.3.1); a silent shop is the next pass's matter."""
    patience = HttpPatience(timeout=settings.timeout, retries=0)
    try:
        with HttpShop.open(settings.shop_url, settings.shop_token, patience) as shop:
            linkages = shop.fetch_linkages()
    except ShopApiError:
        return False
    return any(one.sync_now and one.state is LinkageState.ACTIVE and one.service == SERVICE for one in linkages)


def show_report(report: PassReport, *, as_json: bool) -> None:
    """Print a pass, for people as a table, for programs as JSON."""
    if as_json:
        click.echo(json.dumps(_pass_as_json(report), ensure_ascii=False))
    elif report.linkages:
        table = Table(
            *(
                Column(name, no_wrap=True)
                for name in ("linkage", "shop", "outcome", "updated", "same", "to check", "orders")
            )
        )
        for one in report.linkages:
            counts = one.counts
            to_check = counts.unmatched + counts.ambiguous + counts.bad_rows
            numbers = (str(counts.updated), str(counts.unchanged), str(to_check), str(counts.orders))
            table.add_row(one.linkage_id, one.shop_code, one.outcome.value, *numbers)
        Console(markup=False).print(table)
    else:
        click.echo("No linkage is registered in the shop, or its list could not be read.")
    for one in report.linkages:
        if one.failure:
            click.echo(f"zaikosync: linkage {one.linkage_id}: {one.failure.evidence}", err=True)
    for sentence in (*report.trouble, *report.notes):
        click.echo(f"zaikosync: {sentence}", err=True)


def _pass_as_json(report: PassReport) -> dict[str, Any]:
    linkages = [
        {
            "linkage_id": one.linkage_id,
            "shop_id": one.shop_id,
            "shop_code": one.shop_code,
            "outcome": one.outcome.value,
            "counts": asdict(one.counts),
            "cause": one.failure.cause.value if one.failure else None,
            "evidence": one.failure.evidence if one.failure else None,
        }
        for one in report.linkages
    ]
    return {
        "exit_code": int(report.exit_code),
        "linkages": linkages,
        "trouble": list(report.trouble),
        "notes": list(report.notes),
    }


def describe(memory: Memory) -> dict[str, Any]:
    """Return what `status` shows of a linkage as JSON values."""
    newest, incident, success = memory.newest, memory.incident, memory.last_success_at
    return {
        "linkage_id": memory.linkage_id,
        "shop_id": memory.shop_id,
        "shop_code": memory.shop_code,
        "paused": memory.paused,
        "last_success_at": success.isoformat() if success else None,
        "last_file": {"name": newest.name, "modified_at": newest.modified_at.isoformat(), "size": newest.size}
        if newest
        else None,
        "incident": {"opened_at": incident.opened_at.isoformat(), "causes": list(incident.told)} if incident else None,
        "waiting_codes": len(memory.waiting),
        "queued_updates": sum(len(batch.updates) for batch in memory.queue),
        "waiting_orders": len(memory.orders.not_handed_over),
        "orders_not_taken_in": _not_taken_in(memory),
    }


def _not_taken_in(memory: Memory) -> int:
    """Count the orders handed over that TEMPOSTAR has not taken in, as far as is known."""
    stages = {Stage.HANDED_OVER, Stage.REFUSED}
    return sum(len(file.orders) for file in memory.orders.files if file.stage in stages)


def _show_status(memories: Sequence[Memory], waiting: int) -> None:
    for memory in memories:
        success, newest, incident = memory.last_success_at, memory.newest, memory.incident
        table = Table.grid(padding=(0, 2))
        table.add_row("linkage", f"{memory.linkage_id}{' (paused)' if memory.paused else ''}")
        table.add_row("shop code", memory.shop_code)
        table.add_row("last success", f"{success:%Y-%m-%d %H:%M:%S}" if success else "never")
        table.add_row(
            "last file",
            f"{newest.name}, written {newest.modified_at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}" if newest else "none",
        )
        since = f"{', '.join(incident.told)}, since {incident.opened_at:%Y-%m-%d %H:%M}" if incident else "none"
        table.add_row("open incident", since)
        table.add_row("codes that wait", str(len(memory.waiting)))
        table.add_row("orders that wait", str(len(memory.orders.not_handed_over)))
        table.add_row("orders not taken in", str(_not_taken_in(memory)))
        Console(markup=False).print(table)
        click.echo()
    click.echo(f"Unsent mails: {waiting}")


def _complain(sentence: str, code: ExitCode) -> int:
    click.echo(f"zaikosync: {sentence}", err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
