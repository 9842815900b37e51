"""What only a database can get wrong: other schemas, other fleets, other workers, a server that goes away."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest

from reference.adapters.database import SCHEMA_NUMBER, connect
from reference.adapters.state_postgres import PostgresState
from reference.config import Database, database_from
from reference.domain.linked_codes import Heard
from reference.errors import ConfigurationError, PassAlreadyRunningError, StateError
from tests.contract.reference.test_engine_state import FRESH, FULL, LETTER
from tests.postgres import run_server
from tests.unit.reference.engine_fakes import LINKAGE, OPENING

SHOP = "http://shop.example/api/v1"


def look_at(database):
    """Everything in the schema, as it is."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [database.schema]
        ).fetchall()
        return {name: connection.execute(f"SELECT * FROM {database.schema}.{name}").fetchall() for (name,) in tables}


def execute(database, statement):
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(statement.replace("SCHEMA_NAME", database.schema))


@pytest.mark.parametrize(
    "wrong", [([replace(LETTER, subject=None)], Heard(OPENING, ("A",))), ([LETTER], Heard(OPENING, (b"no text",)))]
)
def test_memory_letter_and_codes_are_saved_all_or_nothing(database, wrong):
    with PostgresState.open(database, SHOP) as state:
        with pytest.raises(StateError):
            state.save(FULL, *wrong)
        assert (state.recall("1"), state.queued_letters(), state.linked_codes("1")) == (None, (), frozenset())


def test_very_many_codes_are_kept(database):
    many = tuple(f"SKU-{number:06}" for number in range(60_000))
    with PostgresState.open(database, SHOP) as state:
        state.save(FRESH, (), Heard(OPENING, many))
        assert state.linked_codes("1") == frozenset(many)


def test_a_nul_is_kept_though_a_text_of_postgresql_has_no_room_for_it(database):
    odd = "A\0B"
    memory = replace(FRESH, shop_code=odd, notify_to=odd, waiting={odd: 1})
    with PostgresState.open(database, SHOP) as state:
        state.save(memory, [replace(LETTER, subject=odd)], Heard(OPENING, (odd,)))
        assert (state.recall("1"), state.linked_codes("1")) == (memory, {odd})
        assert state.queued_letters()[0].letter.subject == odd


def test_what_was_saved_is_there_after_reopening_and_no_password_is_in_it(database):
    with PostgresState.open(database, SHOP) as state:
        state.save(FULL, [LETTER])
    with PostgresState.open(database, SHOP + "/") as state:
        assert state.recall("1") == FULL
        assert len(state.queued_letters()) == 1
    assert LINKAGE.ftp_password not in repr(look_at(database))


def test_another_schema_number_is_refused_with_both_and_left_alone(database):
    with PostgresState.open(database, SHOP) as state:
        state.save(FULL)
    execute(database, "UPDATE SCHEMA_NAME.fleet SET schema_number = 99")
    before = look_at(database)
    with (
        pytest.raises(StateError, match=rf"schema 99, this engine knows schema {SCHEMA_NUMBER}; run the engine"),
        PostgresState.open(database, SHOP),
    ):
        pass
    assert look_at(database) == before


def test_a_schema_of_something_else_is_refused_and_left_alone(database):
    execute(database, "CREATE SCHEMA SCHEMA_NAME CREATE TABLE customers (name text)")
    told = r"not this engine's \(customers\); set SYNC_DATABASE_SCHEMA"
    with pytest.raises(StateError, match=told), PostgresState.open(database, SHOP):
        pass
    assert look_at(database) == {"customers": []}


def test_a_second_fleet_on_one_schema_is_refused_with_both_names_and_left_alone(database):
    with PostgresState.open(database, SHOP) as state:
        state.save(FULL)
    before = look_at(database)
    with pytest.raises(StateError) as refused, PostgresState.open(database, "https://me:secret@other.example/api/v1"):
        pass
    sentence = str(refused.value)
    assert "keeps the shops of http://shop.example/api/v1" in sentence
    assert "SYNC_SHOP_URL is https://other.example/api/v1" in sentence
    assert "Name another SYNC_DATABASE_SCHEMA" in sentence
    assert "secret" not in sentence
    assert look_at(database) == before


def test_two_fleets_share_a_database_in_schemas_of_their_own(database):
    other = replace(database, schema=f"{database.schema}_2")
    with PostgresState.open(database, SHOP) as one, PostgresState.open(other, "http://other.example") as two:
        with one.hold("1"), two.hold("1"):
            one.save(FULL)
        assert two.recall("1") is None


def test_a_look_at_a_schema_that_is_not_there_makes_none(database):
    with pytest.raises(StateError, match="No pass has been made yet"), PostgresState.open(database, None):
        pass
    assert look_at(database) == {}


def test_a_linkage_is_held_against_another_connection_and_free_when_its_process_is_killed(database):
    script = (
        "import sys; from reference.config import Database\n"
        "from reference.adapters.state_postgres import PostgresState\n"
        "with PostgresState.open(Database(*sys.argv[1:3]), sys.argv[3]) as state, state.hold('1'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, database.url, database.schema, SHOP]
    with (
        PostgresState.open(database, SHOP) as state,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(PassAlreadyRunningError, match="linkage 1 is already running"), state.hold("1"):
            pass
        with state.hold("2"):
            pass
        process.kill()
        process.wait()
        state.connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"{database.schema}/linkage 1"])
        state.connection.execute("SELECT pg_advisory_unlock_all()")
        with state.hold("1"):
            pass


def test_a_linkage_that_cannot_be_let_go_is_free_all_the_same(database):
    with PostgresState.open(database, SHOP) as one, PostgresState.open(database, SHOP) as two:
        with one.hold("1"):
            one.connection.execute("BEGIN")
            with pytest.raises(psycopg.Error):
                one.connection.execute("SELECT no_such_thing")
        assert one.connection.closed
        two.connection.execute("SET statement_timeout = '20s'")  # the server notices in a moment
        two.connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"{database.schema}/linkage 1"])


def test_a_peer_that_is_gone_without_a_word_is_noticed_on_both_ends(database):
    with connect(database) as connection:
        ours = connection.info.get_parameters()
        assert (ours["keepalives_idle"], ours["tcp_user_timeout"]) == ("10", "30000")
        for name, value in (("tcp_keepalives_idle", "10"), ("tcp_user_timeout", "30000")):
            assert connection.execute(f"SHOW {name}").fetchone() == {name: value}


def test_a_letter_is_claimed_by_one_worker_and_the_next_of_its_linkage_by_none_before_it_is_sent(database):
    with PostgresState.open(database, SHOP) as one, PostgresState.open(database, SHOP) as two:
        one.save(FRESH, [LETTER, replace(LETTER, subject="二通目")])
        first, second = (queued.key for queued in one.queued_letters())
        with one.claim(first) as is_mine:
            assert is_mine
            for key in (first, second):
                with two.claim(key) as is_mine_too:
                    assert not is_mine_too
            one.mark_sent([first])
        with two.claim(first) as is_there, one.claim(second) as is_mine:
            assert (is_there, is_mine) == (False, True)


def test_a_server_that_goes_away_and_one_that_is_not_there_are_state_errors_without_the_password():
    with run_server() as server:
        database = Database(server.url)
        with PostgresState.open(database, SHOP) as state:
            state.save(FULL)
            server.stop(signal.SIGQUIT)
            with pytest.raises(StateError, match="cannot be used") as gone:
                state.save(FRESH)
            with pytest.raises(StateError) as missing, PostgresState.open(database, SHOP):
                pass
        server.start()
        with PostgresState.open(database, SHOP) as state:
            assert state.recall("1") == FULL
    for error in (gone.value, missing.value):
        assert f"127.0.0.1:{server.port}" in str(error)
        assert server.password not in str(error)


def test_settings_name_the_database_and_never_show_its_password():
    assert database_from({}) is None
    environ = {"SYNC_DATABASE_URL": "postgresql://me:secret@db.example/zaiko", "SYNC_DATABASE_SCHEMA": "fleet_2"}
    assert database_from(environ) == Database("postgresql://me:secret@db.example/zaiko", "fleet_2")
    assert "secret" not in repr(database_from(environ))
    assert database_from({"SYNC_DATABASE_URL": "postgres:///zaiko"}).schema == "zaikosync"
    for wrong in ("mysql://me:secret@db", "postgresql://me:sec ret@db", "secret"):
        with pytest.raises(ConfigurationError, match="SYNC_DATABASE_URL is not") as refused:
            database_from({"SYNC_DATABASE_URL": wrong})
        assert "sec" not in str(refused.value).replace("kept", "")
    for wrong in ("Fleet", "pg_fleet", "a-b", "9a", 'a"; DROP TABLE x', "a" * 49):
        with pytest.raises(ConfigurationError, match="SYNC_DATABASE_SCHEMA is"):
            database_from({"SYNC_DATABASE_URL": "postgres://db", "SYNC_DATABASE_SCHEMA": wrong})
