"""Workers over a world that is real on the wire: whose turn it is, and what goes wrong holds up nobody else."""

from __future__ import annotations

import json
import signal
import threading

import psycopg
import pytest
import urllib3

from reference.config import Database
from tests.fleet.ground import open_ground
from tests.fleet.workers import LIMIT, open_workers, run
from tests.postgres import run_server

OFTEN = ("--interval", "1", "--poll", "0.3")
SELDOM = ("--interval", "300", "--poll", "0.3")


@pytest.fixture
def fleet(tmp_path, database):
    """`fleet(3)` opens a world of three shops; gives it and its workers."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(shops, where=database):
            ground, environ = stack.enter_context(open_ground(tmp_path, shops))
            return ground, stack.enter_context(open_workers(tmp_path, environ, where))

        yield make


def passes(ground):
    return {code: len(shop.runs) for code, shop in ground.shops.items()}


def ask(workers, worker, path):
    answer = urllib3.request("GET", f"http://127.0.0.1:{workers.port(worker)}{path}", retries=False)
    return answer.status, answer.data.decode()


def test_two_workers_share_the_passes_and_tell_how_the_fleet_stands(fleet):
    ground, workers = fleet(6)
    for code in ground.shops:
        ground.put_file(code, 5)
    ground.shops["20002"].paused = True
    ground.slow = dict.fromkeys(ground.shops, released := threading.Event())
    fair = ("--interval", "3", "--poll", "0.3")  # a pass that takes a second longer than another is no turn behind
    one, two = workers.start(*fair, "--http", "0"), workers.start(*fair, "--concurrency", "2")
    ground.wait_until(lambda: sum(map(ground.waits, ground.shops)) == 5)  # one worker alone has four at once
    released.set()
    ground.wait_until(lambda: ground.behind() == ["20002"])
    ground.wait_until(lambda: min(made for code, made in passes(ground).items() if code != "20002") >= 3)
    assert passes(ground)["20002"] == 0
    assert max(passes(ground).values()) <= min(made for made in passes(ground).values() if made) + 1
    assert ask(workers, one, "/healthz") == (200, "ok\n")
    ground.wait_until(lambda: 'zaikosync_passes_total{outcome="nothing new"}' in ask(workers, one, "/metrics")[1])
    status, figures = ask(workers, one, "/metrics")
    assert (status, "zaikosync_fleet_active 5.0" in figures) == (200, True)
    assert "zaikosync_fleet_longest_lag_seconds" in figures
    assert ask(workers, one, "/")[0] == 404
    assert [workers.end(one), workers.end(two, signal.SIGINT)] == [0, 0]
    assert ground.overlaps == []
    assert "passes, 0 failed" in workers.said(two)
    shown = run(workers.environ, "status")
    assert (shown.returncode, "5 active, 0 paused" in shown.stdout) == (0, True)
    told = json.loads(run(workers.environ, "status", "--json").stdout)
    assert (told["fleet"]["linkages"], told["fleet"]["passes_on"], len(told["linkages"])) == (5, 0, 5)
    assert told["linkages"][0]["lag_seconds"] < 60


def test_as_many_passes_run_at_once_and_the_shop_is_looked_at_as_often_as_is_said(fleet):
    ground, workers = fleet(5)
    ground.slow = dict.fromkeys(ground.shops, released := threading.Event())
    workers.start("--poll", "0.3", "--concurrency", "2")
    ground.wait_until(lambda: sum(map(ground.waits, ground.shops)) >= 2)
    ground.wait_until(lambda: ground.lists >= 6, limit=20)
    told = json.loads(run(workers.environ, "status", "--json").stdout)["fleet"]
    assert (told["passes_on"], told["passes_waiting"], sum(map(ground.waits, ground.shops))) == (2, 3, 2)
    released.set()
    ground.wait_until(lambda: min(passes(ground).values()) == 1)


def test_a_saved_linkage_has_its_pass_at_once_a_paused_or_deleted_one_none(fleet):
    ground, workers = fleet(3)
    workers.start(*SELDOM)
    ground.wait_until(lambda: min(passes(ground).values()) == 1)
    ground.put_file("20001", 7)
    ground.put_file("20002", 7)
    ground.shops["20002"].paused = True
    gone = ground.shops.pop("20003")
    ground.shops["20001"].sync_now = True
    ground.wait_until(lambda: ground.behind() == ["20002"])

    def paused():
        return json.loads(run(workers.environ, "status", "--json").stdout)["fleet"]["paused"]

    ground.wait_until(lambda: paused() == 2)
    ground.shops["20002"].paused, ground.shops["20002"].sync_now = False, True
    ground.wait_until(lambda: not ground.behind())
    ground.wait_until(lambda: passes(ground) == {"20001": 2, "20002": 2})
    assert len(gone.runs) == 1
    assert ground.mails == []


def test_a_shop_that_always_fails_and_one_that_hangs_do_not_slow_the_others(fleet):
    ground, workers = fleet(6)
    for code in ground.shops:
        ground.put_file(code, 5)
    ground.put_bytes("20001", b'"a torn file')
    ground.slow["20002"] = threading.Event()
    worker = workers.start(*OFTEN, "--concurrency", "2")
    healthy = ("20003", "20004", "20005", "20006")
    ground.wait_until(lambda: min(len(ground.shops[code].runs) for code in healthy) >= 5)
    assert [code for code in ground.behind() if code in healthy] == []
    assert len(ground.shops["20002"].runs) <= 1
    ground.wait_until(lambda: ground.shops["20001"].runs)
    assert [to for to, _, _ in ground.mails if to == "owner-20001@shop.example"] == ["owner-20001@shop.example"]
    assert "linkage 20001: stock.csv" in workers.said(worker)
    ground.slow["20002"].set()
    shown = run(workers.environ, "status")
    assert (shown.returncode, "untrusted file" in shown.stdout) == (1, True)


def test_a_shop_api_that_answers_429_for_long_is_told_once_and_so_is_its_end(fleet):
    ground, workers = fleet(3)
    worker = workers.start(*OFTEN, "--http", "0")
    ground.wait_until(lambda: min(passes(ground).values()) >= 1)
    ground.busy_with_429 = True
    ground.wait_until(lambda: len(ground.mails) == 3)
    refused = ground.refused
    ground.wait_until(lambda: ground.refused > refused + 10)
    assert len(ground.mails) == 3
    assert ask(workers, worker, "/healthz") == (200, "ok\n")
    ground.busy_with_429 = False
    ground.wait_until(lambda: len(ground.mails) == 6)
    assert len({to for to, _, _ in ground.mails[:3]}) == len({to for to, _, _ in ground.mails[3:]}) == 3
    assert ground.overlaps == []


def test_postgresql_that_goes_away_in_mid_pass_and_comes_back_is_waited_for(fleet):
    with run_server() as server:
        ground, workers = fleet(3, Database(server.url))
        worker = workers.start(*OFTEN, "--http", "0")
        ground.wait_until(lambda: min(passes(ground).values()) >= 1)
        ground.slow["20001"] = threading.Event()
        ground.wait_until(lambda: ground.waits("20001"))
        assert _find_listeners(server.url) == []
        server.stop(signal.SIGQUIT)
        ground.slow.pop("20001").set()
        ground.wait_until(lambda: ask(workers, worker, "/healthz")[0] == 503)
        for code in ground.shops:
            ground.put_file(code, 9)
        server.start()
        ground.wait_until(lambda: not ground.behind())
        ground.wait_until(lambda: ask(workers, worker, "/healthz")[0] == 200)
        assert workers.end(worker) == 0
    assert (ground.overlaps, ground.mails) == ([], [])
    assert "It is tried again" in workers.said(worker)
    assert server.password not in workers.said(worker)


def _find_listeners(url):
    """Return sessions that wait for news: one that is half made as PostgreSQL ends holds that up by up to a minute."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT pid FROM pg_stat_activity WHERE query ILIKE 'listen%'").fetchall()


def test_a_worker_asked_to_end_ends_after_the_pass_in_hand_and_begins_none(fleet):
    ground, workers = fleet(3)
    ground.slow = dict.fromkeys(ground.shops, released := threading.Event())
    ground.put_file("20001", 3)
    worker = workers.start(*SELDOM, "--concurrency", "1")
    ground.wait_until(lambda: ground.waits("20001"))
    worker.send_signal(signal.SIGTERM)
    released.set()
    assert worker.wait(LIMIT) == 0
    assert (passes(ground), ground.behind()) == ({"20001": 1, "20002": 0, "20003": 0}, [])
    told = json.loads(run(workers.environ, "status", "--json").stdout)["fleet"]
    assert (told["passes_on"], told["passes_waiting"]) == (0, 2)


def test_another_fleet_or_another_schema_is_refused_by_the_worker_and_left_alone(fleet, database):
    ground, workers = fleet(1)
    assert run(workers.environ, "once").returncode == 0
    other = {**workers.environ, "SYNC_SHOP_URL": "http://other.example/api/v1"}
    for command in ("worker", "once"):
        refused = run(other, command)
        assert (refused.returncode, "Name another SYNC_DATABASE_SCHEMA" in refused.stderr) == (1, True)
    worker = workers.start(*SELDOM)
    ground.wait_until(lambda: len(ground.shops["20001"].runs) == 2)
    for command in (("worker", "--http", "0"), ("once",)):
        refused = run({**workers.environ, "SYNC_SHOP_TOKEN": "another"}, *command)
        assert (refused.returncode, "is worked on with another SYNC_SHOP_TOKEN" in refused.stderr) == (1, True)
        assert "/healthz" not in refused.stdout + refused.stderr, "refused before it begins to work"
    assert workers.end(worker) == 0
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"UPDATE {database.schema}.fleet SET schema_number = 99")
    for command in ("worker", "once", "status", "release"):
        refused = run(workers.environ, command)
        assert (refused.returncode, "has schema 99" in refused.stderr) == (1, True)
    assert len(ground.shops["20001"].runs) == 2


def test_a_worker_ends_when_another_token_is_at_work_as_postgresql_is_back(fleet, database):
    ground, workers = fleet(1)
    worker = workers.start(*SELDOM)
    ground.wait_until(lambda: passes(ground)["20001"])
    with psycopg.connect(database.url, autocommit=True) as connection:
        names = [f"{database.schema}/token"]
        connection.execute("SELECT pg_advisory_lock_shared(hashtext(%s), 0)", names)
        cut = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
            "AND pid <> pg_backend_pid() AND classid::bigint = hashtext(%s)::bigint & 4294967295",
            names,
        )
        assert cut.fetchall() == [(True,)]
        assert worker.wait(LIMIT) == 1
    assert "is worked on with another SYNC_SHOP_TOKEN" in workers.said(worker)
