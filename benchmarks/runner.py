"""One session: every measurement in turn, and what became of each row, whatever breaks on the way."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks import machine
from benchmarks.lines import Line, Outcome, failed, judge
from benchmarks.measuring import Interrupted, Taken, name_error, take
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
    keep: Callable[[Sequence[Measured], Sequence[Outcome]], object] = lambda *_: None,
) -> tuple[list[Measured], list[Outcome]]:
    """Every measurement of that name, and the lines of the table that come from it; one that breaks is told.

    Each is handed to `keep` with those before it. Ctrl-C ends the one under way, with the turns that it has, and all.
    """
    measured: list[Measured] = []
    outcomes: list[Outcome] = []
    for name in names:
        began, taken, reason, remark, ended = time.perf_counter(), tuple[Taken, ...](), "", "", False
        say(name)
        try:
            with subjects[name](session) as measurement:
                remark = measurement.remark
                try:
                    taken = take(measurement, session.sizes.rounds, lambda told, name=name: say(f"{name}: {told}"))
                except Interrupted as end:
                    taken, ended = end.taken, True
        except KeyboardInterrupt:
            ended = True
        except Exception as error:  # noqa: BLE001 - it is told in the table, and the others are measured
            reason = name_error(error)
            say(f"{name}: failed: {reason}")
        measured.append(Measured(name, taken, time.perf_counter() - began, reason, ended))
        if ended:
            say(f"{name}: interrupted")
            reason = reason or ("" if taken else "interrupted")
        outcomes += [
            failed(line, reason) if reason else judge(line, taken, session.sizes.rounds, remark) for line in table[name]
        ]
        keep(measured, outcomes)
        if ended:
            break
    return measured, outcomes


def run(sizes: Sizes, names: Sequence[str], keep: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The whole session, as it is kept in results.json; what there is of it is handed to `keep` again and again."""
    for name in names:
        for install in PEERS.get(name, ()):
            install()
    described, began = machine.describe(), time.perf_counter()
    with Session(sizes) as session:

        def result(measured: Sequence[Measured], outcomes: Sequence[Outcome]) -> dict[str, Any]:
            return as_json(
                kind=sizes.kind, rounds=sizes.rounds, sizes=sizes.words(),
                machine={**described, "seconds": round(time.perf_counter() - began)},
                versions=machine.versions(session.versions), missing=session.missing, measured=measured,
                outcomes=outcomes, asked=names,
            )  # fmt: skip

        measured, outcomes = measure(session, names, keep=lambda *told: keep(result(*told)))
        return result(measured, outcomes)


def say(told: str) -> None:
    """Tell what is going on, beside the answer."""
    print(f"  {told}", file=sys.stderr, flush=True)
