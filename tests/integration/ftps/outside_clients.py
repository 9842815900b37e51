"""curl and lftp, as people call them; what is not installed skips the test."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from simulator.config import TlsMode
from tests.integration.ftps.clients import PASSWORD, TIMEOUT, USER, Ftps

SCHEME = {TlsMode.EXPLICIT: "ftp", TlsMode.IMPLICIT: "ftps"}


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed; on Debian: apt-get install {program}")
    return found


def curl(lab: Ftps, path: str, *options: str, ca: Path | None = None, tls: bool = True) -> subprocess.CompletedProcess:
    return subprocess.run(
        [
            need("curl"), "--disable", "--silent", "--show-error", "--max-time", str(TIMEOUT),
            "--user", f"{USER}:{PASSWORD}",
            *(["--ssl-reqd", "--cacert", str(ca or lab.ca_file)] if tls else []), *options,
            f"{SCHEME[lab.tls]}://127.0.0.1:{lab.server.port}{path}",
        ],
        capture_output=True,
    )  # fmt: skip


def lftp(lab: Ftps, *commands: str, ca: Path | None = None) -> subprocess.CompletedProcess:
    script = [
        f"set ssl:ca-file {ca or lab.ca_file}",
        "set ftp:ssl-force true",
        "set ftp:ssl-protect-data true",
        "set net:max-retries 1",
        f"set net:timeout {TIMEOUT}",
        "set cmd:fail-exit true",
        f"open -u {USER},{PASSWORD} {SCHEME[lab.tls]}://127.0.0.1:{lab.server.port}",
        *commands,
    ]
    return subprocess.run(
        [need("lftp"), "--norc", "-c", "; ".join(script)],
        capture_output=True,
        timeout=120,
        env={**os.environ, "LANG": "C.UTF-8", "HOME": str(lab.folder)},
    )
