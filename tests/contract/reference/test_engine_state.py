"""What the service asks of a state, of the fake and of SQLite alike; then what only a file can get wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reference.adapters.state_sqlite import SCHEMA_NUMBER, SqliteState, hold_lock
from reference.domain.incident import Cause, Incident
from reference.domain.letters import Letter
from reference.domain.linkage import FileStamp, Problem, ProblemKind, meet
from reference.domain.orders import Order, OrderBook, OrderFile, OrderLine, OrderState, Stage
from reference.domain.plan import Batch, Update
from reference.errors import PassAlreadyRunningError, StateError
from tests.unit.reference.engine_fakes import BUYER, LINKAGE, OPENING, FakeState

STAMP = FileStamp(datetime(2026, 4, 1, 0, 0, tzinfo=UTC), "stock.csv", 12)
FRESH = meet(LINKAGE, None, paused=False)
ORDER = Order(
    7,
    "RC7",
    OPENING,
    OrderState.PLACED,
    "クレジットカード",
    "その他",
    BUYER,
    (OrderLine("A", "椅子", "カラー:ソ", 2, 100), OrderLine(None, "名", "", 1, 0)),
)
ORDERS = OrderBook(
    after=9,
    named_at=OPENING,
    waiting=(replace(ORDER, order_id="RC8"), ORDER),
    files=(
        OrderFile("z.csv", (ORDER,), Stage.TAKEN_IN, taken_in_at=STAMP.modified_at),
        OrderFile("a.csv", (ORDER, ORDER), cancelled=frozenset({"RC7"})),
    ),
)
FULL = replace(
    FRESH,
    files=(STAMP,),
    newest=STAMP,
    waiting={"椅子 ": 3, "": 1},
    queue=(Batch("k2", (Update("A", 1), Update("ソ", 2))), Batch("k1", ())),
    told=frozenset({Problem(ProblemKind.UNMATCHED, "A", "a"), Problem(ProblemKind.BAD_ROW, "", "missing code")}),
    incident=Incident(OPENING, (Cause.LOGIN_REFUSED, Cause.STALE_FILE)),
    last_success_at=OPENING,
    orders=ORDERS,
)
LETTER = Letter("件名", "本文\n", OPENING)


@pytest.fixture(params=["fake", "sqlite"])
def state(request, tmp_path):
    if request.param == "fake":
        yield FakeState()
    else:
        with SqliteState.open(tmp_path) as state:
            yield state


class TestEveryState:
    def test_knows_nothing_at_first(self, state):
        assert (state.recall("1"), state.recall_all(), state.queued_letters()) == (None, (), ())

    @pytest.mark.parametrize("memory", [FRESH, FULL], ids=["fresh", "full"])
    def test_gives_back_what_was_saved(self, state, memory):
        state.save(memory)
        assert state.recall("1") == memory

    def test_a_later_save_replaces_all_of_an_earlier_one(self, state):
        state.save(FULL)
        state.save(FRESH)
        assert state.recall("1") == FRESH

    def test_keeps_linkages_apart(self, state):
        state.save(replace(FULL, linkage_id="2"))
        state.save(FRESH)
        assert [memory.linkage_id for memory in state.recall_all()] == ["1", "2"]
        assert state.recall("2").waiting == FULL.waiting

    def test_queues_letters_in_order_until_they_are_sent(self, state):
        state.save(FRESH, [LETTER, replace(LETTER, subject="二通目")])
        first, second = state.queued_letters()
        assert (first.letter, second.letter.subject) == (LETTER, "二通目")
        assert first.to == FRESH.notify_to
        assert first.key != second.key
        state.save(replace(FRESH, notify_to="new-owner@shop.example"))
        first, second = state.queued_letters()
        assert first.to == "new-owner@shop.example"
        state.mark_sent([first.key])
        assert state.queued_letters() == (second,)


def test_memory_and_letter_are_saved_both_or_neither(tmp_path):
    with SqliteState.open(tmp_path) as state:
        with pytest.raises(StateError):
            state.save(FULL, [replace(LETTER, subject=None)])
        assert (state.recall("1"), state.queued_letters()) == (None, ())


def test_what_was_saved_is_there_after_reopening(tmp_path):
    with SqliteState.open(tmp_path / "new" / "folder") as state:
        state.save(FULL, [LETTER])
    with SqliteState.open(tmp_path / "new" / "folder") as state:
        assert state.recall("1") == FULL
        assert len(state.queued_letters()) == 1


def test_no_password_is_ever_written(tmp_path):
    with SqliteState.open(tmp_path) as state:
        state.save(FULL, [LETTER])
    assert all(LINKAGE.ftp_password.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_another_schema_is_refused_with_both_numbers_and_left_alone(tmp_path):
    path = tmp_path / "state.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with (
        pytest.raises(StateError, match=rf"schema 99, this engine knows schema {SCHEMA_NUMBER}"),
        SqliteState.open(tmp_path),
    ):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["this is no database " * 100, "short"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "state.sqlite"
    path.write_text(content)
    with pytest.raises(StateError, match=r"state\.sqlite cannot be used"), SqliteState.open(tmp_path):
        pass
    assert path.read_text() == content


def test_a_full_disk_is_named_and_leaves_what_was_saved(tmp_path):
    with SqliteState.open(tmp_path) as state:
        state.save(FRESH)
        (pages,) = state.connection.execute("PRAGMA page_count").fetchone()
        state.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StateError, match="full"):
            state.save(replace(FRESH, waiting={f"{at}" * 50: at for at in range(5_000)}))
        assert state.recall("1") == FRESH


def test_an_error_that_ends_the_transaction_by_itself_is_named(tmp_path):
    with SqliteState.open(tmp_path) as state:
        state.connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON linkage BEGIN SELECT RAISE(ROLLBACK, 'the disk broke'); END"
        )
        with pytest.raises(StateError, match="the disk broke"):
            state.save(FRESH)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError), SqliteState.open(tmp_path / "file" / "state"):
        pass


def test_a_second_pass_on_one_folder_is_refused_at_once(tmp_path):
    with hold_lock(tmp_path), pytest.raises(PassAlreadyRunningError, match="already running"), hold_lock(tmp_path):
        pass
    with hold_lock(tmp_path):
        pass


def test_a_killed_process_lets_go_of_the_lock(tmp_path):
    script = (
        "import pathlib, sys; from reference.adapters.state_sqlite import hold_lock\n"
        "with hold_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(PassAlreadyRunningError), hold_lock(tmp_path):
            pass
        process.kill()
    with hold_lock(tmp_path):
        pass
