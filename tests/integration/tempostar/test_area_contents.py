"""Large files of the FTPS area: what is kept at hand is always the content that the store has."""

from __future__ import annotations

import pytest

from simulator.clock import FROZEN_START
from simulator.store import Store
from simulator.tempostar import area
from simulator.tempostar.area import Area

PATH = "/netstock/20001/stock.csv"
FIRST, SECOND = b"1" * area._LARGE, b"2" * area._LARGE


@pytest.fixture
def files(tmp_path):
    store = Store(tmp_path, [area.SCHEMA])
    yield Area(store, lambda: FROZEN_START)
    store.close()


def test_a_large_file_is_not_read_from_the_store_again(files):
    files.write(1, PATH, FIRST)
    assert files.read(1, PATH) is files.read(1, PATH) is FIRST


def test_what_is_undone_put_back_moved_or_deleted_is_read_as_it_is(files):
    files.write(1, PATH, FIRST)
    with pytest.raises(ZeroDivisionError), files.transaction():
        files.write(1, PATH, SECOND)
        assert files.read(1, PATH) == SECOND
        raise ZeroDivisionError
    assert files.read(1, PATH) == FIRST
    files.write(1, PATH, SECOND)
    assert files.read(1, PATH) == SECOND
    assert files.put_back(1, PATH)
    assert files.read(1, PATH) == FIRST
    assert files.rename(1, PATH, f"{PATH}.old")
    assert (files.read(1, PATH), files.read(1, f"{PATH}.old")) == (None, FIRST)
    assert files.remove(1, f"{PATH}.old")
    assert files.read(1, f"{PATH}.old") is None


def test_a_restored_snapshot_has_its_own_content(files):
    files.write(1, PATH, FIRST)
    files._store.save_snapshot("one")
    files.write(1, PATH, SECOND)
    files._store.restore_snapshot("one")
    assert files.read(1, PATH) == FIRST


def test_no_more_is_kept_at_hand_than_the_limit():
    kept = area._Contents(2 * area._LARGE)
    for version in "abc":
        kept.keep(version, FIRST)
        assert kept.find("a") is not None or version == "c"
    kept.keep("small", b"1")
    kept.keep("huge", FIRST * 3)
    assert [version for version in ("a", "b", "c", "small", "huge") if kept.find(version)] == ["a", "c"]


@pytest.mark.parametrize("table", ["area_file", "area_file_before"])
def test_looking_for_a_file_reads_no_content(files, table):
    files.write(1, PATH, FIRST)
    files.write(1, PATH, SECOND)
    # Without a rowid SQLite compares whole records; what stands behind the content is found through it.
    [row] = files._store.rows(f"SELECT rowid, * FROM {table}")
    assert row.keys()[-1] == "content"
