"""One session: every measurement in turn, and what became of each row, whatever breaks on the way."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import machine
from benchmarks.lines import Line, Outcome, failed, judge
from benchmarks.measuring import Taken, name_error, take
from benchmarks.report import Measured, as_json
from benchmarks.session import Session
from benchmarks.sizes import Sizes
from benchmarks.subjects import PEERS, SUBJECTS, Opener
from benchmarks.table import TABLE


def measure(
    session: Session,
    names: Sequence[str],
    subjects: Mapping[str, Opener] = SUBJECTS,
    table: Mapping[str, Sequence[Line]] = TABLE,
) -> tuple[list[Measured], list[Outcome]]:
    """Every measurement of that name, and the lines of the table that come from it; one that breaks is told."""
    measured: list[Measured] = []
    outcomes: list[Outcome] = []
    for name in names:
        began, taken, reason = time.perf_counter(), tuple[Taken, ...](), ""
        say(name)
        try:
            with subjects[name](session) as measurement:
                taken = take(measurement, session.sizes.rounds, lambda told, name=name: say(f"{name}: {told}"))
        except Exception as error:  # noqa: BLE001 - it is told in the table, and the others are measured
            reason = name_error(error)
            say(f"{name}: failed: {reason}")
        measured.append(Measured(name, taken, time.perf_counter() - began, reason))
        outcomes += [failed(line, reason) if reason else judge(line, taken) for line in table[name]]
    return measured, outcomes


def run(sizes: Sizes, names: Sequence[str]) -> dict[str, Any]:
    """The whole session, as it is kept in results.json."""
    for name in names:
        for install in PEERS.get(name, ()):
            install()
    described, began = machine.describe(), time.perf_counter()
    with Session(sizes) as session:
        measured, outcomes = measure(session, names)
        versions, missing = machine.versions(session.versions), session.missing
    return as_json(
        kind=sizes.kind, rounds=sizes.rounds, sizes=sizes.words(),
        machine={**described, "seconds": round(time.perf_counter() - began)}, versions=versions, missing=missing,
        measured=measured, outcomes=outcomes,
    )  # fmt: skip


def say(told: str) -> None:
    """Tell what is going on, beside the answer."""
    print(f"  {told}", file=sys.stderr, flush=True)
