"""What the tests of the FTPS area speak with: clients on real sockets, and an account list without a back office."""

from __future__ import annotations

import ftplib
import io
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.config import TlsMode
from simulator.journal import Entry
from simulator.tempostar.area import Area
from simulator.tempostar.ftps.certificates import Authority
from simulator.tempostar.ftps.server import FtpsServer
from tests.conftest import Parts

USER, PASSWORD, COMPANY = "10001_0", "correct-horse-2", 10001
STOCK = "/netstock/20001/stock.csv"
ORDERS = "/netorder/20001"
TIMEOUT = 30
"""Seconds that nothing takes, however busy the machine is."""


@dataclass
class FakeAccounts:
    """Two companies with one shop each."""

    passwords: dict[str, tuple[str, int]] = field(
        default_factory=lambda: {USER: (PASSWORD, COMPANY), "10002_0": ("battery-staple-3", 10002)}
    )
    shops: dict[int, tuple[str, ...]] = field(default_factory=lambda: {COMPANY: ("20001",), 10002: ("20002",)})

    def authenticate(self, user: str, password: str) -> int | None:
        known, company = self.passwords.get(user, ("", None))
        return company if known == password else None

    def shop_codes(self, company_id: int) -> tuple[str, ...]:
        return self.shops[company_id]


class ImplicitFtps(ftplib.FTP_TLS):
    """ftplib, with TLS from the first byte."""

    def connect(self, host: str = "", port: int = 0, timeout: float = TIMEOUT, source_address: Any = None) -> str:
        import socket

        self.host, self.port, self.timeout = host, port, timeout
        plain = socket.create_connection((host, port), timeout)
        self.af = plain.family
        self.sock = self.context.wrap_socket(plain, server_hostname=host)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        return self.welcome


class ResumingFtps(ftplib.FTP_TLS):
    """ftplib, with the control channel's TLS session on the data channel."""

    reused: bool | None = None

    def ntransfercmd(self, cmd: str, rest: Any = None) -> tuple[Any, int | None]:
        plain, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        conn = self.context.wrap_socket(plain, server_hostname=self.host, session=self.sock.session)
        self.reused = conn.session_reused
        return conn, size


@dataclass
class Ftps:
    """One server with its parts, and clients of it."""

    server: FtpsServer
    parts: Parts
    area: Area
    accounts: FakeAccounts
    authority: Authority
    tls: TlsMode
    folder: Path
    clients: list[ftplib.FTP] = field(default_factory=list)

    @cached_property
    def ca_file(self) -> Path:
        path = self.folder / f"ca-{id(self)}.pem"
        path.write_bytes(self.authority.ca_pem)
        return path

    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.authority.ca_pem.decode())
        # Some Pythons, 3.11.2 among them, take a channel cut without a close notice for one that ended.
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", ssl.Options(0))
        return context

    def connect(self, kind: type[ftplib.FTP_TLS] | None = None, context: ssl.SSLContext | None = None) -> Any:
        kind = kind or (ImplicitFtps if self.tls is TlsMode.IMPLICIT else ftplib.FTP_TLS)
        client = kind(context=context or self.trust(), timeout=TIMEOUT)
        self.clients.append(client)
        client.connect("127.0.0.1", self.server.port, TIMEOUT)
        return client

    def login(
        self, kind: type[ftplib.FTP_TLS] | None = None, user: str = USER, password: str = PASSWORD
    ) -> ftplib.FTP_TLS:
        client = self.connect(kind)
        client.login(user, password)
        client.prot_p()
        return client

    def put_stock(self, content: bytes = b"A-1,3\r\n", path: str = STOCK, company: int = COMPANY) -> bytes:
        self.area.write(company, path, content)
        return content

    def entries(self, kind: str) -> tuple[Entry, ...]:
        return self.parts.journal.read(kind=kind)


def fetch(client: ftplib.FTP, path: str, rest: int | None = None) -> bytes:
    """RETR in binary."""
    into = io.BytesIO()
    client.retrbinary(f"RETR {path}", into.write, rest=rest)
    return into.getvalue()
