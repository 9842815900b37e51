"""The clock and the agenda: lab time moves when told, and what falls due happens in order, at its own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from simulator.clock import FROZEN_START, JST, MAX_ADVANCE, MAX_RATE, Clock, Timekeeper, parse_time
from simulator.config import ClockMode
from simulator.errors import BadValue, Conflict


class Alarm:
    """Due every `minutes`; keeps the times at which it was run, by the agenda's word and by the clock's."""

    def __init__(
        self, clock: Clock, minutes: float, times: list[tuple[str, datetime, datetime]], name: str = "a"
    ) -> None:
        self.clock, self.step, self.times, self.name = clock, timedelta(minutes=minutes), times, name
        self.due: datetime | None = clock.now() + self.step
        self.fails = False

    def next_due(self) -> datetime | None:
        return self.due

    def run_due(self, now: datetime) -> None:
        if self.fails:
            raise ZeroDivisionError
        self.times.append((self.name, now, self.clock.now()))
        self.due = now + self.step


def at(minutes: float) -> datetime:
    return FROZEN_START + timedelta(minutes=minutes)


def test_a_frozen_clock_stands_until_it_is_told_to_move(parts) -> None:
    ground = parts()
    assert ground.clock.now() == FROZEN_START
    ground.agenda().advance(timedelta(minutes=5))
    assert ground.clock.now() == at(5)


def test_what_falls_due_on_the_way_happens_in_order_and_at_its_time(parts) -> None:
    ground = parts()
    times: list[tuple[str, datetime, datetime]] = []
    agenda = ground.agenda(Alarm(ground.clock, 5, times, "five"), Alarm(ground.clock, 3, times, "three"))
    agenda.advance(timedelta(minutes=10))
    assert times == [
        (name, at(m), at(m)) for name, m in (("three", 3), ("five", 5), ("three", 6), ("three", 9), ("five", 10))
    ]
    assert ground.clock.now() == at(10)


def test_an_advance_that_fails_on_the_way_moves_nothing(parts) -> None:
    ground = parts()
    alarm = Alarm(ground.clock, 5, [])
    alarm.fails = True
    with pytest.raises(ZeroDivisionError):
        ground.agenda(alarm).advance(timedelta(minutes=10))
    assert ground.clock.now() == FROZEN_START
    assert ground.journal.read(kind="clock") == ()


def test_the_clock_does_not_run_backwards(parts) -> None:
    ground = parts()
    with pytest.raises(Conflict, match="does not run backwards"):
        ground.agenda().advance_to(at(-1))


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), MAX_ADVANCE + timedelta(seconds=1)])
def test_an_advance_has_bounds(parts, duration: timedelta) -> None:
    with pytest.raises(BadValue, match="minutes="):
        parts().agenda().advance(duration)


def test_a_jump_has_the_bounds_of_an_advance(parts) -> None:
    ground = parts()
    with pytest.raises(BadValue, match="now="):
        ground.agenda().set_clock(FROZEN_START + MAX_ADVANCE + timedelta(seconds=1))
    ground.agenda().set_clock(FROZEN_START + MAX_ADVANCE)
    assert ground.clock.now() == FROZEN_START + MAX_ADVANCE


def test_time_passes_in_whole_seconds(parts) -> None:
    ground = parts()
    with pytest.raises(BadValue, match="whole seconds"):
        ground.agenda().advance(timedelta(seconds=0.5))
    ground.agenda().advance(timedelta(minutes=1 / 3))
    assert ground.clock.now() == FROZEN_START + timedelta(seconds=20)


def test_whoever_asks_while_time_is_moved_waits_for_it(parts) -> None:
    ground = parts()
    answers: list[datetime] = []
    other = Thread(target=lambda: answers.append(ground.clock.now()))
    with ground.store.lock:
        with ground.clock.pinned(at(5)):
            other.start()
            other.join(0.05)
            assert answers == [], "it was told of a moment that was being carried out"
        ground.clock.set(at(7))
    other.join(10)
    assert answers == [at(7)]


def test_a_start_in_another_zone_is_the_labs_time_and_one_without_is_refused(parts) -> None:
    store = parts().store
    clock = Clock(store, datetime(2026, 4, 1, tzinfo=UTC), ClockMode.FROZEN, 1.0)
    clock.restart()
    assert clock.now().isoformat() == "2026-04-01T09:00:00+09:00"
    with pytest.raises(BadValue, match="offset"):
        Clock(store, datetime(2026, 4, 1), ClockMode.FROZEN, 1.0)  # noqa: DTZ001 - it is what is refused


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_a_rate_has_bounds(parts, rate: float) -> None:
    with pytest.raises(BadValue, match="rate="):
        parts().agenda().set_clock(mode=ClockMode.RUNNING, rate=rate)


def test_a_running_clock_follows_the_machine_at_its_rate(parts) -> None:
    ground = parts()
    ground.agenda().set_clock(mode=ClockMode.RUNNING, rate=60)
    wait = ground.clock.real_seconds_until(at(60))
    assert wait is not None
    assert 0 < wait < 60.0
    ground.agenda().set_clock(mode=ClockMode.FROZEN)
    assert ground.clock.real_seconds_until(at(1)) is None


def test_a_running_clock_carries_out_its_agenda_without_being_told(parts) -> None:
    ground = parts()
    times: list[tuple[str, datetime, datetime]] = []
    agenda = ground.agenda(Alarm(ground.clock, 5, times))
    keeper = Timekeeper(ground.store, ground.clock, agenda)
    keeper.start()
    try:
        agenda.set_clock(mode=ClockMode.RUNNING, rate=100_000)
        assert ground.store.wait_for(lambda: times[0] if times else None, timeout=10) == ("a", at(5), at(5))
    finally:
        keeper.stop()


def test_a_clock_faster_than_its_agenda_lets_the_lab_go_on_and_shows_nothing_that_has_not_happened(parts) -> None:
    ground = parts()
    alarm = Alarm(ground.clock, 1 / 60, [])
    agenda = ground.agenda(alarm)
    keeper = Timekeeper(ground.store, ground.clock, agenda)
    keeper.start()
    agenda.set_clock(mode=ClockMode.RUNNING, rate=MAX_RATE)
    try:
        for _ in range(20):
            assert ground.store.lock.acquire(timeout=60), "time leaves room for nothing else"
            try:
                assert alarm.due is not None
                assert ground.clock.now() <= alarm.due
            finally:
                ground.store.lock.release()
            keeper.join(0.01)
        assert ground.clock.now() > FROZEN_START
    finally:
        alarm.fails = True
        keeper.join(5)
    with pytest.raises(ZeroDivisionError):
        keeper.stop()


def test_an_error_of_the_agenda_is_raised_when_the_lab_stops(parts) -> None:
    ground = parts()
    alarm = Alarm(ground.clock, 5, [])
    alarm.fails = True
    agenda = ground.agenda(alarm)
    keeper = Timekeeper(ground.store, ground.clock, agenda)
    keeper.start()
    agenda.set_clock(mode=ClockMode.RUNNING, rate=100_000)
    keeper.join(10)
    with pytest.raises(ZeroDivisionError):
        keeper.stop()


def test_the_clock_goes_on_from_where_the_store_has_it(parts) -> None:
    ground = parts()
    ground.agenda().advance(timedelta(minutes=7))
    again = Clock(ground.store, None, ClockMode.RUNNING, 2.0)
    assert again.load()
    assert again.now() == at(7)
    assert again.mode is ClockMode.FROZEN


def test_times_are_read_with_an_offset_only() -> None:
    assert parse_time("2026-04-01T00:00:00Z") == datetime(2026, 4, 1, 9, tzinfo=JST)
    for text in ("2026-04-01T09:00:00", "tomorrow", ""):
        with pytest.raises(BadValue, match="RFC 3339"):
            parse_time(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_times_near_the_end_of_pythons_dates_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="a year from 1970 to 8999"):
        parse_time(text)
