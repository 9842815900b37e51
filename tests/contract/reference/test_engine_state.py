"""What the service asks of a state, of the fake, SQLite and PostgreSQL alike; then what only a file can get wrong."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reference.adapters.code_records import WHOLE
from reference.adapters.state_postgres import PostgresState
from reference.adapters.state_sqlite import SCHEMA_NUMBER, SqliteState, hold_lock
from reference.domain.brake import Brake, HeldFile
from reference.domain.incident import Cause, Incident
from reference.domain.letters import Letter
from reference.domain.linkage import FileStamp, Problem, ProblemKind, meet
from reference.domain.linked_codes import Heard
from reference.domain.orders import Order, OrderBook, OrderFile, OrderLine, OrderState, Stage
from reference.domain.plan import Batch, Update
from reference.domain.watch import MissedNews, Watch
from reference.errors import PassAlreadyRunningError, StateError
from tests.unit.reference.engine_fake_state import FakeState
from tests.unit.reference.engine_fakes import BUYER, LINKAGE, OPENING

STAMP = FileStamp(datetime(2026, 4, 1, 0, 0, tzinfo=UTC), "stock.csv", 12)
FRESH = meet(LINKAGE, None, OPENING, paused=False)
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
    queue=(Batch("k2", (Update("A", 1), Update("ソ", 2)), OPENING), Batch("k1", (), STAMP.modified_at)),
    told=frozenset({Problem(ProblemKind.UNMATCHED, "A", "a"), Problem(ProblemKind.BAD_ROW, "", "missing code")}),
    incident=Incident(OPENING, (Cause.LOGIN_REFUSED, Cause.STALE_FILE)),
    last_success_at=OPENING,
    orders=ORDERS,
    watch=Watch(OPENING, OPENING, MissedNews(OPENING, STAMP.modified_at), "digest", 2),
    brake=Brake((HeldFile(STAMP, {"椅子 ": 0, "": 3}), HeldFile(STAMP, {"A": 1})), 30, 40, True, OPENING),
)


def at(minutes):
    return OPENING + timedelta(minutes=minutes)


LETTER = Letter("件名", "本文\n", OPENING)


@pytest.fixture(params=["fake", "sqlite", "postgres"])
def state(request, tmp_path):
    match request.param:
        case "fake":
            yield FakeState()
        case "sqlite":
            with SqliteState.open(tmp_path) as state:
                yield state
        case _:
            with open_postgres(request.getfixturevalue("database")) as state:
                yield state


def open_postgres(database):
    return PostgresState.open(database, "http://shop.example/api/v1")


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

    def test_tells_which_linkages_are_not_paused(self, state):
        state.save(FRESH)
        state.save(replace(FRESH, linkage_id="2", paused=True))
        assert state.unpaused() == {"1"}
        state.save(replace(FRESH, paused=True))
        assert state.unpaused() == frozenset()

    def test_keeps_any_text_that_a_file_or_the_shop_can_hold(self, state):
        odd = "\x01 ソ\\ ① ~ " + chr(0x10FFFF)
        memory = replace(FRESH, shop_code=odd, notify_to=odd, waiting={odd: 1, "": 2})
        state.save(memory, [Letter(odd, odd, OPENING)], Heard(at(1), (odd,)))
        assert state.recall("1") == memory
        assert state.linked_codes("1") == {odd}
        assert [(one.to, one.letter.subject, one.letter.body) for one in state.queued_letters()] == [(odd, odd, odd)]

    def test_a_linkage_is_held_while_its_pass_runs_and_the_state_goes_on_working(self, state):
        with state.hold("1"):
            state.save(FULL)
        with state.hold("1"), state.hold("2"):
            assert state.recall("1") == FULL

    def test_keeps_codes_as_they_are_heard_of(self, state):
        assert state.linked_codes("1") == frozenset()
        state.save(FRESH, (), Heard(at(1), ("A", "ソ"), ("", "C"), ("D",)))
        state.save(FRESH)
        assert state.linked_codes("1") == {"A", "ソ", "", "C", "D"}
        assert state.linked_codes("2") == frozenset()

    def test_finds_codes_not_heard_of_since_a_time(self, state):
        state.save(FRESH, (), Heard(at(1), ("A", "B"), (), ("C", "D")))
        state.save(FRESH, (), Heard(at(3), ("A",), (), ("C",)))
        state.save(FRESH, (), Heard(at(2), ("A",), ("B",)))
        assert state.linked_codes("1", at(3)) == {"B", "D"}
        assert state.linked_codes("1", at(2)) == {"D"}
        assert state.linked_codes("1", at(1)) == frozenset()

    def test_finds_codes_set_to_0_since_a_time_and_not_raised_again(self, state):
        state.save(FRESH, (), Heard(at(1), (), ("A", "B", "C"), ("D",)))
        state.save(FRESH, (), Heard(at(2), ("B",), (), ("C",)))
        state.save(FRESH, (), Heard(at(3), (), ("D",)))
        assert state.linked_codes("1", None, at(1)) == {"A", "C", "D"}
        assert state.linked_codes("1", None, at(2)) == {"D"}
        assert state.linked_codes("1", at(3), at(1)) == {"A", "C"}

    @pytest.mark.parametrize("change", [{"shop_id": "8"}, {"ftp_user": "10002_0"}, {"shop_code": "20002"}], ids=str)
    def test_forgets_codes_with_the_place_they_are_of(self, state, change):
        state.save(FRESH, (), Heard(at(1), ("A",)))
        state.save(replace(FRESH, linkage_id="2"), (), Heard(at(1), ("A",)))
        state.save(replace(FRESH, **change), (), Heard(at(1), ("B",)))
        assert (state.linked_codes("1"), state.linked_codes("2")) == ({"B"}, {"A"})

    def test_keeps_and_forgets_the_codes_of_a_whole_file(self, state):
        many = tuple(f"SKU-{number:06}" for number in range(WHOLE))
        state.save(FRESH, (), Heard(at(1), many[2:], many[:1], many[1:2]))
        state.save(FRESH, (), Heard(at(2), many[:3]))
        assert (len(state.linked_codes("1")), state.linked_codes("1", None, at(1))) == (WHOLE, frozenset())
        assert state.linked_codes("1", at(2)) == {*many[3:]}
        state.save(replace(FRESH, shop_id="8"), (), Heard(at(1), ("B",)))
        assert state.linked_codes("1") == {"B"}

    def test_queues_letters_in_order_until_they_are_sent(self, state):
        state.save(FRESH, [LETTER, replace(LETTER, subject="二通目")])
        first, second = state.queued_letters()
        assert (first.letter, second.letter.subject) == (LETTER, "二通目")
        assert first.to == FRESH.notify_to
        assert first.key != second.key
        state.save(replace(FRESH, notify_to="new-owner@shop.example"))
        first, second = state.queued_letters()
        assert first.to == "new-owner@shop.example"
        with state.claim(first.key) as is_mine:
            assert is_mine
            state.mark_sent([first.key])
        assert state.queued_letters() == (second,)

    def test_a_claimed_letter_that_is_not_sent_stays(self, state):
        state.save(FRESH, [LETTER])
        (queued,) = state.queued_letters()
        with state.claim(queued.key) as is_mine:
            assert is_mine
        assert state.queued_letters() == (queued,)

    def test_gives_the_letters_of_one_linkage(self, state):
        state.save(FRESH, [LETTER])
        state.save(replace(FRESH, linkage_id="2", notify_to="two@shop.example"), [LETTER])
        assert [one.to for one in state.queued_letters("2")] == ["two@shop.example"]
        assert len(state.queued_letters()) == 2


def test_memory_letter_and_codes_are_saved_all_or_nothing(tmp_path):
    with SqliteState.open(tmp_path) as state:
        with pytest.raises(StateError):
            state.save(FULL, [replace(LETTER, subject=None)], Heard(OPENING, ("A",)))
        assert (state.recall("1"), state.queued_letters(), state.linked_codes("1")) == (None, (), frozenset())


def test_codes_and_memory_are_saved_both_or_neither(tmp_path):
    with SqliteState.open(tmp_path) as state:
        with pytest.raises(StateError):
            state.save(FULL, [LETTER], Heard(OPENING, (b"no text",)))
        assert (state.recall("1"), state.queued_letters()) == (None, ())


def test_very_many_codes_are_kept(tmp_path):
    many = tuple(f"SKU-{number:06}" for number in range(120_000))
    with SqliteState.open(tmp_path) as state:
        state.save(FRESH, (), Heard(OPENING, many))
        assert state.linked_codes("1") == frozenset(many)


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


def test_a_state_of_schema_4_is_gone_on_with(tmp_path):
    with SqliteState.open(tmp_path) as state:
        state.save(FULL, [LETTER], Heard(at(1), ("A",), ("B",)))
        state.connection.executescript("DROP TABLE heard_whole; DROP TABLE heard_part; PRAGMA user_version = 4")
    with SqliteState.open(tmp_path) as state:
        assert (state.recall("1"), state.linked_codes("1"), len(state.queued_letters())) == (FULL, {"A", "B"}, 1)
        many = tuple(f"SKU-{number:06}" for number in range(WHOLE))
        state.save(FULL, (), Heard(at(2), many))
        assert state.linked_codes("1", at(2)) == {"A", "B"}
        assert state.connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_NUMBER


def test_of_a_shop_that_has_moved_no_record_of_a_whole_file_stays(tmp_path):
    many = tuple(f"SKU-{number:06}" for number in range(WHOLE))
    with SqliteState.open(tmp_path) as state:
        state.save(FRESH, (), Heard(at(1), many))
        state.save(replace(FRESH, shop_code="20002"))
        for table in ("heard_whole", "heard_part"):
            assert state.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_a_state_that_another_process_has_just_brought_to_schema_5_is_gone_on_with(tmp_path):
    with SqliteState.open(tmp_path) as state:
        many = tuple(f"SKU-{number:06}" for number in range(WHOLE))
        state.save(FULL, (), Heard(at(1), many))
        state.connection.execute("PRAGMA user_version = 4")  # what this one has read before
    with SqliteState.open(tmp_path) as state:
        assert state.linked_codes("1") == {*many}


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
