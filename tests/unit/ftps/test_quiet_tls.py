"""TLS in memory over a socket: what it says and when, and what waits for room."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest
from OpenSSL import SSL

from simulator.tempostar.ftps.certificates import Authority
from simulator.tempostar.ftps.quiet_tls import QuietTls
from simulator.tempostar.ftps.tls import server_context

AUTHORITY = Authority.create()
CONTEXT = server_context(AUTHORITY.issue())
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Client:
    """The other end, which takes from the socket only when told."""

    def __init__(self, plain: socket.socket, version: ssl.TLSVersion) -> None:
        context = ssl.create_default_context(cadata=AUTHORITY.ca_pem.decode())
        context.minimum_version = context.maximum_version = version
        self.plain = plain
        self.arrived, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.arrived, self.leaving, server_hostname="localhost")

    def handshake(self) -> bool:
        """One step; whether it is over."""
        self.take()
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            over = False
        else:
            over = True
        self.say()
        return over

    def take(self) -> int:
        """Take what is there; how many bytes that was."""
        with contextlib.suppress(BlockingIOError):
            came = self.plain.recv(1 << 20)
            self.arrived.write(came)
            return len(came)
        return 0

    def say(self) -> None:
        if self.leaving.pending:
            self.plain.sendall(self.leaving.read())

    def read(self) -> bytes:
        try:
            return self.tls.read(1 << 20)
        except ssl.SSLWantReadError:
            return b""


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def ends(request) -> Iterator[tuple[QuietTls, Client]]:
    """Both ends after their handshake."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for end in (ours, theirs):
            end.setblocking(False)
        server, client = QuietTls(CONTEXT, ours), Client(theirs, request.param)
        done = {"client": False, "server": False}
        for _ in range(10):
            done["client"] = done["client"] or client.handshake()
            if not done["server"]:
                with contextlib.suppress(SSL.WantReadError):
                    server.do_handshake()
                    done["server"] = True
            if all(done.values()):
                break
        assert all(done.values())
        yield server, client


def test_after_the_handshake_nothing_is_said_until_there_is_something_to_say(ends):
    server, client = ends
    assert client.take() == 0
    server.send(b"stock")
    assert client.take() > 0
    assert client.read() == b"stock"


def test_what_finds_no_room_waits_and_comes_in_order(ends):
    server, client = ends
    piece = bytes(range(256)) * 256
    sent = 0
    while server.flush():
        sent += server.send(piece)
    with pytest.raises(SSL.WantWriteError):
        server.send(b"more")
    with pytest.raises(SSL.WantWriteError):
        server.shutdown()
    got = b""
    while not server.flush() or client.take():
        client.take()
        while chunk := client.read():
            got += chunk
    assert len(got) == sent
    assert got == piece * (sent // len(piece))


def test_one_record_is_read_at_a_time_so_that_the_socket_tells_of_the_next(ends):
    server, client = ends
    for text in (b"first", b"second"):
        client.tls.write(text)
    client.say()
    assert server.recv(65_536) == b"first"
    assert server.recvmsg(1, 0, socket.MSG_PEEK)[0] != b"", "the second is still in the socket"
    assert server.recv(65_536) == b"second"
    with pytest.raises(SSL.WantReadError):
        server.recv(65_536)


def test_a_record_that_comes_in_parts_is_read_when_it_is_whole(ends):
    server, client = ends
    client.tls.write(b"stock")
    record = client.leaving.read()
    for at in range(len(record) - 1):
        client.plain.send(record[at : at + 1])
        with pytest.raises(SSL.WantReadError):
            server.recv(65_536)
    client.plain.send(record[-1:])
    assert server.recv(65_536) == b"stock"


def test_an_end_without_close_notify_is_told_from_one_with_it(ends):
    server, client = ends
    client.plain.shutdown(socket.SHUT_WR)
    with pytest.raises(SSL.SysCallError, match="Unexpected EOF"):
        server.recv(65_536)


def test_an_end_with_close_notify_is_one(ends):
    server, client = ends
    with contextlib.suppress(ssl.SSLWantReadError):
        client.tls.unwrap()
    client.say()
    with pytest.raises(SSL.ZeroReturnError):
        server.recv(65_536)
    assert server.get_shutdown() & SSL.RECEIVED_SHUTDOWN


def test_what_is_no_tls_is_refused_without_waiting_for_more():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(b"USER 10001_0\r\n")
        with pytest.raises(SSL.Error) as refused:
            QuietTls(CONTEXT, ours).do_handshake()
    assert not isinstance(refused.value, SSL.WantReadError)
