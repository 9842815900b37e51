"""How the suite runs an engine it knows nothing about: a command, a URL, or a callable in this process (contract 4)."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from simulator.errors import EngineUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TIME_LIMIT = 60.0
"""Seconds of real time that one pass may take."""
OUTPUT_SHOWN = 20_000
"""Characters of an engine's output that are kept: its end, where a traceback stands."""


@dataclass(frozen=True, slots=True)
class EngineRun:
    """One pass seen from outside. `exit_code`: 0 all well, 1 something failed, 2 not configured; `output`: as said."""

    exit_code: int
    output: str = ""


class Engine(Protocol):
    """An engine under test."""

    @property
    def takes_environment(self) -> bool:
        """False when its operator has set the variables beforehand, so that a scenario cannot vary them."""

    def run(self, environment: Mapping[str, str]) -> EngineRun:
        """Make one pass over all linkages and wait for its end.

        Raises: EngineUnusable when it cannot be started, is not there, or does not end in time.
        """


@dataclass(frozen=True, slots=True)
class CallableEngine:
    """An engine in this process: `call` takes the variables and returns the exit code."""

    call: Callable[[Mapping[str, str]], int]
    takes_environment: bool = True

    def run(self, environment: Mapping[str, str]) -> EngineRun:
        """Call it; its exceptions are not caught."""
        return EngineRun(int(self.call(environment)))


@dataclass(frozen=True, slots=True)
class CommandEngine:
    """An engine as a command, run without a shell; it sees the contract's variables and the bare necessities only."""

    command: Sequence[str]
    time_limit: float = TIME_LIMIT
    takes_environment: bool = True

    def run(self, environment: Mapping[str, str]) -> EngineRun:
        """Run the command once; when it takes too long it is killed with everything it started."""
        try:
            process = subprocess.Popen(  # noqa: S603 - running the command given is what this class is for
                list(self.command),
                env={**_necessities(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineUnusable(
                f"The engine command {shlex.join(self.command)!r} cannot be started: {error.strerror or error}.",
                next_step="Give a command that can be run from here.",
            ) from error
        with process:
            try:
                output, _ = process.communicate(timeout=self.time_limit)
            except subprocess.TimeoutExpired as late:
                _kill(process)
                raise EngineUnusable(
                    f"The engine command {shlex.join(self.command)!r} did not end within {self.time_limit:g} s.",
                    next_step=f"Its output: {_shown(late.output or b'') or 'none'}",
                ) from None
            except BaseException:
                _kill(process)
                raise
        return EngineRun(process.returncode, _shown(output))


@dataclass(frozen=True, slots=True)
class UrlEngine:
    """An engine behind a URL: POST makes a pass. Its operator sets the variables (`zaikolab env`)."""

    url: str
    time_limit: float = TIME_LIMIT
    takes_environment: bool = False

    def run(self, environment: Mapping[str, str]) -> EngineRun:  # noqa: ARG002 - the operator of a URL engine has set them
        """POST once; 2xx is exit code 0, 5xx is 1."""
        import urllib3

        # A pool for each pass: the engine may well be restarted between two.
        with urllib3.PoolManager() as pool:
            try:
                answer = pool.request("POST", self.url, timeout=self.time_limit, retries=False, redirect=False)
            except urllib3.exceptions.HTTPError as error:
                raise EngineUnusable(
                    f"The engine at {self.url} does not answer: {error}.",
                    next_step="Start it, then run the suite again.",
                ) from error
        if answer.status // 100 not in {2, 5}:
            raise EngineUnusable(
                f"The engine at {self.url} answers a POST with {answer.status}.",
                next_step="2xx (all well) or 5xx (something failed) is wanted.",
            )
        return EngineRun(0 if answer.status < 300 else 1, _shown(answer.data))


def engine_for(choice: str) -> Engine:
    """The driver for what a person wrote: an `http://` or `https://` URL, or a command line.

    Raises: EngineUnusable for an empty or unbalanced command line.
    """
    if choice.startswith(("http://", "https://")):
        return UrlEngine(choice)
    try:
        command = shlex.split(choice)
    except ValueError as error:
        raise EngineUnusable(
            f"The engine {choice!r} is no command line: {error}.", next_step="Mend its quotes."
        ) from error
    if not command:
        raise EngineUnusable("The engine is empty.", next_step="Give a command line or a URL.")
    return CommandEngine(tuple(command))


def _necessities() -> dict[str, str]:
    # What a program cannot be found or run without; nothing else of this process reaches the engine. The folder of this
    # Python comes first so that a command installed beside the suite is found without an activated environment.
    here = str(Path(sys.executable).parent)
    return {
        "PATH": os.pathsep.join([here, *os.get_exec_path()]),
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
        "TMPDIR": tempfile.gettempdir(),
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _shown(output: bytes) -> str:
    return output.decode("utf-8", errors="replace")[-OUTPUT_SHOWN:]
