"""What the commands show of a pass and of what is remembered, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Column, Table

from reference.adapters.clock import JAPAN
from reference.domain.standing import count_not_taken_in, describe_missed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reference.domain.linkage import Memory
    from reference.domain.report import PassReport
    from reference.domain.watch import MissedNews

NOTHING_LINKED = (
    "No linkage is registered in the shop. Next: register TEMPOSTAR on RoomClipビジネス, 在庫連携設定, press 保存する,"
    " then make a pass again. In the lab: zaikolab up --demo has one."
)


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
        click.echo("No linkage was passed over; why is said below." if report.trouble else NOTHING_LINKED)
    for one in report.linkages:
        if one.failure:
            click.echo(f"zaikosync: linkage {one.linkage_id}: {one.failure.evidence}", err=True)
        if one.missed:
            click.echo(f"zaikosync: linkage {one.linkage_id}: {_tell_missed(one.missed)}", err=True)
        if one.caught_up:
            click.echo(f"zaikosync: linkage {one.linkage_id}: all that may have been missed has come again.", err=True)
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
            "missed_news": describe_missed(one.missed),
            "caught_up": one.caught_up,
        }
        for one in report.linkages
    ]
    return {
        "exit_code": int(report.exit_code),
        "linkages": linkages,
        "trouble": list(report.trouble),
        "notes": list(report.notes),
    }


def _tell_missed(missed: MissedNews) -> str:
    return f"stock files written after {_time(missed.since)} may have been overwritten unread; do 一括同期."


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"


def show_status(memories: Sequence[Memory], waiting: int) -> None:
    """Print what is remembered of each linkage, and how many mails wait."""
    for memory in memories:
        success, newest, incident = memory.last_success_at, memory.newest, memory.incident
        table = Table.grid(padding=(0, 2))
        table.add_row("linkage", f"{memory.linkage_id}{' (paused)' if memory.paused else ''}")
        table.add_row("shop code", memory.shop_code)
        table.add_row("last success", f"{success:%Y-%m-%d %H:%M:%S}" if success else "never")
        table.add_row(
            "last file",
            f"{newest.name}, written {_time(newest.modified_at)}" if newest else "none",
        )
        since = f"{', '.join(incident.told)}, since {incident.opened_at:%Y-%m-%d %H:%M}" if incident else "none"
        table.add_row("open incident", since)
        if memory.watch.missed:
            table.add_row("missed news", f"since {_time(memory.watch.missed.since)}; do 一括同期 in TEMPOSTAR")
        if memory.brake.held:
            until = "the next pass" if memory.brake.released else "`zaikosync release`"
            table.add_row("held", f"{memory.brake.codes} codes of {memory.brake.held[-1].stamp.name}, until {until}")
        table.add_row("codes that wait", str(len(memory.waiting)))
        table.add_row("orders that wait", str(len(memory.orders.not_handed_over)))
        table.add_row("orders not taken in", str(count_not_taken_in(memory)))
        Console(markup=False).print(table)
        click.echo()
    click.echo(f"Unsent mails: {waiting}")
