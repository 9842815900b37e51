"""Faults of the FTPS data channel: exact offsets of downloads, what is held back, and ports."""

from __future__ import annotations

import socket
import time
from contextlib import closing

import pytest

from simulator.config import LabConfig
from simulator.faults.targets import TRANSFERS
from simulator.lab import Lab
from tests.integration.faults.ftps_ground import CONTENT, Ground, Transfer, fetch, hear, say
from tests.integration.ftps.clients import COMPANY, TIMEOUT

LARGE = b"".join(b"%09d\n" % number for number in range(300_000))
"""3 MB: more than any buffer on the way holds."""
WHOLE = "226 Transfer complete."
TORN = "426 The transfer was aborted."


def struck(ground: Ground) -> None:
    """A fault has struck."""
    ground.lab.journal.wait("fault.fired", timeout=TIMEOUT)


# ------------------------------------------------------------------ downloads


@pytest.mark.parametrize(
    ("kind", "end", "reply"),
    [("cut", "torn", TORN), ("cut-silently", "close_notify", WHOLE), ("reset", "reset", TORN)],
)
@pytest.mark.parametrize("at", [0, 1, 65_536, 65_537, len(LARGE) - 1])
def test_exactly_so_many_bytes_reach_the_client(ground, kind, end, reply, at):
    ground.lab.area.write(COMPANY, ground.stock, LARGE)
    client = ground.login()
    with ground.lab.fault(f"data.{kind}", on="RETR", at=at):
        got = fetch(client, f"RETR {ground.stock}")
    assert (len(got.data), got.data == LARGE[:at], got.end, got.reply) == (at, True, end, reply)


@pytest.mark.parametrize("kind", ["cut", "cut-silently", "reset", "stall"])
def test_waits_for_a_transfer_that_is_longer_than_its_offset(ground, kind):
    client = ground.login()
    with ground.lab.fault(f"data.{kind}", on="RETR", at=len(CONTENT)) as fault:
        assert fetch(client, f"RETR {ground.stock}") == Transfer(CONTENT, "close_notify", WHOLE)
        assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)
        ground.lab.area.write(COMPANY, ground.stock, CONTENT + b"x")
        fetch(client, f"RETR {ground.stock}", silent_after=len(CONTENT) if kind == "stall" else None)
        assert (fault.matched, fault.fired, fault.armed) == (2, 1, 0)


def test_after_a_restart_the_offset_counts_what_this_transfer_sends(ground):
    client = ground.login()
    with ground.lab.fault("data.cut", on="RETR", at=10):
        assert fetch(client, f"RETR {ground.stock}", rest=100).data == CONTENT[100:110]


@pytest.mark.parametrize("command", ["LIST", "NLST", "MLSD"])
def test_listings_are_struck_like_files(ground, command):
    client = ground.login()
    folder = ground.stock.rpartition("/")[0]
    whole = fetch(client, f"{command} {folder}").data
    with ground.lab.fault("data.cut-silently", on=command, path="/netstock/*", at=5):
        assert fetch(client, f"{command} {folder}") == Transfer(whole[:5], "close_notify", WHOLE)


def test_strikes_the_nth_transfer_of_its_path_and_the_next_ones(ground):
    ground.lab.area.write(COMPANY, ground.order, CONTENT)
    client = ground.login()
    with ground.lab.fault("data.cut", on="*", path="/netstock/*/stock.csv", nth=2, times=2, at=1) as fault:
        paths = [ground.stock, ground.order, ground.stock, ground.stock, ground.stock]
        assert [len(fetch(client, f"RETR {path}").data) for path in paths] == [3200, 3200, 1, 1, 3200]
    assert (fault.matched, fault.fired) == (3, 2)


def test_a_file_that_is_not_there_gives_the_fault_back(ground):
    client = ground.login()
    with ground.lab.fault("data.cut", on="RETR", at=1) as fault:
        assert fetch(client, f"RETR {ground.order}").reply.startswith("550 ")
        assert say(client, "NOOP").startswith("200 ")
        assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)


def test_a_stalled_transfer_goes_on_when_the_fault_is_cleared_and_others_are_served_meanwhile(ground):
    client, other = ground.login(), ground.login()
    fault = ground.lab.fault("data.stall", on="RETR", at=1000)
    with client.transfercmd(f"RETR {ground.stock}") as conn:
        assert conn.recv(5000) == CONTENT[:1000]
        assert fetch(other, f"RETR {ground.stock}").data == CONTENT
        fault.clear()
        assert b"".join(iter(lambda: conn.recv(5000), b"")) == CONTENT[1000:]
    assert hear(client) == WHOLE


@pytest.mark.parametrize("kind", ["data.stall", "data.slow", "data.left-open"])
def test_a_reset_of_the_lab_lets_go_of_what_is_held_back(ground, kind):
    parameters = {"data.stall": {"at": 10}, "data.slow": {"rate": 1}, "data.left-open": {}}[kind]
    client = ground.login()
    ground.lab.fault(kind, on="RETR", **parameters)
    with client.transfercmd(f"RETR {ground.stock}") as conn:
        struck(ground)
        ground.lab.reset()
        assert b"".join(iter(lambda: conn.recv(5000), b"")) == CONTENT
    assert hear(client) == WHOLE


@pytest.mark.parametrize(
    ("kind", "on"),
    [
        ("data.stall", "RETR"), ("data.slow", "RETR"), ("data.left-open", "RETR"), ("data.stall", "STOR"),
        ("data.slow", "STOR"),
    ],
)  # fmt: skip
def test_a_lab_stops_at_once_while_transfers_are_held_back(kind, on):
    parameters = {"data.stall": {"at": 10}, "data.slow": {"rate": 1}, "data.left-open": {}}[kind]
    with Lab() as lab:
        ground = Ground.of(lab)
        client = ground.login()
        lab.fault(kind, on=on, **parameters)
        with client.transfercmd(f"{on} {ground.stock if on == 'RETR' else ground.order}") as conn:
            if on == "STOR":
                conn.sendall(CONTENT)
            struck(ground)
            began = time.monotonic()
            lab._servers.stop()  # the lab's own stop clears the faults first
            ground.close()
    assert time.monotonic() - began < TIMEOUT


@pytest.mark.parametrize("kind", ["data.stall", "data.left-open"])
def test_a_client_that_gives_up_is_noticed_while_everything_stands_still(ground, kind):
    client = ground.login()
    parameters = {"at": 10} if kind == "data.stall" else {}
    with ground.lab.fault(kind, on="RETR", **parameters):
        with client.transfercmd(f"RETR {ground.stock}") as conn:
            assert CONTENT.startswith(conn.recv(5000))
        assert hear(client)[:3] == ("426" if kind == "data.stall" else "226")
        assert fetch(client, f"RETR {ground.stock}").data == CONTENT, "the session goes on"


@pytest.mark.parametrize("kind", ["data.cut", "data.reset", "data.stall"])
def test_a_fault_that_is_cleared_before_its_byte_is_sent_does_not_strike(ground, kind):
    ground.lab.area.write(COMPANY, ground.stock, LARGE)
    client = ground.login()
    fault = ground.lab.fault(kind, on="RETR", at=len(LARGE) - 1)
    with client.transfercmd(f"RETR {ground.stock}") as conn:  # more than the way holds, so it cannot be there yet
        fault.clear()
        assert b"".join(iter(lambda: conn.recv(65536), b"")) == LARGE
    assert (hear(client), fault.fired) == (WHOLE, 0)


@pytest.mark.parametrize("kind", ["data.cut", "data.cut-silently", "data.too-long"])
def test_a_fault_that_is_cleared_before_the_data_connection_comes_does_not_strike(ground, kind):
    client = ground.login()
    host, port = client.makepasv()
    fault = ground.lab.fault(kind, on="RETR")
    assert say(client, f"RETR {ground.stock}").startswith("150 ")
    fault.clear()
    with client.context.wrap_socket(socket.create_connection((host, port), TIMEOUT), server_hostname=host) as conn:
        assert b"".join(iter(lambda: conn.recv(65536), b"")) == CONTENT
    assert (hear(client), fault.fired) == (WHOLE, 0)


def test_a_slow_transfer_goes_on_at_full_pace_when_the_fault_is_cleared(ground):
    ground.lab.area.write(COMPANY, ground.stock, LARGE)
    client = ground.login()
    fault = ground.lab.fault("data.slow", on="RETR", rate=1000)
    with client.transfercmd(f"RETR {ground.stock}") as conn:
        struck(ground)
        fault.clear()
        assert b"".join(iter(lambda: conn.recv(65536), b"")) == LARGE
    assert hear(client) == WHOLE


def test_a_stalled_transfer_can_be_aborted(ground):
    client = ground.login()
    with ground.lab.fault("data.stall", on="RETR", at=10):
        with client.transfercmd(f"RETR {ground.stock}") as conn:
            assert conn.recv(100) == CONTENT[:10]
            assert (say(client, "ABOR"), hear(client)) == (TORN, "226 Aborted.")
        assert fetch(client, f"RETR {ground.stock}").data == CONTENT


def test_a_slow_transfer_keeps_its_pace_to_the_end(ground):
    client = ground.login()
    with ground.lab.fault("data.slow", on="RETR", rate=4_000):
        began = time.monotonic()
        with client.transfercmd(f"RETR {ground.stock}") as conn:
            first = conn.recv(5000)
            by_then = time.monotonic() - began
            rest = b"".join(iter(lambda: conn.recv(5000), b""))
        took = time.monotonic() - began
    assert first + rest == CONTENT
    assert rest, "all at once"
    assert (len(first) <= by_then * 4_000, took >= len(CONTENT) / 4_000) == (True, True)


# ------------------------------------------------------------------ ports


def test_after_a_refused_connection_another_port_can_be_asked_for_with_epsv_too(ground):
    client = ground.login()
    client.af = None  # ftplib asks with EPSV for anything but IPv4
    with ground.lab.fault("data.refuse", on="EPSV", times=2) as fault:
        for _ in range(2):
            assert fetch(client, f"RETR {ground.stock}").end == "no connection"
        assert fetch(client, f"RETR {ground.stock}").data == CONTENT
    assert fault.fired == 2


def test_a_fault_waits_for_another_port_when_none_was_free():
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with Lab(LabConfig(passive_ports=(port, port))) as lab, lab.fault("data.refuse", on="EPSV") as fault:
            ground = Ground.of(lab)
            client = ground.login()
            assert say(client, "EPSV")[:3] == "425"
            assert say(client, "NOOP")[:3] == "200"
            assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)
            ground.close()


def test_a_transfer_over_a_port_that_refuses_is_answered_425_when_nobody_came(ground):
    client = ground.login()
    with ground.lab.fault("data.refuse", on="PASV"):
        client.sendcmd("PASV")
        assert say(client, f"RETR {ground.stock}").startswith("150 "), "the server has noticed nothing"
        assert say(client, "ABOR")[:3] == "426"
        assert hear(client) == "226 Aborted."


@pytest.mark.parametrize("on", TRANSFERS)
def test_a_transfer_without_a_connection_does_not_begin(ground, on):
    client = ground.login()
    path = ground.order if on == "STOR" else ground.stock if on == "RETR" else "/netstock"
    with ground.lab.fault("data.unavailable", on=on):
        client.sendcmd("PASV")
        assert say(client, f"{on} {path}") == "425 Can't open data connection."
        assert say(client, f"{on} {path}").startswith("425 There is no data connection"), "the port is closed"
    assert ground.kept(ground.order) is None
    assert fetch(client, f"RETR {ground.stock}").data == CONTENT
