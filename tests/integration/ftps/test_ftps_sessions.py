"""Logins, what the journal tells of a session, and the bounds that keep one client from holding up the lab."""

from __future__ import annotations

import contextlib
import ftplib
import logging
import socket
import ssl

import pytest

from simulator.config import TlsMode
from simulator.tempostar.ftps.server import Limits
from tests.integration.ftps.clients import ORDERS, PASSWORD, STOCK, TIMEOUT, USER, fetch


def journal_text(lab) -> str:
    return "\n".join(str(tuple(row)) for row in lab.parts.store.rows("SELECT * FROM journal"))


@pytest.mark.parametrize(("user", "password"), [(USER, "wrong-guess-9"), ("no-such-user", "wrong-guess-9"), (USER, "")])
def test_a_wrong_login_is_refused_alike_whoever_it_names(ftps, user, password):
    lab = ftps()
    client = lab.connect()
    client.auth()
    assert client.sendcmd(f"USER {user}").startswith("331")
    with pytest.raises(ftplib.error_perm) as refusal:
        client.sendcmd(f"PASS {password}")
    assert str(refusal.value) == "530 Wrong user or password."
    (refused,) = lab.entries("ftps.login_refused")
    assert refused.data == {"session": 1, "user": USER if user == USER else "***"}
    assert "wrong-guess-9" not in journal_text(lab)
    client.login(USER, PASSWORD)


def test_a_wrong_password_is_refused_without_delay(ftps):
    lab = ftps()
    lab.server._session.auth_failed_timeout = 10 * TIMEOUT  # pyftpdlib's own delay, of 3 s by default
    client = lab.connect()
    client.auth()
    client.sendcmd(f"USER {USER}")
    with pytest.raises(ftplib.error_perm):
        client.sendcmd("PASS wrong")


def test_three_wrong_passwords_end_the_session(ftps):
    lab = ftps()
    client = lab.connect()
    for _ in range(2):
        with pytest.raises(ftplib.error_perm, match=r"530 Wrong user or password\.$"):
            client.login(USER, "wrong")
    with pytest.raises(ftplib.error_perm, match="Disconnecting"):
        client.login(USER, "wrong")
    with pytest.raises((EOFError, OSError)):
        client.sendcmd("NOOP")
    assert lab.parts.journal.wait("ftps.disconnected").data["reason"] == "too many wrong passwords"


def test_nothing_is_served_before_the_login(ftps):
    client = ftps().connect()
    client.auth()
    for command in ("PWD", "LIST", f"RETR {STOCK}", f"DELE {STOCK}", "PASV", "STAT /netstock"):
        with pytest.raises(ftplib.error_perm, match=r"^530 "):
            client.sendcmd(command)


def test_a_session_can_change_its_user(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    client.login("10002_0", "battery-staple-3")
    client.prot_p()
    assert client.nlst("/netstock") == ["20002"]
    with pytest.raises(ftplib.error_perm):
        fetch(client, STOCK)


def test_the_journal_tells_a_session_from_beginning_to_end(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    client.cwd("/netstock")
    fetch(client, "20001/stock.csv")
    client.quit()
    lab.parts.journal.wait("ftps.disconnected")
    told = [entry for entry in lab.entries("ftps") if entry.data.get("verb") not in ("PBSZ", "PROT", "TYPE", "PASV")]
    assert [(entry.kind, entry.data) for entry in told] == [
        ("ftps.connected", {"session": 1, "user": "", "client": "127.0.0.1", "tls": "explicit"}),
        ("ftps.command", command("", "AUTH", "TLS", 234)),
        ("ftps.command", command("", "USER", USER, 331)),
        ("ftps.login", {"session": 1, "user": USER, "company_id": 10001}),
        ("ftps.command", command(USER, "PASS", "***", 230)),
        ("ftps.command", command(USER, "CWD", "/netstock", 250, "/netstock")),
        ("ftps.command", command(USER, "RETR", "20001/stock.csv", 150, STOCK)),
        ("ftps.sent", {"session": 1, "user": USER, "path": STOCK, "bytes": 7, "complete": True, "restarted_at": 0}),
        ("ftps.command", command(USER, "QUIT", "", 221)),
        ("ftps.disconnected", {"session": 1, "user": USER, "reason": "quit"}),
    ]
    assert {entry.service for entry in told} == {"ftps"}


def command(user: str, verb: str, argument: str, reply: int, path: str = "") -> dict[str, object]:
    return {"session": 1, "user": user, "verb": verb, "argument": argument, "path": path, "reply": reply}


def test_whoever_has_the_reply_finds_the_entry(ftps):
    lab = ftps()
    client = lab.login()
    for number in range(50):
        client.sendcmd("NOOP")
        assert lab.parts.journal.read(kind="ftps.command", after=lab.parts.journal.last_seq() - 1), number
        assert lab.entries("ftps.command")[-1].data["verb"] == "NOOP"


def test_utf8_can_be_asked_for_before_the_login(ftps):
    client = ftps().connect()
    client.auth()
    assert client.sendcmd("OPTS UTF8 ON").startswith("200")


def test_sessions_are_told_apart(ftps):
    lab = ftps()
    lab.login()
    lab.login()
    assert [entry.data["session"] for entry in lab.entries("ftps.login")] == [1, 2]


@pytest.mark.parametrize(
    "line",
    [
        f"PASS {PASSWORD}",
        f"pass {PASSWORD}",
        f" PASS {PASSWORD}",
        f"PSAS {PASSWORD}",
        f"SITE PSWD {PASSWORD}",
        f"PASS {'x' * 2100}{PASSWORD}",
        f"{'x' * 5000}\x00{PASSWORD}",
        f"PASS {PASSWORD}\x01",
    ],
)
@pytest.mark.parametrize("logged_in", [False, True])
def test_no_slip_of_a_client_brings_a_password_into_the_journal(ftps, caplog, capfd, line, logged_in):
    caplog.set_level("DEBUG")
    lab = ftps()
    client = lab.login() if logged_in else lab.connect()
    if not logged_in:
        client.auth()
    client.putline(line)
    with contextlib.suppress(ftplib.Error):
        client.getresp()
    assert client.sendcmd("NOOP").startswith("200")
    assert PASSWORD not in journal_text(lab)
    assert PASSWORD not in caplog.text
    assert PASSWORD not in "".join(capfd.readouterr())


def test_a_line_that_is_too_long_is_dropped_whole_and_the_session_goes_on(ftps):
    lab = ftps()
    client = lab.login()
    client.sock.sendall(b"CWD /" + b"a" * 100_000 + b"\r\nNOOP\r\n")
    with pytest.raises(ftplib.error_perm, match=r"^500 .*2048 bytes"):
        client.getresp()
    assert client.getresp().startswith("200")


def test_an_unknown_command_is_answered_500(ftps):
    lab = ftps()
    client = lab.login()
    with pytest.raises(ftplib.error_perm, match=r"^500 "):
        client.sendcmd("WHAT is this")
    assert lab.entries("ftps.command")[-1].data["verb"] == "WHAT"
    assert lab.entries("ftps.command")[-1].data["argument"] == ""


def test_nothing_is_written_to_stderr_or_the_root_logger(ftps, capfd, caplog):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    fetch(client, STOCK)
    with pytest.raises(ftplib.error_perm):
        client.sendcmd("DELE /nowhere")
    client.close()
    lab.parts.journal.wait("ftps.disconnected")
    lab.server.stop()
    assert capfd.readouterr() == ("", "")
    assert [type(handler) for handler in logging.getLogger("pyftpdlib").handlers] == [logging.NullHandler]
    assert [record for record in caplog.records if record.levelname != "DEBUG"] == []


@pytest.mark.parametrize("tls", list(TlsMode))
def test_a_client_that_says_nothing_is_sent_away(ftps, tls):
    lab = ftps(tls=tls, limits=Limits(idle_seconds=0.05))
    with socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT) as plain:
        plain.settimeout(TIMEOUT)
        said = b""
        while piece := plain.recv(1000):
            said += piece
    assert said.endswith(b"421 Control connection timed out.\r\n" if tls is TlsMode.EXPLICIT else b"")
    assert lab.parts.journal.wait("ftps.disconnected").data["reason"] == "timed out"


def test_a_client_that_stops_in_the_handshake_is_sent_away(ftps):
    lab = ftps(limits=Limits(idle_seconds=2.0))
    with socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT) as plain:
        plain.settimeout(TIMEOUT)
        plain.recv(1000)
        plain.sendall(b"AUTH TLS\r\n")
        while plain.recv(1000):
            pass
    assert lab.parts.journal.wait("ftps.disconnected").data["reason"] == "timed out"


def test_a_client_that_does_not_take_its_data_is_sent_away(ftps):
    lab = ftps(limits=Limits(stalled_seconds=2.0))
    lab.put_stock(b"x" * 20_000_000)
    client = lab.login()
    client.voidcmd("TYPE I")
    data = client.transfercmd(f"RETR {STOCK}")
    assert lab.parts.journal.wait("ftps.sent").data["complete"] is False
    with pytest.raises(ftplib.error_temp, match=r"^421 "):
        client.voidresp()
    data.close()


def test_a_transfer_whose_data_connection_never_comes_is_ended_and_its_port_closed(ftps):
    lab = ftps(limits=Limits(passive_seconds=2.0))
    lab.put_stock()
    client = lab.login()
    host, port = client.makepasv()
    assert client.sendcmd(f"RETR {STOCK}").startswith("150")
    assert client.getmultiline() == "425 No data connection came."
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), TIMEOUT)
    assert fetch(client, STOCK)


def test_connections_beyond_the_limit_are_told_so_and_the_others_go_on(ftps):
    lab = ftps(limits=Limits(connections=2))
    first, second = lab.login(), lab.connect()
    with pytest.raises(ftplib.error_temp, match=r"^421 Too many"):
        lab.connect()
    assert first.sendcmd("NOOP").startswith("200")
    second.close()
    wait_for_end(lab)
    lab.connect().close()


def wait_for_end(lab) -> None:
    """Until session 2 is over."""
    after = 0
    while (ended := lab.parts.journal.wait("ftps.disconnected", after=after)).data["session"] != 2:
        after = ended.seq


def test_fifty_sessions_one_after_the_other_leave_nothing_behind(ftps):
    lab = ftps()
    content = lab.put_stock()
    context = lab.trust()
    open_at_first = 0
    for number in range(50):
        client = lab.connect(context=context)
        client.login(USER, PASSWORD)
        client.prot_p()
        assert fetch(client, STOCK) == content
        client.quit()
        lab.parts.journal.wait("ftps.disconnected", after=lab.entries("ftps.login")[-1].seq)
        open_now = len(lab.server._running.loop.socket_map)
        open_at_first = open_at_first or open_now
        assert open_now == open_at_first, number
    assert lab.server._running._server.ip_map == []


def test_ten_clients_at_once_each_get_their_bytes(ftps):
    lab = ftps()
    content = lab.put_stock(b"0123456789" * 100_000)
    clients = [lab.login() for _ in range(10)]
    for client in clients:
        client.voidcmd("TYPE I")
    streams = [client.transfercmd(f"RETR {STOCK}") for client in clients]
    for stream in reversed(streams):
        got = b""
        while piece := stream.recv(65536):
            got += piece
        assert got == content
        stream.close()


def test_an_error_inside_the_lab_ends_the_session_and_is_raised_by_stop(ftps):
    lab = ftps()
    client = lab.login()
    lab.accounts.shops.clear()  # the fake answers with a KeyError now
    with pytest.raises((EOFError, ssl.SSLError, OSError)):
        client.nlst(ORDERS)
    lab.accounts.shops[10001] = ("20001",)
    assert lab.login().nlst(ORDERS) == ["log"], "the others are served on"
    with pytest.raises(KeyError):
        lab.server.stop()
