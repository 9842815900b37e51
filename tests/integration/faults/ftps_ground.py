"""A shop's FTPS area to be struck, and clients that tell how a transfer ended, to the byte."""

from __future__ import annotations

import contextlib
import ftplib
import io
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial

from simulator.lab import Lab
from tests.integration.faults.ftps_clients import Place, trust
from tests.integration.ftps.clients import COMPANY, TIMEOUT

CONTENT = b"".join(b'"SKU-%04d","%d"\r\n' % (number, number % 10) for number in range(200))
"""A stock file of 3,200 bytes."""
PATIENT = 60.0
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


@contextlib.contextmanager
def patience(client: ftplib.FTP, seconds: float) -> Iterator[None]:
    """Wait that long at most for what comes on the control channel."""
    assert client.sock is not None
    client.sock.settimeout(seconds)
    yield
    client.sock.settimeout(TIMEOUT)
    read_anew(client)  # a file that timed out reads no more


@dataclass
class Transfer:
    """What a client made of a transfer: the bytes it has, how the data connection ended, and the last reply."""

    data: bytes
    end: str
    reply: str


def fetch(client: ftplib.FTP_TLS, command: str, rest: int | None = None, wait: float = TIMEOUT) -> Transfer:
    """Download, keeping what came until the end, be it good or bad. Ends: close_notify, torn, reset, silence."""
    try:
        conn, _ = ftplib.FTP.ntransfercmd(client, command, rest)
    except ftplib.Error as refusal:
        return Transfer(b"", "refused", str(refusal))
    except EOFError:
        return Transfer(b"", "refused", "(end)")
    except OSError as error:
        return Transfer(b"", "no connection", type(error).__name__)
    into = io.BytesIO()
    with conn:
        conn.settimeout(wait)
        end = _drain(conn, client.context, into)
    return Transfer(into.getvalue(), end, hear(client) if end != "silence" else "")


def _drain(conn: socket.socket, context: ssl.SSLContext, into: io.BytesIO) -> str:
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
            step = partial(_read, tls, into)


def _read(tls: ssl.SSLObject, into: io.BytesIO) -> bytes:
    chunk = tls.read(65536)
    into.write(chunk)
    return chunk


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


def greeting(ground: Ground, timeout: float) -> bytes:
    with socket.create_connection(("127.0.0.1", ground.lab.endpoints.ftps_port), timeout) as client:
        try:
            return client.recv(100)
        except TimeoutError:
            return b"(silence)"


def held_back(ground: Ground) -> None:
    """A fault has struck."""
    ground.lab.journal.wait("fault.fired", timeout=TIMEOUT)
