"""Whose turn it is, as the leader finds it in the shop's list and the database; a queue without a worker."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from time import monotonic

import psycopg
import pytest

from reference.adapters.database import connecting
from reference.adapters.job_queue import IN_ORDER, PassQueue, Turn, find_stalled, prepare_queue
from reference.adapters.state_postgres import PostgresState
from reference.adapters.turns import ASKED_FOR, FAILING, ORDINARY, Leader
from reference.domain.incident import Cause, Incident
from reference.domain.linkage import LinkageState
from reference.errors import OtherFleetError, ShopApiError, StateError
from reference.service.linkage_list import LinkageList
from tests.contract.reference.test_engine_state import FRESH, LETTER
from tests.unit.reference.engine_fakes import LINKAGE, OPENING

SHOP = "http://shop.example/api/v1"
INTERVAL = 9_000.0


class Office:
    """A fleet's database with its queue, and the shop's list."""

    def __init__(self, database, state):
        self.database, self.state, self.connection = database, state, state.connection
        self.linkages = [replace(LINKAGE, id=name) for name in ("a", "b", "c")]
        self.error = None
        self.meanwhile = lambda: None
        """Done while the list is on its way."""
        self.leader = self.another_leader()

    def another_leader(self, token="one"):
        return Leader(self.database, self.fetch, LinkageList(lambda: 0.0, 5.0), INTERVAL, token)

    def fetch(self):
        if self.error:
            raise self.error
        listed = tuple(self.linkages)
        self.meanwhile()
        return listed

    def change(self, number, **changes):
        self.linkages[number] = replace(self.linkages[number], **changes)

    def look(self):
        """Look, queue and write down, as a worker does; return what was queued, with its priority."""
        look = self.leader.look()
        self.queue(look.turns)
        self.leader.write_down(look)
        return {turn.linkage_id: turn.priority for turn in look.turns}

    def queue(self, turns=(), back=()):
        async def put():
            with ThreadPoolExecutor(1) as executor:
                queue = PassQueue(self.database, lambda *_: None, executor)
                async with queue.open():
                    await queue.put(turns)
                    await queue.put_back(back)
                    return connections(self)

        with ThreadPoolExecutor(1) as own:  # a browser test before may have left its loop running in this thread
            return own.submit(asyncio.run, put()).result()

    def pass_time(self, seconds):
        self.connection.execute("UPDATE turn SET due_at = due_at - make_interval(secs => %s)", [seconds])

    def finish_all(self):
        self.connection.execute("DELETE FROM procrastinate_jobs")

    def begin_all(self):
        """Take the jobs as a worker would that is then never heard of again."""
        self.connection.execute("SELECT procrastinate_fetch_job_v2(NULL, NULL) FROM generate_series(1, 10)")

    def waiting(self):
        query = "SELECT args ->> 'linkage_id', priority, (args ->> 'listed_at')::float8 FROM procrastinate_jobs"
        return [(*row.values(),) for row in self.connection.execute(query)]

    def jobs(self):
        rows = self.connection.execute("SELECT args ->> 'linkage_id' AS id, status::text FROM procrastinate_jobs")
        return sorted((row["id"], row["status"]) for row in rows)


@pytest.fixture
def office(database):
    with PostgresState.open(database, SHOP) as state:
        prepare_queue(state.connection, database)
        office = Office(database, state)
        yield office
        office.leader.close()


def test_every_active_linkage_has_its_turn_once_an_interval(office):
    office.change(1, state=LinkageState.PAUSED)
    office.change(2, service="another")
    assert office.look() == {"a": ORDINARY}
    office.finish_all()
    office.pass_time(INTERVAL - 60)
    assert office.look() == {}
    office.pass_time(60)
    assert office.look() == {"a": ORDINARY}


def test_missed_turns_are_caught_up_once(office):
    office.look()
    office.finish_all()
    office.pass_time(12 * INTERVAL)
    assert len(office.look()) == 3
    office.finish_all()
    assert office.look() == {}


def test_a_pass_that_waits_serves_its_next_turn_too(office):
    office.look()
    office.pass_time(INTERVAL)
    assert office.look() == {}
    assert office.jobs() == [("a", "todo"), ("b", "todo"), ("c", "todo")]
    office.begin_all()
    assert office.look() == {}
    office.pass_time(INTERVAL)
    assert len(office.look()) == 3
    assert office.jobs() == sorted((name, status) for name in "abc" for status in ("todo", "doing"))


def test_a_pass_that_waits_goes_first_when_its_linkage_was_just_saved_with_what_was_saved(office):
    office.look()
    before = {name: (priority, listed_at) for name, priority, listed_at in office.waiting()}
    office.change(1, sync_now=True)
    assert office.look() == {}
    after = {name: (priority, listed_at) for name, priority, listed_at in office.waiting()}
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    assert after["b"][0] == ASKED_FOR > before["b"][0]
    assert after["b"][1] > before["b"][1]


def test_the_next_turn_keeps_its_time_though_a_look_is_late(office):
    office.look()
    office.finish_all()
    office.pass_time(INTERVAL + 40)
    office.look()
    office.finish_all()
    office.pass_time(INTERVAL - 39)
    assert len(office.look()) == 3


@pytest.mark.parametrize("error", [None, ShopApiError("429")])
def test_a_turn_further_off_than_an_interval_is_due(office, error):
    """As after a clock that was ahead, or an interval that was longer."""
    office.look()
    office.finish_all()
    office.pass_time(-10)
    office.error = error
    assert len(office.look()) == 3
    office.finish_all()
    assert office.look() == {}


def test_a_turn_of_a_linkage_paused_or_gone_is_not_kept(office):
    office.look()
    office.finish_all()
    office.change(0, state=LinkageState.PAUSED)
    office.linkages.pop()
    office.look()
    rows = office.connection.execute("SELECT linkage_id FROM turn")
    assert [row["linkage_id"] for row in rows] == ["b"]


def test_a_mail_of_a_linkage_paused_or_gone_meanwhile_is_tried_again_once_an_interval(office):
    for name in "ax":
        office.state.save(replace(FRESH, linkage_id=name, paused=True), [LETTER])
    office.change(0, state=LinkageState.PAUSED)
    assert office.look() == {"a": ORDINARY, "b": ORDINARY, "c": ORDINARY, "x": ORDINARY}
    office.finish_all()
    assert office.look() == {}
    office.state.mark_sent([office.state.queued_letters("a")[0].key])
    office.pass_time(INTERVAL)
    assert office.look() == {"b": ORDINARY, "c": ORDINARY, "x": ORDINARY}


def test_a_linkage_just_saved_goes_first_and_one_in_an_incident_last(office):
    office.state.save(replace(FRESH, linkage_id="b", incident=Incident(OPENING, (Cause.SHOP_API,))))
    office.change(2, sync_now=True)
    assert office.look() == {"a": ORDINARY, "b": FAILING, "c": ASKED_FOR}
    office.begin_all()
    assert office.look() == {}
    office.finish_all()
    assert office.look() == {"c": ASKED_FOR}


@pytest.mark.parametrize("before", ["waits", "is on"])
def test_a_linkage_whose_pass_ends_while_the_list_is_on_its_way_is_not_taken_for_one_just_saved(office, before):
    office.change(2, sync_now=True)
    office.look()
    if before == "is on":
        office.begin_all()
    office.meanwhile = office.finish_all
    assert office.look() == {}
    assert office.look() == {"c": ASKED_FOR}


def test_a_linkage_paused_or_gone_is_passed_over_once_more_until_it_is_remembered_so(office):
    for name in "abx":
        office.state.save(replace(FRESH, linkage_id=name))
    office.change(0, state=LinkageState.PAUSED)
    assert office.look() == {"a": ORDINARY, "b": ORDINARY, "c": ORDINARY, "x": ORDINARY}
    office.begin_all()
    assert office.look() == {}
    office.finish_all()
    for name in "ax":
        office.state.save(replace(FRESH, linkage_id=name, paused=True))
    assert office.look() == {}


def test_without_the_list_those_known_have_their_turns_and_new_ones_none(office):
    office.look()
    office.finish_all()
    office.error = ShopApiError("429")
    assert office.look() == {}
    office.linkages.append(replace(LINKAGE, id="d"))
    office.pass_time(INTERVAL)
    assert office.look() == {"a": ORDINARY, "b": ORDINARY, "c": ORDINARY}


def wait_until(condition, limit=60.0):
    until = monotonic() + limit
    while not condition():
        assert monotonic() < until


def connections(office):
    """Those of this test's engine by process id, each with its last statement; one of a test before may still end."""
    rows = office.connection.execute(
        "SELECT pid, query FROM pg_stat_activity WHERE application_name = 'zaikosync' AND backend_start >= "
        "(SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())"
    )
    return {row["pid"]: row["query"] for row in rows}


def test_one_leads_until_it_is_gone(office):
    other = office.another_leader()
    assert len(office.leader.look().turns) == 3
    alone = connections(office)
    assert other.look().turns == ()
    waiting = connections(office)
    assert len(waiting) == len(alone) + 1
    assert other.look().turns == ()
    assert connections(office).keys() == waiting.keys(), "who does not lead keeps its connection"
    leading = connections(office)
    office.leader.close()
    wait_until(
        lambda: connections(office).keys() < leading.keys()
    )  # PostgreSQL frees a lock when it sees that its session is over
    assert len(other.look().turns) == 3
    other.close()


def test_who_has_another_token_is_refused_while_the_others_are_on(office):
    office.leader.join()
    same, other = office.another_leader(), office.another_leader("two")
    same.join()
    before = connections(office)
    with pytest.raises(OtherFleetError, match=r"worked on with another SYNC_SHOP_TOKEN.*end all workers"):
        other.look()
    wait_until(lambda: connections(office).keys() == before.keys())  # nothing of the one refused stays
    office.leader.close()
    same.close()
    wait_until(lambda: len(connections(office)) == len(before) - 2)
    assert len(other.look().turns) == 3
    with pytest.raises(OtherFleetError):
        same.join()
    other.close()


@pytest.mark.parametrize("sooner", [True, False])
def test_who_comes_at_once_with_another_token_is_refused_too(office, database, sooner):
    """`sooner`: the others were there when it first looked; then it does not ask for the lock of its own token."""

    def lock(how, token):
        names = [f"{database.schema}/token", sha256(token.encode()).hexdigest()]
        office.connection.execute(f"SELECT pg_advisory_{how}(hashtext(%s), hashtext(%s))", names)

    def waits():
        query = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return office.connection.execute(query).fetchone() is not None

    lock("lock", "two")
    if sooner:
        lock("lock_shared", "one")
    with ThreadPoolExecutor(1) as executor:
        joining = executor.submit(office.another_leader("two").join)
        wait_until(lambda: waits() or joining.done())
        waited = waits()
        if not sooner:
            lock("lock_shared", "one")
        lock("unlock", "two")
        with pytest.raises(OtherFleetError):
            joining.result()
    assert waited is not sooner


def test_what_the_leader_was_told_serves_the_passes_of_its_worker(office):
    office.leader.look()
    office.error = ShopApiError("not asked again")

    def ask(_linkage_id):
        raise ShopApiError("it knows no ?id=")

    assert office.leader.listed.find("a", 0.0, ask, office.fetch) == office.linkages[0]


def test_two_who_queue_the_same_turns_queue_them_once(office):
    office.queue([Turn("a", 0.0)])
    office.queue([Turn("a", 0.0), Turn("b", 0.0)])
    assert office.jobs() == [("a", "todo"), ("b", "todo")]


def test_a_statement_of_the_queue_is_not_put_between_begin_and_commit(office):
    said = office.queue([Turn("a", 0.0)]).values()
    assert [one for one in said if "procrastinate_defer" in one]
    assert "COMMIT" not in said


def test_a_job_whose_linkage_nobody_holds_is_put_back_unless_its_pass_waits_already(office):
    office.queue([Turn("a", 0.0), Turn("b", 0.0), Turn("c", 0.0)])
    office.begin_all()
    assert find_stalled(office.connection, office.database) == frozenset()
    office.connection.execute("UPDATE procrastinate_events SET at = at - interval '11 seconds'")
    office.queue([Turn("b", 0.0)])
    with office.state.hold("c"):
        stalled = find_stalled(office.connection, office.database)
        assert len(stalled) == 2
        assert office.leader.look().stalled == frozenset()
        assert office.leader.look().stalled == stalled
    office.queue(back=stalled)
    assert office.jobs() == [("a", "todo"), ("b", "todo"), ("c", "doing")]
    office.queue(back=stalled)
    assert office.jobs() == [("a", "todo"), ("b", "todo"), ("c", "doing")]


def test_a_queue_of_another_version_is_refused_with_both_and_left_alone(office):
    prepare_queue(office.connection, office.database)
    office.connection.execute("UPDATE fleet SET queue_version = '01.00.00_01_first'")
    with pytest.raises(StateError, match=r"procrastinate's 01\.00\.00_01_first, installed is one of \d"):
        prepare_queue(office.connection, office.database)


def test_the_next_of_thousands_of_jobs_is_found_without_reading_the_others(office):
    office.queue(Turn(str(number), 0.0) for number in range(2_000))
    how = connecting(office.database, **IN_ORDER)
    with psycopg.connect(how["conninfo"], **how["kwargs"]) as connection:
        connection.execute("SELECT procrastinate_fetch_job_v2(NULL, NULL)")
        (read,) = connection.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables "
            "WHERE relname = 'procrastinate_jobs' AND schemaname = current_schema()"
        ).fetchone()
    assert read < 100
