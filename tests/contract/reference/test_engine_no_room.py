"""A disk that is full while a stock file is received: real writes that the operating system refuses."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from reference.adapters.spooled_file import IN_MEMORY, SpooledFile
from reference.errors import NoRoomError
from tests.contract.reference.test_engine_ftps import Ground, authority
from tests.unit.reference.engine_fakes import LINKAGE

__all__ = ["authority"]
LARGE = b'"A","1"\r\n' * (3 * IN_MEMORY // 9)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: a write that would is refused, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def ground(tmp_path, authority):
    with ExitStack() as stack:
        ground = Ground(tmp_path / "area", authority, stack)
        ground.put("stock.csv", LARGE)
        yield ground.serve()


def test_a_file_that_finds_no_room_is_told_with_the_folder_and_not_fetched_again(ground, tmp_path):
    spool = tmp_path / "state"
    spool.mkdir()
    with replace(ground.area(), spool=spool).visit(LINKAGE) as folder:
        with room_for(2 * IN_MEMORY), pytest.raises(NoRoomError) as refusal:
            folder.fetch_file("stock.csv")
        assert str(refusal.value).startswith(f"{spool} cannot take the stock file")
        assert "make room there" in str(refusal.value)
        assert ground.mischief.commands.count("RETR") == 1
        assert folder.fetch_file("stock.csv").content[:] == LARGE  # with room again, in a session of its own
    assert list(spool.iterdir()) == []


def test_a_folder_that_is_not_there_is_the_systems_own_asked_for_when_it_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)  # as in a process that has looked for none yet
    file = SpooledFile.create(tmp_path / "nowhere")
    with room_for(0):
        file.write(b"x" * IN_MEMORY)
        with pytest.raises(NoRoomError, match="for temporary files cannot take the stock file"):
            file.write(b"x")
    file.close()


def test_what_waits_to_be_written_is_refused_when_the_size_is_asked_for(tmp_path):
    file = SpooledFile.create(tmp_path)
    file.write(b"x" * (IN_MEMORY + 1))
    with room_for(IN_MEMORY):
        file.write(b"x" * 10)  # into Python's own buffer
        with pytest.raises(NoRoomError):
            len(file)
        file.close()


def test_a_small_file_needs_no_room(tmp_path):
    file = SpooledFile.create(tmp_path)
    with room_for(0):
        file.write(b"x" * IN_MEMORY)
        assert len(file) == IN_MEMORY
    file.close()
