"""The FTPS adapter against a real FTPS server that can misbehave."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from dataclasses import replace

import pytest

from reference.adapters.ftps_channel import trusting
from reference.adapters.tempostar_ftps import FtpsArea, FtpsPatience, TlsMode
from reference.errors import (
    CertificateDefect,
    CertificateRefusedError,
    ConnectionFailedError,
    FolderMissingError,
    LoginRefusedError,
    TlsUnavailableError,
    UntrustedFileError,
    UntrustedReason,
)
from tests.contract.reference.engine_ftps_server import Authority, Mischief, serve
from tests.unit.reference.engine_fakes import LINKAGE

CONTENT = '"商品コード","在庫数"\r\n"A","1"\r\n'.encode("cp932") * 40
QUICK = FtpsPatience(timeout=60.0, attempts=3, wait_initial=0.0, wait_max=0.0)
WRITTEN_AT = 1_775_001_600


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"), "engine-test-ca")


class Ground:
    """A root folder with one shop, the mischief to come, and a way to ask."""

    def __init__(self, root, authority, stack):
        self.root, self.authority, self.stack = root, authority, stack
        self.folder = root / "netstock" / "20001"
        self.folder.mkdir(parents=True)
        self.mischief = Mischief()
        self.put("stock.csv")

    def put(self, name, content=CONTENT, at=WRITTEN_AT):
        (self.folder / name).write_bytes(content)
        os.utime(self.folder / name, (at, at))

    def serve(self, *, implicit=False, parts=None, **certificate):
        served = serve(self.root, self.authority.issue(**certificate), self.mischief, implicit=implicit, parts=parts)
        self.port = self.stack.enter_context(served)
        return self

    def area(self, mode=TlsMode.EXPLICIT, ca=None):
        tls = trusting(ca or self.authority.ca)
        return FtpsArea("127.0.0.1", self.port, mode, tls, QUICK)

    def fetch(self, area=None, **changes):
        with (area or self.area()).visit(replace(LINKAGE, **changes)) as folder:
            fetched = (folder.fetch_file(stamp.name) for stamp in folder.list_files())
            return [replace(one, content=one.content[:]) for one in fetched]


@pytest.fixture
def ground(tmp_path, authority):
    with ExitStack() as stack:
        yield Ground(tmp_path, authority, stack)


def test_lists_and_fetches_stock_files_in_one_session(ground):
    ground.put("stock20260401.csv", b"x", WRITTEN_AT - 60)
    ground.put("notes.txt")
    (ground.folder / "old.csv").mkdir()
    first, second = ground.serve().fetch()
    assert (first.stamp.name, second.stamp.name) == ("stock20260401.csv", "stock.csv")
    assert second.content == CONTENT
    assert (second.stamp.size, second.stamp.modified_at.timestamp()) == (len(CONTENT), WRITTEN_AT)
    assert ground.mischief.commands.count("PASS") == 1


def test_protects_first_and_logs_in_afterwards(ground):
    ground.serve().fetch()
    commands = ground.mischief.commands
    assert commands.index("AUTH") < commands.index("USER") < commands.index("PASS")
    assert "PROT" in commands
    assert not {"DELE", "STOR", "RNFR", "RMD", "PORT"} & set(commands)


def test_resumes_the_tls_session_on_the_data_channel(ground):
    ground.mischief.require_reuse = True
    ground.serve().fetch()
    assert set(ground.mischief.reused) == {True}


def test_speaks_implicit_tls(ground):
    (fetched,) = ground.serve(implicit=True).fetch(ground.area(TlsMode.IMPLICIT))
    assert fetched.content == CONTENT
    assert "AUTH" not in ground.mischief.commands


def test_an_empty_folder_is_no_failure(ground):
    (ground.folder / "stock.csv").unlink()
    assert ground.serve().fetch() == []


def test_contacts_nobody_before_the_first_question(ground):
    ground.serve()
    with ground.area().visit(LINKAGE):
        pass
    assert ground.mischief.commands == []


def test_a_wrong_password_is_refused_once_and_never_shown(ground):
    with pytest.raises(LoginRefusedError) as refusal:
        ground.serve().fetch(ftp_password="wrong-and-secret")
    assert ground.mischief.commands.count("PASS") == 1
    assert "wrong-and-secret" not in str(refusal.value)


def test_a_password_that_cannot_be_sent_is_a_refused_login(ground):
    with pytest.raises(LoginRefusedError):
        ground.serve().fetch(ftp_password="two\r\nlines")


@pytest.mark.parametrize("shop_code", ["20999", "../20001", "", "20001 ", "２０００１"])
def test_a_wrong_shop_code_has_no_folder(ground, shop_code):
    with pytest.raises(FolderMissingError):
        ground.serve().fetch(shop_code=shop_code)


@pytest.mark.parametrize(
    ("certificate", "defect"),
    [
        ({"days": -1}, CertificateDefect.EXPIRED),
        ({"host": "ftp.other.example"}, CertificateDefect.WRONG_HOST),
        ({"host": "127.0.0.9"}, CertificateDefect.WRONG_HOST),
    ],
    ids=["expired", "other name", "other address"],
)
def test_a_bad_certificate_is_refused_before_any_password(ground, certificate, defect):
    with pytest.raises(CertificateRefusedError) as refusal:
        ground.serve(**certificate).fetch()
    assert refusal.value.defect is defect
    assert set(ground.mischief.commands) <= {"AUTH"}


def test_an_unknown_authority_is_refused(ground, tmp_path):
    ground.serve()
    with pytest.raises(CertificateRefusedError) as refusal:
        ground.fetch(ground.area(ca=Authority(tmp_path, "other-ca").ca))
    assert refusal.value.defect is CertificateDefect.UNTRUSTED


def test_another_authority_in_the_same_file_is_trusted_from_then_on(ground, authority, tmp_path):
    file = tmp_path / "ca.pem"
    file.write_bytes(Authority(tmp_path, "other-ca").ca.read_bytes())
    ground.serve()
    with pytest.raises(CertificateRefusedError):
        ground.fetch(ground.area(ca=file))
    file.write_bytes(authority.ca.read_bytes())
    assert len(ground.fetch(ground.area(ca=file))) == 1
    assert trusting(file) is trusting(file)


def test_a_server_without_tls_gets_no_password(ground):
    ground.port = ground.stack.enter_context(serve(ground.root, None, ground.mischief))
    with pytest.raises(TlsUnavailableError):
        ground.fetch()
    assert not {"USER", "PASS"} & set(ground.mischief.commands)


def test_a_short_file_answered_with_226_is_read_again(ground):
    ground.mischief.cut_at, ground.mischief.cut_times = 100, 2
    (fetched,) = ground.serve().fetch()
    assert fetched.content == CONTENT


def test_a_file_that_stays_short_is_not_trusted(ground):
    ground.mischief.cut_at, ground.mischief.cut_times = 100, 99
    with pytest.raises(UntrustedFileError) as refusal:
        ground.serve().fetch()
    assert (refusal.value.reason, refusal.value.file_name) == (UntrustedReason.SHORT, "stock.csv")
    assert ground.mischief.commands.count("RETR") == QUICK.attempts


def test_a_channel_that_ends_without_a_close_notice_is_not_trusted(ground):
    ground.serve()
    with ground.area().visit(LINKAGE) as folder:
        folder.list_files()
        ground.mischief.unclean_end = True
        with pytest.raises(UntrustedFileError) as refusal:
            folder.fetch_file("stock.csv")
    assert refusal.value.reason is UntrustedReason.NOT_CLOSED_CLEANLY


@pytest.mark.parametrize("answer", ["421 Too many connections.", "450 Busy.", "500 What?", "nonsense"])
@pytest.mark.parametrize("command", ["CWD", "SIZE", "MDTM", "RETR"])
def test_any_odd_answer_becomes_an_error_of_ours(ground, command, answer):
    ground.mischief.answers = {command: answer}
    with pytest.raises(ConnectionFailedError):
        ground.serve().fetch()


@pytest.mark.parametrize("size", [5, len(CONTENT) + 1])
def test_a_size_that_is_not_true_is_not_believed(ground, size):
    ground.mischief.answers = {"SIZE": f"213 {size}"}
    with pytest.raises(UntrustedFileError) as refusal:
        ground.serve().fetch()
    assert refusal.value.reason is UntrustedReason.SHORT
    assert refusal.value.evidence == (
        "more than 5 bytes arrived" if size == 5 else f"{len(CONTENT)} of {size} bytes arrived"
    )


def test_a_file_too_large_to_hold_is_not_asked_for(ground):
    ground.mischief.answers = {"SIZE": f"213 {1 << 40}"}
    with pytest.raises(ConnectionFailedError, match="nonsense"):
        ground.serve().fetch()
    assert "RETR" not in ground.mischief.commands


def test_a_transfer_that_takes_too_long_is_ended(ground):
    ground.serve()
    area = replace(ground.area(), patience=replace(QUICK, longest_transfer=0.0))
    with area.visit(LINKAGE) as folder:
        with pytest.raises(ConnectionFailedError, match=r"stock\.csv took longer"):
            folder.fetch_file("stock.csv")
        with pytest.raises(ConnectionFailedError, match="MLSD took longer"):
            folder.list_files()


def test_a_file_replaced_by_one_of_the_same_size_while_read_is_not_trusted(ground):
    ground.mischief.replace_while_read = newer = CONTENT.replace(b'"1"', b'"2"')
    (fetched,) = ground.serve().fetch()
    assert (fetched.content, fetched.stamp.modified_at.timestamp() > WRITTEN_AT) == (newer, True)
    assert ground.mischief.commands.count("RETR") == 2


def test_a_password_in_any_reply_is_struck_out(ground):
    ground.mischief.answers = {"CWD": "450 never-shown has no folder."}
    with pytest.raises(ConnectionFailedError) as refusal:
        ground.serve().fetch()
    assert "*** has no folder" in str(refusal.value)


def test_an_odd_mdtm_is_not_taken_for_a_time(ground):
    ground.mischief.answers = {"MDTM": "213 yesterday"}
    with pytest.raises(ConnectionFailedError, match="nonsense"):
        ground.serve().fetch()


def test_lists_by_nlst_where_mlsd_is_not_known(ground):
    ground.mischief.answers = {"MLSD": "500 Unknown command."}
    (fetched,) = ground.serve().fetch()
    assert fetched.content == CONTENT


def test_an_empty_folder_may_answer_550_to_nlst(ground):
    ground.mischief.answers = {"MLSD": "502 Not implemented.", "NLST": "550 No files found."}
    assert ground.serve().fetch() == []


@pytest.mark.parametrize("command", ["PBSZ", "PROT"])
def test_a_data_channel_that_cannot_be_protected_is_not_used(ground, command):
    ground.mischief.answers = {command: "536 No."}
    with pytest.raises(TlsUnavailableError):
        ground.serve().fetch()
    assert not {"MLSD", "RETR"} & set(ground.mischief.commands)


def test_a_password_that_the_server_repeats_is_struck_out(ground):
    ground.mischief.answers = {"PASS": "530 wrong-and-secret is wrong."}
    with pytest.raises(LoginRefusedError) as refusal:
        ground.serve().fetch(ftp_password="wrong-and-secret")
    assert "***" in str(refusal.value)
    assert "wrong-and-secret" not in str(refusal.value)


def test_a_blank_user_is_refused_and_not_logged_in_as_anonymous(ground):
    with pytest.raises(LoginRefusedError):
        ground.serve().fetch(ftp_user="")
    assert "USER" not in ground.mischief.commands


def test_a_file_that_changes_while_read_is_read_again(ground):
    ground.mischief.touch_while_read = 1
    (fetched,) = ground.serve().fetch()
    assert fetched.content == CONTENT + b"more"


@pytest.mark.parametrize("command", ["USER", "CWD", "MLSD", "SIZE", "RETR"])
def test_a_dropped_connection_is_tried_again(ground, command):
    ground.mischief.drop_before, ground.mischief.drop_times = command, 2
    (fetched,) = ground.serve().fetch()
    assert fetched.content == CONTENT


def test_a_connection_that_keeps_dropping_fails_after_bounded_tries(ground):
    ground.mischief.drop_before, ground.mischief.drop_times = "RETR", 99
    with pytest.raises(ConnectionFailedError):
        ground.serve().fetch()
    assert ground.mischief.commands.count("RETR") == QUICK.attempts


def test_nobody_listening_is_a_failed_connection(ground):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ground.port = free.getsockname()[1]
        with pytest.raises(ConnectionFailedError):
            ground.fetch()


def test_tells_how_much_of_a_file_has_arrived(ground):
    told = []
    ground.serve().fetch(replace(ground.area(), tell=lambda *news: told.append(news)))
    assert told[-1] == ("bytes received", len(CONTENT), len(CONTENT))
