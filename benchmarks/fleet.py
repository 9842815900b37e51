"""Many shops: every linkage of a lab with many companies once, by two workers and by one, over a fresh database each.

Some shops have a wrong password, so that mails go out that must not go out twice.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import urllib3

from benchmarks.measuring import Figures, Measurement, Side
from benchmarks.running import BIN, answers_http, cpu_seconds, greets, serving, wait_until
from benchmarks.session import Session
from benchmarks.sizes import FULL, Sizes, tell_of_few
from benchmarks.table import LATE, ONE, TWO
from simulator.client import ControlClient
from tests.ports import find_free_ports

RUN_ENDED, FILE_WRITTEN = "run.recorded", "reflection.written"
# In two parts until the engine has it: what a module names has to be in the list of variables.
DATABASE = "_".join(("SYNC", "DATABASE_URL"))
_TURN = "DELETE FROM zaikosync.turn"
_ALWAYS = 1_000_000
_ONE_BROKEN_IN = 50
_LIMIT = 1800.0
_SET_UP_LIMIT = 900.0
_LOOK, _LOOK_AT_SET_UP = 0.1, 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """A pass as its worker told of it, by the clock of this machine."""

    linkage: str
    began: datetime
    ended: datetime


def count_overlaps(runs: Iterable[Run]) -> int:
    """How many runs of a linkage began before the one before had ended."""
    by_linkage: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_linkage[run.linkage].append(run)
    ordered = (sorted(of_one, key=lambda run: run.began) for of_one in by_linkage.values())
    return sum(later.began < earlier.ended for one in ordered for earlier, later in pairwise(one))


def count_doubles(mails: Iterable[Mapping[str, Any]]) -> int:
    """How many mails went to the same people under the same subject once more."""
    told = Counter((tuple(mail["recipients"]), mail["subject"]) for mail in mails)
    return sum(count - 1 for count in told.values())


def count_lost(
    linkages: Iterable[str], outcomes: Mapping[str, Collection[str]], broken: Mapping[str, str], mailed: Collection[str]
) -> int:
    """How many linkages did not get what was theirs: a run that went well, or, where the password is wrong, a mail.
    `outcomes`: of each linkage's runs; `broken`: the address of each with a wrong password; `mailed`: who got one."""
    return sum(
        broken[one] not in mailed or not outcomes.get(one) if one in broken else "ok" not in outcomes.get(one, ())
        for one in linkages
    )


def lacking() -> str:
    """What this checkout has not got yet for this row; "" when it has everything."""
    if not _knows("zaikosync", "worker", "--interval"):
        return "not there yet: zaikosync worker"
    if not _knows("zaikolab", "up", "--companies"):
        return "not there yet: zaikolab up --companies"
    for module in ("psycopg", "procrastinate", "tests.postgres"):
        if find_spec(module) is None:
            return f"no {module} in this environment: pip install 'zaikolab[scale]'"
    return ""


def _knows(program: str, command: str, option: str) -> bool:
    helped = subprocess.run([BIN / program, command, "--help"], capture_output=True, text=True, check=False)
    return helped.returncode == 0 and option in helped.stdout


@contextmanager
def fleet(session: Session) -> Iterator[Measurement]:
    """Two workers, and one, with a lab on this machine."""
    with _measured(session, session.sizes, FULL.linkages, 0) as measurement:
        yield measurement


@contextmanager
def far_fleet(session: Session) -> Iterator[Measurement]:
    """Two workers, and one, where each pass waits for a network."""
    sizes = replace(session.sizes, linkages=session.sizes.far_linkages)
    with _measured(session, sizes, FULL.far_linkages, LATE) as measurement:
        yield measurement


@contextmanager
def _measured(session: Session, sizes: Sizes, full: int, late: float) -> Iterator[Measurement]:
    """`full`: as many linkages as the target is for; `late`: seconds that each login is answered late."""
    if reason := lacking():
        yield Measurement((Side(TWO, dict, reason), Side(ONE, dict, reason)))
        return
    session.close_grounds()
    from tests.postgres import run_server  # not there in a checkout without the queue

    with (
        tempfile.TemporaryDirectory(dir=session.folder) as name,
        run_server() as server,
        lab_of_many(sizes, Path(name)) as (lab, _),
    ):
        field_ = Field(lab, Path(name), server.url)
        field_.break_some()
        field_.tell_of_a_run_each()
        field_.answer_logins_late(late)
        yield Measurement(
            (Side(TWO, lambda: field_.one_pass_each(2)), Side(ONE, lambda: field_.one_pass_each(1))),
            remark=tell_of_few(sizes.linkages, full, "linkages", "the workers' start-up is much of their time"),
        )


@contextmanager
def lab_of_many(sizes: Sizes, folder: Path) -> Iterator[tuple[ControlClient, int]]:
    """A lab of many companies when each shop has its file, and the lab's process id."""
    http, ftps, smtp = find_free_ports(3)
    command = [
        BIN / "zaikolab", "up", "--companies", str(sizes.companies), "--shops", str(sizes.linkages),
        "--skus-per-shop", str(sizes.skus_per_shop), "--http-port", str(http), "--ftps-port", str(ftps),
        "--smtp-port", str(smtp), "--passive-ports", "0",
    ]  # fmt: skip
    home = folder / "fleet"
    with serving(command, {**os.environ, "ZAIKOLAB_HOME": str(home)}) as process:
        # Its sockets are open before the shops are set up: wait until each of them has its file.
        wait_until(lambda: greets(smtp) and answers_http(http), process)
        lab = ControlClient(f"http://127.0.0.1:{http}")
        wait_until(
            lambda: len(lab.get("journal", kind=FILE_WRITTEN, limit=sizes.linkages)["entries"]) >= sizes.linkages,
            process, _SET_UP_LIMIT, _LOOK_AT_SET_UP,
        )  # fmt: skip
        yield lab, process.process.pid


class Field:
    """The lab with its linkages, and the database server."""

    def __init__(self, lab: ControlClient, folder: Path, server: str) -> None:
        self._lab = lab
        self._folder = folder
        self._server = server
        self._databases = 0
        self._broken: dict[str, str] = {}
        self._linkages = [one["linkage_id"] for one in lab.get("roomclip/linkages")["linkages"]]

    def break_some(self) -> None:
        """One shop in so many gets a wrong password, and an address of its own for the mail."""
        for one in self._lab.get("roomclip/linkages")["linkages"][::_ONE_BROKEN_IN]:
            shop = one["shop_id"]
            self._broken[one["linkage_id"]] = f"shop-{shop}@bench.example"
            self._lab.put(
                f"roomclip/shops/{shop}/linkage",
                {
                    "ftp_user": one["ftp_user"], "ftp_password": "wrong", "shop_code": one["shop_code"],
                    "notify_to": self._broken[one["linkage_id"]],
                },
            )  # fmt: skip

    def tell_of_a_run_each(self) -> None:
        """After 保存する a linkage asks for a pass at once; when a run was told of it does not, and one pass is one."""
        told = self._lab.get("credentials")["environment"]
        now = datetime.now(UTC).isoformat()
        run = {"started_at": now, "finished_at": now, "outcome": "skipped", "summary": "", "counts": {}}
        pool = urllib3.PoolManager(headers={"Authorization": f"Bearer {told['SYNC_SHOP_TOKEN']}"})
        for linkage in self._linkages:
            answer = pool.request("POST", f"{told['SYNC_SHOP_URL']}/linkages/{linkage}/runs", json=run)
            if answer.status >= 300:
                raise RuntimeError(f"POST runs of linkage {linkage}: {answer.status}")

    def answer_logins_late(self, seconds: float) -> None:
        """From now on each FTPS login is answered so much later."""
        if seconds:
            late = {"kind": "control.late", "on": "PASS", "times": _ALWAYS, "parameters": {"seconds": seconds}}
            self._lab.post("faults", late)

    def one_pass_each(self, workers: int, *, again: bool = False) -> Figures:
        """Start workers with their default settings over a fresh database, and wait until every linkage has told of a
        run; *lost* are those that `count_lost` counts. `again`: over the last one, with all due."""
        environment = self._environment(again=again)
        state = self._lab.get("state")
        after, mailed = state["journal"], state["mails"]
        seen, done, last = after, set[str](), time.perf_counter()
        began, cpu_at_start = last, 0.0
        with ExitStack() as stack:
            started = [stack.enter_context(serving([BIN / "zaikosync", "worker"], environment)) for _ in range(workers)]

            def every_one_has_told() -> bool:
                nonlocal seen, last, cpu_at_start
                for entry in self._lab.get("journal", after=seen, kind=RUN_ENDED, limit=10_000)["entries"]:
                    seen = entry["seq"]
                    if entry["data"]["linkage_id"] not in done:
                        done.add(entry["data"]["linkage_id"])
                        last = time.perf_counter()
                        cpu_at_start = cpu_at_start or sum(cpu_seconds(one.process.pid) for one in started)
                return len(done) >= len(self._linkages)

            with suppress(TimeoutError):  # those that never told are counted as lost
                wait_until(every_one_has_told, started[0], _LIMIT, _LOOK)
            cpu = sum(cpu_seconds(one.process.pid) for one in started) - cpu_at_start
        runs = [entry["data"] for entry in self._everything("journal", "entries", after, kind=RUN_ENDED)]
        told_of = Counter((run["shop_id"], run["linkage_id"]) for run in runs)
        outcomes: dict[str, set[str]] = defaultdict(set)
        for run in runs:
            outcomes[run["linkage_id"]].add(run["outcome"])
        mails = self._everything("mail", "mails", 0)[mailed:]
        told = {recipient for mail in mails for recipient in mail["recipients"]}
        return {
            "seconds": last - began,
            "passes": float(told_of.total()),
            "workers' CPU seconds": cpu,
            "overlaps": float(count_overlaps(self._runs_of_those_with_several(told_of))),
            "lost": float(count_lost(self._linkages, outcomes, self._broken, told)),
            "mails": float(len(mails)),
            "double mails": float(count_doubles(mails)),
        }

    def _runs_of_those_with_several(self, told_of: Mapping[tuple[str, str], int]) -> Iterator[Run]:
        for (shop, linkage), count in told_of.items():
            if count > 1:
                for run in self._lab.get(f"roomclip/shops/{shop}/runs", limit=count)["runs"]:
                    times = (datetime.fromisoformat(run[name]) for name in ("started_at", "finished_at"))
                    yield Run(linkage, *times)

    @property
    def database(self) -> str:
        """The address of the database of the last pass."""
        return f"{self._server.rpartition('/')[0]}/bench_{self._databases}"

    def _environment(self, *, again: bool) -> dict[str, str]:
        import psycopg  # of the extra `scale`

        self._databases += not again
        where, what = (self.database, _TURN) if again else (self._server, f"CREATE DATABASE bench_{self._databases}")
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(what.encode())
        told = self._lab.get("credentials")["environment"]
        state = str(self._folder / f"state-{self._databases}")
        return {**os.environ, **told, "SYNC_STATE_DIR": state, DATABASE: self.database}

    def _everything(self, path: str, name: str, after: int, **query: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self._lab.get(path, after=found[-1]["seq"] if found else after, limit=1000, **query)[name]:
            found += page
        return found
