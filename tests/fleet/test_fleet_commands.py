"""`once`, `status` and `release` on a database, the specification on one, and what is said without the extra."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

import pytest

from reference.adapters.database import SCHEMA_NUMBER
from reference.adapters.state_postgres import PostgresState
from reference.cli import keep_running, main
from reference.domain.brake import Brake, HeldFile
from reference.errors import StateError
from tests.contract.reference.test_engine_state import FRESH, FULL, LETTER, STAMP
from tests.fleet.ground import open_ground

SHOP = "http://shop.example/api/v1"


@pytest.fixture
def world(tmp_path, database):
    with open_ground(tmp_path, 2) as (ground, environ):
        where = {"SYNC_DATABASE_URL": database.url, "SYNC_DATABASE_SCHEMA": database.schema}
        yield ground, {**environ, **where}


def test_once_keeps_its_state_in_the_database_and_none_in_the_folder(world, tmp_path, capsys):
    ground, environ = world
    for code in ground.shops:
        ground.put_file(code, 4)
    assert [main(["once"], environ), main(["once", "--json"], environ)] == [0, 0]
    assert ground.behind() == []
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {one["outcome"] for one in last["linkages"]} == {"nothing new"}
    assert not (tmp_path / "state").exists()


def test_once_leaves_a_linkage_alone_that_a_worker_holds_and_says_so(world, database, capsys):
    ground, environ = world
    for code in ground.shops:
        ground.put_file(code, 4)
    with PostgresState.open(database, environ["SYNC_SHOP_URL"]) as state, state.hold("20001"):
        assert main(["once"], environ) == 1
    assert ground.behind() == ["20001"]
    assert "Another pass of linkage 20001 is already running" in capsys.readouterr().err
    assert main(["once"], environ) == 0
    assert ground.mails == []


def test_status_sums_up_first_and_lists_those_that_want_looking_after(database, capsys):
    environ = {"SYNC_DATABASE_URL": database.url, "SYNC_DATABASE_SCHEMA": database.schema}
    assert main(["status"], environ) == 1
    assert "run `zaikosync once` first" in capsys.readouterr().err
    with PostgresState.open(database, SHOP) as state:
        state.save(replace(FRESH, linkage_id="well", last_success_at=FULL.last_success_at))
        state.save(replace(FRESH, linkage_id="paused", paused=True))
        now = {**environ, "SYNC_NOW": "2026-04-01T10:30:00+09:00"}
        assert main(["status"], now) == 0
        told = capsys.readouterr().out
        assert "2: 1 active, 1 paused" in told
        assert "longest 1 h 30 min" in told
        state.save(replace(FULL, linkage_id="ill"), [LETTER])
    assert main(["status"], now) == 1
    told = capsys.readouterr().out
    assert "file" in told
    assert "login refused, stale file" in told
    assert "well" not in told
    assert main(["status", "--json"], now) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [one["linkage_id"] for one in answer["linkages"]] == ["ill", "paused", "well"]
    assert answer["linkages"][2]["lag_seconds"] == 5_400
    assert (answer["fleet"]["incidents"], answer["fleet"]["longest_lag"], answer["unsent_mails"]) == (1, 5_400, 1)


def test_release_lets_go_of_one_linkage_of_the_fleet(database, capsys):
    environ = {"SYNC_DATABASE_URL": database.url, "SYNC_DATABASE_SCHEMA": database.schema}
    held = replace(FRESH, brake=Brake((HeldFile(STAMP, {"A": 0}),), 30, 40))
    with PostgresState.open(database, SHOP) as state:
        state.save(held)
        state.save(replace(held, linkage_id="2"))
        assert main(["release", "2"], environ) == 0
        assert "Linkage 2: the next pass lets 1 codes through." in capsys.readouterr().out
        assert (state.recall("1").brake.released, state.recall("2").brake.released) == (False, True)
        assert main(["release", "9"], environ) == 2
        with state.hold("1"):
            assert main(["release", "1"], environ) == 1


def test_release_lets_go_of_all_but_those_whose_pass_runs_and_names_them(database, capsys):
    environ = {"SYNC_DATABASE_URL": database.url, "SYNC_DATABASE_SCHEMA": database.schema}
    held = replace(FRESH, brake=Brake((HeldFile(STAMP, {"A": 0}),), 30, 40))
    with PostgresState.open(database, SHOP) as state:
        for name in "123":
            state.save(replace(held, linkage_id=name))
        state.save(replace(FRESH, linkage_id="0"))
        with PostgresState.open(database, SHOP) as other, other.hold("0"), other.hold("2"):
            assert main(["release"], environ) == 1
        assert [state.recall(name).brake.released for name in "123"] == [True, False, True]
    assert "running of linkage 2; nothing was released there. Type the same again" in capsys.readouterr().err


def test_run_waits_for_a_database_that_was_there_before_and_says_so(world, database, capsys):
    ground, environ = world
    stop, said = SimpleQueue(), []

    def heard(words):
        said.append(capsys.readouterr().err)
        return words in "".join(said)

    with PostgresState.open(database, environ["SYNC_SHOP_URL"]) as state, ThreadPoolExecutor(1) as executor:
        running = executor.submit(keep_running, environ, stop, interval=0.1, poll=0.1)
        try:
            ground.wait_until(lambda: ground.shops["20001"].runs)
            state.connection.execute("UPDATE fleet SET schema_number = 99")
            ground.wait_until(lambda: heard("has schema 99"))
            state.connection.execute("UPDATE fleet SET schema_number = %s", [SCHEMA_NUMBER])
            made = len(ground.shops["20001"].runs)
            ground.wait_until(lambda: len(ground.shops["20001"].runs) > made)
        finally:
            stop.put(None)
        assert running.result() is None


def test_run_ends_where_the_database_is_not_to_be_had_at_first(world, database):
    _, environ = world
    with PostgresState.open(database, "http://other.example"):
        pass
    with pytest.raises(StateError, match="two fleets"):
        keep_running(environ, SimpleQueue(), interval=1, poll=1)


def test_thousands_of_linkages_are_summed_up_without_reading_what_is_remembered(database, capsys):
    environ = {"SYNC_DATABASE_URL": database.url, "SYNC_DATABASE_SCHEMA": database.schema}
    with PostgresState.open(database, SHOP) as state:
        state.save(FULL)
        parts = "place, waiting, queue, told, orders, watch, brake"
        state.connection.execute(
            "INSERT INTO linkage (linkage_id, shop_id, ftp_user, shop_code, notify_to, paused, last_success_at, "
            f"incident_opened_at, missed_news, held_codes, standing, {parts}) SELECT 'n' || number, shop_id, "
            "ftp_user, shop_code, notify_to, paused, last_success_at, NULL, false, 0, standing, 'no', 'no', "
            "'no', 'no', 'no', 'no', 'no' FROM linkage, generate_series(1, 5000) AS number"
        )
    assert main(["status"], environ) == 1
    assert "5001: 5001 active" in capsys.readouterr().out


def test_a_worker_without_a_database_is_refused_with_what_to_set(world, capsys):
    _, environ = world
    assert main(["worker"], environ | {"SYNC_DATABASE_URL": ""}) == 2
    assert "SYNC_DATABASE_URL is not set; `zaikosync worker`" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["once", "worker", "status", "release"])
def test_without_the_extra_the_line_to_type_is_told(world, command):
    _, environ = world
    script = (
        "import json, sys; sys.modules['psycopg'] = None\n"
        "from reference.cli import main; sys.exit(main(sys.argv[1:2], json.loads(sys.argv[2])))"
    )
    refused = subprocess.run(
        [sys.executable, "-c", script, command, json.dumps(environ)], capture_output=True, text=True, check=False
    )
    assert (refused.returncode, "pip install 'zaikolab[scale]'" in refused.stderr) == (2, True)


def test_a_scenario_of_the_specification_passes_with_the_state_in_postgresql():
    command = [sys.executable, "-m", "tests.verify_on_postgres", "--only", "2.1.7", "-n", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (ran.returncode, "CONFORMANT" in ran.stdout) == (0, True), ran.stdout + ran.stderr
