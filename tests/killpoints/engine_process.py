"""The reference engine as processes that can be killed: one waits with everything imported, and forks for each pass.

What goes over the link: an `Order` to the one that waits; from the process of the pass its id, and later the name of
each commit, each of which waits for `GO`; and when that process is gone, how it ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from reference import run_pass
from reference.service.sync import Sync

LIMIT = 30.0
"""Seconds that a pass may stay silent."""
GO = "go"
COMMITTED = " is committed"
CRASHED = 99
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Order:
    """A pass to be made. `adjust`: `module:function` that makes the engine wrong on purpose, or empty."""

    environment: Mapping[str, str] = field(repr=False)
    adjust: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """The pass is about to begin in this process."""

    pid: int


@dataclass(frozen=True, slots=True)
class Committing:
    """The state is about to commit, or has just committed, what the method named has changed."""

    name: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The process is gone; `status` is an exit code, or the negative number of a signal."""

    status: int


class EngineProcess:
    """Makes passes in processes of their own, one after the other."""

    def __init__(self) -> None:
        self._link, theirs = Pipe()
        command = [sys.executable, "-m", "tests.killpoints.engine_process", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], start_new_session=True)
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()
        os.killpg(self._process.pid, signal.SIGKILL)  # with it a pass that hangs
        self._process.wait(LIMIT)

    def make_pass(self, order: Order, started: Callable[[int], None], committing: Callable[[str], bool]) -> int:
        """Make one pass and return how it ended.

        `started` is told the process id before anything is done; `committing` the name of each commit, before and
        after it, and answers whether the engine still lives to go on.
        """
        self._link.send(order)
        while self._link.poll(LIMIT):
            match self._link.recv():
                case Started(pid):
                    started(pid)
                    self._link.send(GO)
                case Committing(name):
                    if committing(name):
                        self._link.send(GO)
                case Ended(status):
                    return status
        raise TimeoutError(f"The engine was silent for {LIMIT:g} s.")


class ToldState:
    """The engine's state; what changes it is told over the link before and after its commit.

    Which methods those are is not listed anywhere: a transaction that takes SQLite's write lock is one.
    """

    def __init__(self, state: Any, link: Connection) -> None:
        self._state = state
        self._link = link
        self._method = ""
        self._writing = False
        state.connection.set_trace_callback(self._before)

    def __getattr__(self, name: str) -> object:
        return partial(self._call, name)

    def _call(self, name: str, *arguments: object) -> object:
        self._method = name
        answer = getattr(self._state, name)(*arguments)
        if self._writing:
            self._writing = False
            self._tell(f"state {name}{COMMITTED}")
        return answer

    def _before(self, statement: str) -> None:
        if statement == "BEGIN IMMEDIATE":
            self._writing = True
        elif statement == "COMMIT" and self._writing:
            self._tell(f"state {self._method} is about to commit")

    def _tell(self, name: str) -> None:
        self._link.send(Committing(name))
        self._link.recv()


def wait_for_orders(link: Connection) -> None:
    """Fork for each order, until the link is closed."""
    while True:
        try:
            order: Order = link.recv()
        except EOFError:
            return
        pid = os.fork()
        if not pid:
            _be_the_pass(link, order)
        _, status = os.waitpid(pid, 0)
        link.send(Ended(os.waitstatus_to_exitcode(status)))


def _be_the_pass(link: Connection, order: Order) -> None:
    code = CRASHED
    try:
        link.send(Started(os.getpid()))
        link.recv()
        code = int(run_pass(order.environment, adjust=partial(_adjusted, link, order.adjust)).exit_code)
    except BaseException:  # noqa: BLE001 - nothing of the process that waits may run here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _adjusted(link: Connection, adjust: str, sync: Sync) -> Sync:
    watched = replace(sync, state=ToldState(sync.state, link))
    if not adjust:
        return watched
    module, _, function = adjust.partition(":")
    return getattr(import_module(module), function)(watched)


if __name__ == "__main__":
    # By its own name: what is sent over the link is of the module that others import.
    import_module("tests.killpoints.engine_process").wait_for_orders(Connection(int(sys.argv[1])))
