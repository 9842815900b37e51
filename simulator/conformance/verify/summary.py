"""What a person reads of a verification. Speaks rich; decides nothing.

`--report DIR` makes the same for machines, and a page: `simulator/conformance/report`.
"""

from __future__ import annotations

import shlex
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.conformance.drivers import REFERENCE_ENGINE, TIME_LIMIT
from simulator.conformance.profiles import DEFAULT
from simulator.conformance.sources import Owed
from simulator.conformance.verify.command import default_level
from simulator.conformance.verify.explanation import explain, harmless
from simulator.conformance.verify.results import ExitCode, Outcome, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from simulator.conformance.verify.command import Leg, Wish
    from simulator.conformance.verify.results import Finding, Result, Verification

_TOLD_WHOLE = 3  # failed scenarios up to which each is told with its journal and the engine's words
_LINES_SHOWN = 60
_NAMES_SHOWN = 6
PAGE = "report.html"
"""What --report writes for a person to read."""
_VERDICTS = {
    ExitCode.CONFORMANT: "[bold green]CONFORMANT[/]",
    ExitCode.NOT_CONFORMANT: "[bold red]NOT CONFORMANT[/]",
    ExitCode.NOT_JUDGED: "[bold yellow]COULD NOT JUDGE[/]",
}


class Screen:
    """Tells a verification as it goes; quiet, only what keeps somebody waiting: a lab that was kept, on stderr."""

    def __init__(self, *, quiet: bool, report: Path | None = None) -> None:
        self._quiet = quiet
        self._report = report
        self._console = Console(highlight=False, soft_wrap=True, quiet=quiet)
        self._progress = self._console.status("smoke check: one pass ...")
        self._done = self._failed = self._cases = 0
        self._scenarios = ""

    def begins(self, wish: Wish, legs: Sequence[Leg], workers: int) -> None:
        """What is going to run."""
        self._cases = sum(leg.cases for leg in legs)
        told = f"engine {_named(wish.engine)}, level {wish.judged_by}"
        if wish.only:
            told += f", only {', '.join(wish.only)}"
        if wish.profiles:
            told += f", profiles {', '.join(leg.profile.name for leg in legs)}"
        scenarios = sum(len(leg.scenarios) for leg in legs)
        self._scenarios = f"scenarios: {scenarios}, cases: {self._cases}, labs side by side: {workers}"
        self._console.print(escape(f"zaikolab verify: {told}"))
        if self._console.is_terminal:
            self._progress.start()

    def found(self, findings: Sequence[Finding]) -> None:
        """What the smoke check says."""
        if not findings:
            self._console.print("smoke check: one pass, and the stock arrived")
        for finding in findings:
            self._console.print(f"smoke check: [bold]your engine {escape(finding.verdict)}[/]")
            for line in filter(None, (finding.explanation, finding.next_step)):
                self._console.print(escape(_indented(harmless(line), 4)))
        if not any(finding.stops for finding in findings):
            self._console.print(escape(self._scenarios))

    def goes_on(self, result: Result) -> None:
        """One case is over."""
        self._done += 1
        self._failed += result.wrong
        self._progress.update(f"{self._done}/{self._cases} cases, {self._failed} failed ...")

    def kept(self, result: Result) -> None:
        """The lab of this failed case stays until Ctrl-C."""
        self._progress.stop()
        console = Console(highlight=False, soft_wrap=True, stderr=self._quiet)
        console.print(f"\n[bold]kept[/] as it was when this failed: {escape(_place(result))}")
        for name, address in result.lab:
            console.print(escape(f"    {name:<16} {address}"))
        console.print("    next: zaikolab --lab ADDRESS status | journal | env, in another terminal; Ctrl-C ends it")

    def close(self, wish: Wish, verification: Verification) -> None:
        """The failed ones, the table of levels, the verdict."""
        self._progress.stop()
        failed = [one for one in verification.results if one.wrong]
        groups = [
            list(cases) for _, cases in groupby(sorted(failed, key=lambda one: (*_order(one), one.row)), key=_order)
        ]
        for cases in groups:
            self._tell(wish, cases, whole=len(groups) <= _TOLD_WHOLE)
        if len(groups) > _TOLD_WHOLE:
            where = f"{self._report / PAGE}" if self._report else "the page that --report DIR writes"
            self._console.print(escape(f"\nthe journals and the engine's words of these {len(groups)}: {where}"))
        for result in verification.having(Outcome.SKIPPED):
            self._console.print(escape(f"\nskipped: {_place(result)}: {harmless(result.message)}"))
        if verification.results:
            self._console.print()
            self._console.print(_table(verification))
        if verification.trouble:
            self._console.print(escape(f"the run did not come to its end: {harmless(verification.trouble)}"))
        self._console.print(escape(f"the suite itself: {verification.power}"))
        self._console.print(f"verdict: {_VERDICTS[verification.exit_code]} {escape(_sum(verification))}")

    def _tell(self, wish: Wish, cases: Sequence[Result], *, whole: bool) -> None:
        first = cases[0]
        statements = ", ".join(f"§{one}" for one in first.statements) or "no statement of the guide"
        self._console.print(f"\n[bold red]✗[/] [bold]{escape(first.name)}[/]  {statements}, level {first.owed}")
        lines = [f"{first.file}:{first.line}"]
        if wish.profiles:
            lines.append(f"profiles: {_listed(one.profile for one in cases)}")
        if first.case:
            lines.append(f"cases:    {_listed(one.case for one in cases)}")
        if len(cases) > 1:
            lines.append(f"shown:    {', '.join(filter(None, (first.case, first.profile)))}")
        again = repeat(wish, first) if first.file else ""
        lines += explain(first, again, whole=whole, shown=_LINES_SHOWN)
        self._console.print(escape("\n".join(_indented(harmless(line), 4) for line in lines)))


def repeat(wish: Wish, result: Result) -> str:
    """The one line that runs this scenario again."""
    words = ["zaikolab", "verify"]
    if wish.engine != REFERENCE_ENGINE:
        words += ["--engine", wish.engine]
    profiles = () if result.profile == DEFAULT else (result.profile,)
    if profiles:
        words += ["--profile", *profiles]
    if not default_level(wish.engine, profiles).includes(result.owed):
        words += ["--level", str(result.owed)]
    if wish.time_limit != TIME_LIMIT:
        words += ["--time-limit", f"{wish.time_limit:g}"]
    return shlex.join([*words, "--only", result.name])


def _named(engine: str) -> str:
    return "zaikosync, in process" if engine == REFERENCE_ENGINE else repr(engine)


def _place(result: Result) -> str:
    return f"{result.name}{f' ({result.case})' if result.case else ''}, {result.file}:{result.line}"


def _listed(names: Iterable[str]) -> str:
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - _NAMES_SHOWN} more" if len(each) > _NAMES_SHOWN else ""
    return f"{', '.join(each[:_NAMES_SHOWN])}{more}"


def _order(result: Result) -> tuple[int, str, int]:
    return list(Owed).index(result.owed), result.file, result.line


def _indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines())


def _table(verification: Verification) -> Table:
    """Outcomes by level, and by profile where there are several."""
    table = Table("level", box=None, pad_edge=False)
    for outcome in Outcome:
        table.add_column("not judged" if outcome is Outcome.BROKEN else str(outcome), justify="right")
    several = verification.by_profile if len(verification.profiles) > 1 else {}
    for name, counts in (tally(verification.results) | several).items():
        table.add_row(name, *(str(counts[str(outcome)]) for outcome in Outcome))
    return table


def _sum(verification: Verification) -> str:
    passed, failed = len(verification.having(Outcome.PASSED)), len(verification.having(Outcome.FAILED))
    seconds = f"{verification.seconds:.1f} s"
    if verification.robust:
        seconds = f"robust: under {len(verification.profiles)} profiles; {seconds}"
    if verification.only:
        seconds = f"only {', '.join(verification.only)}; {seconds}"
    if any(finding.stops for finding in verification.findings):
        return f"(no scenario was run; {seconds})"
    return f"({passed} of {verification.expected} cases passed, {failed} failed; {seconds})"
