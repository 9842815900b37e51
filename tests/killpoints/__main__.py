"""Kills the reference engine at every moment of a pass that can be observed, and lets the next pass mend it.

    python -m tests.killpoints                all moments of all passes, and some killed twice
    python -m tests.killpoints busy           those of one pass: busy, first or failing
    python -m tests.killpoints busy 17 42     only these moments
    python -m tests.killpoints --list busy    the moments with their numbers

Prints a line for each moment that was not survived: what differed. The last line is `survived k/k kill points`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from tests.killpoints.killing import Survival, killing_ground
from tests.killpoints.situation import SITUATIONS


def main(arguments: list[str]) -> int:
    """Return 0 when every moment was survived, 1 when not, 2 for a moment there is not."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.killpoints", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("situation", nargs="?", choices=SITUATIONS, help="which pass is killed; all when none is given")
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="a moment; all when none is given")
    parser.add_argument("--list", action="store_true", help="only list the moments")
    options = parser.parse_args(arguments)
    once, twice = Count(), Count()
    for situation in [options.situation] if options.situation else SITUATIONS:
        with killing_ground(situation) as make:
            killing = make("")
            unknown = [number for number in options.numbers if number not in killing.numbers]
            if unknown:
                parser.error(f"there is no moment {unknown[0]}; they go from 1 to {killing.numbers[-1]} (--list)")
            if options.list:
                for number, name in zip(killing.numbers, killing.moments, strict=True):
                    print(situation, number, name)
                continue
            for number in options.numbers or killing.numbers:
                once.add(situation, killing.survive(number))
            for pair in () if options.numbers else killing.pairs:
                twice.add(situation, killing.survive(*pair))
    if twice.tried:
        print(f"survived {twice} double kills")
    if once.tried:
        print(f"survived {once} kill points")
    return 0 if once.all_survived and twice.all_survived else 1


@dataclass(slots=True)
class Count:
    """How many kills were survived, of how many."""

    survived: int = 0
    tried: int = 0

    def add(self, situation: str, survival: Survival) -> None:
        """Count a kill; what was not survived is printed at once."""
        self.tried += 1
        self.survived += not survival.wrong
        if survival.wrong:
            print(f"{situation}: {survival}", flush=True)

    @property
    def all_survived(self) -> bool:
        return self.survived == self.tried

    def __str__(self) -> str:
        return f"{self.survived}/{self.tried}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
