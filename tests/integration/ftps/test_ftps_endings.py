"""How sessions and transfers end: what comes behind is not carried out, and nothing torn looks whole."""

from __future__ import annotations

import contextlib
import ftplib
import socket
import ssl
import struct
from typing import Any

import pytest

from tests.integration.ftps.clients import COMPANY, ORDERS, PASSWORD, STOCK, USER, Ftps

RESET = struct.pack("ii", 1, 0)


def session_of(lab: Ftps) -> Any:
    running = lab.server._running
    assert running is not None
    (session,) = [each for each in running.loop.socket_map.values() if hasattr(each, "company_id")]
    return session


def said_until_the_end(client: ftplib.FTP_TLS) -> list[str]:
    replies = []
    with contextlib.suppress(EOFError, OSError):
        while True:
            replies.append(client.getmultiline())
    return replies


def transfer(lab: Ftps, command: str) -> tuple[ftplib.FTP_TLS, ssl.SSLSocket]:
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(command)
    data.suppress_ragged_eofs = False
    return client, data


def looks_torn(data: ssl.SSLSocket) -> bool:
    try:
        while data.recv(65536):
            pass
    except (ssl.SSLError, ConnectionResetError) as error:  # Python 3.11.2 has no class of its own for the first
        return "EOF" in str(error) or isinstance(error, ConnectionResetError)
    else:
        return False
    finally:
        data.close()


def test_what_comes_behind_quit_is_not_carried_out(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    client.sock.sendall(f"QUIT\r\nDELE {STOCK}\r\nLIST\r\nSTAT /\r\n".encode())
    assert said_until_the_end(client) == ["221 Goodbye."]
    lab.parts.journal.wait("ftps.disconnected")
    assert lab.area.read(COMPANY, STOCK) is not None
    assert lab.entries("ftps.command")[-1].data["verb"] == "QUIT"


def test_what_comes_behind_quit_during_a_transfer_is_not_carried_out(ftps):
    lab = ftps()
    lab.put_stock(b"x" * 20_000_000)
    client, data = transfer(lab, f"RETR {STOCK}")
    client.sock.sendall(f"QUIT\r\nDELE {STOCK}\r\n".encode())
    assert client.getmultiline() == "221 Goodbye."
    assert not looks_torn(data)
    assert said_until_the_end(client) == ["226 Transfer complete."]
    assert lab.area.stat(COMPANY, STOCK) is not None


def test_what_comes_behind_too_many_wrong_passwords_is_not_carried_out(ftps):
    lab = ftps()
    client = lab.connect()
    client.auth()
    wrong = f"USER {USER}\r\nPASS wrong\r\n" * 3
    client.sock.sendall(f"{wrong}USER {USER}\r\nPASS {PASSWORD}\r\nPWD\r\n".encode())
    assert said_until_the_end(client)[-1] == "530 Wrong user or password. Disconnecting."
    lab.parts.journal.wait("ftps.disconnected")
    assert lab.entries("ftps.login") == ()
    assert lab.entries("ftps.command")[-1].data["verb"] == "PASS"


def test_what_comes_behind_an_error_inside_the_lab_is_not_carried_out(ftps):
    lab = ftps()
    client = lab.login()
    shops = lab.accounts.shops.copy()
    lab.accounts.shops.clear()  # the fake answers with a KeyError now
    client.sock.sendall(b"CWD /netstock\r\nSTAT /\r\nLIST\r\n")
    assert said_until_the_end(client) == []
    lab.parts.journal.wait("ftps.disconnected")
    lab.accounts.shops |= shops
    assert [type(error) for error in lab.server._errors] == [KeyError]
    with pytest.raises(KeyError):
        lab.server.stop()


def test_what_was_sent_before_the_client_vanished_is_not_carried_out(ftps, monkeypatch):
    lab = ftps()
    client = lab.login()
    session = session_of(lab)

    def vanish(_company: int) -> tuple[str, ...]:
        session.end("vanished")
        return ("20001",)

    monkeypatch.setattr(lab.accounts, "shop_codes", vanish)
    client.sock.sendall(b"CWD /netstock\r\nSTAT /\r\n")
    lab.parts.journal.wait("ftps.disconnected")
    lab.server.stop()
    assert lab.entries("ftps.command")[-1].data["verb"] == "CWD"


def test_another_password_needs_the_user_again(ftps):
    client = ftps().connect()
    client.auth()
    with pytest.raises(ftplib.error_perm, match="Wrong user"):
        client.login(USER, "wrong")
    with pytest.raises(ftplib.error_perm, match=r"^503 .*USER"):
        client.sendcmd(f"PASS {PASSWORD}")


@pytest.mark.parametrize("command", ["STOU", "REIN", "CCC"])
def test_commands_the_area_does_not_have_are_unknown(ftps, command):
    client = ftps().login()
    with pytest.raises(ftplib.error_perm, match=r"^500 "):
        client.sendcmd(command)


@pytest.mark.parametrize("moved", [False, True])
def test_another_user_ends_the_transfer_of_the_one_before(ftps, moved):
    lab = ftps()
    client = lab.login()
    client.voidcmd("TYPE I")
    if moved:
        data = client.transfercmd(f"STOR {ORDERS}/a.csv")
        data.sendall(b"half")
    else:
        client.makepasv()
        client.sendcmd(f"STOR {ORDERS}/a.csv")
    client.sock.sendall(b"USER 10002_0\r\n")
    assert client.getmultiline() == "426 The transfer was aborted."
    assert client.getmultiline().startswith("331 ")
    if moved:
        data.close()
    assert lab.area.files(COMPANY, ORDERS) == ()


def test_a_transfer_cut_by_the_end_of_its_session_does_not_look_whole(ftps):
    lab = ftps()
    lab.put_stock(b"x" * 20_000_000)
    client, data = transfer(lab, f"RETR {STOCK}")
    data.recv(10)
    client.close()
    lab.parts.journal.wait("ftps.disconnected")
    assert looks_torn(data)


@pytest.mark.parametrize("command", [f"RETR {STOCK}", f"STOR {ORDERS}/a.csv"])
def test_connections_that_break_are_no_errors_of_the_lab(ftps, command):
    lab = ftps()
    lab.put_stock(b"x" * 20_000_000)
    client, data = transfer(lab, command)
    if command.startswith("STOR"):
        data.sendall(b"half")
    data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    socket.socket(fileno=data.detach()).close()
    with pytest.raises(ftplib.Error, match=r"^4"):
        client.voidresp()
    assert client.sendcmd("NOOP").startswith("200")
    lab.server.stop()


def test_each_command_begins_the_idle_time_anew(ftps):
    lab = ftps()
    client = lab.login()
    session = session_of(lab)
    before = session._idler.timeout
    client.sendcmd("NOOP")
    assert session._idler.timeout > before
