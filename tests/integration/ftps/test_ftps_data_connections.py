"""One data connection for one transfer, and a last reply for each transfer that was opened."""

from __future__ import annotations

import contextlib
import ftplib
import socket
import ssl

import pytest

from tests.integration.ftps.clients import COMPANY, ORDERS, STOCK, TIMEOUT, Ftps, fetch

OPENED = "150 File status okay. About to open data connection."
NONE_FREE = "425 There is no data connection: send EPSV or PASV first."


def opened(lab: Ftps, command: str = f"RETR {STOCK}") -> ftplib.FTP_TLS:
    """A client whose transfer waits for its data connection."""
    client = lab.login()
    client.voidcmd("TYPE I")
    client.makepasv()
    assert client.sendcmd(command) == OPENED
    return client


def data_connection(client: ftplib.FTP_TLS) -> ssl.SSLSocket:
    return client.context.wrap_socket(socket.create_connection(client.makepasv(), TIMEOUT), server_hostname="127.0.0.1")


def replies(client: ftplib.FTP_TLS, count: int) -> list[str]:
    return [client.getmultiline() for _ in range(count)]


@pytest.mark.parametrize("command", [f"RETR {STOCK}", f"STOR {ORDERS}/a.csv"])
def test_a_transfer_that_waited_is_aborted_with_its_reply_and_never_carried_out(ftps, command):
    lab = ftps()
    lab.put_stock()
    client = opened(lab, command)
    client.sock.sendall(b"ABOR\r\n")
    assert replies(client, 2) == ["426 The transfer was aborted.", "226 Aborted."]
    data = data_connection(client)
    assert client.sendcmd("NLST /") == OPENED
    assert data.recv(1000) == b"netorder\r\nnetstock\r\n"
    data.unwrap()
    data.close()
    client.voidresp()
    assert lab.area.files(COMPANY, ORDERS) == ()
    assert [entry.data["reply"] for entry in lab.entries("ftps.command") if entry.data["verb"] == "ABOR"] == [226]


def test_another_passive_port_ends_the_transfer_that_waited(ftps):
    lab = ftps()
    content = lab.put_stock()
    client = opened(lab)
    client.sock.sendall(b"EPSV\r\n")
    assert client.getmultiline() == "426 The transfer was aborted."
    assert client.getmultiline().startswith("229 ")
    assert fetch(client, STOCK) == content
    assert [entry.data["reply"] for entry in lab.entries("ftps.command") if entry.data["verb"] == "EPSV"] == [229]


def test_another_passive_port_ends_the_transfer_under_way(ftps):
    lab = ftps()
    content = lab.put_stock(b"x" * 20_000_000)
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"RETR {STOCK}")
    data.recv(10)
    client.sock.sendall(b"EPSV\r\n")
    assert client.getmultiline() == "426 The transfer was aborted."
    assert client.getmultiline().startswith("229 ")
    data.close()
    assert fetch(client, STOCK) == content
    assert [entry.data["complete"] for entry in lab.entries("ftps.sent")] == [False, True]


def test_a_transfer_that_has_not_moved_a_byte_is_aborted_with_its_reply(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    with socket.create_connection(client.makepasv(), TIMEOUT):
        assert client.sendcmd(f"RETR {STOCK}") == OPENED
        client.voidcmd("NOOP")
        client.sock.sendall(b"ABOR\r\n")
        assert replies(client, 2) == ["426 The transfer was aborted.", "226 Aborted."]
    assert client.sendcmd("NOOP").startswith("200")


def test_a_data_connection_that_carries_nothing_is_aborted_without_more_ado(ftps):
    client = ftps().login()
    for connected in (False, True):
        address = client.makepasv()
        with socket.create_connection(address) if connected else contextlib.nullcontext():
            client.voidcmd("NOOP")
            assert client.sendcmd("ABOR") == "225 No transfer to abort."
        with pytest.raises(ftplib.error_temp, match=NONE_FREE):
            client.sendcmd("LIST")


def test_a_data_connection_carries_one_transfer(ftps):
    lab = ftps()
    content = lab.put_stock(b"x" * 1_000_000)
    client = lab.login()
    client.voidcmd("TYPE I")
    data = data_connection_for_two(client, f"RETR {STOCK}", f"STOR {ORDERS}/a.csv")
    assert replies(client, 2) == [OPENED, NONE_FREE]
    got = b""
    while piece := data.recv(65536):
        got += piece
    data.unwrap()
    data.close()
    assert client.getmultiline() == "226 Transfer complete."
    assert got == content
    assert [entry.data["complete"] for entry in lab.entries("ftps.sent")] == [True]


def test_a_passive_port_takes_one_transfer(ftps):
    lab = ftps()
    lab.put_stock()
    client = opened(lab)
    with pytest.raises(ftplib.error_temp, match=NONE_FREE):
        client.sendcmd("LIST")


def data_connection_for_two(client: ftplib.FTP_TLS, *commands: str) -> ssl.SSLSocket:
    """A data connection for the first of two commands sent in one go."""
    plain = socket.create_connection(client.makepasv(), TIMEOUT)
    client.sock.sendall("".join(f"{command}\r\n" for command in commands).encode())
    return client.context.wrap_socket(plain, server_hostname="127.0.0.1")
