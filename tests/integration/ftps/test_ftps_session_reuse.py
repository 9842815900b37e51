"""The area with data connections that have to resume the control channel's TLS session, and as it is by default."""

from __future__ import annotations

import ftplib
import io
import os
import socket
import ssl
from typing import Any

import pytest

from simulator.config import Settings
from tests.integration.ftps.clients import COMPANY, ORDERS, PASSWORD, STOCK, TIMEOUT, USER, Ftps, ResumingFtps, fetch
from tests.integration.ftps.outside_clients import curl, lftp

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
either_way = pytest.mark.parametrize("required", [False, True], ids=["default", "reuse required"])


def area(ftps: Any, *, required: bool) -> Ftps:
    lab: Ftps = ftps()
    lab.parts.settings = Settings(tls_session_reuse=required)
    return lab


@either_way
def test_curl_reads_and_writes(ftps, tmp_path, required):
    lab = area(ftps, required=required)
    content = lab.put_stock(os.urandom(300_000))
    assert curl(lab, STOCK).stdout == content
    order = os.urandom(3_000_000)
    (tmp_path / "order.csv").write_bytes(order)
    assert curl(lab, f"{ORDERS}/order.csv", "-T", str(tmp_path / "order.csv")).returncode == 0
    assert lab.area.read(COMPANY, f"{ORDERS}/order.csv") == order


@either_way
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_lftp_reads_and_writes(ftps, tmp_path, required, version):
    lab = area(ftps, required=required)
    content = lab.put_stock(os.urandom(300_000))
    order = os.urandom(3_000_000)
    (tmp_path / "order.csv").write_bytes(order)
    priority = f"set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS{version}"
    got = lftp(lab, priority, f"put {tmp_path}/order.csv -o {ORDERS}/order.csv", f"cat {STOCK}")
    assert (got.returncode, got.stdout) == (0, content), got.stderr
    assert lab.area.read(COMPANY, f"{ORDERS}/order.csv") == order


@either_way
@pytest.mark.parametrize("version", VERSIONS)
def test_ftplib_reads_and_writes_when_told_to_resume(ftps, required, version):
    lab = area(ftps, required=required)
    content = lab.put_stock(os.urandom(300_000))
    context = lab.trust()
    context.minimum_version = context.maximum_version = version
    client = lab.connect(ResumingFtps, context)
    client.login(USER, PASSWORD)
    client.prot_p()
    for name in ("a.csv", "b.csv"):
        assert fetch(client, STOCK) == content
        client.storbinary(f"STOR {ORDERS}/{name}", io.BytesIO(content))
        assert lab.area.read(COMPANY, f"{ORDERS}/{name}") == content


@pytest.mark.parametrize("version", VERSIONS)
def test_ftplib_as_it_is_gets_522_and_not_a_byte(ftps, version):
    lab = area(ftps, required=True)
    lab.put_stock()
    context = lab.trust()
    context.minimum_version = context.maximum_version = version
    client = lab.connect(ftplib.FTP_TLS, context)
    client.login(USER, PASSWORD)
    client.prot_p()
    seen: list[bytes] = []
    for _ in range(2):
        with pytest.raises(ftplib.error_perm, match=r"^522 .*resume the TLS session"):
            client.retrbinary(f"RETR {STOCK}", seen.append)
    assert seen == []
    lab.parts.settings = Settings()
    assert fetch(client, STOCK), "the setting holds for each data connection anew"


def test_an_upload_that_does_not_resume_leaves_nothing(ftps):
    lab = area(ftps, required=True)
    client = lab.login()
    with pytest.raises((ftplib.error_perm, OSError)):
        client.storbinary(f"STOR {ORDERS}/order.csv", io.BytesIO(b"order"))
    assert lab.area.files(COMPANY, ORDERS) == ()


def test_a_client_that_ends_its_handshake_before_it_asks_for_the_file_gets_522_too(ftps):
    lab = area(ftps, required=True)
    lab.put_stock()
    client = lab.login()
    client.voidcmd("TYPE I")
    with (
        socket.create_connection(client.makepasv(), TIMEOUT) as plain,
        client.context.wrap_socket(plain, server_hostname="127.0.0.1") as conn,
    ):
        assert conn.recv(1) == b""
        with pytest.raises(ftplib.error_perm, match=r"^522 "):
            client.sendcmd(f"RETR {STOCK}")
    lab.parts.settings = Settings()
    assert fetch(client, STOCK), "the next data connection is not held to it"


def test_waiting_for_a_handshake_that_does_not_come_takes_no_turns_of_the_loop(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.login()
    client.voidcmd("TYPE I")
    with socket.create_connection(client.makepasv(), TIMEOUT) as conn:
        assert client.sendcmd(f"RETR {STOCK}").startswith("150")
        loop, turns = lab.server._running.loop, []
        poll = loop.poll
        loop.poll = lambda wait: (turns.append(wait), poll(wait))[1]
        assert client.sendcmd("NOOP").startswith("200")
        conn.settimeout(0.1)
        with pytest.raises(TimeoutError):
            conn.recv(1)
        assert len(turns) < 10
