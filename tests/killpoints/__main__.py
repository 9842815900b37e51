"""Kills the reference engine at every moment of a pass that can be observed, and lets the next pass mend it.

    python -m tests.killpoints            all moments, then some killed twice
    python -m tests.killpoints 17 42      only these moments
    python -m tests.killpoints --list     the moments with their numbers

Prints a line for each moment that was not survived: what differed. The last line is `survived k/k kill points`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from tests.killpoints.killing import Killing, killing_ground


def main(arguments: list[str]) -> int:
    """Return 0 when every moment was survived, 1 when not, 2 for a moment there is not."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.killpoints", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="a moment; all when none is given")
    parser.add_argument("--list", action="store_true", help="only list the moments")
    options = parser.parse_args(arguments)
    with killing_ground() as make:
        killing = make("")
        unknown = [number for number in options.numbers if number not in killing.numbers]
        if unknown:
            parser.error(f"there is no moment {unknown[0]}; they go from 1 to {killing.numbers[-1]} (--list)")
        if options.list:
            for number, name in zip(killing.numbers, killing.moments, strict=True):
                print(number, name)
            return 0
        twice = True
        if not options.numbers:
            twice = _kill(killing, killing.pairs, "double kills")
        once = _kill(killing, ((number,) for number in options.numbers or killing.numbers), "kill points")
    return 0 if once and twice else 1


def _kill(killing: Killing, kills: Iterable[tuple[int, ...]], what: str) -> bool:
    """Carry out the kills, print what was not survived and the count; tell whether all were survived."""
    tried = survived = 0
    for kill_at in kills:
        survival = killing.survive(*kill_at)
        tried += 1
        if survival.wrong:
            print(survival, flush=True)
        else:
            survived += 1
    print(f"survived {survived}/{tried} {what}", flush=True)
    return survived == tried


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
