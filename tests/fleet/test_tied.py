"""What tests start ends with them, even when they are killed with -9."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tied import tied

_STARTS_ALL = """
import sys
from pathlib import Path
from reference.config import Database
from tests.fleet.ground import open_ground
from tests.fleet.workers import open_workers
from tests.postgres import run_server
folder = Path(sys.argv[1])
with run_server() as server, open_ground(folder, 1) as (ground, environ):
    with open_workers(folder, environ, Database(server.url)) as workers:
        worker = workers.start("--interval", "1", "--poll", "0.3")
        ground.wait_until(lambda: ground.shops["20001"].runs)
        print(server.pid, worker.pid, server.folder, flush=True)
        sys.stdin.read()
"""


# setpriv is of util-linux, so on every Linux; elsewhere nothing is tied (tests/tied.py), and nothing is to be shown.
@pytest.mark.skipif(not tied(), reason="there is no setpriv here")
def test_a_worker_and_a_postgresql_end_with_the_process_that_was_killed(tmp_path):
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTS_ALL, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    server, worker, folder = starter.stdout.readline().split()
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="utf-8").split()
    watched = [os.pidfd_open(int(pid)) for pid in (server, worker, *children)]
    try:
        starter.kill()
        assert all(select.select([one], [], [], 30)[0] for one in watched), "one goes on without its parent"
    finally:
        starter.communicate()
        for one in watched:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(one, signal.SIGKILL)
            os.close(one)
        shutil.rmtree(folder)
