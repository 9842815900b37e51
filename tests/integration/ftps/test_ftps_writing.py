"""What a client may change: stock files be deleted, order files come and go; all of it whole, and told."""

from __future__ import annotations

import ftplib
import io
import socket
import ssl

import pytest

from simulator.config import Settings
from simulator.tempostar.ftps.server import Limits
from tests.integration.ftps.clients import COMPANY, ORDERS, STOCK, fetch

ORDER = f"{ORDERS}/order20260401090500_IDutf8.csv"


def upload(client, path: str, content: bytes) -> str:
    return client.storbinary(f"STOR {path}", io.BytesIO(content))


def test_a_stock_file_is_deleted_when_the_setting_allows_it(ftps):
    lab = ftps()
    lab.put_stock()
    lab.login().delete(STOCK)
    assert lab.area.read(COMPANY, STOCK) is None
    (deleted,) = lab.entries("ftps.deleted")
    assert (deleted.data["path"], deleted.data["user"]) == (STOCK, "10001_0")


def test_a_stock_file_is_not_deleted_when_the_setting_forbids_it(ftps):
    lab = ftps()
    lab.put_stock()
    lab.parts.settings = Settings(stock_file_deletable=False)
    client = lab.login()
    with pytest.raises(ftplib.error_perm, match=r"550 .*stock_file_deletable"):
        client.delete(STOCK)
    assert fetch(client, STOCK)
    assert dict(client.mlsd("/netstock/20001"))["stock.csv"]["perm"] == "r"
    lab.put_stock(b"done", f"{ORDERS}/log/a.done")
    assert dict(client.mlsd(f"{ORDERS}/log"))["a.done"]["perm"] == "dr", "logs are another matter"
    assert lab.entries("ftps.deleted") == ()


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (f"STOR {STOCK}", "TEMPOSTAR only"),
        ("STOR /netstock/20001/new.csv", "TEMPOSTAR only"),
        (f"APPE {STOCK}", "whole"),
        (f"RNFR {STOCK}", "TEMPOSTAR only"),
        ("MKD /netstock/20001/sub", "Folders"),
        ("MKD /sub", "Folders"),
        ("RMD /netstock/20001", "Folders"),
        ("RMD /netorder/20001/log", "Folders"),
        ("DELE /netstock/20001", "Folders"),
        ("DELE /netstock/20001/absent.csv", "No such file"),
        ("DELE /netstock/20002/stock.csv", "No such file"),
        (f"MFMT 20200101000000 {STOCK}", "times"),
        (f"SITE CHMOD 777 {STOCK}", "modes"),
        ("STOR /netorder/20001/log/a.log", "log folder"),
        ("RNFR /netorder/20001/log/a.done", "log folder"),
        ("STOR /netorder/20001/log", "Folders"),
        ("RNFR /netorder/20001/log", "Folders"),
        ("STOR /netorder/20002/a.csv", "Not a place"),
        ("STOR /a.csv", "Not a place"),
        ("STOR /netorder/a.csv", "Not a place"),
        (f"STOR {ORDERS}/a\\b.csv", "Not a place"),
        (f"STOR {ORDERS}/{'あ' * 86}", "Not a place"),
        (f"APPE {ORDERS}/a.csv", "whole"),
    ],
)
def test_what_is_not_the_clients_to_change_is_refused_in_a_sentence(ftps, command, word):
    lab = ftps()
    lab.put_stock()
    lab.put_stock(b"x", "/netorder/20001/log/a.done")
    lab.put_stock(b"x", "/netstock/20002/stock.csv", 10002)
    before = lab.parts.store.rows("SELECT * FROM area_file")
    client = lab.login()
    client.makepasv()
    with pytest.raises(ftplib.error_perm, match=f"^550 .*{word}.*\\.$"):
        client.voidcmd(command)
    assert [tuple(r) for r in lab.parts.store.rows("SELECT * FROM area_file")] == [tuple(r) for r in before]
    client.voidcmd("NOOP")


def test_an_order_file_is_uploaded_under_another_name_and_renamed(ftps):
    lab = ftps()
    client = lab.login()
    assert upload(client, f"{ORDERS}/upload.tmp", b"order").startswith("226")
    client.rename(f"{ORDERS}/upload.tmp", ORDER)
    assert lab.area.read(COMPANY, ORDER) == b"order"
    assert lab.area.read(COMPANY, f"{ORDERS}/upload.tmp") is None
    (received,), (renamed,) = lab.entries("ftps.received"), lab.entries("ftps.renamed")
    assert received.data == {
        "session": 1, "user": "10001_0", "path": f"{ORDERS}/upload.tmp", "bytes": 5, "complete": True,
    }  # fmt: skip
    assert (renamed.data["path"], renamed.data["new_path"]) == (f"{ORDERS}/upload.tmp", ORDER)


@pytest.mark.parametrize(
    "target", ["/netstock/20001/stock.csv", "/netorder/20001/log/x.done", "/netorder/20002/x.csv", "/x.csv"]
)
def test_an_order_file_is_not_renamed_to_anywhere_else(ftps, target):
    lab = ftps()
    client = lab.login()
    upload(client, ORDER, b"order")
    with pytest.raises(ftplib.error_perm, match=r"550"):
        client.rename(ORDER, target)
    assert fetch(client, ORDER) == b"order"


def test_the_logs_of_orders_are_read_and_deleted(ftps):
    lab = ftps()
    log = "/netorder/20001/log/order.csv.done"
    lab.put_stock(b"done", log)
    client = lab.login()
    assert fetch(client, log) == b"done"
    client.delete(log)
    assert client.nlst("/netorder/20001/log") == []


def test_an_upload_is_not_there_before_it_is_complete(ftps):
    lab = ftps()
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"STOR {ORDER}")
    data.sendall(b"x" * 100_000)
    assert lab.area.files(COMPANY, ORDERS) == ()
    data.unwrap()
    data.close()
    assert client.voidresp().startswith("226")
    assert lab.area.stat(COMPANY, ORDER).size == 100_000


def test_an_upload_that_just_ends_leaves_nothing_and_the_old_file_in_place(ftps):
    lab = ftps()
    client = lab.login()
    upload(client, ORDER, b"old")
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"STOR {ORDER}")
    data.sendall(b"half")
    socket.socket(fileno=data.detach()).close()  # as the system does for a program that died: no close_notify
    with pytest.raises(ftplib.error_temp, match=r"426 .*close_notify"):
        client.voidresp()
    assert fetch(client, ORDER) == b"old"
    assert [entry.data["complete"] for entry in lab.entries("ftps.received")] == [True, False]


def test_an_upload_whose_client_vanishes_leaves_nothing(ftps):
    lab = ftps()
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"STOR {ORDER}")
    data.sendall(b"half")
    client.close()
    lab.parts.journal.wait("ftps.disconnected")
    data.close()
    assert lab.area.files(COMPANY, ORDERS) == ()


def test_an_upload_past_the_limit_is_refused_and_leaves_nothing(ftps):
    lab = ftps(limits=Limits(upload_bytes=1000))
    client = lab.login()
    assert upload(client, ORDER, b"x" * 1000).startswith("226")
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"STOR {ORDERS}/big.csv")
    data.sendall(b"x" * 1001)
    with pytest.raises(ftplib.error_perm, match=r"^552 "):
        client.voidresp()
    data.close()
    assert client.nlst(ORDERS) == ["log", "order20260401090500_IDutf8.csv"]


def test_resuming_an_upload_is_refused(ftps):
    lab = ftps()
    client = lab.login()
    upload(client, ORDER, b"abc")
    with pytest.raises(ftplib.error_perm, match=r"550 .*whole"):
        client.storbinary(f"STOR {ORDER}", io.BytesIO(b"d"), rest=3)
    assert fetch(client, ORDER) == b"abc"


def test_an_upload_to_a_shop_that_went_away_meanwhile_is_not_kept(ftps):
    lab = ftps()
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"STOR {ORDER}")
    data.sendall(b"x")
    lab.accounts.shops[COMPANY] = ()
    data.unwrap()
    data.close()
    with pytest.raises(ftplib.error_perm, match=r"550"):
        client.voidresp()
    assert lab.area.files(COMPANY, ORDERS) == ()


def test_a_change_and_its_journal_entry_happen_together_or_not_at_all(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    lab.parts.store.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON journal WHEN NEW.kind IN ('ftps.deleted', 'ftps.received')"
        " BEGIN SELECT RAISE(ABORT, 'journal is broken'); END"
    )
    with pytest.raises((EOFError, OSError)):
        client.delete(STOCK)
    assert lab.area.read(COMPANY, STOCK) is not None
    client = lab.login()
    with pytest.raises(ftplib.error_temp, match=r"^451 "):
        upload(client, ORDER, b"x")
    assert lab.area.read(COMPANY, ORDER) is None
    with pytest.raises(Exception, match=r"journal is broken"):
        lab.server.stop()


@pytest.mark.parametrize(
    "line", [*(f"STOR /netorder/20001/a{one}b" for one in "\0\x1b\x7f\x80\x9f"), "CWD /net\rstock"]
)
def test_control_characters_are_refused(ftps, line):
    client = ftps().login()
    client.makepasv()
    client.sock.sendall(f"{line}\r\n".encode())
    with pytest.raises(ftplib.error_perm, match=r"^501 .*control"):
        client.getresp()


def test_names_that_are_not_utf8_are_refused_rather_than_garbled(ftps):
    client = ftps().login()
    client.makepasv()
    client.sock.sendall(b"STOR /netorder/20001/" + "注文.csv".encode("cp932") + b"\r\n")
    with pytest.raises(ftplib.error_perm, match=r"^501 .*UTF-8"):
        client.getresp()
    assert client.nlst(ORDERS) == ["log"]


def test_a_data_connection_in_clear_is_not_served(ftps):
    lab = ftps()
    client = lab.login()
    client.voidcmd("TYPE I")
    data, _ = ftplib.FTP.ntransfercmd(client, f"STOR {ORDER}")
    data.sendall(b"in clear, and long enough to be no TLS record at all")
    with pytest.raises(ftplib.error_perm, match=r"^522 "):
        client.voidresp()
    data.close()
    assert lab.area.files(COMPANY, ORDERS) == ()
    assert isinstance(client.sock, ssl.SSLSocket)
