"""The store: whole or not at all, snapshots, one lab to a folder."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path

import pytest

from simulator.errors import BadValue, CannotStart, Conflict, DiskFailed, Unknown
from simulator.store import SCHEMA_VERSION, Store

SCHEMA = "CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT; CREATE TABLE told (n INTEGER) STRICT"


@pytest.fixture
def store():
    made = Store(None, (SCHEMA,), kept_on_restore=("told",))
    yield made
    made.close()


def things(store: Store) -> list[str]:
    return [row["name"] for row in store.rows("SELECT name FROM thing ORDER BY name")]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.execute("INSERT INTO thing VALUES ('a')")
        raise ZeroDivisionError
    assert things(store) == []


def test_an_inner_failure_that_is_caught_undoes_the_inner_part_only(store: Store) -> None:
    with store.transaction():
        store.execute("INSERT INTO thing VALUES ('outer')")
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.execute("INSERT INTO thing VALUES ('inner')")
            raise ZeroDivisionError
    assert things(store) == ["outer"]


def test_an_outer_failure_undoes_finished_inner_parts_too(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        with store.transaction():
            store.execute("INSERT INTO thing VALUES ('inner')")
        raise ZeroDivisionError
    assert things(store) == []


@pytest.mark.parametrize("depth", [1, 3])
def test_a_full_disk_is_named_and_nothing_is_half_done(tmp_path: Path, depth: int) -> None:
    with closing(Store(tmp_path, (SCHEMA,))) as store:
        store.execute("INSERT INTO thing VALUES ('before')")
        (room,) = store.rows("PRAGMA page_count")[0]
        store.rows(f"PRAGMA max_page_count = {room + 1}")
        with (
            pytest.raises(DiskFailed, match=rf"{tmp_path}: database or disk is full.*Make room"),
            ExitStack() as nested,
        ):
            for _ in range(depth):
                nested.enter_context(store.transaction())
            for number in range(1000):
                store.execute("INSERT INTO thing VALUES (?)", (f"{number:0500}",))
        assert things(store) == ["before"]
        store.rows(f"PRAGMA max_page_count = {room + 100}")
        store.execute("INSERT INTO thing VALUES ('later')")
        assert things(store) == ["before", "later"]


def test_a_restored_snapshot_rewinds_all_but_the_tables_kept(store: Store) -> None:
    store.execute("INSERT INTO thing VALUES ('before')")
    store.save_snapshot("one")
    store.execute("INSERT INTO thing VALUES ('after')")
    store.execute("INSERT INTO told VALUES (1)")
    store.restore_snapshot("one")
    assert things(store) == ["before"]
    assert len(store.rows("SELECT * FROM told")) == 1
    assert store.snapshots() == ("one",)


def test_a_snapshot_can_be_saved_again_under_its_name(store: Store) -> None:
    store.save_snapshot("one")
    store.execute("INSERT INTO thing VALUES ('a')")
    store.save_snapshot("one")
    store.clear()
    store.restore_snapshot("one")
    assert things(store) == ["a"]


def test_restoring_an_unknown_snapshot_names_those_there_are(store: Store) -> None:
    store.save_snapshot("one")
    with pytest.raises(Unknown, match=r"no snapshot 'two'.*There are: one"):
        store.restore_snapshot("two")


@pytest.mark.parametrize(
    ("content", "said"),
    [("", r"one\.sqlite is of format 0, not"), ("no database at all" * 300, r"one\.sqlite cannot be read")],
    ids=["empty", "something else"],
)
def test_a_snapshot_that_cannot_be_one_is_refused_and_the_state_stays(tmp_path, content: str, said: str) -> None:
    with closing(Store(tmp_path, (SCHEMA,))) as store:
        store.execute("INSERT INTO thing VALUES ('a')")
        store.save_snapshot("one")
        (tmp_path / "snapshots" / "one.sqlite").write_text(content)
        for _ in range(2):
            with pytest.raises(Conflict, match=said):
                store.restore_snapshot("one")
        assert things(store) == ["a"]


def test_files_of_a_lab_have_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is told of one may stand in another folder."""
    monkeypatch.chdir(tmp_path)
    with closing(Store(Path("lab"), (SCHEMA,))) as store:
        assert store.folder == tmp_path / "lab"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_snapshot_name_cannot_leave_its_folder(store: Store, name: str) -> None:
    with pytest.raises(BadValue, match="snapshot="):
        store.save_snapshot(name)


def test_clear_empties_every_table(store: Store) -> None:
    store.execute("INSERT INTO thing VALUES ('a')")
    store.set_value("k", {"v": 1})
    store.clear()
    assert things(store) == []
    assert store.value("k") is None


def test_a_wait_ends_as_soon_as_another_thread_commits(store: Store) -> None:
    def found() -> str | None:
        return next(iter(things(store)), None)

    writer = threading.Thread(target=lambda: store.execute("INSERT INTO thing VALUES ('a')"))
    with store.lock:
        writer.start()
        assert store.wait_for(found, timeout=10) == "a"
    writer.join()


def waiting(condition: threading.Condition) -> threading.Thread:
    """A thread that ends when it is woken; it waits already."""
    begun = threading.Event()

    def wait() -> None:
        with condition:
            begun.set()
            condition.wait(30)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert begun.wait(10)
    with condition:  # free again only once it waits
        return thread


def test_a_note_wakes_those_who_wait_for_it_and_not_whoever_keeps_time(store: Store) -> None:
    store.execute("INSERT INTO thing VALUES ('before')")
    listener, timekeeper = waiting(store.changed), waiting(store.planned)
    store.note("INSERT INTO told VALUES (?)", (1,))
    with store.transaction():
        store.note("INSERT INTO told VALUES (?)", (2,))
    listener.join(10)
    timekeeper.join(0.1)
    assert (listener.is_alive(), timekeeper.is_alive()) == (False, True)
    store.execute("INSERT INTO thing VALUES ('a')")
    timekeeper.join(10)
    assert not timekeeper.is_alive()


def test_what_is_undone_wakes_nobody(store: Store) -> None:
    listener, timekeeper = waiting(store.changed), waiting(store.planned)
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.execute("INSERT INTO thing VALUES ('a')")
        raise ZeroDivisionError
    listener.join(0.1)
    assert (listener.is_alive(), timekeeper.is_alive()) == (True, True)
    store.execute("INSERT INTO thing VALUES ('a')")
    for one in (listener, timekeeper):
        one.join(10)
        assert not one.is_alive()


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.execute("INSERT INTO thing VALUES ('b')"),
        lambda store: store.execute_many("INSERT INTO thing VALUES (?)", [("b",)]),
        lambda store: store.set_value("key", 1),
        lambda store: store.clear(),
        lambda store: store.restore_snapshot("kept"),
    ],
    ids=["execute", "execute_many", "set_value", "clear", "restore_snapshot"],
)
def test_whatever_may_plan_something_wakes_whoever_keeps_time(store: Store, write) -> None:
    store.save_snapshot("kept")
    timekeeper = waiting(store.planned)
    write(store)
    timekeeper.join(10)
    assert not timekeeper.is_alive()


def test_a_statement_that_fails_does_nothing_and_what_was_done_before_it_stays(store: Store) -> None:
    with store.transaction():
        store.execute("INSERT INTO thing VALUES ('a')")
        with pytest.raises(sqlite3.IntegrityError):
            store.execute("INSERT INTO thing SELECT column1 FROM (VALUES ('b'), ('a'))")
    assert things(store) == ["a"]


def test_an_error_that_is_not_of_the_disk_comes_as_it_is(store: Store) -> None:
    for around in (nullcontext(), store.transaction()):
        with pytest.raises(sqlite3.OperationalError, match="no such table") as told, around:
            store.execute("INSERT INTO absent VALUES (1)")
        assert told.value.__cause__ is None  # an error that is its own cause has no end for whoever follows causes


def test_a_full_disk_is_named_by_a_statement_of_its_own_too(tmp_path: Path) -> None:
    store = Store(tmp_path, (SCHEMA,))
    store.execute("PRAGMA max_page_count = 1")
    with pytest.raises(DiskFailed, match=rf"{tmp_path}: database or disk is full.*Make room"):
        store.execute("INSERT INTO thing VALUES (?)", ("x" * 100_000,))
    assert things(store) == []
    store.close()


def test_a_wait_gives_up_at_its_limit(store: Store) -> None:
    assert store.wait_for(lambda: None, timeout=0.001) is None


def test_a_folder_keeps_the_lab(tmp_path: Path) -> None:
    with closing(Store(tmp_path, (SCHEMA,))) as first:
        first.execute("INSERT INTO thing VALUES ('a')")
        first.save_snapshot("one")
    with closing(Store(tmp_path, (SCHEMA,))) as second:
        assert things(second) == ["a"]
        assert second.snapshots() == ("one",)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with closing(Store(tmp_path, (SCHEMA,))), pytest.raises(CannotStart, match="in use by another lab"):
        Store(tmp_path, (SCHEMA,))


def test_data_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store(tmp_path, (SCHEMA,)).close()
    with closing(sqlite3.connect(tmp_path / "lab.sqlite")) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / "lab.sqlite").read_bytes()
    with pytest.raises(CannotStart, match=f"another version of zaikolab: format {SCHEMA_VERSION + 1}"):
        Store(tmp_path, (SCHEMA,))
    assert (tmp_path / "lab.sqlite").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lab.sqlite").write_bytes(b"something else entirely, and long enough to be looked at" * 100)
    with pytest.raises(CannotStart, match="not a database of zaikolab"):
        Store(tmp_path, (SCHEMA,))
    assert (tmp_path / "lab.sqlite").read_bytes().startswith(b"something else")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="cannot be used"):
        Store(tmp_path / "file" / "below", (SCHEMA,))


def test_a_killed_process_leaves_the_last_finished_action(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from simulator.store import Store
store = Store(Path(sys.argv[1]), ("CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT",))
store.execute("INSERT INTO thing VALUES ('finished')")
with store.transaction():
    store.execute("INSERT INTO thing VALUES ('half')")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert killed.returncode == -9
    with closing(Store(tmp_path, (SCHEMA,))) as store:
        assert things(store) == ["finished"]
