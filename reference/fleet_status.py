"""What `zaikosync status` shows of many shops: sums first, then those that want looking after."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Column, Table

from reference.adapters.clock import JAPAN
from reference.adapters.database import connect, prepare
from reference.adapters.fleet_sums import read_standings, read_sums
from reference.bootstrap import open_clock
from reference.config import instant_from
from reference.domain.report import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reference.adapters.fleet_sums import FleetSums
    from reference.config import Database

MOST = 20


def show_fleet(environ: Mapping[str, str], database: Database, *, as_json: bool) -> ExitCode:
    """Print how a fleet stands; 1 when an incident is open, news may be missed or a mail waits. `StateError`."""
    now = open_clock(instant_from(environ)).now()
    with connect(database) as connection:
        prepare(connection, database, None)
        sums = read_sums(connection, database, now)
        standings = read_standings(connection, database, now, most=None if as_json else MOST)
    if as_json:
        answer = {"fleet": asdict(sums), "linkages": standings, "unsent_mails": sums.unsent_mails}
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _show_sums(sums)
        if standings:
            _show_standings(standings)
    return ExitCode.FAILED if sums.incidents or sums.missed_news or sums.unsent_mails else ExitCode.OK


def _show_sums(sums: FleetSums) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("linkages", f"{sums.linkages}: {sums.active} active, {sums.paused} paused")
    table.add_row("since last success", f"median {_span(sums.median_lag)}, longest {_span(sums.longest_lag)}")
    table.add_row("never a success", str(sums.never_succeeded))
    table.add_row("open incidents", str(sums.incidents))
    table.add_row("missed news", str(sums.missed_news))
    table.add_row("held files", str(sums.held))
    table.add_row("passes", f"{sums.passes_on} run, {sums.passes_waiting} wait")
    table.add_row("unsent mails", str(sums.unsent_mails))
    Console(markup=False).print(table)


def _show_standings(standings: Sequence[Mapping[str, Any]]) -> None:
    names = ("linkage", "shop code", "last success", "lag", "what is open")
    table = Table(*(Column(name, no_wrap=True) for name in names))
    for one in standings:
        success = one["last_success_at"]
        last = f"{datetime.fromisoformat(success).astimezone(JAPAN):%Y-%m-%d %H:%M:%S}" if success else "never"
        paused = " (paused)" if one["paused"] else ""
        row = (one["linkage_id"] + paused, one["shop_code"], last, _span(one["lag_seconds"]), _what_is_open(one))
        table.add_row(*row)
    Console(markup=False).print(table)


def _what_is_open(one: Mapping[str, Any]) -> str:
    told = list(one["incident"]["causes"]) if one["incident"] else []
    told += ["news may be missed: 一括同期"] if one["missed_news"] else []
    told += [f"{one['held_codes']} codes held: zaikosync release {one['linkage_id']}"] if one["held_codes"] else []
    return ", ".join(told)


def _span(seconds: float | None) -> str:
    """Say a span in its two greatest units."""
    if seconds is None:
        return "none"
    whole = max(0, round(seconds))
    for unit, name, less, lesser in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= unit:
            return f"{whole // unit} {name} {whole % unit // less} {lesser}"
    return f"{whole} s"
