"""The `zaikosync` commands: every error is one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

import click

from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.adapters.state_sqlite import STATE_FILE, SqliteState
from reference.bootstrap import open_state, postgres_state, run_pass
from reference.config import Settings, database_from, state_dir_from
from reference.domain.linkage import LinkageState
from reference.domain.report import ExitCode
from reference.domain.standing import describe
from reference.errors import ConfigurationError, PassAlreadyRunningError, ShopApiError, StateError, SyncError
from reference.progress import showing
from reference.screens import show_report, show_status
from reference.service.rules import SERVICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from reference.domain.linkage import Memory
    from reference.service.ports import State

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

    Exit 0: every linkage is synced, has nothing new, or is paused. 1: at least one failed, holds a file or waits for
    one that is overdue, and its mail is on its way. 2: not configured.

    \b
    Example:
      zaikosync once --json
    """
    with showing(silent=as_json) as tell:
        report = run_pass(environ, tell=tell)
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
    stop: SimpleQueue[None] = SimpleQueue()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.put(None)

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        keep_running(environ, stop, interval=interval, poll=poll)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return ExitCode.OK


@cli.command()
@click.option(
    "--interval",
    type=click.FloatRange(min=1),
    default=300.0,
    show_default=True,
    help="Seconds between a shop's passes.",
)
@click.option(
    "--poll", type=click.FloatRange(min=0.2), default=5.0, show_default=True, help="Seconds between looks for 保存する."
)
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="How many passes run at once."
)
@click.option("--http", type=click.IntRange(0, 65_535), help="Serve /metrics and /healthz on this port; 0: a free one.")
@click.option("--http-host", default="127.0.0.1", show_default=True, help="The address they are served on.")
@click.pass_obj
def worker(
    environ: Mapping[str, str], interval: float, poll: float, concurrency: int, http: int | None, http_host: str
) -> ExitCode:
    """Work for many shops, beside other workers, with the queue and the state in PostgreSQL.

    Every active linkage has a pass once an interval, never two at once, and at once when it was just saved or resumed.
    A shop whose worker was killed goes on with another within a minute. SIGTERM and SIGINT (Ctrl-C) let the passes in
    hand finish, then the command ends with 0. Needs SYNC_DATABASE_URL and pip install 'zaikolab[scale]'.

    \b
    Example:
      SYNC_DATABASE_URL=postgresql://zaiko:secret@db.example/zaiko zaikosync worker --http 9464
    """
    settings = Settings.from_environ(environ)
    if settings.database is None:
        raise ConfigurationError(
            "SYNC_DATABASE_URL is not set; `zaikosync worker` keeps queue and state in PostgreSQL. Set it to an "
            "address such as postgresql://user:password@db.example:5432/zaiko; for one process alone there is "
            "`zaikosync run`."
        )
    postgres_state()
    from reference.worker import Pace, run_worker

    where = (http_host, http) if http is not None else None
    run_worker(settings, settings.database, Pace(interval, poll, concurrency), where, _log)
    return ExitCode.OK


@cli.command()
@_JSON
@click.pass_obj
def status(environ: Mapping[str, str], as_json: bool) -> ExitCode:
    """Show what is remembered of each linkage: last success, last file, open incident, news that may be missed.

    Of a fleet in PostgreSQL: first the sums (lag, incidents, passes that wait), then the linkages that want looking
    after, at most 20; with --json all. Needs only SYNC_STATE_DIR, or SYNC_DATABASE_URL.
    Exit 1 when an incident is open, news may be missed or a mail waits.

    \b
    Example:
      zaikosync status --json
    """
    if database := database_from(environ):
        postgres_state()
        from reference.fleet_status import show_fleet

        return show_fleet(environ, database, as_json=as_json)
    folder = _known_folder(environ)
    with SqliteState.open(folder) as state:
        memories, waiting = state.recall_all(), len(state.queued_letters())
    if as_json:
        click.echo(
            json.dumps({"linkages": [describe(one) for one in memories], "unsent_mails": waiting}, ensure_ascii=False)
        )
    else:
        show_status(memories, waiting)
    return ExitCode.FAILED if waiting or any(one.incident or one.watch.missed for one in memories) else ExitCode.OK


@cli.command()
@click.argument("linkage", required=False)
@click.option("--missed-news", is_flag=True, help="Take back the notice that stock files may be lost instead.")
@click.pass_obj
def release(environ: Mapping[str, str], linkage: str | None, missed_news: bool) -> ExitCode:
    """Let a held stock file through with the next pass.

    A file that would set much of the linked stock to 0 at once is held until somebody says that it is right. LINKAGE
    is an id that `zaikosync status` shows; without it, every linkage is meant. With --missed-news the notice goes that
    stock files may have been overwritten unread; it goes by itself when every code has come again, which codes that
    are no longer linked in TEMPOSTAR never do.

    Needs only SYNC_STATE_DIR, or SYNC_DATABASE_URL. Exit 0, also when there was nothing to release; 1 where a pass
    was running, which is named and has to be over first; 2 for a linkage that is not known.

    \b
    Example:
      zaikosync release && zaikosync once
    """
    database = database_from(environ)
    folder = Path() if database else _known_folder(environ)
    with open_state(folder, database, None) as state:
        memories = {one.linkage_id: one for one in state.recall_all()}
        if linkage is not None and linkage not in memories:
            raise click.BadParameter(f"{linkage!r} is not known; there are: {', '.join(memories) or 'none'}.")
        wanted = [linkage] if linkage is not None else [*memories]
        let_go, busy = 0, []
        for one in wanted:
            if not _can_let_go(memories[one], missed_news=missed_news):
                continue
            try:
                let_go += _let_go(state, one, missed_news=missed_news)
            except PassAlreadyRunningError:
                busy.append(one)
    if busy:
        raise PassAlreadyRunningError(
            f"A pass is running of linkage {', '.join(busy)}; nothing was released there. "
            "Type the same again when it is over."
        )
    if not let_go:
        click.echo("No missed news are open." if missed_news else "Nothing is held.")
    return ExitCode.OK


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


def keep_running(environ: Mapping[str, str], stop: SimpleQueue[None], *, interval: float, poll: float) -> None:
    """Make passes until `stop` has something: one every `interval` seconds, and one at once when a linkage asks for it.

    A signal's handler may put it there at any moment. Setting a `threading.Event` takes a lock, for ever if the thread
    that the signal comes to is about to wait for that very event.
    """
    settings = Settings.from_environ(environ)
    due_at, is_first = monotonic(), True
    while True:
        if monotonic() >= due_at or _is_asked_for(settings):
            due_at = monotonic() + interval
            _try_pass(environ, waits_for_state=settings.database is not None and not is_first)
            is_first = False
        with suppress(Empty):
            return stop.get(timeout=min(poll, max(0.0, due_at - monotonic())))


def _known_folder(environ: Mapping[str, str]) -> Path:
    folder = state_dir_from(environ)
    if not (folder / STATE_FILE).exists():
        raise SyncError(f"No pass has been made yet with {folder}; run `zaikosync once` first.")
    return folder


def _can_let_go(memory: Memory, *, missed_news: bool) -> bool:
    """Tell whether there is anything to release, or a notice to take back."""
    return memory.watch.missed is not None if missed_news else bool(memory.brake.held)


def _let_go(state: State, linkage_id: str, *, missed_news: bool) -> bool:
    """Release what is held of a linkage, or take its notice back; tell whether there was any."""
    with state.hold(linkage_id):
        memory = state.recall(linkage_id)
        if memory is None or not _can_let_go(memory, missed_news=missed_news):
            return False
        if missed_news:
            state.save(replace(memory, watch=replace(memory.watch, missed=None)))
            click.echo(f"Linkage {memory.linkage_id}: the notice of missed news is taken back.")
        else:
            state.save(replace(memory, brake=replace(memory.brake, released=True)))
            click.echo(f"Linkage {memory.linkage_id}: the next pass lets {memory.brake.codes} codes through.")
    return True


def _try_pass(environ: Mapping[str, str], *, waits_for_state: bool) -> None:
    """Make a pass; a pass that runs elsewhere is left to it, a database that was there before is waited for."""
    try:
        with showing() as tell:
            report = run_pass(environ, tell=tell)
        click.echo(f"{report.started_at:%Y-%m-%d %H:%M:%S}")
        show_report(report, as_json=False)
    except PassAlreadyRunningError as error:
        click.echo(f"zaikosync: {error}", err=True)
    except StateError as error:
        if not waits_for_state:
            raise
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


def _log(sentence: str) -> None:
    click.echo(f"zaikosync: {sentence}", err=True)


def _complain(sentence: str, code: ExitCode) -> int:
    click.echo(f"zaikosync: {sentence}", err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
