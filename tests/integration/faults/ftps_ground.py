"""A shop's FTPS area to be struck, and clients that tell how a transfer ended, to the byte."""

from __future__ import annotations

import contextlib
import ftplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial

import pytest

from simulator.lab import Lab
from tests.integration.faults.ftps_clients import Place, trust
from tests.integration.ftps.clients import COMPANY, TIMEOUT

A_LOOK = 0.02
"""Seconds for a look at what is here already."""
CONTENT = b"".join(b'"SKU-%04d","%d"\r\n' % (number, number % 10) for number in range(200))
"""A stock file of 3,200 bytes."""
PATIENT = 300.0
"""Seconds no test waits for."""


@dataclass
class Ground:
    """A shop with a stock file, and clients that are closed in the end."""

    place: Place
    clients: list[ftplib.FTP] = field(default_factory=list)

    @classmethod
    def of(cls, lab: Lab) -> Ground:
        shop = lab.tempostar.add_shop("Room", "R")
        account = lab.tempostar.issue_ftp_password()
        ground = cls(Place(lab, shop.shop_code, account.user, account.password))
        ground.set_up()
        return ground

    @property
    def lab(self) -> Lab:
        return self.place.lab

    def set_up(self) -> None:
        """The stock file is there, whatever happened to it, and no order file."""
        self.close()
        self.lab.area.remove(COMPANY, self.order)
        self.lab.area.write(COMPANY, self.stock, CONTENT)

    @property
    def stock(self) -> str:
        return self.place.stock

    @property
    def order(self) -> str:
        return f"{self.place.orders}/order.csv"

    def kept(self, path: str) -> bytes | None:
        """A file of the area, as the lab has it."""
        return self.lab.area.read(COMPANY, path)

    @cached_property
    def trust(self) -> ssl.SSLContext:
        return trust(self.lab)

    def connect(self, context: ssl.SSLContext | None = None) -> ftplib.FTP_TLS:
        """Connected and greeted."""
        client = ftplib.FTP_TLS(context=context or self.trust, timeout=TIMEOUT)
        self.clients.append(client)
        client.connect("127.0.0.1", self.lab.endpoints.ftps_port, TIMEOUT)
        return client

    def login(self, context: ssl.SSLContext | None = None) -> ftplib.FTP_TLS:
        """Logged in, with protected data connections of binary type."""
        client = self.connect(context)
        client.login(self.place.user, self.place.password)
        client.prot_p()
        client.voidcmd("TYPE I")
        return client

    def close(self) -> None:
        while self.clients:
            self.clients.pop().close()


def say(client: ftplib.FTP, command: str) -> str:
    """What a command is answered, refusals too."""
    client.putcmd(command)
    return hear(client)


def hear(client: ftplib.FTP) -> str:
    """The next reply as it came; what went wrong, in words, when none did."""
    try:
        return client.getmultiline()
    except (EOFError, ConnectionResetError):
        assert client.sock is not None
        return "(reset)" if was_reset(client.sock) else "(end)"
    except TimeoutError:
        return "(silence)"


def hear_line(client: ftplib.FTP) -> str:
    """One line as it came, or how the connection ended."""
    try:
        return client.getline()
    except (EOFError, ConnectionResetError):
        return "(end)"


def was_reset(sock: socket.socket) -> bool:
    """Whether the other side ended with an RST. Python's TLS reports one as an end; the system knows better."""
    closed = 7  # TCP_CLOSE; after a FIN it would be TCP_CLOSE_WAIT
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == closed


def read_anew(client: ftplib.FTP) -> None:
    """Read replies from the client's socket as it is now."""
    assert client.sock is not None
    assert client.file is not None
    client.file.close()
    client.file = client.sock.makefile("r", encoding="utf-8")


def let_the_server_turn(client: ftplib.FTP) -> None:
    """Return when all that the server has to say to `client` for now has been said: it has one thread, and by then that
    has answered another session several times."""
    assert client.host is not None
    with socket.create_connection((client.host, client.port), TIMEOUT) as other, other.makefile("rb") as replies:
        assert replies.readline().startswith(b"220 ")
        for _ in range(5):
            other.sendall(b"NOOP\r\n")
            assert replies.readline().startswith(b"200 ")


@contextlib.contextmanager
def no_patience(client: ftplib.FTP) -> Iterator[None]:
    """Inside, what has not come yet on the control channel counts as silence; nothing is still on its way."""
    assert client.sock is not None
    let_the_server_turn(client)
    client.sock.settimeout(A_LOOK)
    yield
    client.sock.settimeout(TIMEOUT)
    read_anew(client)  # a file that timed out reads no more


@dataclass
class Transfer:
    """What a client made of a transfer: the bytes it has, how the data connection ended, the last reply; in how many
    pieces the bytes came, which no two transfers have to be alike in."""

    data: bytes
    end: str
    reply: str
    pieces: int = field(default=0, compare=False)


def fetch(client: ftplib.FTP_TLS, command: str, rest: int | None = None, silent_after: int | None = None) -> Transfer:
    """Download, keeping what came until the end, be it good or bad. Ends: close_notify, torn, reset, silence.

    Where silence is expected after so many bytes, what has not come by the server's next turns does not come.
    """
    try:
        conn, _ = ftplib.FTP.ntransfercmd(client, command, rest)
    except ftplib.Error as refusal:
        return Transfer(b"", "refused", str(refusal))
    except EOFError:
        return Transfer(b"", "refused", "(end)")
    except OSError as error:
        return Transfer(b"", "no connection", type(error).__name__)
    pieces: list[bytes] = []

    def took(piece: bytes) -> None:
        if piece:  # the end is none
            pieces.append(piece)
        if sum(map(len, pieces)) == silent_after:
            let_the_server_turn(client)
            conn.settimeout(A_LOOK)

    with conn:
        conn.settimeout(TIMEOUT)
        end = _drain(conn, client.context, took)
    return Transfer(b"".join(pieces), end, hear(client) if end != "silence" else "", len(pieces))


def _drain(conn: socket.socket, context: ssl.SSLContext, take: Callable[[bytes], None]) -> str:
    """Speak TLS and read to the end. The socket is read here, so that TLS cannot explain away how it ended."""
    arrived, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(arrived, leaving, server_hostname="127.0.0.1")
    step: Callable[[], bytes | None] = tls.do_handshake
    while True:
        try:
            if step() == b"":
                return "close_notify"
        except ssl.SSLWantReadError:
            if leaving.pending:
                conn.sendall(leaving.read())
            try:
                more = conn.recv(65536)
            except ConnectionResetError:
                return "reset"
            except TimeoutError:
                return "silence"
            if not more:
                return "torn"
            arrived.write(more)
        else:
            step = partial(_read, tls, take)


def _read(tls: ssl.SSLObject, take: Callable[[bytes], None]) -> bytes:
    piece = tls.read(65536)
    take(piece)
    return piece


def store(client: ftplib.FTP, path: str, content: bytes) -> str:
    """Upload to the end; the last reply."""
    try:
        conn, _ = client.ntransfercmd(f"STOR {path}")
    except ftplib.Error as refusal:
        return str(refusal)
    with conn, contextlib.suppress(OSError):  # the server may have ended it
        conn.sendall(content)
        conn.unwrap()
    return hear(client)


def greeting(ground: Ground) -> bytes:
    with socket.create_connection(("127.0.0.1", ground.lab.endpoints.ftps_port), TIMEOUT) as client:
        return client.recv(100)


def greeting_is_held_back(ground: Ground) -> None:
    """A fault strikes the next connection, which has no greeting when the one after it has."""
    before = ground.lab.journal.last_seq()
    with socket.create_connection(("127.0.0.1", ground.lab.endpoints.ftps_port), TIMEOUT) as client:
        held_back(ground, before)
        assert greeting(ground).startswith(b"220 "), "the next is as ever"
        client.settimeout(A_LOOK)
        with pytest.raises(TimeoutError):
            client.recv(100)


def held_back(ground: Ground, after: int = 0) -> None:
    """A fault has struck."""
    ground.lab.journal.wait("fault.fired", after=after, timeout=TIMEOUT)
