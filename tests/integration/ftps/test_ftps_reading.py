"""What a client reads: bytes, sizes, times, folders."""

from __future__ import annotations

import ftplib
import io
import socket
import ssl
from datetime import datetime, timedelta

import pytest

from simulator.clock import JST
from tests.integration.ftps.clients import COMPANY, ORDERS, STOCK, fetch


def test_a_stock_file_arrives_byte_for_byte(ftps):
    lab = ftps()
    content = lab.put_stock("商品コード,在庫数\r\nA-1,3\r\n".encode("cp932") + bytes(range(256)) * 1000)
    assert fetch(lab.login(), STOCK) == content


def test_an_empty_file_arrives_empty(ftps):
    lab = ftps()
    lab.put_stock(b"")
    assert fetch(lab.login(), STOCK) == b""


def test_a_file_of_crlf_lines_arrives_unchanged_in_ascii_mode_too(ftps):
    lab = ftps()
    lab.put_stock(b"a,1\r\nb,2\r\n")
    lines = []
    lab.login().retrlines(f"RETR {STOCK}", lines.append)
    assert lines == ["a,1", "b,2"]


def test_size_and_time_are_those_of_the_file_on_the_labs_clock(ftps):
    lab = ftps()
    lab.parts.clock.set(datetime(2026, 4, 1, 9, 5, tzinfo=JST))
    content = lab.put_stock()
    client = lab.login()
    client.voidcmd("TYPE I")
    assert client.size(STOCK) == len(content)
    assert client.voidcmd(f"MDTM {STOCK}") == "213 20260401000500"


def test_size_is_refused_in_ascii_mode(ftps):
    lab = ftps()
    lab.put_stock()
    with pytest.raises(ftplib.error_perm, match=r"550"):
        lab.login().sendcmd(f"SIZE {STOCK}")


def test_a_listing_shows_the_labs_time_for_recent_files_and_the_year_for_old_ones(ftps):
    lab = ftps()
    lab.put_stock(b"12345", "/netstock/20001/old.csv")
    lab.parts.clock.set(datetime(2027, 1, 2, 3, 4, tzinfo=JST))
    lab.put_stock()
    lines: list[str] = []
    lab.login().dir("/netstock/20001", lines.append)
    assert [line.split(maxsplit=4)[4] for line in lines] == ["5 Apr 01  2026 old.csv", "7 Jan 02 03:04 stock.csv"]


def test_machine_listings_tell_type_size_time_and_permissions(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    assert dict(client.mlsd("/netstock/20001")) == {
        "stock.csv": {"modify": "20260401000000", "perm": "dr", "size": "7", "type": "file"}
    }
    assert sorted((name, facts["type"]) for name, facts in client.mlsd(ORDERS)) == [("log", "dir")]
    assert f"perm=dr;size=7;type=file; {STOCK}\n" in client.sendcmd(f"MLST {STOCK}")
    assert "type=dir; /\n" in client.sendcmd("MLST /")


def test_machine_listings_tell_only_the_facts_asked_for(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    assert dict(client.mlsd("/netstock/20001", ["size"])) == {"stock.csv": {"size": "7"}}
    assert client.sendcmd("OPTS MLST size;unique;") == "200 MLST OPTS size;"


def test_the_tree_is_the_one_of_the_contract(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    assert client.nlst("/") == ["netorder", "netstock"]
    assert client.nlst("/netstock") == ["20001"]
    assert client.nlst("/netstock/20001") == ["stock.csv"]
    assert client.nlst("/netorder/20001") == ["log"]
    assert client.nlst("/netorder/20001/log") == []
    assert client.nlst(STOCK) == ["stock.csv"]


def test_a_client_walks_the_tree(ftps):
    client = ftps().login()
    client.cwd("netstock")
    client.cwd("20001")
    assert client.pwd() == "/netstock/20001"
    client.sendcmd("CDUP")
    client.cwd("../../../..")
    assert client.pwd() == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/netstock/20002/stock.csv",
        "/netstock/20001/../20002/stock.csv",
        "/netstock/99999/stock.csv",
        "/stock.csv",
        "/etc/passwd",
        "/netstock/20001/stock.csv/x",
        "/netstock/20001/",
        "../../../../etc/passwd",
        "/netstock/20001/..\\20002\\stock.csv",
        "/netstock/20001/%2e%2e/20002/stock.csv",
        "~/netstock/20001/stock.csv",
        "~root",
        "/proc/self/environ",
        "/dev/stdin",
        "/netstock/20001/absent.csv",
        "/netorder/20001/log",
    ],
)
def test_nothing_but_the_files_of_the_logins_company_can_be_fetched(ftps, path):
    lab = ftps()
    lab.put_stock()
    lab.put_stock(b"secret", "/netstock/20002/stock.csv", 10002)
    client = lab.login()
    with pytest.raises(ftplib.error_perm, match=r"^550 "):
        fetch(client, path)
    client.voidcmd("NOOP")


@pytest.mark.parametrize(
    "command", ["CWD {}", "LIST {}", "NLST {}", "MLST {}", "SIZE {}/stock.csv", "MDTM {}/stock.csv"]
)
def test_another_companys_shop_is_as_absent_as_one_that_never_was(ftps, command):
    lab = ftps()
    lab.put_stock(b"secret", "/netstock/20002/stock.csv", 10002)
    client = lab.login()
    client.voidcmd("TYPE I")
    replies = set()
    for code in ("20002", "29999"):
        client.makepasv()
        with pytest.raises(ftplib.error_perm) as refusal:
            client.voidcmd(command.format(f"/netstock/{code}"))
        replies.add(str(refusal.value).replace(code, "CODE"))
    assert len(replies) == 1
    assert replies.pop().startswith("550 ")


def test_mlsd_of_a_folder_that_is_not_there_is_refused(ftps):
    with pytest.raises(ftplib.error_perm, match=r"^501 "):
        list(ftps().login().mlsd("/netstock/20002"))


def test_two_companies_see_only_their_own(ftps):
    lab = ftps()
    lab.put_stock(b"one")
    lab.put_stock(b"two", "/netstock/20002/stock.csv", 10002)
    assert fetch(lab.login(), STOCK) == b"one"
    other = lab.login(user="10002_0", password="battery-staple-3")
    assert fetch(other, "/netstock/20002/stock.csv") == b"two"
    assert other.nlst("/netstock") == ["20002"]


def test_a_shop_added_while_a_client_is_logged_in_appears_and_one_taken_away_is_gone(ftps):
    lab = ftps()
    client = lab.login()
    lab.accounts.shops[COMPANY] = ("20003",)
    lab.put_stock(b"new", "/netstock/20003/stock.csv")
    assert client.nlst("/netstock") == ["20003"]
    assert fetch(client, "/netstock/20003/stock.csv") == b"new"
    with pytest.raises(ftplib.error_perm, match=r"550"):
        client.cwd("/netstock/20001")


def test_a_fetch_can_begin_in_the_middle(ftps):
    lab = ftps()
    content = lab.put_stock(bytes(range(256)))
    client = lab.login()
    assert fetch(client, STOCK, rest=100) == content[100:]
    assert fetch(client, STOCK) == content
    assert [entry.data["restarted_at"] for entry in lab.entries("ftps.sent")] == [100, 0]


def test_a_fetch_cannot_begin_past_the_end(ftps):
    lab = ftps()
    lab.put_stock(b"123")
    with pytest.raises(ftplib.error_perm, match=r"554"):
        fetch(lab.login(), STOCK, rest=4)


def test_a_file_overwritten_while_it_is_read_arrives_as_it_was_when_opened(ftps):
    lab = ftps()
    old = lab.put_stock(b"old" * 1_000_000)
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"RETR {STOCK}")
    got = [data.recv(1000)]
    new = lab.put_stock(b"new")
    while piece := data.recv(65536):
        got.append(piece)
    data.unwrap()
    data.close()
    client.voidresp()
    assert b"".join(got) == old
    assert fetch(client, STOCK) == new


def test_a_listing_reads_no_content(ftps):
    lab = ftps()
    lab.put_stock()
    read = lab.area.read
    lab.area.read = None  # type: ignore[assignment,method-assign]  # any call fails, and stop() would raise it
    client = lab.login()
    client.voidcmd("TYPE I")
    assert client.nlst("/netstock/20001") == ["stock.csv"]
    assert len(list(client.mlsd("/netstock/20001"))) == 1
    client.dir("/netstock/20001", lambda _line: None)
    client.voidcmd("TYPE I")
    client.size(STOCK)
    client.voidcmd(f"MDTM {STOCK}")
    lab.area.read = read  # type: ignore[method-assign]  # as above


def test_the_features_offered_are_those_that_work(ftps):
    features = ftps().login().sendcmd("FEAT")
    for feature in ("AUTH TLS", "EPSV", "MDTM", "MLST type*;", "PBSZ", "PROT", "REST STREAM", "SIZE", "TVFS", "UTF8"):
        assert f" {feature}" in features
    assert "MFMT" not in features
    assert "EPRT" not in features


def test_options_of_ls_are_overlooked(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    for command in ("LIST -la /netstock/20001", "LIST -a", "NLST -a /netstock/20001"):
        client.cwd("/netstock/20001")
        lines: list[str] = []
        client.retrlines(command, lines.append)
        assert len(lines) == 1
        assert lines[0].endswith("stock.csv")


def test_both_kinds_of_passive_mode_work(ftps):
    lab = ftps()
    content = lab.put_stock()
    for extended in (True, False):
        client = lab.login()
        client.af = socket.AF_INET6 if extended else client.af  # ftplib sends EPSV when it thinks so
        assert fetch(client, STOCK) == content
    verbs = {entry.data["verb"] for entry in lab.entries("ftps.command")}
    assert {"EPSV", "PASV"} <= verbs


def test_active_mode_is_refused_and_says_what_to_do(ftps):
    client = ftps().login()
    with pytest.raises(ftplib.error_perm, match=r"^502 .*EPSV"):
        client.sendport("127.0.0.1", 40000)
    with pytest.raises(ftplib.error_perm, match=r"^502 .*EPSV"):
        client.sendeprt("127.0.0.1", 40000)


def test_a_transfer_without_a_data_connection_is_refused_rather_than_waited_for(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    for command in (f"RETR {STOCK}", "LIST", "NLST", "MLSD", f"STOR {ORDERS}/a.csv"):
        with pytest.raises(ftplib.error_temp, match=r"^425 .*EPSV"):
            client.voidcmd(command)


def test_a_transfer_is_opened_with_the_same_reply_whoever_is_quicker(ftps):
    lab = ftps()
    content = lab.put_stock()
    client = lab.login()
    client.voidcmd("TYPE I")
    with socket.create_connection(client.makepasv()) as plain:
        client.voidcmd("NOOP")  # by its reply the server has accepted the data connection
        assert client.sendcmd(f"RETR {STOCK}").startswith("150 ")
        with client.context.wrap_socket(plain, server_hostname="127.0.0.1") as data:
            assert data.recv(1000) == content
            data.unwrap()
    client.voidresp()


def test_an_abort_ends_a_transfer_and_keeps_the_session(ftps):
    lab = ftps()
    lab.put_stock(b"x" * 20_000_000)
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"RETR {STOCK}")
    assert data.recv(10)
    client.sock.sendall(b"ABOR\r\n")
    assert client.getmultiline()[:3] == "426"
    assert client.getmultiline()[:3] == "226"
    data.close()
    assert client.pwd() == "/"
    (sent,) = lab.entries("ftps.sent")
    assert sent.data["complete"] is False
    assert 0 < sent.data["bytes"] < 20_000_000


def test_an_aborted_transfer_does_not_look_like_a_whole_one(ftps):
    lab = ftps()
    lab.put_stock(b"x" * 20_000_000)
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"RETR {STOCK}")
    data.suppress_ragged_eofs = False
    data.recv(10)
    client.sock.sendall(b"ABOR\r\n")
    with pytest.raises((ssl.SSLError, ConnectionResetError), match=r"EOF|reset"):
        while data.recv(65536):
            pass
    data.close()


def test_an_abort_with_telnet_signs_before_it_is_understood(ftps):
    client = ftps().login()
    client.sock.sendall(b"\xff\xf4\xff\xf2ABOR\r\n")
    assert client.getmultiline() == "225 No transfer to abort."


def test_a_file_put_years_back_keeps_its_time(ftps):
    lab = ftps()
    lab.put_stock()
    lab.area.set_mtime(COMPANY, STOCK, lab.parts.clock.now() - timedelta(days=800))
    lines: list[str] = []
    client = lab.login()
    client.dir("/netstock/20001", lines.append)
    assert " Jan 22  2024 stock.csv" in lines[0]
    assert client.voidcmd(f"MDTM {STOCK}") == "213 20240122000000"


def test_stat_lists_over_the_control_channel(ftps):
    lab = ftps()
    lab.put_stock()
    assert "stock.csv" in lab.login().sendcmd("STAT /netstock/20001")


def test_stat_of_an_empty_folder_lists_nothing_and_the_session_goes_on(ftps):
    client = ftps().login()
    assert client.sendcmd("STAT /netstock/20001").splitlines() == [
        '213-Status of "/netstock/20001":',
        "213 End of status.",
    ]
    assert client.voidcmd("NOOP").startswith("200")


def test_an_upload_comes_back_by_its_japanese_name(ftps):
    lab = ftps()
    client = lab.login()
    client.storbinary(f"STOR {ORDERS}/注文ソ表.csv", io.BytesIO(b"x"))
    assert client.nlst(ORDERS) == ["log", "注文ソ表.csv"]
    assert fetch(client, f"{ORDERS}/注文ソ表.csv") == b"x"
