"""Faults of the FTPS control channel that end a session or stand in for a reply: what comes behind, and meanwhile."""

from __future__ import annotations

import pytest

from tests.integration.faults.ftps_ground import (
    CONTENT,
    PATIENT,
    greeting,
    hear,
    hear_line,
    held_back,
    read_anew,
    say,
)
from tests.integration.ftps.clients import TIMEOUT


@pytest.mark.parametrize("kind", ["control.drop-before", "control.drop-after", "control.shut-down"])
def test_what_comes_behind_the_command_that_ends_the_session_is_not_carried_out(ground, kind):
    client = ground.login()
    with ground.lab.fault(kind, on="SIZE"):
        client.sock.sendall(f"SIZE x\r\nDELE {ground.stock}\r\n".encode())
        heard = hear(client)
        assert "(end)" in {heard, hear(client)}
    assert ground.kept(ground.stock) == CONTENT


def test_what_comes_behind_a_421_that_is_held_back_is_not_carried_out(fresh_ground):
    ground = fresh_ground
    client = ground.login()
    late, shut_down = ground.lab.fault("control.late", on="SIZE"), ground.lab.fault("control.shut-down", on="NOOP")
    with late, shut_down:
        client.sock.sendall(f"SIZE x\r\nNOOP\r\nDELE {ground.stock}\r\n".encode())
        held_back(ground)
        late.clear()
        assert [hear(client)[:3], hear(client)[:3], hear(client)] == ["550", "421", "(end)"]
    assert ground.kept(ground.stock) == CONTENT
    ended = ground.lab.journal.wait("ftps.disconnected", timeout=TIMEOUT)
    assert ended.data["reason"] == "dropped by a fault"


def test_what_comes_in_clear_while_the_reply_to_auth_is_held_back_does_not_count_under_tls(ground):
    client = ground.connect()
    with ground.lab.fault("control.late", on="AUTH", seconds=PATIENT):
        client.sock.sendall(b"AUTH TLS\r\n")
        held_back(ground)
        client.sock.sendall(b"NOOP\r\nNOO")
        assert greeting(ground).startswith(b"220 "), "what came before has been read by then"
    assert hear(client)[:3] == "234"
    client.sock = client.context.wrap_socket(client.sock, server_hostname="127.0.0.1")
    read_anew(client)
    assert say(client, "PBSZ 0") == "200 PBSZ=0 successful."


def test_a_reset_after_quit_is_no_polite_end(ground):
    client = ground.login()
    with ground.lab.fault("control.drop-after", on="QUIT", how="reset"):
        assert say(client, "QUIT") == "(reset)"


def test_a_client_that_ends_the_session_itself_is_not_denied_the_servers_close_notify(fresh_ground):
    with fresh_ground.lab.fault("tls.no-close-notify", on="CONTROL") as fault:
        fresh_ground.login().close()
        fresh_ground.lab.journal.wait("ftps.disconnected", timeout=TIMEOUT)
        assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)
        assert say(fresh_ground.login(), "QUIT").startswith("221 ")
        fresh_ground.lab.journal.wait("fault.fired", timeout=TIMEOUT)


def test_a_transfer_is_struck_at_its_end_though_another_command_was_answered_with_garbage(ground):
    client = ground.login()
    with ground.lab.fault("control.reply-after", on="STOR", code=451), ground.lab.fault("control.garbled", on="NOOP"):
        with client.transfercmd(f"STOR {ground.order}") as conn:
            client.putcmd("NOOP")
            assert hear_line(client) == "HTTP/1.1 400 Bad Request"
            conn.unwrap()
        assert hear(client) == "451 Injected by the lab."
