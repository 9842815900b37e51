"""The journal: in order, filtered, awaited."""

from __future__ import annotations

import threading

import pytest

from simulator.errors import WaitTimedOut
from simulator.journal import Entry, Service


def test_entries_are_read_in_order_with_their_data(parts) -> None:
    journal = parts().journal
    first = journal.record(Service.LAB, "a.happened", "A happened.", skus=["S-2", "S-1", "S-1"], number=1, text="漢字")
    second = journal.record(Service.FTPS, "b.happened", "B happened.")
    one, two = journal.read()
    assert (one.seq, two.seq) == (first, second)
    assert (one.service, one.kind, one.data, one.skus) == (
        "lab",
        "a.happened",
        {"number": 1, "text": "漢字"},
        ("S-1", "S-2"),
    )
    assert one.at == "2026-04-01T09:00:00+09:00"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"kind": "a"}, ["a.x", "a.y"]),
        ({"kind": "a.x"}, ["a.x"]),
        ({"service": "ftps"}, ["a.y"]),
        ({"sku": "S-1"}, ["ab.z"]),
        ({"after": 2}, ["ab.z"]),
        ({"limit": 1}, ["a.x"]),
        ({"kind": "a", "service": "lab"}, ["a.x"]),
    ],
)
def test_entries_are_filtered(parts, wanted: dict[str, object], found: list[str]) -> None:
    journal = parts().journal
    journal.record(Service.LAB, "a.x", "")
    journal.record(Service.FTPS, "a.y", "")
    journal.record(Service.LAB, "ab.z", "", skus=["S-1"])
    assert [entry.kind for entry in journal.read(**wanted)] == found  # type: ignore[arg-type]  # rows of the table above


def test_an_entry_is_undone_with_its_action(parts) -> None:
    ground = parts()
    with pytest.raises(ZeroDivisionError), ground.store.transaction():
        ground.journal.record(Service.LAB, "a.happened", "")
        raise ZeroDivisionError
    assert ground.journal.read() == ()


def test_a_wait_finds_what_is_there_already(parts) -> None:
    journal = parts().journal
    seq = journal.record(Service.LAB, "a.happened", "")
    assert journal.wait("a", timeout=0).seq == seq


def test_a_wait_that_comes_to_nothing_says_so(parts) -> None:
    with pytest.raises(WaitTimedOut, match=r"No journal entry 'a\.happened' after 0 within 0 s"):
        parts().journal.wait("a.happened", timeout=0)


def test_numbers_go_on_after_the_store_was_cleared(parts) -> None:
    ground = parts()
    last = ground.journal.record(Service.LAB, "a.happened", "")
    ground.store.clear()
    assert ground.journal.read() == ()
    assert ground.journal.last_seq() == last
    assert ground.journal.record(Service.LAB, "b.happened", "") == last + 1


def test_an_observer_is_shown_each_entry_as_it_is_read_until_it_is_let_go(parts) -> None:
    journal = parts().journal
    seen: list[Entry] = []
    journal.record(Service.LAB, "before", "")
    with journal.observed(seen.append):
        journal.record(Service.LAB, "a.happened", "A happened.", skus=["S-2", "S-1", "S-1"], pair=(1, "漢字"))
        journal.record(Service.FTPS, "b.happened", "B happened.")
    journal.record(Service.LAB, "after", "")
    assert tuple(seen) == journal.read(after=1, limit=2)


def test_observers_see_an_entry_when_its_whole_action_has_happened_and_none_of_what_was_undone(parts) -> None:
    ground = parts()
    seen: list[str] = []
    with ground.journal.observed(lambda entry: seen.append(entry.kind)):
        with ground.store.transaction():
            ground.journal.record(Service.LAB, "outer", "")
            with pytest.raises(ZeroDivisionError), ground.store.transaction():
                ground.journal.record(Service.LAB, "undone", "")
                raise ZeroDivisionError
            assert seen == []
        assert seen == ["outer"]
        with pytest.raises(ZeroDivisionError), ground.store.transaction():
            ground.journal.record(Service.LAB, "undone", "")
            raise ZeroDivisionError
        ground.journal.record(Service.LAB, "next", "")
    assert seen == ["outer", "next"]


def test_while_an_observer_looks_others_read_and_write(parts) -> None:
    ground = parts()
    read: list[int] = []

    def look(_: Entry) -> None:
        other = threading.Thread(target=lambda: read.append(len(ground.journal.read())), daemon=True)
        other.start()
        other.join(60)

    with ground.journal.observed(look):
        ground.journal.record(Service.LAB, "a.happened", "")
    assert read == [1]


def test_what_an_observer_raises_its_writer_gets_and_the_entry_stays(parts) -> None:
    journal = parts().journal

    def refuse(_: Entry) -> None:
        raise ZeroDivisionError

    with journal.observed(refuse), pytest.raises(ZeroDivisionError):
        journal.record(Service.LAB, "a.happened", "")
    assert [entry.kind for entry in journal.read()] == ["a.happened"]


def test_a_call_after_a_commit_needs_a_transaction(parts) -> None:
    with pytest.raises(AssertionError):
        parts().store.after_commit(print)
