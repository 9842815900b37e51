"""Commands that stay end when they are asked to, also when that comes just as they are about to wait."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.reference.engine_ftps_server import Authority
from tests.integration.cli.conftest import ANY_PORTS, LIMIT

ASKED_AS_IT_WAITS = """
import linecache, re, signal, sys, threading

def ask(frame, event, argument):
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if frame.f_code.co_name == "wait" or re.search(r"stop\\.(get|wait)\\(", line):
        signal.raise_signal(signal.SIGTERM)
    return ask

def watch(frame, event, argument):
    stays = frame.f_code.co_name in ("keep_up", "keep_running")
    waits = frame.f_code.co_filename == threading.__file__ and frame.f_code.co_name == "wait"
    handled = callable(signal.getsignal(signal.SIGTERM))
    return ask if stays or (waits and handled) else None

sys.settrace(watch)
try:
    sys.exit(main(sys.argv[1:]))
finally:
    sys.settrace(None)
"""
"""Sends SIGTERM as a command comes to where it waits, and before each line of the library's waiting."""


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("simulator.cli", ("up", "--json", *ANY_PORTS)), ("reference.cli", ("run", "--poll", "0.2"))],
)
def test_a_command_that_is_asked_to_end_just_as_it_is_about_to_wait_ends(
    tmp_path: Path, module: str, arguments
) -> None:
    nowhere = {
        "SYNC_SHOP_URL": "http://127.0.0.1:9/api/v1", "SYNC_SHOP_TOKEN": "none", "SYNC_FTPS_HOST": "127.0.0.1",
        "SYNC_FTPS_PORT": "9", "SYNC_FTPS_TLS": "explicit", "SYNC_SMTP_HOST": "127.0.0.1", "SYNC_SMTP_PORT": "9",
        "SYNC_MAIL_FROM": "sync@zaiko.example", "SYNC_STATE_DIR": str(tmp_path),
        "SYNC_FTPS_CA": str(Authority(tmp_path, "nobodys-ca").ca),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", f"from {module} import main\n{ASKED_AS_IT_WAITS}", *arguments],
        env={**os.environ, **nowhere, "ZAIKOLAB_HOME": str(tmp_path)}, capture_output=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    assert (ran.returncode, "Traceback" in (told := ran.stderr.decode())) == (0, False), told
