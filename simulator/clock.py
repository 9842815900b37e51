"""The lab's one clock (Asia/Tokyo) and the agenda of what falls due on it.

All times of the lab are whole seconds: file times, file names, mails and the journal carry no more. Japan has no
daylight saving time, so a fixed offset is exact.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from simulator.config import ClockMode
from simulator.errors import BadValue, Conflict
from simulator.journal import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.journal import Journal
    from simulator.store import Store

JST = timezone(timedelta(hours=9), "JST")
FROZEN_START = datetime(2026, 4, 1, 9, 0, tzinfo=JST)
MAX_RATE = 100_000.0
MAX_ADVANCE = timedelta(days=366)
GIVE_WAY = 0.001
"""Seconds of real time between two due times, in which the rest of the lab is served."""
FIRST_YEAR, LAST_YEAR = 1970, 8999
"""What can be set: far enough from where Python's dates end for everything planned from there."""


def parse_time(text: str) -> datetime:
    """RFC 3339 with an offset, as lab time.

    Raises: BadValue when it is not, has no offset, or lies outside FIRST_YEAR to LAST_YEAR.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    return _lab_time(moment, text)


def check_start(start: datetime | None) -> datetime | None:
    """The time to begin with, as lab time; None stays None.

    Raises: BadValue when it has no offset, or lies outside FIRST_YEAR to LAST_YEAR.
    """
    return None if start is None else _lab_time(start, start.isoformat())


def _lab_time(moment: datetime | None, text: str) -> datetime:
    if moment is None or moment.tzinfo is None:
        raise BadValue("time", text, "RFC 3339 with an offset is wanted, e.g. 2026-04-01T09:00:00+09:00")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadValue("time", text, f"a year from {FIRST_YEAR} to {LAST_YEAR} is wanted")
    return moment.astimezone(JST).replace(microsecond=0)


def wall_clock() -> datetime:
    """The machine's time, as lab time."""
    return datetime.now(JST).replace(microsecond=0)


def check_rate(rate: float) -> None:
    """Accept a speed of the running clock, in lab seconds a second.

    Raises: BadValue outside ]0, MAX_RATE].
    """
    if not 0 < rate <= MAX_RATE:
        raise BadValue("rate", rate, f"above 0 and at most {MAX_RATE:g} is wanted")


class Clock:
    """Tells the lab's time. Frozen, it stands; running, it follows the machine's monotonic clock at `rate`.

    Its state is kept in the store with each change, and a lab that was down goes on from where it stopped: nothing
    falls due while it does not run.
    """

    def __init__(self, store: Store, start: datetime | None, mode: ClockMode, rate: float) -> None:
        self._store = store
        self._start = check_start(start)
        self._start_mode, self._start_rate = mode, rate
        self._pinned: datetime | None = None
        self._held_at: datetime | None = None
        self._anchor = FROZEN_START
        self._anchor_monotonic = 0.0
        self.mode = mode
        self.rate = rate

    def load(self) -> bool:
        """Take the state from the store; False when it holds none."""
        kept = self._store.value("clock")
        if kept is None:
            return False
        self._set(datetime.fromisoformat(kept["now"]).astimezone(JST), ClockMode(kept["mode"]), kept["rate"])
        return True

    def restart(self) -> None:
        """Go back to the start time and mode."""
        start = self._start
        if start is None:
            start = FROZEN_START if self._start_mode is ClockMode.FROZEN else wall_clock()
        self.set(start, self._start_mode, self._start_rate)

    def set(self, now: datetime, mode: ClockMode | None = None, rate: float | None = None) -> None:
        """Put the clock to `now`, whatever falls due between; the agenda's `advance_to` carries that out."""
        self._set(now, mode or self.mode, self.rate if rate is None else rate)
        self.keep()

    def keep(self) -> None:
        """Write the time and mode to the store."""
        self._store.set_value("clock", {"now": self.now().isoformat(), "mode": self.mode, "rate": self.rate})

    def now(self) -> datetime:
        """The lab's time, whole seconds. Whoever asks while another thread moves it waits, so it never goes back."""
        with self._store.lock:
            if self._pinned is not None:
                return self._pinned
            if self.mode is ClockMode.FROZEN:
                return self._anchor
            passed = (time.monotonic() - self._anchor_monotonic) * self.rate
            shown = (self._anchor + timedelta(seconds=passed)).replace(microsecond=0)
            return shown if self._held_at is None else min(shown, self._held_at)

    def hold_at(self, due: datetime | None) -> None:
        """Let a running clock show `due` at most, until told anew: what falls due then has yet to be carried out.

        So a lab that cannot keep up with its clock's rate runs slower, and nothing happens out of order.
        """
        self._held_at = due

    def real_seconds_until(self, moment: datetime) -> float | None:
        """How long the machine will take until the lab's clock shows `moment`; None while it is frozen."""
        if self.mode is ClockMode.FROZEN:
            return None
        exact = self._anchor + timedelta(seconds=(time.monotonic() - self._anchor_monotonic) * self.rate)
        return max(0.0, (moment - exact).total_seconds() / self.rate)

    @contextmanager
    def pinned(self, moment: datetime) -> Iterator[None]:
        """Show `moment` while something that fell due then is carried out."""
        self._pinned = moment
        try:
            yield
        finally:
            self._pinned = None

    def _set(self, now: datetime, mode: ClockMode, rate: float) -> None:
        self._anchor, self._anchor_monotonic, self.mode, self.rate = now, time.monotonic(), mode, rate
        self._held_at = None


class Due(Protocol):
    """A part of the lab that has things to do at set times."""

    def next_due(self) -> datetime | None:
        """When the next thing falls due; None when nothing is planned."""

    def run_due(self, now: datetime) -> None:
        """Carry out everything planned for `now` or before. Must move `next_due` beyond `now`."""


class Agenda:
    """Moves the clock and carries out what falls due on the way, in order, each at its own time."""

    def __init__(self, store: Store, clock: Clock, journal: Journal, sources: Sequence[Due]) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._sources = sources

    def next_due(self) -> datetime | None:
        """The earliest planned time."""
        return min(filter(None, (source.next_due() for source in self._sources)), default=None)

    def advance(self, duration: timedelta) -> None:
        """Let `duration` pass, whole seconds from 0 to MAX_ADVANCE.

        Raises: BadValue for any other.
        """
        if not timedelta(0) <= duration <= MAX_ADVANCE:
            raise BadValue("minutes", duration.total_seconds() / 60, f"from 0 to {MAX_ADVANCE.days} days is possible")
        if duration.microseconds:
            raise BadValue("seconds", duration.total_seconds(), "the lab's time has whole seconds only")
        with self._store.lock:
            self.advance_to(self._clock.now() + duration)

    def advance_to(self, target: datetime) -> None:
        """Move the clock forward to `target`, whole or not at all.

        Raises: Conflict when `target` lies in the past; BadValue when it lies beyond MAX_ADVANCE.
        """
        with self._store.transaction():
            before = self._clock.now()
            if target < before:
                raise Conflict(
                    f"The lab's clock shows {before.isoformat()} and does not run backwards.",
                    next_step="Reset the lab or restore a snapshot to go back.",
                )
            if target - before > MAX_ADVANCE:
                raise BadValue(
                    "now", target.isoformat(), f"at most {MAX_ADVANCE.days} days can pass at once",
                    next_step="Start the lab at that time, or go there in steps.",
                )  # fmt: skip
            self.catch_up(target)
            self._clock.set(target)
            self.hold_clock()
            self._journal.record(
                Service.CLOCK, "clock.advanced", f"The clock went from {before:%H:%M:%S} to {target:%H:%M:%S}.",
                before=before.isoformat(), now=target.isoformat(),
            )  # fmt: skip

    def set_clock(self, now: datetime | None = None, mode: ClockMode | None = None, rate: float | None = None) -> None:
        """Move the clock forward (as `advance_to`), freeze it, let it run.

        Raises: Conflict for a time in the past; BadValue for one too far ahead, or a rate outside ]0, MAX_RATE].
        """
        if rate is not None:
            check_rate(rate)
        with self._store.transaction():
            if now is not None:
                self.advance_to(now)
            self._clock.set(self._clock.now(), mode, rate)
            self.hold_clock()
            self._journal.record(
                Service.CLOCK, "clock.set", f"The clock is {self._clock.mode} at {self._clock.now():%H:%M:%S}.",
                mode=self._clock.mode, rate=self._clock.rate,
            )  # fmt: skip

    def hold_clock(self) -> datetime | None:
        """Keep the clock from running past the earliest planned time, which is returned."""
        due = self.next_due()
        self._clock.hold_at(due)
        return due

    def catch_up(self, until: datetime | None = None) -> None:
        """Carry out everything planned up to `until` (now), each at its own time."""
        with self._store.transaction():
            limit = until or self._clock.now()
            while (due := self.next_due()) is not None and due <= limit:
                with self._clock.pinned(due):
                    for source in self._sources:
                        if (planned := source.next_due()) is not None and planned <= due:
                            source.run_due(due)


class Timekeeper:
    """Lets a running clock's agenda happen: a thread that waits for the next due time or a change, whichever is first.

    An error of the agenda ends it and is raised again by `stop`.
    """

    def __init__(self, store: Store, clock: Clock, agenda: Agenda) -> None:
        self._store = store
        self._clock = clock
        self._agenda = agenda
        self._stopping = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="zaikolab-timekeeper", daemon=True)

    def start(self) -> None:
        """Begin to keep time."""
        self._thread.start()

    def stop(self) -> None:
        """End, and raise what went wrong meanwhile."""
        with self._store.planned:
            self._stopping = True
            self._store.planned.notify_all()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def join(self, limit: float) -> None:
        """Wait until the thread has ended of itself, at most `limit` seconds."""
        self._thread.join(limit)

    def _run(self) -> None:
        with self._store.planned:
            while not self._stopping:
                # Whatever is written may wake this thread: while time stands there is nothing to ask the store for.
                due = None if self._clock.mode is ClockMode.FROZEN else self._agenda.hold_clock()
                wait = None if due is None else self._clock.real_seconds_until(due)
                if wait is None or wait > 0:
                    self._store.planned.wait(wait)
                    continue
                try:
                    self._agenda.catch_up()
                    self._agenda.hold_clock()
                    self._clock.keep()
                except Exception as error:  # noqa: BLE001 - handed to whoever stops the lab
                    self._error = error
                    return
                self._store.planned.wait(GIVE_WAY)
