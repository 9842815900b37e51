"""Workers as processes of their own, which can be killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reference.config import Database
from tests.tied import tied

LIMIT = 60.0
COMMAND = (sys.executable, "-m", "reference.cli")


@dataclass
class Workers:
    """All that were started; what they say is in a file each."""

    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        path = self.folder / f"worker-{len(self.logs)}.log"
        with path.open("wb") as log:
            worker = subprocess.Popen(
                [*tied(), *COMMAND, "worker", *options], env={**os.environ, **self.environ}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.logs[worker.pid] = path
        self.running.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait(LIMIT)
        self.running.remove(worker)

    def end(self, worker: subprocess.Popen[bytes], how: int = signal.SIGTERM) -> int:
        worker.send_signal(how)
        self.running.remove(worker)
        return worker.wait(LIMIT)

    def said(self, worker: subprocess.Popen[bytes]) -> str:
        return self.logs[worker.pid].read_text(encoding="utf-8")

    def port(self, worker: subprocess.Popen[bytes]) -> int:
        """The port of /metrics, 0 while it is not said yet."""
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.said(worker))
        return int(found[1]) if found else 0


@contextmanager
def open_workers(folder: Path, environ: Mapping[str, str], database: Database) -> Iterator[Workers]:
    """Start workers of a world on a database; those left are killed at the end."""
    where = {"SYNC_DATABASE_URL": database.url, "SYNC_DATABASE_SCHEMA": database.schema}
    workers = Workers(folder, {**environ, **where})
    try:
        yield workers
    finally:
        for worker in list(workers.running):
            workers.kill(worker)


def run(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `zaikosync` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], env={**os.environ, **environ}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LIMIT, check=False,
    )  # fmt: skip
