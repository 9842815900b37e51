"""Does the specification say the same each time? `make flakes`, or

    python -m tests.flakes --runs 50 --minutes 60

Runs `zaikolab verify` against the reference engine again and again, each time in fresh processes and labs. The last
line is `runs N of N, cases N, flakes N (seconds)`. Exit 0 when all runs were made in time and each case passed in each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

VERIFY = (sys.executable, "-m", "simulator.cli", "verify", "--json")
Run = Callable[[float], dict[str, Any]]
"""One verification as JSON, given the seconds it may take; TimeoutExpired when it takes longer."""


@dataclass
class Flakes:
    """What the runs came to: `runs` whole ones, and a sentence for each case, or run, that did not go as it should."""

    wanted: int
    runs: int = 0
    cases: int = 0
    found: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether all the runs were made and nothing was found."""
        return self.runs == self.wanted and not self.found

    def count(self, told: dict[str, Any]) -> list[str]:
        """Take a run in; what is wrong with it."""
        self.runs += 1
        self.cases += len(told["scenarios"])
        number = f"run {self.runs}"
        new = [
            f"{number}: {one['file']}:{one['line']} {one['name']} {one['case']}: {one['outcome']}. {one['message']}"
            for one in told["scenarios"]
            if one["outcome"] != "passed"
        ]
        if told["exit_code"] and not new:
            new = [f"{number}: {told['verdict']}. {told['trouble']}"]
        self.found += new
        return new


def look_for_flakes(wanted: int, seconds: float, run: Run, say: Callable[[str], None]) -> Flakes:
    """Run so many times, for so many seconds at most."""
    until, flakes = monotonic() + seconds, Flakes(wanted)
    for number in range(1, wanted + 1):
        try:
            told = run(until - monotonic())
        except subprocess.TimeoutExpired:
            say(f"no time left for run {number}")
            break
        for sentence in flakes.count(told):
            say(sentence)
        say(f"run {number}: {len(told['scenarios'])} cases, {told['seconds']} s, flakes so far {len(flakes.found)}")
    return flakes


def verify_once(seconds: float) -> dict[str, Any]:
    """One verification in processes of its own."""
    ended = subprocess.run(VERIFY, capture_output=True, timeout=max(seconds, 0.01), check=False)
    return read_run(ended.returncode, ended.stdout, ended.stderr)


def read_run(exit_code: int, stdout: bytes, stderr: bytes) -> dict[str, Any]:
    """What a verification said; one that could not be made says why on stderr, and nothing else."""
    unsaid = {"scenarios": [], "exit_code": exit_code, "verdict": "not judged", "seconds": 0}
    told: dict[str, Any] = (
        json.loads(stdout) if stdout.strip() else unsaid | {"trouble": stderr.decode(errors="replace")}
    )
    return told


def main(arguments: Sequence[str] | None = None, run: Run = verify_once) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.flakes", description=__doc__)
    options.add_argument("--runs", type=int, default=50, help="how often (50)")
    options.add_argument("--minutes", type=float, default=60.0, help="at most (60)")
    chosen = options.parse_args(arguments)
    began = monotonic()
    flakes = look_for_flakes(chosen.runs, chosen.minutes * 60, run, lambda text: print(text, flush=True))
    took = f"{monotonic() - began:.0f} s"
    print(f"runs {flakes.runs} of {flakes.wanted}, cases {flakes.cases}, flakes {len(flakes.found)} ({took})")
    return 0 if flakes.clean else 1


if __name__ == "__main__":
    sys.exit(main())
