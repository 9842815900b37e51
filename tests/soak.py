"""Looks for trouble as long as it is given time: `make soak`, or

    python -m tests.soak --minutes 30                  fresh seeds each time, ten minutes unless told
    python -m tests.soak --seed 7                      the histories of one seed again, as a violation names it

Two things at once: histories of the state machine over a real lab (`tests/properties/lab_machine`); and the kill points
(`python -m tests.killpoints`), then the fuzz properties (profile `soak`). A line a minute tells how far it is. The last
one is `histories tried N, actions N, kill points survived k/k, violations 0`. Exit 0, or 1 with a violation.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import IO

from tests.properties.lab_engine import Adjust
from tests.properties.lab_machine import Chronicle
from tests.properties.lab_search import HISTORIES, STEPS, Violation, ground, search

ROUND = 20
LARGEST_SEED = 2**32 - 1
KILLS = (sys.executable, "-m", "tests.killpoints")
FUZZ = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/properties")
"""The state machine's own tests are left out by `-k`: it runs here."""
_SURVIVED = re.compile(r"survived (\d+)/(\d+) kill points")
_MINUTE = 60.0
_PATIENCE = 20.0


@dataclass
class Beside:
    """Programs that run one after the other beside the machine; `said` is what those that are over have said."""

    waiting: list[Sequence[str]]
    said: list[str] = field(default_factory=list)
    failed: int = 0
    _running: subprocess.Popen[str] | None = None
    _output: IO[str] | None = None

    def go_on(self) -> None:
        """See whether the one that runs is over, and start the next."""
        if self._running is not None and self._running.poll() is not None:
            self._close()
        if self._running is None and self.waiting:
            self._output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed in _close
            self._running = subprocess.Popen(
                self.waiting.pop(0), stdout=self._output, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "HYPOTHESIS_PROFILE": "soak"},
            )  # fmt: skip

    def end(self) -> bool:
        """End what still runs; tell whether everything had come to its end by itself."""
        if self._running is None:
            return not self.waiting
        over = self._running.poll() is not None
        self._running.send_signal(signal.SIGINT)  # it clears up what it has started
        try:
            self._running.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._close(counts=over)
        return over and not self.waiting

    def _close(self, *, counts: bool = True) -> None:
        assert self._running is not None
        assert self._output is not None
        self._output.seek(0)
        said = self._output.read()
        self._output.close()
        if counts:
            self.said.append(said)
            self.failed += self._running.returncode != 0
        self._running = None


@dataclass
class Soak:
    """One run, until `until`; `say` gets each line."""

    until: float
    beside: Beside
    say: Callable[[str], None]
    a_round: int = ROUND
    adjust: Adjust | None = None
    draw: random.Random = field(default_factory=random.Random)
    histories: int = 0
    actions: int = 0
    violations: int = 0
    _next_line: float = field(default_factory=lambda: monotonic() + _MINUTE)

    def run(self) -> int:
        """Search until the time is over or something is found; the exit code."""
        with ground(self.adjust) as there:
            while not self.violations and not self.beside.failed and monotonic() < self.until:
                chronicle = Chronicle(at_each_history=self._look_round)
                number = self.draw.randint(0, LARGEST_SEED)
                try:
                    search(there, number, self.a_round, chronicle=chronicle)
                except Violation as violation:
                    self.violations += 1
                    self.say(str(violation))
                self.histories += chronicle.histories
                self.actions += chronicle.actions
        if not self.beside.end():
            self.say(
                "The time was over before kill points and fuzz properties were; give it more minutes for all of them."
            )
        return self._sum_up()

    def _look_round(self, chronicle: Chronicle) -> None:
        self.beside.go_on()
        if monotonic() >= self._next_line:
            self._next_line += _MINUTE
            left = max(0.0, self.until - monotonic()) / _MINUTE
            tried, actions = self.histories + chronicle.histories, self.actions + chronicle.actions
            self.say(f"histories tried {tried}, actions {actions}, {left:.0f} minutes left")

    def _sum_up(self) -> int:
        said = "\n".join(self.beside.said)
        if self.beside.failed:
            self.say(said)
        self.violations += self.beside.failed
        kills = _SURVIVED.findall(said)
        survived = "/".join(kills[-1]) if kills else "0/0"
        self.say(
            f"histories tried {self.histories}, actions {self.actions}, kill points survived {survived}, "
            f"violations {self.violations}"
        )
        return 1 if self.violations else 0


def replay(number: int, histories: int, steps: int, say: Callable[[str], None]) -> int:
    """Try the histories of one seed; the exit code."""
    with ground() as there:
        try:
            tried = search(there, number, histories, steps)
        except Violation as violation:
            say(str(violation))
            return 1
    say(f"histories tried {tried.histories}, actions {tried.actions}, violations 0")
    return 0


def main(arguments: list[str], say: Callable[[str], None] = print) -> int:
    """Return 0, or 1 with a violation; wrong options end with 2."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to look for trouble (10)")
    parser.add_argument("--seed", type=int, help="only try the histories of this seed")
    parser.add_argument("--histories", type=int, default=HISTORIES, help=f"how many, with --seed ({HISTORIES})")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"how long they are, with --seed ({STEPS})")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        return replay(options.seed, options.histories, options.steps, say)
    if not 0 < options.minutes <= 24 * 60:
        parser.error(f"--minutes {options.minutes:g}: more than 0 and at most {24 * 60} are possible")
    beside = Beside([KILLS, (*FUZZ, "-k", "not lab_machine")])
    return Soak(monotonic() + options.minutes * _MINUTE, beside, say).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], lambda line: print(line, flush=True)))
