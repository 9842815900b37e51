"""A folder whose files are known: what need not be asked of the server again, and what has to be all the same."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from reference.adapters.ftps_channel import ProtectedFtp
from reference.errors import FolderMissingError
from tests.contract.reference.test_engine_ftps import CONTENT, QUICK, WRITTEN_AT, Ground, authority
from tests.unit.reference.engine_fakes import LINKAGE

__all__ = ["authority"]
DATA_CHANNEL = {"PBSZ", "PROT", "PASV", "EPSV", "TYPE", "MLSD", "NLST", "LIST"}
_MODE = "213-Status:\r\n-rw-r--r--"


@pytest.fixture
def ground(tmp_path, authority):
    with ExitStack() as stack:
        yield Ground(tmp_path, authority, stack).serve()


def look(ground, known=(), area=None, **changes):
    """The listing, and the commands that it took."""
    ground.mischief.commands.clear()
    with (area or ground.area()).visit(replace(LINKAGE, **changes)) as folder:
        return folder.list_files(known)


def test_a_file_that_has_not_changed_takes_no_data_channel(ground):
    known = look(ground)
    assert look(ground, known) == known
    assert ground.mischief.commands == ["AUTH", "USER", "PASS", "STAT", "MDTM", "QUIT"]


def _written_a_second_later(ground):
    ground.put("stock.csv", CONTENT, WRITTEN_AT + 1)


def _of_another_size(ground):
    ground.put("stock.csv", CONTENT + b"x", WRITTEN_AT)


def _another_beside(ground):
    ground.put("stock2.csv", b"x", WRITTEN_AT)


def _another_name(ground):
    (ground.folder / "stock.csv").rename(ground.folder / "stock2.csv")


def _gone(ground):
    (ground.folder / "stock.csv").unlink()


@pytest.mark.parametrize("happens", [_written_a_second_later, _of_another_size, _another_beside, _another_name, _gone])
def test_whatever_has_changed_is_found(ground, happens):
    known = look(ground)
    happens(ground)
    found = look(ground, known)
    assert found == look(ground) != known


@pytest.mark.parametrize(
    "answer",
    [
        "500 Unknown command.",
        "502 Not implemented.",
        "504 Not for a folder.",
        "450 Not now.",
        "211 All is well.",
        "211-Server status:\r\n Connected.\r\n211 End.",
        "213-Status:\r\n213 End.",
        f"{_MODE} 1 a b {len(CONTENT)} Apr 01 00:00 stock.csv\r\n and more\r\n213 End.",
        f"{_MODE} 1 a {len(CONTENT)} Apr 01 00:00 stock.csv\r\n213 End.",
    ],
)
def test_a_server_that_does_not_tell_a_folder_by_stat_is_asked_to_list_it(ground, answer):
    known = look(ground)
    ground.mischief.answers = {"STAT": answer}
    ground.put("stock2.csv", b"x", WRITTEN_AT)
    assert [one.name for one in look(ground, known)] == ["stock.csv", "stock2.csv"]
    assert "MLSD" in ground.mischief.commands


def test_a_server_that_breaks_over_stat_is_asked_once(ground):
    known = look(ground)
    ground.mischief.drop_before, ground.mischief.drop_times = "STAT", 99
    assert look(ground, known) == known
    assert ground.mischief.commands.count("STAT") == 1


def test_a_server_that_never_ends_its_stat_is_asked_once(ground):
    known = look(ground)
    ground.mischief.answers = {"STAT": f"{_MODE} 1 a b {len(CONTENT)} Apr 01 00:00 stock.csv"}
    area = replace(ground.area(), patience=replace(QUICK, timeout=1.0))
    assert look(ground, known, area) == known
    assert ground.mischief.commands.count("STAT") == 1


def test_a_server_whose_answer_to_stat_drips_for_ever_is_asked_once(ground):
    def drip(handler, _path):
        handler.push("213-Status:\r\n")
        dripping = handler.ioloop.call_every(0.02, lambda: handler.push(" more\r\n"))
        handler.close = lambda: (dripping.cancelled or dripping.cancel(), type(handler).close(handler))

    known = look(ground)
    ground.serve(parts={"ftp_STAT": drip})
    area = replace(ground.area(), patience=replace(QUICK, timeout=1.0, longest_transfer=1.0))
    assert look(ground, known, area) == known
    assert ground.mischief.commands.count("STAT") == 1


@pytest.mark.parametrize(
    "line", ["drwxr-xr-x 2 a b 0 Apr 01 00:00 old.csv", " drwxr-xr-x 2 a b 0 Apr 01 00:00 old.csv", "total 4"]
)
def test_folders_and_the_count_before_a_listing_are_no_files(ground, line):
    known = look(ground)
    ground.mischief.answers = {
        "STAT": f"213-Status:\r\n{line}\r\n-rw-r--r-- 1 a b {len(CONTENT)} Apr 01  2026 stock.csv\r\n213 End."
    }
    assert look(ground, known) == known
    assert not DATA_CHANNEL & set(ground.mischief.commands)


def test_a_time_that_is_none_is_not_believed_but_the_listing_is(ground):
    known = look(ground)
    ground.mischief.answers = {"MDTM": "213 yesterday"}
    assert look(ground, known) == known
    assert "MLSD" in ground.mischief.commands


def test_a_time_that_is_refused_is_taken_from_the_listing_in_the_same_session(ground):
    known = look(ground)
    ground.mischief.answers = {"MDTM": "550 Not by this path."}
    assert look(ground, known) == known
    assert ground.mischief.commands.count("AUTH") == 1
    assert "MLSD" in ground.mischief.commands


@pytest.mark.parametrize("name", ["stock of today.csv", "在庫.csv", "全店.csv", "  .csv"])
def test_any_name_is_told_by_stat(ground, name):
    (ground.folder / "stock.csv").rename(ground.folder / name)
    known = look(ground)
    assert [one.name.encode("latin-1").decode() for one in known] == [name]
    assert look(ground, known) == known
    assert not DATA_CHANNEL & set(ground.mischief.commands)


def test_a_folder_that_is_gone_is_missed(ground):
    known = look(ground)
    with pytest.raises(FolderMissingError):
        look(ground, known, shop_code="20999")


def test_a_listing_is_believed_where_it_says_what_is_known(ground):
    ground.put("stock2.csv", b"x", WRITTEN_AT)
    known = look(ground)
    assert look(ground, known) == known
    assert not {"SIZE", "MDTM", "STAT"} & set(ground.mischief.commands)


@pytest.mark.parametrize("happens", [_written_a_second_later, _of_another_size])
def test_what_a_listing_tells_otherwise_is_asked_for(ground, happens):
    ground.put("stock2.csv", b"x", WRITTEN_AT)
    known = look(ground)
    happens(ground)
    found = look(ground, known)
    assert (ground.mischief.commands.count("SIZE"), ground.mischief.commands.count("MDTM")) == (1, 1)
    assert found == look(ground) != known


def test_a_listing_of_names_alone_is_asked_about_in_full(ground):
    ground.put("stock2.csv", b"x", WRITTEN_AT)
    known = look(ground)
    ground.mischief.answers = {"MLSD": "500 Unknown command."}
    assert look(ground, known) == known
    assert ground.mischief.commands.count("MDTM") == 2


def test_data_channels_are_made_private_once_a_session(ground):
    with ground.area().visit(LINKAGE) as folder:
        for _ in range(2):
            folder.list_files()
            folder.fetch_file("stock.csv")
    counted = [ground.mischief.commands.count(command) for command in ("PROT", "CWD", "TYPE")]
    assert counted == [1, 1, 4]


def test_a_file_is_received_in_bytes_also_right_after_a_listing(ground):
    area, received = ground.area(), []
    with closing(ProtectedFtp(area.tls, 5.0, 5.0, implicit=False)) as ftp:
        ftp.open_protected(area.host, area.port, LINKAGE.ftp_user, LINKAGE.ftp_password)
        ftp.enter_folder("/netstock/20001")
        assert set(ftp.list_facts()) == {"stock.csv"}
        ground.mischief.commands.clear()
        ftp.retrieve_into(received.append, "stock.csv", at_most=len(CONTENT))
    assert b"".join(received) == CONTENT
    assert [one for one in ground.mischief.commands if one in {"TYPE", "RETR"}] == ["TYPE", "RETR"]
