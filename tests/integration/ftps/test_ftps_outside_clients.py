"""The clients people have: curl and lftp."""

from __future__ import annotations

import os

import pytest

from simulator.config import TlsMode
from simulator.tempostar.ftps.certificates import Authority
from tests.integration.ftps.clients import COMPANY, ORDERS, STOCK
from tests.integration.ftps.outside_clients import curl, lftp


@pytest.mark.parametrize("tls", list(TlsMode))
def test_curl_fetches_the_stock_file(ftps, tls):
    lab = ftps(tls=tls)
    content = lab.put_stock(os.urandom(300_000))
    got = curl(lab, STOCK)
    assert (got.returncode, got.stdout) == (0, content), got.stderr


def test_curl_lists_uploads_renames_and_deletes(ftps, tmp_path):
    lab = ftps()
    (tmp_path / "order.csv").write_bytes(b"order")
    got = curl(
        lab, f"{ORDERS}/up.tmp", "-T", str(tmp_path / "order.csv"),
        "-Q", f"-RNFR {ORDERS}/up.tmp", "-Q", f"-RNTO {ORDERS}/order.csv",
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert lab.area.read(COMPANY, f"{ORDERS}/order.csv") == b"order"
    assert b"Apr 01 09:00 order.csv" in curl(lab, f"{ORDERS}/").stdout
    assert curl(lab, f"{ORDERS}/", "-Q", f"DELE {ORDERS}/order.csv").returncode == 0
    assert lab.area.files(COMPANY, ORDERS) == ()


def test_curl_resumes_a_download_and_sees_the_time(ftps):
    lab = ftps()
    content = lab.put_stock(b"0123456789")
    assert curl(lab, STOCK, "-C", "4").stdout == content[4:]
    assert b"Last-Modified: Wed, 01 Apr 2026 00:00:00 GMT" in curl(lab, STOCK, "-I").stdout


def test_curl_without_tls_is_refused(ftps):
    lab = ftps()
    lab.put_stock()
    got = curl(lab, STOCK, tls=False)
    assert got.returncode == 67, got.stderr
    assert got.stdout == b""
    assert [entry.data["verb"] for entry in lab.entries("ftps.command")][:1] == ["USER"]


def test_curl_with_data_in_clear_is_refused(ftps):
    lab = ftps()
    lab.put_stock()
    got = curl(lab, STOCK, "--ftp-ssl-control", "--cacert", str(lab.ca_file), tls=False)
    assert got.returncode != 0
    assert got.stdout == b""
    assert ("PROT", "C", 534) in {
        (entry.data["verb"], entry.data["argument"], entry.data["reply"]) for entry in lab.entries("ftps.command")
    }


def test_curl_refuses_an_unknown_authority(ftps, tmp_path):
    lab = ftps()
    lab.put_stock()
    (tmp_path / "other.pem").write_bytes(Authority.create().ca_pem)
    got = curl(lab, STOCK, ca=tmp_path / "other.pem")
    assert (got.returncode, got.stdout) == (60, b"")


@pytest.mark.parametrize("tls", list(TlsMode))
def test_lftp_fetches_the_stock_file(ftps, tls):
    lab = ftps(tls=tls)
    content = lab.put_stock(os.urandom(300_000))
    got = lftp(lab, f"cat {STOCK}")
    assert (got.returncode, got.stdout) == (0, content), got.stderr


def test_lftp_lists_with_the_labs_time(ftps):
    lab = ftps()
    lab.put_stock()
    got = lftp(lab, "ls /netstock/20001")
    assert got.stdout.decode().split() == [
        "-r--r-----", "1", "tempostar", "tempostar", "7", "Apr", "01", "09:00", "stock.csv",
    ], got.stderr  # fmt: skip


def test_lftp_uploads_renames_mirrors_and_deletes(ftps, tmp_path):
    lab = ftps()
    lab.put_stock(b"stock")
    (tmp_path / "注文.csv").write_bytes(b"order")
    got = lftp(
        lab, f"put {tmp_path}/注文.csv -o {ORDERS}/up.tmp", f"mv {ORDERS}/up.tmp {ORDERS}/注文.csv",
        f"mirror / {tmp_path}/copy", f"rm {STOCK}",
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert lab.area.read(COMPANY, f"{ORDERS}/注文.csv") == b"order"
    assert lab.area.read(COMPANY, STOCK) is None
    assert (tmp_path / "copy" / "netstock" / "20001" / "stock.csv").read_bytes() == b"stock"
    assert (tmp_path / "copy" / "netorder" / "20001" / "注文.csv").read_bytes() == b"order"


def test_lftp_refuses_an_unknown_authority(ftps, tmp_path):
    lab = ftps()
    lab.put_stock()
    (tmp_path / "other.pem").write_bytes(Authority.create().ca_pem)
    got = lftp(lab, f"get {STOCK} -o {tmp_path}/got", ca=tmp_path / "other.pem")  # its `cat` hangs after an error
    assert got.returncode != 0
    assert b"ertificate verification" in got.stderr
    assert not (tmp_path / "got").exists()
