"""The command `verify`: the specification against anybody's engine."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.context import Context, as_json, ended_in_order, show_json, typed
from simulator.cli.steps import answer_steps
from simulator.conformance.drivers import TIME_LIMIT
from simulator.errors import BadValue, CannotJudge

if TYPE_CHECKING:
    from simulator.conformance.report.account import Account


@click.command()
@click.option(
    "--engine",
    metavar="COMMAND|URL",
    help="The engine: a command that makes one pass, a URL that makes one when posted to, or python:MODULE:FUNCTION, "
    "called in process. Default: the reference engine.",
)
@click.option(
    "--level",
    type=click.Choice(["must", "should", "orders", "brakes"]),
    help="Judge by this level and those before it: what the guide states, good practice, orders, what the reference "
    "engine watches over. Default: should; for the reference engine brakes.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="STATEMENT|WORDS",
    help="Only what shows this statement, or is named so. Repeatable.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME",
    help="Play another plausible TEMPOSTAR than the guide's, or all: every one. Repeatable; the level is then should. "
    "An unknown name is answered with those there are.",
)
@click.option("-n", "workers", type=click.IntRange(1, 64), help="Labs side by side. Default: one for each core.")
@click.option(
    "--time-limit",
    default=TIME_LIMIT,
    show_default=True,
    type=click.FloatRange(0.1),
    help="Seconds for one pass of a command or URL.",
)
@click.option(
    "--keep", is_flag=True, help="Leave the lab of the first failed scenario running until Ctrl-C, and end there."
)
@click.option(
    "--steps",
    is_flag=False,
    flag_value="",
    metavar="[WORDS]",
    help="Show the steps that feature files can use, those with all these words or every one, and end.",
)
@click.option(
    "--report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write report.json, report.schema.json, junit.xml, cucumber.ndjson, transcripts.ndjson and report.html into "
    "this folder; `docs build` makes documentation of it.",
)
@click.option("--env", "env_wanted", is_flag=True, help="Print the variables for an engine behind a URL, and end.")
@as_json
@click.pass_obj
def verify(context: Context, /, env_wanted: bool, json_wanted: bool, **options: Any) -> int:  # noqa: ANN401 - the options above
    """Run the specification against an engine and say whether it conforms.

    First one pass tells an engine that never connected from one that is wrong. Then each scenario runs with a state
    folder of its own, several labs side by side. Ends with 0 conformant, 1 not conformant, 2 usage, 3 could not judge.

    \b
    Example: zaikolab verify
             zaikolab verify --engine './my-sync --once' --level must
             zaikolab verify --engine './my-sync --once' --only 4.4.2 --keep
             zaikolab verify --profile all
             zaikolab verify --steps 在庫数
             zaikolab verify --engine './my-sync --once' --report reports
             zaikolab verify --env        then, with these variables set for the engine:
             zaikolab verify --engine http://127.0.0.1:9000/sync
    """
    if (words := options.pop("steps")) is not None:
        return answer_steps(words, as_json=json_wanted)
    try:
        if env_wanted:
            return _print_variables(context, options["profiles"], json_wanted)
        return _verify(context, json_wanted, options)
    except (BadValue, BrokenPipeError, CannotJudge, click.ClickException):
        raise
    except KeyboardInterrupt as interruption:
        raise CannotJudge("Could not judge: interrupted.") from interruption
    except Exception as error:
        if os.environ.get("ZAIKOLAB_DEBUG"):
            raise
        raise CannotJudge(f"Could not judge: {type(error).__name__}: {error}") from error


def _verify(context: Context, json_wanted: bool, options: dict[str, Any]) -> int:
    from importlib.metadata import version

    from simulator.conformance.drivers import REFERENCE_ENGINE
    from simulator.conformance.report.account import Account
    from simulator.conformance.report.folder import claim, read_features
    from simulator.conformance.source_digest import digest_sources
    from simulator.conformance.sources import Owed
    from simulator.conformance.verify.command import Wish, verify
    from simulator.conformance.verify.summary import Screen

    wish = Wish(
        engine=REFERENCE_ENGINE if options["engine"] is None else options["engine"],
        home=context.home,
        environment=dict(os.environ),
        workers=options["workers"] or os.cpu_count() or 1,
        time_limit=options["time_limit"],
        level=Owed(options["level"]) if options["level"] else None,
        only=options["only"],
        keep=options["keep"],
        profiles=options["profiles"],
        transcripts=bool(options["report"]),
    )
    began, report, sources = datetime.now(UTC), options["report"], ""
    if report:
        claim(report)
        sources = digest_sources()
    screen = Screen(quiet=json_wanted, report=report)
    with ended_in_order():
        found = verify(wish, screen)
    show_json(found.as_json()) if json_wanted else screen.close(wish, found)
    if report:
        account = Account(
            found, wish, began, typed(), version("zaikolab"), read_features(found.results),
            sources_before=sources, sources_after=digest_sources(),
        )  # fmt: skip
        _write(report, account)
        _remember(context.home, report)
    return found.exit_code


def _remember(home: Path, report: Path) -> None:
    """Let `docs build` find it; a folder that takes no word keeps nobody from the verdict."""
    from simulator.conformance.report.last_run import remember_run

    try:
        remember_run(home, report)
    except OSError as error:
        click.echo(f"not remembered as the last run ({error}); docs build then wants --run {report}", err=True)


def _write(folder: Path, account: Account) -> None:
    from simulator.conformance.report.folder import write_reports

    try:
        write_reports(folder, account)
    except OSError as error:
        raise CannotJudge(
            f"The report could not be written: {error}.", next_step="See above for the verdict."
        ) from error
    click.echo(f"report: {folder}", err=True)


def _print_variables(context: Context, profiles: tuple[str, ...], json_wanted: bool) -> int:
    from simulator.conformance.profiles import DEFAULT, choose_profiles
    from simulator.conformance.verify.address import kept_address

    chosen = choose_profiles(profiles or (DEFAULT,))
    if len(chosen) > 1:
        raise BadValue(
            "--profile", ", ".join(profiles), "several", next_step="The variables are those of one: name it."
        )
    (profile,) = chosen
    variables = dict(kept_address(context.home / "verify").variables(profile))
    if json_wanted:
        show_json(variables)
        return 0
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    return 0
