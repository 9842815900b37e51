"""What the clients people have make of faults in the FTPS area: curl, lftp and plain ftplib."""

from __future__ import annotations

import ftplib
import io
import os
import shutil
import subprocess

import pytest

from tests.integration.faults.ftps_ground import CONTENT, Ground

WHOLE = "226 Transfer complete."


def lftp(ground: Ground, *commands: str) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("lftp") is None:
        pytest.skip("lftp is not installed; on Debian: apt-get install lftp")
    where, place = ground.lab.endpoints, ground.place
    script = [
        f"set ssl:ca-file {where.ca_file}",
        "set ftp:ssl-force true",
        "set ftp:ssl-protect-data true",
        "set net:max-retries 2",
        "set net:reconnect-interval-base 0",
        "set net:timeout 30",
        "set cmd:fail-exit true",
        f"open -u {place.user},{place.password} ftp://127.0.0.1:{where.ftps_port}",
        *commands,
    ]
    return subprocess.run(
        ["lftp", "--norc", "-c", "; ".join(script)],
        capture_output=True,
        timeout=120,
        env={**os.environ, "LANG": "C.UTF-8"},
    )


@pytest.mark.parametrize("kind", ["data.cut", "control.drop-before"])
def test_lftp_tries_again_and_has_the_file(ground, kind):
    parameters = {"at": 100} if kind.startswith("data") else {}
    with ground.lab.fault(kind, on="RETR", **parameters) as fault:
        got = lftp(ground, f"cat {ground.stock}")
    assert (got.returncode, got.stdout, fault.fired) == (0, CONTENT, 1), got.stderr


@pytest.mark.parametrize(
    ("kind", "parameters", "code"),
    [
        ("data.cut", {"at": 100}, 18), ("data.cut-silently", {"at": 100}, 18), ("data.reset", {"at": 100}, 56),
        ("data.stall", {"at": 100}, 28), ("data.left-open", {}, 28), ("data.too-long", {}, 0),
        ("control.drop-before", {}, 56), ("control.shut-down", {}, 28), ("control.late", {}, 28),
    ],
)  # fmt: skip
def test_curl_ends_with_a_code_that_tells(ground, kind, parameters, code):
    gives_up = ["--max-time", "2"] if code == 28 and kind != "control.shut-down" else []
    with ground.lab.fault(kind, on="RETR", **parameters) as fault:
        got = ground.place.curl(ground.stock, *gives_up)
    assert (got.returncode, fault.fired) == (code, 1), got.stderr


def test_ftplib_takes_a_file_that_was_cut_silently_for_whole(ground):
    into = io.BytesIO()
    with ground.lab.fault("data.cut-silently", on="RETR", at=100):
        assert ground.login().retrbinary(f"RETR {ground.stock}", into.write) == WHOLE
    assert into.getvalue() == CONTENT[:100]


def test_ftplib_is_told_of_a_cut(ground):
    with ground.lab.fault("data.cut", on="RETR", at=100), pytest.raises((ftplib.error_temp, OSError)):
        ground.login().retrbinary(f"RETR {ground.stock}", lambda _: None)
