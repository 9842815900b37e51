"""A pass whose PostgreSQL session is lost: another worker may have its linkage, so it sends no more stock."""

from __future__ import annotations

import signal
import threading

import psycopg
import pytest

from reference import run_pass
from reference.adapters.state_postgres import PostgresState, name_lock
from reference.config import Database
from reference.errors import StateError
from tests.fleet.ground import open_ground
from tests.fleet.workers import open_workers
from tests.postgres import run_server

CODE = "20001"
THREE_BATCHES = 2_500
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks, hashtextextended(%s, 0) AS key WHERE locktype = 'advisory' "
    "AND classid::bigint = (key >> 32) & 4294967295 AND objid::bigint = key & 4294967295"
)


def test_a_pass_that_has_lost_its_linkage_to_another_worker_sends_no_more_stock(tmp_path, database):
    with (
        open_ground(tmp_path, 1, THREE_BATCHES) as (ground, environ),
        open_workers(tmp_path, environ, database) as workers,
    ):
        shop = ground.shops[CODE]
        ground.put_file(CODE, 5)
        ground.slow_stock[CODE] = released = threading.Event()
        worker = workers.start("--interval", "300", "--poll", "0.3")
        ground.wait_until(lambda: shop.sendings)
        with psycopg.connect(database.url, autocommit=True) as connection:
            cut = connection.execute(_CUT, [f"{database.schema}/{name_lock(CODE)}"]).fetchall()
        assert cut == [(True,)]
        del ground.slow_stock[CODE]
        ground.put_file(CODE, 9)
        assert run_pass(workers.environ).exit_code == 0  # in this process: the worker's job must not be called stalled
        assert not ground.behind()
        sent = shop.sendings
        assert sent == 1 + 3 + 3, "a batch of the pass that was cut, its queue, and the new file"
        released.set()
        ground.wait_until(lambda: "cannot be used" in workers.said(worker))
        ground.wait_until(lambda: len(shop.runs) >= 2)
        assert workers.end(worker) == 0
        assert (shop.sendings, ground.behind()) == (sent, [])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_turn_is_not_confirmed_any_more_when_the_server_was_gone_and_is_back(how):
    with run_server() as server:
        database = Database(server.url)
        with PostgresState.open(database, "http://shop.example/api/v1") as state, state.hold("1"):
            state.confirm()
            server.stop(how)
            server.start()
            with pytest.raises(StateError, match="cannot be used"):
                state.confirm()
