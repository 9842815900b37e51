"""Processes of the benchmarks: one that answers in JSON, one that serves until it is stopped; nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

LONGEST = 3600.0
"""Seconds after which a side that does not end is ended."""
_LOOK = 0.005
SIDES = Path(__file__).parent / "sides"
BIN = Path(sys.executable).parent


def ask(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Any:
    """What a command says in JSON, on the last line of its output.

    Raises: RuntimeError with its last words when it does not end with 0; subprocess.TimeoutExpired.
    """
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=LONGEST, stdin=subprocess.DEVNULL, check=False
    )
    if ended.returncode:
        words = (ended.stderr.strip() or ended.stdout.strip() or "nothing").splitlines()[-1]
        raise RuntimeError(f"{Path(command[0]).name} ended with {ended.returncode}, saying: {words}")
    return json.loads(ended.stdout.strip().splitlines()[-1])


def watch(command: Sequence[str | Path], environment: Mapping[str, str]) -> dict[str, float]:
    """Seconds and peak memory of a command that has to end with 0."""
    told = ask([sys.executable, SIDES / "watched.py", *command], environment)
    if told["exit"]:
        words = (told["output"].strip() or "nothing").splitlines()[-1]
        raise RuntimeError(f"{Path(command[0]).name} ended with {told['exit']}, saying: {words}")
    return {"seconds": told["seconds"], "peak MiB": told["peak MiB"]}


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that a process has taken, with the children that have ended; 0 where there is no /proc."""
    with suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running process; what it says is in a file without a name."""

    name: str
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def last_words(self) -> str:
        """The last line of what it said."""
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "nothing"


@contextmanager
def serving(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server in a process group of its own, ended with all that it started."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Server(Path(command[0]).name, process, said)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)


def wait_until(is_so: Callable[[], bool], server: Server, limit: float = 60.0, look: float = _LOOK) -> None:
    """Look now and then, while the server lives.

    Raises: RuntimeError with its last words when it ends before, TimeoutError after `limit` seconds.
    """
    until = time.perf_counter() + limit
    while not is_so():
        if time.perf_counter() > until:
            raise TimeoutError(f"{server.name} took longer than {limit:g} s")
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(look)
            raise RuntimeError(f"{server.name} ended with {server.process.returncode}, saying: {server.last_words()}")


def answers_http(port: int) -> bool:
    """Whether there is an HTTP answer, whatever it says."""
    return _first_bytes(port, b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").startswith(b"HTTP/1.")


def greets(port: int) -> bool:
    """Whether an FTP or SMTP server says that it is ready."""
    return _first_bytes(port, b"").startswith(b"220")


def _first_bytes(port: int, said: bytes) -> bytes:
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as connection:
            if said:
                connection.sendall(said)
            return connection.recv(16)
    except OSError:
        return b""
