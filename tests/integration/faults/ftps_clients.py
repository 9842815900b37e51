"""A shop with a stock file in the area of a running lab, and clients that come for it."""

from __future__ import annotations

import ftplib
import io
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.lab import Lab
from tests.integration.ftps.clients import TIMEOUT, ResumingFtps


@dataclass(frozen=True)
class Place:
    """The area of one shop, as the merchant set it up, and the file of its first pass."""

    lab: Lab
    shop_code: str
    user: str
    password: str

    @classmethod
    def set_up(cls, lab: Lab, skus: int = 3) -> Place:
        shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
        lab.tempostar.update_stock_settings(shop.shop_code, reflection="起動", file_suffix="なし")
        lab.seed(skus)
        account = lab.tempostar.issue_ftp_password()
        lab.next_pass()
        return cls(lab, shop.shop_code, account.user, account.password)

    @property
    def stock(self) -> str:
        """Path of the stock file."""
        return f"/netstock/{self.shop_code}/stock.csv"

    @property
    def orders(self) -> str:
        """Folder of order files."""
        return f"/netorder/{self.shop_code}"

    @property
    def codes(self) -> tuple[str, ...]:
        """The SKU codes that are linked, in order."""
        return tuple(sorted(self.lab.tempostar.levels()))

    @property
    def content(self) -> bytes | None:
        """What stands in the area."""
        company = self.lab.tempostar.companies()[0].company_id
        return self.lab.area.read(company, self.stock)

    def connect(self, kind: type[ftplib.FTP_TLS] = ResumingFtps, context: ssl.SSLContext | None = None) -> Any:
        """A session before its TLS."""
        client = kind(context=context or trust(self.lab), timeout=TIMEOUT)
        client.connect("127.0.0.1", self.lab.endpoints.ftps_port)
        return client

    @contextmanager
    def session(
        self, kind: type[ftplib.FTP_TLS] = ResumingFtps, context: ssl.SSLContext | None = None
    ) -> Iterator[Any]:
        """A session that is logged in, both channels protected, in binary."""
        with closing(self.connect(kind, context)) as client:
            client.login(self.user, self.password)
            client.prot_p()
            client.voidcmd("TYPE I")
            yield client

    def fetch(self) -> bytes:
        """The stock file, in a session of its own."""
        with self.session() as client:
            return retrieve(client, self.stock)

    def curl(self, path: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        """One transfer by curl; skipped where it is not installed."""
        if shutil.which("curl") is None:
            pytest.skip("curl is not installed; on Debian: apt-get install curl")
        where = self.lab.endpoints
        return subprocess.run(
            [
                *("curl", "--disable", "--silent", "--show-error", "--max-time", str(TIMEOUT), "--ssl-reqd"),
                *("--cacert", str(where.ca_file), "--user", f"{self.user}:{self.password}", *options),
                f"ftp://127.0.0.1:{where.ftps_port}{path}",
            ],
            capture_output=True,
        )


@contextmanager
def closing(client: ftplib.FTP) -> Iterator[Any]:
    """`client`, closed at the end without a word: it may have no one to say goodbye to."""
    try:
        yield client
    finally:
        client.close()


def trust(lab: Lab) -> ssl.SSLContext:
    """Trust the lab; take a channel that was cut for one that was cut, which some Pythons do not by themselves."""
    context = ssl.create_default_context(cafile=lab.endpoints.ca_file)
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", ssl.Options(0))
    return context


def retrieve(client: ftplib.FTP, path: str, rest: int | None = None) -> bytes:
    """RETR in binary."""
    into = io.BytesIO()
    client.retrbinary(f"RETR {path}", into.write, rest=rest)
    return into.getvalue()


def outcome(call: Callable[[], object]) -> str:
    """Kind and words of the error that a call ends with; "went well" when with none."""
    try:
        call()
    except (OSError, EOFError, ftplib.Error) as error:
        return f"{type(error).__name__}: {error}"
    return "went well"
