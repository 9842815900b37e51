"""Whose turn it is: one worker of a fleet, the leader, looks at the shop's list and at the times of the last turns.

The leader holds a lock of its session; when it is gone, another worker leads from its next look on.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from reference.adapters.database import connect, name_place, share_token, telling_state_errors
from reference.adapters.job_queue import Turn, find_stalled, hurry
from reference.domain.linkage import LinkageState
from reference.errors import ShopApiError, StateError
from reference.service.rules import SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import psycopg

    from reference.adapters.database import Row
    from reference.config import Database
    from reference.domain.linkage import Linkage
    from reference.service.linkage_list import LinkageList

ASKED_FOR, ORDINARY, FAILING = 1, 0, -1
"""Priorities: a linkage that was just saved goes first; those in an incident do not hold up the others."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look has found: turns to be queued, and jobs whose worker is gone.

    `served` are linkages whose turn it is too, and whose pass waits already: it does for this turn as well.
    """

    turns: tuple[Turn, ...] = ()
    served: frozenset[str] = frozenset()
    stalled: frozenset[int] = frozenset()


@dataclass(slots=True)
class Leader:
    """Looks round, and writes down the turns that were queued; all but one worker's sees nothing to do."""

    database: Database
    fetch: Callable[[], tuple[Linkage, ...]]
    listed: LinkageList
    interval: float
    token: str = field(default="", repr=False)
    """The shop API's: what tells the workers of one fleet from those of another with the same address."""
    _connection: psycopg.Connection[Row] | None = field(init=False, default=None)
    _leads: bool = field(init=False, default=False)
    _open: ExitStack = field(init=False, default_factory=ExitStack)
    _suspects: frozenset[int] = field(init=False, default=frozenset())

    def look(self) -> Look:
        """Return what is to be done, nothing while another worker leads; raises `StateError`.

        When the shop's list is not to be had, those whose turn it is are passed over all the same: each then finds out,
        and its merchant is told.
        """
        connection = self._lead()
        if connection is None:
            return Look()
        with telling_state_errors(name_place(self.database)):
            listed_at = read_clock(connection)
            waited, was_on = _find_passes(connection)
            try:
                linkages = self.fetch()
            except ShopApiError:
                waiting, _ = _find_passes(connection)
                turns = _find_turns_of_known(connection, listed_at, self._step)
            else:
                self.listed.take(linkages, listed_at)
                waiting, on = _find_passes(connection)
                ended = (waited | was_on) - waiting - on
                turns = _find_turns(connection, linkages, listed_at, self._step, on, ended)
            served = frozenset(turn.linkage_id for turn in turns if turn.linkage_id in waiting)
            hurry(connection, (turn for turn in turns if turn.linkage_id in served and turn.priority == ASKED_FOR))
            before, self._suspects = self._suspects, find_stalled(connection, self.database)
        return Look(tuple(turn for turn in turns if turn.linkage_id not in served), served, self._suspects & before)

    def write_down(self, look: Look) -> None:
        """Remember that these turns were queued: the next is one interval after this one was due, or from now."""
        connection, ids = self._connection, [*look.served, *(turn.linkage_id for turn in look.turns)]
        if not ids or connection is None:
            return
        with telling_state_errors(name_place(self.database)):
            connection.execute(
                "INSERT INTO turn SELECT id, now() + %(step)s FROM unnest(%(ids)s::text[]) AS id "
                "ON CONFLICT (linkage_id) DO UPDATE SET due_at = CASE WHEN turn.due_at <= now() "
                "AND turn.due_at + %(step)s > now() THEN turn.due_at + %(step)s ELSE now() + %(step)s END",
                {"ids": ids, "step": self._step},
            )

    def join(self) -> psycopg.Connection[Row]:
        """Be one of the fleet's workers, and return the session by which one is.

        Raises `OtherFleetError`, or another `StateError` where PostgreSQL is not to be had.
        """
        if self._connection is None or self._connection.closed:
            self.close()
            with ExitStack() as opening:
                connection = opening.enter_context(connect(self.database))
                share_token(connection, self.database, self.token)
                self._open, self._connection = opening.pop_all(), connection
        return self._connection

    def close(self) -> None:
        """Let another worker lead."""
        self._open.close()
        self._connection, self._leads = None, False

    @property
    def _step(self) -> timedelta:
        return timedelta(seconds=self.interval)

    def _lead(self) -> psycopg.Connection[Row] | None:
        connection = self.join()  # it stays: a new one costs more than all that a look asks
        if not self._leads:
            try:
                with telling_state_errors(name_place(self.database)):
                    row = connection.execute(
                        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS got",
                        [f"{self.database.schema}/leader"],
                    ).fetchone()
            except StateError:  # it may have the lock without our knowing
                self.close()
                raise
            self._leads = bool(row and row["got"])
        return connection if self._leads else None


def _find_turns(
    connection: psycopg.Connection[Row],
    linkages: tuple[Linkage, ...],
    listed_at: float,
    step: timedelta,
    on: Collection[str],
    ended: Collection[str],
) -> tuple[Turn, ...]:
    """Return the turns that are due. Linkages of passes that are `on`, or `ended` while the list was on its way, may be
    listed as just saved by what these passes were made for: the next look tells.
    """
    active = {one.id: one for one in linkages if one.state is LinkageState.ACTIVE and one.service == SERVICE}
    mails = {row["linkage_id"] for row in connection.execute("SELECT DISTINCT linkage_id FROM letter")}
    served = active.keys() | mails  # a mail of a linkage that was paused meanwhile is still to be handed over
    connection.execute("DELETE FROM turn WHERE NOT linkage_id = ANY(%s)", [list(served)])
    rows = connection.execute(_RESTED, {"step": step})
    rested = {row["linkage_id"] for row in rows}
    rows = connection.execute(
        "SELECT linkage_id, incident_opened_at IS NOT NULL AS failing FROM linkage WHERE NOT paused"
    )
    unpaused = {row["linkage_id"]: row["failing"] for row in rows}
    asked_for = {one.id for one in active.values() if one.sync_now}.difference(on, ended)
    to_leave_alone = (unpaused.keys() - active.keys()).difference(on)
    return tuple(
        Turn(one, listed_at, ASKED_FOR if one in asked_for else FAILING if unpaused.get(one) else ORDINARY)
        for one in sorted((served - rested) | asked_for | to_leave_alone)
    )


def _find_turns_of_known(connection: psycopg.Connection[Row], listed_at: float, step: timedelta) -> tuple[Turn, ...]:
    rows = connection.execute(_DUE, {"step": step})
    return tuple(Turn(row["linkage_id"], listed_at) for row in rows)


_RESTED = "SELECT linkage_id FROM turn WHERE due_at > now() AND due_at <= now() + %(step)s"
_DUE = "SELECT linkage_id FROM turn WHERE due_at <= now() OR due_at > now() + %(step)s ORDER BY linkage_id"
"""A turn further off than one interval was written down with a longer one, or by a clock that has been set back."""


def _find_passes(connection: psycopg.Connection[Row]) -> tuple[set[str], set[str]]:
    """Return the linkages whose passes wait, and those whose passes are on, both of one moment."""
    rows = connection.execute(
        "SELECT args ->> 'linkage_id' AS id, status = 'doing' AS is_on FROM procrastinate_jobs "
        "WHERE status IN ('todo', 'doing')"
    ).fetchall()
    return {row["id"] for row in rows if not row["is_on"]}, {row["id"] for row in rows if row["is_on"]}


def read_clock(connection: psycopg.Connection[Row]) -> float:
    """Return the database's time in seconds: the clock that all workers share."""
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8 AS now").fetchone()
    return float(row["now"]) if row else 0.0
