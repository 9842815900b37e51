"""The queue of passes: procrastinate, in the fleet's own schema of the PostgreSQL that has the state.

A pass waits at most once (`queueing_lock`), and runs at most once at a time (`lock`). A job whose pass nobody holds any
more was its worker's that is dead, or lost its connection: it is put back into the queue.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import procrastinate
from procrastinate import exceptions
from procrastinate.jobs import Job, Status
from procrastinate.utils import utcnow

from reference.adapters.database import connecting, name_place, telling_state_errors
from reference.adapters.state_postgres import name_lock
from reference.errors import StateError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from concurrent.futures import Executor

    import psycopg

    from reference.adapters.database import Row
    from reference.config import Database

TASK = "pass_over"
STALLED_AFTER = 10
"""Seconds that a job may be on without its linkage being held."""
_RETRY = procrastinate.RetryStrategy(max_attempts=5, wait=5)
_POLL = 0.5
_AT_ONCE = 1_000
IN_ORDER = {"enable_sort": "off", "enable_bitmapscan": "off"}
"""The next job is found by its index. The table is empty and full by turns, so what the planner believes of it is often
wrong, and it would sort thousands of jobs for each that is fetched (2,000 jobs: a minute instead of seconds)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A pass of a linkage to be queued; a higher priority goes first.

    `listed_at` is when the shop was asked: the pass needs what the shop said then, or later.
    """

    linkage_id: str
    listed_at: float
    priority: int = 0

    def as_job(self) -> Job:
        """Return it as the queue's."""
        lock = name_lock(self.linkage_id)
        arguments: dict[str, Any] = {"linkage_id": self.linkage_id, "listed_at": self.listed_at}
        return Job(
            queue="passes", priority=self.priority, lock=lock, queueing_lock=lock, task_name=TASK, task_kwargs=arguments
        )


def prepare_queue(connection: psycopg.Connection[Row], database: Database) -> None:
    """Make the queue's tables in a prepared schema; raises `StateError` for those of another version."""
    where, version = name_place(database), _name_version()
    with telling_state_errors(where), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{database.schema}/schema"])
        row = connection.execute("SELECT queue_version FROM fleet").fetchone()
        found = row["queue_version"] if row else None
        if found is None:
            connection.execute(procrastinate.schema.SchemaManager.get_schema())
            connection.execute("CREATE INDEX zaikosync_jobs_of_lock ON procrastinate_jobs (lock)")
            connection.execute("UPDATE fleet SET queue_version = %s", [version])
        elif found != version:
            raise StateError(
                f"{where} has a queue of procrastinate's {found}, installed is one of {version}. Stop every worker, "
                "apply the migrations that procrastinate's documentation names with search_path set to the schema, "
                f"then put {version} as queue_version into the one row of {database.schema}.fleet."
            )


def _name_version() -> str:
    """Name the last change that the installed procrastinate has made to its tables."""
    changes = Path(procrastinate.schema.SchemaManager.get_migrations_path()).glob("*.sql")
    return max(path.stem for path in changes)


class PassQueue:
    """The queue as a worker has it: it does what is queued, and queues turns."""

    def __init__(self, database: Database, do: Callable[[str, float], None], executor: Executor) -> None:
        how = connecting(database, **IN_ORDER)
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=how["conninfo"],
                kwargs=how["kwargs"],
                configure=_let_statements_be_transactions,
                min_size=1,
                max_size=4,
                timeout=10,
            )
        )

        async def pass_over(linkage_id: str, listed_at: float) -> None:
            await asyncio.get_running_loop().run_in_executor(executor, do, linkage_id, listed_at)

        self._app.task(name=TASK, queue="passes", retry=_RETRY)(pass_over)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connect until the end; connections that break are made anew."""
        with _telling_state_errors():
            await self._app.open_async()
        try:
            yield
        finally:
            await self._app.close_async()

    async def work(self, concurrency: int) -> None:
        """Do what is queued until cancelled; then end after the passes that run. Raises `StateError`.

        It asks for jobs twice a second and does not listen for them: a connection for that, given up while it is made,
        is half open until the last pass has ended, and a PostgreSQL that is to end waits for it.
        """
        with _telling_state_errors():
            await self._app.run_worker_async(
                concurrency=concurrency,
                fetch_job_polling_interval=_POLL,
                listen_notify=False,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=5,
                stalled_worker_timeout=30,
            )

    async def put(self, turns: Iterable[Turn]) -> None:
        """Queue these passes; one that waits already waits once."""
        jobs = [turn.as_job() for turn in turns]
        manager = self._app.job_manager
        for start in range(0, len(jobs), _AT_ONCE):
            some = jobs[start : start + _AT_ONCE]
            with _telling_state_errors():
                try:
                    await manager.batch_defer_jobs_async(some)
                except exceptions.AlreadyEnqueued:  # by a worker that led until now: then one by one
                    for job in some:
                        with suppress(exceptions.AlreadyEnqueued):
                            await manager.defer_job_async(job)

    async def put_back(self, job_ids: Iterable[int]) -> None:
        """Queue stalled jobs again, unless their pass waits already, or they have come to their end after all."""
        manager = self._app.job_manager
        for job_id in job_ids:
            try:
                await manager.retry_job_by_id_async(job_id, retry_at=utcnow())
            except exceptions.UniqueViolation:
                with suppress(exceptions.ConnectorException):
                    await manager.finish_job_by_id_async(job_id, Status.FAILED, delete_job=True)
            except exceptions.ConnectorException:
                continue


async def _let_statements_be_transactions(connection: psycopg.AsyncConnection) -> None:
    """Each is one by itself; BEGIN and COMMIT around it would be two more answers to wait for."""
    await connection.set_autocommit(True)


@contextmanager
def _telling_state_errors() -> Iterator[None]:
    try:
        yield
    except (exceptions.ConnectorException, OSError) as error:
        raise StateError(
            f"The queue in PostgreSQL is not to be had ({type(error.__cause__ or error).__name__})."
        ) from error


def is_lost_connection(error: object) -> bool:
    """Tell whether an error says that the queue was not to be had."""
    return isinstance(error, exceptions.ConnectorException)


def hurry(connection: psycopg.Connection[Row], turns: Iterable[Turn]) -> None:
    """Let passes that wait already go as these turns would: as early, and with what the shop says now."""
    for turn in turns:
        connection.execute(
            "UPDATE procrastinate_jobs SET priority = %(priority)s, "
            "args = jsonb_set(args, '{listed_at}', to_jsonb(%(listed_at)s::float8)) "
            "WHERE lock = %(lock)s AND status = 'todo' AND priority < %(priority)s",
            {"priority": turn.priority, "listed_at": turn.listed_at, "lock": name_lock(turn.linkage_id)},
        )


def find_stalled(connection: psycopg.Connection[Row], database: Database) -> frozenset[int]:
    """Return the jobs that are on for a while though nobody holds their linkage."""
    rows = connection.execute(
        "SELECT job.id FROM procrastinate_jobs AS job, hashtextextended(%s || '/' || job.lock, 0) AS key "
        "WHERE job.status = 'doing' AND (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id "
        "AND type = 'started') < now() - make_interval(secs => %s::float8) AND NOT EXISTS (SELECT 1 FROM pg_locks "
        "WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND classid::bigint = (key >> 32) & 4294967295 AND objid::bigint = key & 4294967295)",
        [database.schema, STALLED_AFTER],
    )
    return frozenset(row["id"] for row in rows)
