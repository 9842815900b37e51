"""How the suite runs an engine it knows nothing about: a command, a URL, or a callable in this process (contract 4)."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from simulator.errors import EngineTrouble, EngineUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from _typeshed import ReadableBuffer

TIME_LIMIT = 60.0
"""Seconds of real time that one pass may take, of a command or behind a URL."""
IN_PROCESS = "python:"
"""What the name of an engine in this process begins with: `python:reference:run_pass`. No time limit ends it."""
REFERENCE_ENGINE = f"{IN_PROCESS}reference:run_pass"
"""The reference engine, in process: what is tried when nobody names another."""
NOT_CONFIGURED = 2
"""The exit code of an engine that lacks a variable it needs (contract 4)."""
OUTPUT_SHOWN = 20_000
"""Characters of an engine's output that are kept: its end, where a traceback stands."""
_BYTES_KEPT = 4 * OUTPUT_SHOWN  # as many characters, whatever they are
_BLOCK = 65_536
_LOOK_AGAIN = 0.05  # seconds until a command that says nothing is looked after


_USERINFO = re.compile(r"(https?://)[^/?#\s]*@", re.IGNORECASE)


def without_userinfo(text: str) -> str:
    """The text with *** for user and password in any URL of it."""
    return _USERINFO.sub(r"\1***@", text)


@dataclass(frozen=True, slots=True)
class EngineRun:
    """One pass seen from outside. `exit_code`: 0 all well, 1 something failed, 2 not configured, below 0 a signal;
    `output`: the end of what it said."""

    exit_code: int
    output: str = ""
    left_behind: bool = False
    """Whether processes it had started were still running when it ended; they have been killed."""
    said: int = 0
    """Bytes of output in all."""

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        if self.exit_code >= 0:
            return f"ended with exit code {self.exit_code}"
        return f"was ended by {signal.strsignal(-self.exit_code) or 'a signal'} (signal {-self.exit_code})"


class Engine(Protocol):
    """An engine under test."""

    @property
    def takes_environment(self) -> bool:
        """False when its operator has set the variables beforehand, so that a scenario cannot vary them."""

    def run(self, environment: Mapping[str, str]) -> EngineRun:
        """Make one pass over all linkages and wait for its end.

        Raises: EngineUnusable when it cannot be started, is not there, or does not end in time.
        """


class _Words(io.BufferedIOBase):
    """Keeps the end of what is written, and counts the bytes. It stays open: an engine that logs goes on writing to
    what it found in its first pass."""

    name = "<engine>"

    def __init__(self) -> None:
        self.length = 0
        self._end = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: ReadableBuffer, /) -> int:
        said = bytes(block)
        self.length += len(said)
        self._end += said
        if len(self._end) > 2 * _BYTES_KEPT:
            del self._end[:-_BYTES_KEPT]
        return len(said)

    def close(self) -> None:
        """Left undone."""

    def clear(self) -> None:
        self.length = 0
        self._end.clear()

    def shown(self) -> str:
        return _shown(bytes(self._end[-_BYTES_KEPT:]))


def _stream() -> io.TextIOWrapper[_Words]:
    return io.TextIOWrapper(_Words(), encoding="utf-8", errors="backslashreplace", write_through=True)


@dataclass(frozen=True, slots=True)
class CallableEngine:
    """An engine in this process: `call` takes the variables and returns the exit code. What it writes to Python's
    stdout and stderr is its output; no time limit ends it."""

    call: Callable[[Mapping[str, str]], int]
    takes_environment: bool = True
    _stream: io.TextIOWrapper[_Words] = field(default_factory=_stream, init=False, repr=False, compare=False)

    def run(self, environment: Mapping[str, str]) -> EngineRun:
        """Call it; its exceptions are not caught, and what it said before one is told on stderr."""
        words = self._stream.buffer
        words.clear()
        try:
            with contextlib.redirect_stdout(self._stream), contextlib.redirect_stderr(self._stream):
                exit_code = int(self.call(environment))
        except EngineUnusable as error:
            if not words.length:
                raise
            raise EngineUnusable(
                error.message, trouble=error.trouble, next_step=f"Its output: {words.shown()}"
            ) from error.__cause__
        except Exception:
            sys.stderr.write(words.shown())
            raise
        return EngineRun(exit_code, words.shown(), said=words.length)


@dataclass(frozen=True, slots=True)
class CommandEngine:
    """An engine as a command, run without a shell; it sees the contract's variables and the bare necessities only."""

    command: Sequence[str]
    time_limit: float = TIME_LIMIT
    takes_environment: bool = True

    def run(self, environment: Mapping[str, str]) -> EngineRun:
        """Run the command once. The pass is over when the command ends, or takes too long and is killed; what it has
        started and left behind is killed either way, before it could meddle with the next scenario."""
        try:
            process = subprocess.Popen(  # noqa: S603 - running the command given is what this class is for
                list(self.command),
                env={**necessities(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise EngineUnusable(
                f"The engine command {_line(self.command)!r} cannot be started: {error.strerror or error}.",
                trouble=EngineTrouble.CANNOT_START,
                next_step="Give a command that can be run from here.",
            ) from error
        with process:
            try:
                said, length, in_time = _listen(process, self.time_limit)
            finally:
                left_behind = _kill(process)
        if not in_time:
            raise EngineUnusable(
                f"The engine command {_line(self.command)!r} did not end within {self.time_limit:g} s.",
                trouble=EngineTrouble.TOO_SLOW,
                next_step="See what it waits for; --time-limit gives it longer.",
                output=_shown(said),
            )
        return EngineRun(process.returncode, _shown(said), left_behind, length)


@dataclass(frozen=True, slots=True)
class UrlEngine:
    """An engine behind a URL: POST makes a pass. Its operator sets the variables (`zaikolab env`)."""

    url: str
    time_limit: float = TIME_LIMIT
    takes_environment: bool = False

    def run(self, environment: Mapping[str, str]) -> EngineRun:  # noqa: ARG002 - the operator of a URL engine has set them
        """POST once; 2xx is exit code 0, 5xx is 1."""
        import urllib3

        until = monotonic() + self.time_limit
        said = b""
        # A pool for each pass: the engine may well be restarted between two.
        with urllib3.PoolManager() as pool:
            try:
                # Neither tried again nor led elsewhere: each POST is a pass.
                answer = pool.request("POST", self.url, timeout=self.time_limit, retries=False, preload_content=False)
                with contextlib.closing(answer):
                    while block := answer.read1(_BLOCK):
                        said = (said + block)[-_BYTES_KEPT:]
                        if monotonic() > until:
                            raise EngineUnusable(
                                f"The answer of the engine at {without_userinfo(self.url)} did not end within"
                                f" {self.time_limit:g} s.",
                                trouble=EngineTrouble.TOO_SLOW,
                                next_step="See what it waits for; --time-limit gives it longer.",
                                output=_shown(said),
                            )
            except urllib3.exceptions.HTTPError as error:
                late = isinstance(error, urllib3.exceptions.ReadTimeoutError)
                raise EngineUnusable(
                    f"The engine at {without_userinfo(self.url)} does not answer: {without_userinfo(str(error))}.",
                    trouble=EngineTrouble.TOO_SLOW if late else EngineTrouble.NO_ANSWER,
                    next_step="Start it, then run the suite again.",
                ) from error
        if answer.status // 100 not in {2, 5}:
            raise EngineUnusable(
                f"The engine at {without_userinfo(self.url)} answers a POST with {answer.status}.",
                trouble=EngineTrouble.ODD_ANSWER,
                next_step="2xx (all well) or 5xx (something failed) is wanted.",
            )
        return EngineRun(0 if answer.status < 300 else 1, _shown(said))


def is_url(choice: str) -> bool:
    """Whether what a person wrote is an engine behind a URL."""
    return choice.startswith(("http://", "https://"))


def engine_for(choice: str, time_limit: float = TIME_LIMIT) -> Engine:
    """The driver for what a person wrote: an `http://` or `https://` URL, `python:MODULE:FUNCTION` for a function that
    is called in this process, or a command line. `time_limit` ends a pass of the first and the last: nothing can end a
    function that is called.

    Raises: EngineUnusable for an empty or unbalanced command line, and for a function that is not there.
    """
    if is_url(choice):
        return UrlEngine(choice, time_limit)
    if choice.startswith(IN_PROCESS):
        return _function(choice)
    try:
        command = shlex.split(choice)
    except ValueError as error:
        raise _no_engine(f"The engine {choice!r} is no command line: {error}.", "Mend its quotes.") from error
    if not command:
        raise _no_engine("The engine is empty.", "Give a command line or a URL.")
    return CommandEngine(tuple(command), time_limit)


def _function(choice: str) -> Engine:
    module, _, name = choice.removeprefix(IN_PROCESS).partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise _no_engine(
            f"The engine {choice!r} is not there: {error}.",
            f"Write {IN_PROCESS}MODULE:FUNCTION, and install the module or name its folder in PYTHONPATH.",
        ) from error

    def call(environment: Mapping[str, str]) -> int:
        try:
            answer = function(environment)
        except (Exception, SystemExit) as error:
            raise EngineUnusable(
                f"The engine {choice!r} ended with {type(error).__name__}: {error}.", trouble=EngineTrouble.CRASHED
            ) from error
        return int(getattr(answer, "exit_code", answer))

    return CallableEngine(call)


def _no_engine(message: str, next_step: str) -> EngineUnusable:
    return EngineUnusable(message, trouble=EngineTrouble.CANNOT_START, next_step=next_step)


def necessities() -> dict[str, str]:
    """The variables that a program started here gets besides those meant for it."""
    # What a program cannot be found or run without; nothing else of this process reaches the engine. The folder of this
    # Python comes first so that a command installed beside the suite is found without an activated environment.
    here = str(Path(sys.executable).parent)
    return {
        "PATH": os.pathsep.join([here, *os.get_exec_path()]),
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
        "TMPDIR": tempfile.gettempdir(),
    }


def _listen(process: subprocess.Popen[bytes], limit: float) -> tuple[bytes, int, bool]:
    """The end of what a process says, how many bytes it said in all, and whether it ended within `limit` seconds.

    Children may hold its output open after its end, so the end of the output is not waited for.
    """
    assert process.stdout is not None  # noqa: S101 - started with a pipe
    output, said, until = process.stdout.fileno(), b"", monotonic() + limit
    length, ended = 0, False
    while not ended:
        left = until - monotonic()
        if left <= 0:
            return said, length, False
        ended = process.poll() is not None  # asked before reading, so that its last words are read too
        if select.select([output], [], [], 0 if ended else min(left, _LOOK_AGAIN))[0]:
            block = os.read(output, _BLOCK)
            said, length = (said + block)[-_BYTES_KEPT:], length + len(block)
            if not block and not ended:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0, until - monotonic()))
    return said, length, True


def _kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill a process and what it has started; whether anything but the process itself was still there."""
    ended = process.poll() is not None
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS refuses where only the dead are left
        ended = False
    process.wait()
    return ended


def _line(command: Sequence[str]) -> str:
    return without_userinfo(shlex.join(command))


def _shown(output: bytes) -> str:
    return output.decode("utf-8", errors="replace")[-OUTPUT_SHOWN:]
