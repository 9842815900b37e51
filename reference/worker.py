"""`zaikosync worker`: passes of many shops from a queue in PostgreSQL, by as many workers as one likes.

Each worker does what is queued. One of them leads: it looks at the shop's list and queues whose turn it is, and puts
jobs back whose worker is gone. A pass is the same as that of `zaikosync once`, over one linkage.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from reference.adapters.database import connect, name_place, open_pool, prepare, telling_state_errors
from reference.adapters.figures import Figures, Pages, serve
from reference.adapters.fleet_sums import read_sums
from reference.adapters.job_queue import PassQueue, is_lost_connection, prepare_queue
from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.adapters.state_postgres import PostgresState
from reference.adapters.turns import Leader, read_clock
from reference.bootstrap import mirroring, open_area, open_clock, open_shop, put_together
from reference.domain.report import Outcome
from reference.errors import OtherFleetError, StateError, SyncError
from reference.service.linkage_list import LinkageList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from reference.adapters.database import Pool
    from reference.adapters.fleet_sums import FleetSums
    from reference.config import Database, Settings
    from reference.domain.report import PassReport
    from reference.service.ports import StockArea

    Say = Callable[[str], None]

_QUIET_FOR = 30.0
"""Seconds that a healthy worker may go without a look, beside what its looks are apart."""
_FAILURES_TOLD = 20
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the passes of a linkage, seconds between looks, and how many passes run at once."""

    interval: float = 300.0
    poll: float = 5.0
    concurrency: int = 4


def run_worker(settings: Settings, database: Database, pace: Pace, http: tuple[str, int] | None, say: Say) -> None:
    """Work until SIGTERM or SIGINT, and end after the passes that run; raises `StateError`, `ConfigurationError`.

    `http`: where /metrics and /healthz are served, port 0 for a free one; `say` gets what a log should have.
    """
    for library in ("procrastinate", "psycopg.pool"):  # what goes wrong is told in the worker's own words
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    with connect(database) as connection:
        prepare(connection, database, settings.shop_url)
        prepare_queue(connection, database)
    with ExitStack() as stack:
        pool = stack.enter_context(open_pool(database, pace.concurrency + 2))
        shops: SimpleQueue[HttpShop] = SimpleQueue()
        for _ in range(pace.concurrency):
            shops.put(stack.enter_context(open_shop(settings)))
        looking = HttpShop.open(settings.shop_url, settings.shop_token, HttpPatience(settings.timeout, retries=0))
        passing = Passing(settings, database, pool, shops, open_area(settings), say, pace.poll)
        fetch = stack.enter_context(looking).fetch_linkages
        leader = Leader(database, fetch, passing.listed, pace.interval, settings.shop_token)
        stack.callback(leader.close)
        leader.join()
        worker = Worker(passing, leader, pace)
        if http is not None:
            port = stack.enter_context(serve(Pages(passing.figures, worker.ail), *http))
            say(f"/metrics and /healthz are at http://{http[0]}:{port}/")
        asyncio.run(worker.run())
        passing.tell_the_minute()
    say("The worker has ended; what waits in the queue is for other workers, or for the next one.")


@dataclass(slots=True)
class Passing:
    """Makes passes of single linkages, several at once; `listed` is the shop's list as they all have it."""

    settings: Settings
    database: Database
    pool: Pool
    shops: SimpleQueue[HttpShop]
    area: StockArea
    say: Say
    keep: float
    listed: LinkageList = field(init=False)
    figures: Figures = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _made: int = field(init=False, default=0)
    _failed: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.listed = LinkageList(self._now, self.keep)
        self.figures = Figures(self._sum_up)

    def pass_over(self, linkage_id: str, listed_at: float) -> None:
        """Make a pass of one linkage; raises, after it has said so, what the queue tries again for."""
        began, shop = monotonic(), self.shops.get()
        try:
            with mirroring(shop, self.settings.state_dir) as mirrored, self._state() as state:
                sync = put_together(self.settings, state, mirrored, self.area)
                find = partial(
                    self.listed.find, not_before=listed_at, ask=shop.fetch_linkage, fetch=shop.fetch_linkages
                )
                report = sync.run_linkage(linkage_id, find)
        except SyncError as error:
            self.say(f"linkage {linkage_id}: {error}")
            raise
        except Exception as error:
            self.say(f"linkage {linkage_id}: unexpected {type(error).__name__}; this is a fault of zaikosync.")
            raise
        finally:
            self.shops.put(shop)
        self.figures.count(report, monotonic() - began)
        self.tell(report)

    def tell_the_minute(self) -> None:
        """Say what the passes since the last time came to, if there were any."""
        with self._lock:
            made, failed, self._made, self._failed = self._made, self._failed, 0, 0
        if made:
            self.say(f"{made} passes, {failed} failed")

    def tell(self, report: PassReport) -> None:
        """Count a pass, and say what went wrong in it: of the first failures of a minute."""
        evidence = [one.failure.evidence for one in report.linkages if one.failure]
        with self._lock:
            self._made += 1
            failed = bool(report.trouble) or any(one.outcome is Outcome.FAILED for one in report.linkages)
            self._failed += failed
            told = self._failed <= _FAILURES_TOLD
        if told:
            about = f"linkage {report.linkages[0].linkage_id}: " if report.linkages else ""
            for sentence in (*evidence, *report.trouble, *report.notes):
                self.say(f"{about}{sentence}")

    @contextmanager
    def _state(self) -> Iterator[PostgresState]:
        with telling_state_errors(name_place(self.database)):
            connection = self.pool.getconn()
        try:
            yield PostgresState(self.database, connection)
        finally:
            self.pool.putconn(connection)

    def _now(self) -> float:
        with self._state() as state, telling_state_errors(name_place(self.database)):
            return read_clock(state.connection)

    def _sum_up(self) -> FleetSums:
        with self._state() as state:
            return read_sums(state.connection, self.database, open_clock(self.settings.now).now())


class Worker:
    """Works and looks, each in a loop, until it is asked to stop."""

    def __init__(self, passing: Passing, leader: Leader, pace: Pace, ticks: Callable[[], float] = monotonic) -> None:
        self._passing, self._leader, self._pace, self._ticks = passing, leader, pace, ticks
        self._looked_at = ticks()
        self._trouble = ""
        self._refused: OtherFleetError | None = None

    async def run(self) -> None:
        """Work until a signal asks to stop; the passes that run come to their end. Raises `OtherFleetError`."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_pass_over_lost_connections)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        with (
            ThreadPoolExecutor(self._pace.concurrency, "pass") as passes,
            ThreadPoolExecutor(1, "look") as looks,
        ):
            queue = PassQueue(self._leader.database, self._passing.pass_over, passes)
            async with queue.open():
                await asyncio.gather(self._work_on(queue, stop), self._look_on(queue, stop, looks))
        if self._refused:
            raise self._refused

    def ail(self) -> str:
        """Say what is wrong with this worker; nothing when it is well."""
        silent = self._ticks() - self._looked_at
        if silent > _QUIET_FOR + 2 * self._pace.poll:
            return f"No look has ended well for {silent:.0f} s. {self._trouble}".strip()
        return self._trouble

    async def _work_on(self, queue: PassQueue, stop: asyncio.Event) -> None:
        """Work, again and again while the queue is not to be had."""
        while not stop.is_set():
            work = asyncio.create_task(queue.work(self._pace.concurrency))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            work.cancel()
            with suppress(asyncio.CancelledError, StateError):
                await work
            await _wait(stop, 1.0)

    async def _look_on(self, queue: PassQueue, stop: asyncio.Event, looks: ThreadPoolExecutor) -> None:
        """Look, queue turns and put stalled jobs back, at each poll; say once a minute how it goes."""
        loop, next_minute = asyncio.get_running_loop(), monotonic() + _MINUTE
        while not stop.is_set():
            try:
                look = await loop.run_in_executor(looks, self._leader.look)
                await queue.put(look.turns)
                await queue.put_back(look.stalled)
                await loop.run_in_executor(looks, self._leader.write_down, look)
            except OtherFleetError as error:  # PostgreSQL was gone, and they were sooner: each would undo the other's
                self._refused = error
                stop.set()
            except StateError as error:
                if not self._trouble:
                    self._passing.say(f"{error} It is tried again every {self._pace.poll:g} s.")
                self._trouble = str(error)
            else:
                if self._trouble:
                    self._passing.say("PostgreSQL is back.")
                self._trouble, self._looked_at = "", self._ticks()
            if monotonic() >= next_minute:
                next_minute = monotonic() + _MINUTE
                self._passing.tell_the_minute()
            await _wait(stop, self._pace.poll)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _pass_over_lost_connections(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A job whose end could not be written down is found again as a stalled one: nobody needs to read of it."""
    if not is_lost_connection(context.get("exception")):
        loop.default_exception_handler(context)
