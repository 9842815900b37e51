"""What the commands show: tables, the start screen, the demo's narration. Speaks rich; decides nothing."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.errors import LabUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.cli.context import Context
    from simulator.conformance.defects.trial import Trial

DEFAULT_PORTS = {"ftps": (2121, 2121), "passive": (2122, 2141), "http": (8080, 8080), "smtp": (2525, 2525)}


# ---------------------------------------------------------------------- demo


class DemoScreen:
    """Shows the walk step by step; quiet, it keeps the steps for the JSON answer."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.steps: list[dict[str, str]] = []
        self._console = Console(highlight=False, soft_wrap=True)

    def say(self, section: str, sentence: str, /) -> None:
        """One step."""
        self.steps.append({"guide": section, "text": sentence})
        if self.quiet:
            return
        if section == "!":
            self._console.print(f"[bold red]{section:>7}[/]  {escape(sentence)}")
        elif section == "mail":
            head, _, body = sentence.partition("\n")
            self._console.print(f"[bold]{'mail':>7}[/]  {escape(head)}")
            for line in body.strip().splitlines():
                self._console.print(f"         [dim]│ {escape(line)}[/]")
        else:
            self._console.print(f"[bold cyan]{'§' + section:>7}[/]  {escape(sentence)}")

    def close(self, rows: Sequence[tuple[str, int, int, int]], verdict: str) -> None:
        """The table of what each end holds, and the last line."""
        table = Table("出品ステータス", title="What each end holds")
        for title in ("SKUs", "units in TEMPOSTAR", "units in RoomClip"):
            table.add_column(title, justify="right")
        for name, *numbers in rows:
            table.add_row(name, *(f"{number:,}" for number in numbers))
        self._console.print(table)
        self._console.print(verdict)


# ---------------------------------------------------------------------- answers


def show_status(state: Mapping[str, Any]) -> None:
    """The running lab at a glance."""
    clock = state["clock"]
    speed = f" {clock['rate']:g}x" if clock["mode"] != "frozen" else ""
    rows = [("clock", f"{state['now']} {clock['mode']}{speed}"), ("next due", state["next_due"] or "nothing")]
    rows += [(name, str(value)) for name, value in state["endpoints"].items()]
    for service in ("tempostar", "roomclip"):
        rows.append((service, ", ".join(f"{count:,} {what}" for what, count in state[service].items())))
    armed = f"{state['faults']} armed: zaikolab fault list" if state["faults"] else "none armed"
    rows += [("faults", armed), ("mails", str(state["mails"])), ("journal", f"{state['journal']:,} entries so far")]
    rows += [("settings", " ".join(f"{name}={_as_typed(value)}" for name, value in state["settings"].items()))]
    console = Console(highlight=False, soft_wrap=True)
    for name, value in rows:
        console.print(escape(f"{name:<10} {value}"))


def _as_typed(value: object) -> str:
    """A setting's value as `--set` takes it."""
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def show_journal(entries: Sequence[Mapping[str, Any]]) -> None:
    """One line an entry."""
    console = Console(highlight=False, soft_wrap=True)
    if not entries:
        console.print("No such entry.")
    for entry in entries:
        console.print(
            f"[dim]{entry['seq']:>6}[/] {entry['at'][11:19]} [cyan]{entry['service']:<9}[/] "
            f"{entry['kind']:<28} {escape(entry['summary'])}"
        )


def show_mails(mails: Sequence[Mapping[str, Any]]) -> None:
    """One line a mail."""
    console = Console(highlight=False, soft_wrap=True)
    for one in mails:
        to = escape(", ".join(one["recipients"]))
        console.print(f"{one['seq']:>4}  {one['received_at'][:19]}  {to}  {escape(one['subject'])}")
    if not mails:
        console.print("The inbox is empty.")


def show_mail(mail: Mapping[str, Any]) -> None:
    """One mail whole."""
    console = Console(highlight=False, soft_wrap=True)
    for name, value in (("From", mail["sender"]), ("To", ", ".join(mail["recipients"])), ("Subject", mail["subject"])):
        console.print(f"[bold]{name}:[/] {escape(value)}")
    console.print("\n" + escape(mail["body"]))


def show_faults(faults: Sequence[Mapping[str, Any]]) -> None:
    """One line a fault."""
    console = Console(highlight=False, soft_wrap=True)
    for one in faults:
        where = f"{one['on']} {one['path']}".strip()
        said = " ".join(f"{name}={value}" for name, value in one["parameters"].items())
        counts = f"fired {one['fired']} of {one['times']}, matched {one['matched']}, from call {one['nth']} on"
        console.print(escape(f"{one['id']:>4}  {one['kind']:<26} {where}  {said}  ({counts})"))
    if not faults:
        console.print("No fault is armed.")


def show_catalogue(kinds: Sequence[Mapping[str, Any]]) -> None:
    """A paragraph a kind of fault."""
    console = Console(highlight=False, soft_wrap=True)
    for kind in kinds:
        console.print(f"[bold]{kind['name']}[/]  {escape(kind['summary'])}")
        console.print(escape(f"    on {', '.join(kind['on'])}"))
        for one in kind["parameters"]:
            values = f" ({' or '.join(one['choices'])})" if one["choices"] else ""
            bounds = "" if one["least"] is None else f", from {one['least']:,.10g} to {one['most']:,.10g}"
            console.print(escape(f"    {one['name']}={one['default']}{values}: {one['meaning']}{bounds}"))


def show_trial(trial: Trial) -> None:
    """What became of one defect, on a line; why it was not killed, on another."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{trial.verdict:<28} [bold]{trial.defect.name}[/]  {escape(trial.defect.mistake)}")
    if not trial.killed:
        console.print(escape(f"    {trial.why}"))


def show_coverage(table: Mapping[str, Any]) -> None:
    """Sources with their scenarios, scenarios with their sources, what is amiss, the count."""
    console = Console(highlight=False, soft_wrap=True)
    console.print("[bold]What stands behind the scenarios, and where each is shown[/]\n")
    for source in table["sources"]:
        sure = source.get("level") or source.get("confidence") or ""
        console.print(f"[bold]@{source['tag']}[/]  [dim]{sure}[/] {escape(source['text'])}")
        for place in source["scenarios"]:
            console.print(escape(f"    {place['file']}:{place['line']}  {place['name']}"))
        if source["walk"]:
            console.print(escape(f"    walk: {', '.join(source['walk'])}"))
        if source.get("unshown"):
            console.print(escape(f"    no scenario: {source['unshown']}"))
    console.print("\n[bold]What each scenario stands on[/]\n")
    for scenario in table["scenarios"]:
        place = f"{scenario['file']}:{scenario['line']}"
        console.print(f"{escape(place)}  [bold]{escape(scenario['name'])}[/]")
        console.print(f"    [cyan]{scenario['level']}[/]  {' '.join(f'@{tag}' for tag in scenario['sources'])}")
    for problem in table["problems"]:
        console.print(f"[red]AMISS[/] {escape(problem)}")
    summary = table["summary"]
    console.print(
        f"\n{summary['statements']} statements, {summary['statements_without_scenario_or_reason']} without a scenario, "
        f"step or reason; {summary['setup_statements_walked']} of {summary['setup_statements']} set-up ones walked; "
        f"{summary['scenarios']} scenarios, {summary['scenarios_without_source']} without a source; "
        f"{summary['public_facts']} public facts, {summary['assumptions']} assumptions; {summary['problems']} problems"
    )


def examine_and_show(context: Context, *, as_json: bool) -> int:
    """`zaikolab doctor`: 0 when all is well, else 1."""
    from simulator.doctor import examine, examine_ports

    try:
        client = context.client()
    except LabUnreachable:
        findings = list(examine_ports(DEFAULT_PORTS, "127.0.0.1"))
        head = "No lab is running. Could one start with the default ports?"
    else:
        state, variables = client.get("state"), context.variables(client)
        user, password = variables.get("TEMPOSTAR_FTP_USER"), variables.get("TEMPOSTAR_FTP_PASSWORD")
        findings = examine(state, variables, (user, password) if user and password else None)
        head = f"The lab at {client.url}"
    if as_json:
        print(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False, soft_wrap=True, width=max(100, shutil.get_terminal_size().columns))
        console.print(head)
        for finding in findings:
            mark = "[green]ok  [/]" if finding.well else "[red]BAD [/]"
            console.print(f"  {mark} {finding.check:<16} {escape(finding.found)}")
            if finding.next_step:
                console.print(f"       {'':<16} -> {escape(finding.next_step)}")
    return 0 if all(finding.well for finding in findings) else 1
