"""`python -m benchmarks.cost [--shops N] [--workers N] [--late SECONDS]`: what a pass of one of many shops costs.

Every linkage of a lab of many companies has its first pass, with the whole file, and then one that finds nothing new:
CPU of workers, PostgreSQL and lab, requests, transactions, and the bytes that stay. With --late each FTPS login is
answered so much later: then workers wait for the others' machine and not for this one's cores.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.fleet import Field, lab_of_many
from benchmarks.running import cpu_seconds
from benchmarks.sizes import QUICK
from simulator.client import ControlClient
from tests.postgres import Server, run_server

_COUNTED = ("ftps.connected", "ftps.command", "http.request")
_TABLES = ("linkage", "linked_code", "procrastinate_jobs", "procrastinate_events", "turn")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a line a figure."""
    chosen = _options().parse_args(arguments)
    sizes = replace(QUICK, companies=chosen.companies, linkages=chosen.shops, skus_per_shop=chosen.skus)
    with (
        tempfile.TemporaryDirectory() as folder,
        run_server() as server,
        lab_of_many(sizes, Path(folder)) as (lab, lab_pid),
    ):
        field = Field(lab, Path(folder), server.url)
        field.tell_of_a_run_each()
        field.answer_logins_late(chosen.late)
        print(f"{chosen.shops} shops of {chosen.skus} SKUs, logins {chosen.late:g} s late, {os.cpu_count()} cores")
        for workers in chosen.workers:
            for kind, unchanged in (("first pass", False), ("nothing new", True)):
                _tell(f"{workers} workers, {kind}", _measure(field, lab, lab_pid, server, workers, unchanged=unchanged))
        _tell("kept", _sizes_of(field.database, chosen.shops))


def _measure(
    field: Field, lab: ControlClient, lab_pid: int, server: Server, workers: int, *, unchanged: bool
) -> dict[str, float]:
    before = (cpu_seconds(lab_pid), _cpu_of(server), lab.get("state")["journal"])
    told = field.one_pass_each(workers, again=unchanged)
    passes = told["passes"]
    counted = _count(lab, before[2])
    return {
        "passes a second": passes / told["seconds"],
        "worker, ms of CPU a pass": 1000 * told["workers' CPU seconds"] / passes,
        "PostgreSQL, ms of CPU a pass": 1000 * (_cpu_of(server) - before[1]) / passes,
        "lab, ms of CPU a pass": 1000 * (cpu_seconds(lab_pid) - before[0]) / passes,
        **{f"{kind} a pass": counted[kind] / passes for kind in _COUNTED},
        "transactions a pass": _transactions(field.database) / passes,
        **{name: told[name] for name in ("overlaps", "lost", "double mails")},
    }


def _count(lab: ControlClient, after: int) -> Counter[str]:
    counted = Counter[str]()
    for kind in _COUNTED:
        seen = after
        while entries := lab.get("journal", after=seen, kind=kind, limit=10_000)["entries"]:
            counted[kind] += len(entries)
            seen = entries[-1]["seq"]
    return counted


def _cpu_of(server: Server) -> float:
    """Seconds of CPU of PostgreSQL, with those of its processes that have ended and that run."""
    pid = server.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return cpu_seconds(pid) + sum(map(cpu_seconds, map(int, children)))


def _transactions(database: str) -> float:
    import psycopg  # of the extra `scale`

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        found = float((row.fetchone() or (0,))[0])
        connection.execute("SELECT pg_stat_reset()")
    return found


def _sizes_of(database: str, shops: int) -> dict[str, float]:
    import psycopg

    with psycopg.connect(database, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables WHERE relname = ANY(%s)",
            [list(_TABLES)],
        ).fetchall()
    return {f"{name}, bytes a shop": size / shops for name, size in sorted(rows)}


def _tell(what: str, figures: dict[str, float]) -> None:
    print(f"\n{what}", *(f"  {name}: {value:,.1f}" for name, value in figures.items()), sep="\n", flush=True)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.cost", description=(__doc__ or "").partition("\n\n")[2]
    )
    options.add_argument("--companies", type=int, default=10, help="FTP accounts (10)")
    options.add_argument("--shops", type=int, default=400, help="linked shops (400)")
    options.add_argument("--skus", type=int, default=50, help="SKUs of each (50)")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="worker processes, in turn (1 2)")
    options.add_argument("--late", type=float, default=0.0, help="seconds that a login is answered late (0)")
    return options


if __name__ == "__main__":
    main()
