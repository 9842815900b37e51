"""The order folder of the FTPS adapter against a real FTPS server: whole, once, and never over another's file."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from reference.adapters.ftps_channel import trusting
from reference.adapters.tempostar_ftps import FtpsArea, FtpsPatience
from reference.domain.orders import Fate, FateKind
from reference.errors import ConnectionFailedError, FolderMissingError, OrderHandoverError
from tests.contract.reference.engine_ftps_server import Authority, Mischief, serve
from tests.unit.reference.engine_fakes import LINKAGE

QUICK = FtpsPatience(timeout=60.0, attempts=3, wait_initial=0.0, wait_max=0.0)
NAME = "order20260401090500_IDutf8.csv"
CONTENT = '"ショップ受注番号"\r\n"20001-1"\r\n'.encode() * 5_000
AT = datetime(2026, 4, 1, 0, 5, tzinfo=UTC)


class Ground:
    def __init__(self, root, authority, stack):
        self.orders = root / "netorder" / "20001"
        self.log = self.orders / "log"
        (root / "netstock" / "20001").mkdir(parents=True)
        self.log.mkdir(parents=True)
        self.mischief = Mischief()
        port = stack.enter_context(serve(root, authority.issue(), self.mischief))
        self.area = FtpsArea("127.0.0.1", port, "explicit", trusting(authority.ca), QUICK)

    def ask(self, question):
        with self.area.visit(LINKAGE) as folder:
            return question(folder)

    def put(self, content=CONTENT):
        return self.ask(lambda folder: folder.put_order_file(NAME, content))

    def find(self):
        return self.ask(lambda folder: folder.find_order_file(NAME))

    def fates(self, *names):
        return self.ask(lambda folder: folder.read_fates(names, ()))

    def logged(self, name, content=b"x"):
        (self.log / name).write_bytes(content)
        os.utime(self.log / name, (AT.timestamp(), AT.timestamp()))

    def names(self):
        return sorted(path.name for path in self.orders.iterdir() if path.is_file())


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"), "engine-orders-ca")


@pytest.fixture
def ground(tmp_path, authority):
    with ExitStack() as stack:
        yield Ground(tmp_path, authority, stack)


def test_uploads_under_another_name_and_renames(ground):
    assert ground.put() is True
    assert (ground.names(), ground.find()) == ([NAME], CONTENT)
    commands = ground.mischief.commands
    assert commands.index("STOR") < commands.index("RNFR") < commands.index("RNTO")


def test_resumes_the_tls_session_for_the_upload_too(ground):
    ground.mischief.require_reuse = True
    assert ground.put() is True


def test_what_a_killed_pass_left_of_an_upload_is_replaced(ground):
    (ground.orders / f"{NAME}.part").write_bytes(CONTENT[:100])
    ground.put()
    assert (ground.names(), ground.find()) == ([NAME], CONTENT)


@pytest.mark.parametrize("ending", ["", ".done", ".error"])
def test_a_file_that_is_there_or_in_the_log_is_not_uploaded_again(ground, ending):
    ground.logged(f"{NAME}{ending}", CONTENT) if ending else (ground.orders / NAME).write_bytes(CONTENT)
    assert ground.put() is True
    assert "STOR" not in ground.mischief.commands


@pytest.mark.parametrize("ending", ["", ".done", ".error"])
def test_another_file_of_that_name_is_left_alone(ground, ending):
    path = ground.log / f"{NAME}{ending}" if ending else ground.orders / NAME
    path.write_bytes(b"somebody else's")
    assert ground.put() is False
    assert path.read_bytes() == b"somebody else's"


@pytest.mark.parametrize("command", ["STOR", "SIZE", "RNFR", "RNTO"])
def test_a_broken_session_is_tried_again_and_leaves_one_file(ground, command):
    ground.mischief.drop_before, ground.mischief.drop_times = command, 1
    assert ground.put() is True
    assert (ground.names(), ground.find(), ground.mischief.drop_times) == ([NAME], CONTENT, 0)


def test_a_renaming_whose_reply_was_lost_is_not_done_twice(ground):
    ground.mischief.drop_after, ground.mischief.drop_times = "RNTO", 1
    assert ground.put() is True
    assert ground.names() == [NAME]
    assert ground.mischief.commands.count("STOR") == 1


def test_a_size_that_is_not_what_was_sent_is_never_renamed(ground):
    ground.mischief.answers["SIZE"] = "213 7"
    with pytest.raises(ConnectionFailedError, match="7 of the"):
        ground.put()
    assert ground.names() == [f"{NAME}.part"]


@pytest.mark.parametrize(
    ("command", "answer"), [("STOR", "552 Quota exceeded."), ("RNFR", "550 No."), ("RNTO", "553 No.")]
)
def test_a_refused_upload_is_named_at_once(ground, command, answer):
    ground.mischief.answers[command] = answer
    with pytest.raises(OrderHandoverError, match=answer):
        ground.put()
    assert ground.mischief.commands.count(command) == 1


def test_without_a_folder_for_orders_it_says_which(ground):
    ground.log.rmdir()
    ground.orders.rmdir()
    with pytest.raises(FolderMissingError, match="/netorder/20001"):
        ground.put()


def test_without_a_log_folder_orders_are_handed_over_all_the_same(ground):
    ground.log.rmdir()
    assert ground.put() is True
    with pytest.raises(FolderMissingError, match="log"):
        ground.fates(NAME)


def test_stock_files_are_still_found_after_looking_at_orders(ground):
    (ground.orders.parents[1] / "netstock" / "20001" / "stock.csv").write_bytes(b"x")

    def look(folder):
        return folder.find_order_file(NAME), [stamp.name for stamp in folder.list_files()]

    assert ground.ask(look) == (None, ["stock.csv"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_reads_what_became_of_files(ground, encoding):
    ground.logged("a.csv.done")
    ground.logged("b.csv.error")
    ground.logged("b.csv.log", "2行目：不明".encode(encoding))
    ground.logged("d.csv.error")
    assert ground.fates("a.csv", "b.csv", "c.csv", "d.csv") == {
        "a.csv": Fate(FateKind.TAKEN_IN, AT),
        "b.csv": Fate(FateKind.REFUSED, AT, "2行目：不明"),
        "d.csv": Fate(FateKind.REFUSED, AT, ""),
    }
