"""Commands that speak to a running lab over its control API."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any

import click

from simulator.cli.context import SEEDS, Context, as_json, show_json
from simulator.errors import BadValue


@click.command()
@as_json
@click.pass_obj
def env(context: Context, json_wanted: bool) -> None:
    """Print the engine's variables of the running lab.

    \b
    Example: zaikolab env
             eval "$(zaikolab env)" && zaikosync once

    SYNC_NOW is printed while the clock is frozen; with a running clock an engine reads its own. The last lines are
    for trying the FTPS area by hand.
    """
    variables = context.variables(context.client())
    if json_wanted:
        show_json(variables)
        return
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(str(value))}")


@click.command()
@as_json
@click.pass_obj
def status(context: Context, json_wanted: bool) -> None:
    """Show the running lab's clock, addresses and what it holds.

    \b
    Example: zaikolab status
    """
    from simulator.screens import show_status

    state = context.client().get("state")
    show_json(state) if json_wanted else show_status(state)


@click.command()
@as_json
@click.pass_obj
def reset(context: Context, json_wanted: bool) -> None:
    """Make the running lab empty again; addresses, certificate and API token stay.

    An engine's state belongs to the life before: take its variables anew from `zaikolab env`.

    \b
    Example: zaikolab reset
    """
    client = context.client()
    client.post("reset")
    if json_wanted:
        show_json({"lab_id": client.get("state")["lab_id"]})
    else:
        click.echo('The lab is empty. For engines: eval "$(zaikolab env)" again.')


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def clock(context: click.Context, json_wanted: bool) -> None:
    """Show or move the running lab's clock.

    \b
    Example: zaikolab clock advance 5
             zaikolab clock run --rate 60
    """
    if context.invoked_subcommand is not None:
        if json_wanted:
            raise click.UsageError(f"--json goes last: zaikolab clock {context.invoked_subcommand} ... --json")
    else:
        state = context.obj.client().get("state")
        _tell_clock({"now": state["now"], **state["clock"], "next_due": state["next_due"]}, json_wanted)


@clock.command()
@click.argument("minutes", type=float)
@as_json
@click.pass_obj
def advance(context: Context, minutes: float, json_wanted: bool) -> None:
    """Let MINUTES pass; what falls due on the way is carried out.

    \b
    Example: zaikolab clock advance 5
    """
    _tell_clock(context.client().post("clock/advance", {"minutes": minutes}), json_wanted)


@clock.command("set")
@click.argument("now")
@as_json
@click.pass_obj
def set_now(context: Context, now: str, json_wanted: bool) -> None:
    """Move the clock forward to NOW.

    \b
    Example: zaikolab clock set 2026-04-01T12:00:00+09:00
    """
    _tell_clock(context.client().put("clock", {"now": now}), json_wanted)


@clock.command()
@as_json
@click.pass_obj
def freeze(context: Context, json_wanted: bool) -> None:
    """Stop the clock; it moves only when told.

    \b
    Example: zaikolab clock freeze
    """
    _tell_clock(context.client().put("clock", {"mode": "frozen"}), json_wanted)


@clock.command("run")
@click.option("--rate", default=1.0, show_default=True, help="Lab seconds a second.")
@as_json
@click.pass_obj
def run_clock(context: Context, rate: float, json_wanted: bool) -> None:
    """Let the clock run.

    \b
    Example: zaikolab clock run --rate 60
    """
    _tell_clock(context.client().put("clock", {"mode": "running", "rate": rate}), json_wanted)


def _tell_clock(told: dict[str, Any], json_wanted: bool) -> None:
    if json_wanted:
        show_json(told)
        return
    due = told.get("next_due")
    due_text = f"; next due {datetime.fromisoformat(due):%H:%M:%S}" if due else "; nothing due"
    speed = f" at {told['rate']:g}x" if told["mode"] == "running" else ""
    click.echo(f"{datetime.fromisoformat(told['now']):%Y-%m-%d %H:%M:%S} ({told['mode']}{speed}){due_text}")


@click.command()
@click.option("--after", default=0, help="Only entries after this number.")
@click.option("--service", default="", help="lab, clock, tempostar, ftps, roomclip, http or smtp.")
@click.option("--kind", default="", help="A kind or its first part, e.g. reflection or ftps.login.")
@click.option("--sku", default="", help="Only what concerns this SKU code.")
@click.option("--last", default=40, show_default=True, type=click.IntRange(1, 100_000), help="At most this many.")
@as_json
@click.pass_obj
def journal(context: Context, /, last: int, json_wanted: bool, **filters: Any) -> None:  # noqa: ANN401 - the options above
    """Show what happened in the running lab, in order.

    \b
    Example: zaikolab journal --service ftps --last 10
    """
    from simulator.screens import show_journal

    client, found = context.client(), []
    if not (filters["service"] or filters["kind"] or filters["sku"]):  # then the last ones are known by their numbers
        filters["after"] = max(filters["after"], client.get("state")["journal"] - last)
    while page := client.get("journal", **filters)["entries"]:
        found.extend(page)
        filters["after"] = page[-1]["seq"]
    show_json(found[-last:]) if json_wanted else show_journal(found[-last:])


@click.command()
@click.argument("number", type=int, required=False)
@as_json
@click.pass_obj
def mail(context: Context, number: int | None, json_wanted: bool) -> None:
    """List the inbox of the running lab, or show mail NUMBER.

    \b
    Example: zaikolab mail
             zaikolab mail 1
    """
    from simulator.screens import show_mail, show_mails

    mails = context.client().get("mail")["mails"]
    if number is None:
        show_json(mails) if json_wanted else show_mails(mails)
        return
    found = next((one for one in mails if one["seq"] == number), None)
    if found is None:
        raise BadValue("mail", number, "no such mail", next_step="`zaikolab mail` lists them.")
    show_json(found) if json_wanted else show_mail(found)


@click.command()
@click.argument("skus", type=int, default=1200)
@click.option("--seed", default=1, show_default=True, type=SEEDS, help="Which of the invented catalogues.")
@as_json
@click.pass_obj
def seed(context: Context, skus: int, seed: int, json_wanted: bool) -> None:
    """Add an invented catalogue of SKUS to both ends of the running lab.

    \b
    Example: zaikolab seed 1200
    """
    made = context.client().post("seed", {"skus": skus, "seed": seed})
    show_json(made) if json_wanted else click.echo(f"{made['skus']} SKUs of {made['products']} products added.")


@click.group()
def snapshot() -> None:
    """Keep the state of the running lab under a name, and go back to it.

    \b
    Example: zaikolab snapshot save before-sale
             zaikolab snapshot restore before-sale
    """


def _snapshot_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    from simulator.store import check_snapshot_name

    return check_snapshot_name(name)


@snapshot.command("save")
@click.argument("name", callback=_snapshot_name)
@as_json
@click.pass_obj
def save_snapshot(context: Context, name: str, json_wanted: bool) -> None:
    """Keep the present state as NAME.

    \b
    Example: zaikolab snapshot save before-sale
    """
    context.client().post(f"snapshots/{name}")
    show_json({"snapshot": name}) if json_wanted else click.echo(f"Snapshot {name} saved.")


@snapshot.command("restore")
@click.argument("name", callback=_snapshot_name)
@as_json
@click.pass_obj
def restore_snapshot(context: Context, name: str, json_wanted: bool) -> None:
    """Go back to the state kept as NAME.

    \b
    Example: zaikolab snapshot restore before-sale
    """
    context.client().post(f"snapshots/{name}/restore")
    show_json({"snapshot": name}) if json_wanted else click.echo(f"Snapshot {name} restored.")


@snapshot.command("list")
@as_json
@click.pass_obj
def list_snapshots(context: Context, json_wanted: bool) -> None:
    """List the snapshots kept.

    \b
    Example: zaikolab snapshot list
    """
    names = context.client().get("snapshots")["snapshots"]
    if json_wanted:
        show_json(names)
    else:
        click.echo("\n".join(names) or "No snapshot was saved yet.")
