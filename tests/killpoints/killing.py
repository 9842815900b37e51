"""Kills the engine at each moment of a pass that can be observed from outside, and sees whether the next pass mends it.

The lab tells of each thing the engine does before the engine is answered, and the engine's state of each commit, before
and after it: at each of these moments the engine waits, so one pass is like the other. A moment is known by its number;
that it is the same thing every time is checked.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from reference import ExitCode
from simulator.journal import Entry
from simulator.lab import Lab
from simulator.mailbox.stages import Stage
from tests.killpoints.engine_process import COMMITTED, CRASHED, LIMIT, EngineProcess, Order
from tests.killpoints.outcome import Outcome, differences, look_at
from tests.killpoints.situation import Situation, bring_about

ANSWERED = ("ftps.connected", "ftps.command", "ftps.sent", "ftps.received", "http.request", "smtp.command")
"""Entries that the lab writes right before it answers. Others tell of a part of these, or of what nobody waits for."""
PAIRS = 10
MAIL_CAME_IN = f"smtp.command {Stage.END_OF_DATA} 250"


@dataclass(frozen=True, slots=True)
class Survival:
    """What became of a pass killed at those moments (their numbers and names); `wrong` is empty when all was mended."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        killed = ", then ".join(f"{number} ({name})" for number, name in zip(self.numbers, self.names, strict=True))
        return f"killed at {killed}: {'; '.join(self.wrong) or 'survived'}"


@dataclass(slots=True)
class Watch:
    """Sees one pass; kills it at moment number `kill_at`, counted from 1, if that comes."""

    kill_at: int | None
    seen: list[str] = field(default_factory=list)
    killed: bool = False
    pid: int = 0
    gone: threading.Event = field(default_factory=threading.Event)

    def started(self, pid: int) -> None:
        self.pid = pid

    def entry(self, entry: Entry) -> None:
        """Take an entry of the lab; return when the engine may be answered, or when it is gone."""
        if entry.kind in ANSWERED and not self.moment(name_moment(entry)):
            self.gone.wait(LIMIT)

    def mail_on_its_way(self) -> bool:
        """Whether a mail has come in that the engine has not recorded as sent: it cannot know, and sends it again."""
        seen = [name for name in self.seen if name == MAIL_CAME_IN or name.endswith(COMMITTED)]
        return seen[-1:] == [MAIL_CAME_IN]

    def moment(self, name: str) -> bool:
        """Take a moment; tell whether the engine lives on."""
        if not self.killed:
            self.seen.append(name)
            if len(self.seen) == self.kill_at:
                self.killed = True
                os.kill(self.pid, signal.SIGKILL)
        return not self.killed


class Killing:
    """Passes over one situation, each from the same start, with an engine that may be wrong on purpose."""

    def __init__(self, situation: Situation, engine: EngineProcess, adjust: str = "") -> None:
        self.situation = situation
        self._engine = engine
        self._adjust = adjust
        self._state_dir = situation.state_dir.with_name("state-of-the-pass")
        self.wanted: Outcome
        """What an undisturbed pass leaves."""
        self.moments: tuple[str, ...]
        """The names of all moments of an undisturbed pass, in order."""
        self._ends_with: int | None = None
        """The exit code of a pass that is left alone; none is known before the first."""
        self.go_back()
        watch = self.make_pass(None)
        self.moments, self.wanted = tuple(watch.seen), look_at(situation, self._state_dir)

    @property
    def numbers(self) -> range:
        """The numbers of all moments."""
        return range(1, len(self.moments) + 1)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Moments to be killed at twice: the second pass about where the first was, or where that had not come."""
        last = self.numbers[-1]
        chosen = self.numbers[:: -(-last // PAIRS)]
        return (*((number, number) for number in chosen), *((number, last + 1 - number) for number in chosen))

    def survive(self, *kill_at: int) -> Survival:
        """Kill a pass at the first moment, the next one at the second, and so on; make one more, and compare."""
        self.go_back()
        names: list[str] = []
        on_their_way = 0
        for number in kill_at:
            watch = self.make_pass(number)
            if not watch.killed:
                break  # the pass was over before
            names.append(watch.seen[-1])
            on_their_way += watch.mail_on_its_way()
        wrong = []
        if names[:1] != [self.moments[kill_at[0] - 1]]:
            wrong.append(f"moment {kill_at[0]} of the undisturbed pass, {self.moments[kill_at[0] - 1]}, did not come")
        self.make_pass(None)
        found = look_at(self.situation, self._state_dir)
        wrong += differences(self.wanted, found, twice_allowed=on_their_way)
        return Survival(kill_at[: len(names)], tuple(names), tuple(wrong))

    def go_back(self) -> None:
        """Make the lab and the engine's state what they were before the pass."""
        self.situation.go_back()
        shutil.rmtree(self._state_dir, ignore_errors=True)
        if self.situation.state_dir.exists():
            shutil.copytree(self.situation.state_dir, self._state_dir)

    def make_pass(self, kill_at: int | None) -> Watch:
        """Make a pass, killed at that moment if it comes; return what was seen when the lab is done with it."""
        lab, watch = self.situation.lab, Watch(kill_at)
        mark = lab.journal.last_seq()
        with lab.journal.observed(watch.entry):
            order = Order(lab.engine_environment(self._state_dir), self._adjust)
            status = self._engine.make_pass(order, watch.started, watch.moment)
            watch.gone.set()
        if self._ends_with is None and status in {ExitCode.OK, ExitCode.FAILED}:
            self._ends_with = status
        if status != (-signal.SIGKILL if watch.killed else self._ends_with):
            crash = " with a traceback" if status == CRASHED else ""
            raise AssertionError(f"A pass ended with {status}{crash}; its last moment: {watch.seen[-1:]}")
        self._wait_for_quiet(mark)
        return watch

    def _wait_for_quiet(self, mark: int) -> None:
        """A session ends a moment after its client: nothing of it may be left when the lab goes back in time."""
        journal = self.situation.lab.journal
        begun = [entry.data["session"] for entry in journal.read(after=mark, kind="ftps.connected")]
        ended: set[int] = set()
        while not ended.issuperset(begun):
            entry = journal.wait("ftps.disconnected", after=mark, timeout=LIMIT)
            ended.add(entry.data["session"])
            mark = entry.seq


@contextmanager
def killing_ground(name: str) -> Iterator[Callable[[str], Killing]]:
    """A lab in a situation of `SITUATIONS` and an engine, closed at the end; call it with what makes the engine wrong,
    or with ""."""
    with Lab() as lab, TemporaryDirectory(prefix="zaikolab-kill-") as folder, EngineProcess() as engine:
        situation = bring_about(name, lab, Path(folder) / "state")
        yield partial(Killing, situation, engine)


def name_moment(entry: Entry) -> str:
    """What a moment is, without the numbers that differ from pass to pass."""
    told = (entry.data.get(key) for key in ("verb", "argument", "method", "path", "stage", "reply", "status"))
    return " ".join((entry.kind, *(str(one) for one in told if one not in (None, ""))))
