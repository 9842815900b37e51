"""Clients that send more than they should: nobody else waits, and what the server keeps for them is bounded."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from simulator.tempostar.ftps.server import Limits
from tests.integration.ftps.clients import STOCK, TIMEOUT, fetch

FLOOD = 10_000


def test_ten_thousand_commands_at_once_are_each_answered_and_nobody_waits(ftps):
    lab = ftps()
    content = lab.put_stock()
    flooding, other = lab.login(), lab.login()
    flooding.sock.sendall(b"NOOP\r\n" * FLOOD)
    longest = 0.0
    for _ in range(3):
        began = time.monotonic()
        assert fetch(other, STOCK) == content
        longest = max(longest, time.monotonic() - began)
    assert longest < TIMEOUT / 2
    for _ in range(FLOOD):
        assert flooding.getresp().startswith("200")
    assert flooding.sendcmd("NOOP").startswith("200")


def test_a_client_that_never_reads_its_replies_is_sent_away(ftps):
    lab = ftps()
    flooding, other = lab.login(), lab.login()
    flooding.sock.settimeout(TIMEOUT)
    commands = b"FEAT\r\n" * 1000
    began = time.monotonic()
    with pytest.raises((OSError, ssl.SSLError)):
        while time.monotonic() - began < 60:
            flooding.sock.sendall(commands)
    ended = lab.parts.journal.wait("ftps.disconnected", timeout=TIMEOUT)
    assert ended.data["reason"] == "does not read its replies"
    assert other.sendcmd("NOOP").startswith("200")


def test_a_flood_of_connections_that_say_nothing_leaves_the_one_that_is_there_alone(ftps):
    lab = ftps(limits=Limits(connections=20))
    content = lab.put_stock()
    client = lab.login()
    silent = [socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT) for _ in range(18)]
    try:
        assert fetch(client, STOCK) == content
        turned_away = [socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT) for _ in range(50)]
        for one in turned_away:
            one.settimeout(TIMEOUT)
            assert one.recv(100)[:4] in (b"421 ", b"220 ")
            one.close()
        assert client.sendcmd("NOOP").startswith("200")
    finally:
        for one in silent:
            one.close()


def test_a_line_without_an_end_is_not_kept(ftps):
    lab = ftps()
    client = lab.login()
    for _ in range(50):
        client.sock.sendall(b"a" * 1_000_000)
    client.sock.sendall(b"\r\nNOOP\r\n")
    with pytest.raises(Exception, match=r"^500 .*2048 bytes"):
        client.getresp()
    assert client.getresp().startswith("200")
