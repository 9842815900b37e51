"""Kills workers with -9 at random points of their work, and lets the others, and new ones, go on:

    python -m tests.workerkills                 50 kills over 12 shops and 2 workers, a few minutes
    python -m tests.workerkills --kills 5       fewer
    python -m tests.workerkills --seed 7        the same points again, as far as two workers do the same

A point is the nth thing that the workers do from the last kill on, as the shop and the FTPS area see it. Each time some
shops get a new file, and one a wrong password, or the right one again. The last line is `passes N, kills N, overlaps 0,
lost 0, double mails 0`, exit 0; 1 when anything else than 0 is in it. *Overlaps* are two passes of one shop at once,
*lost* are shops that did not go on within a minute, *double mails* are two different mails about one incident, or about
its end. A mail that comes again under its own Message-ID, because its worker was killed between the mail server's
answer and the writing down of it, is the same mail: a line of its own says how many there were.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reference.config import Database
from tests.fleet.ground import PASSWORD, Ground, open_ground
from tests.fleet.workers import Workers, open_workers
from tests.postgres import run_server

SHOPS = 12
MOST_MOMENTS = 60
GOES_ON_WITHIN = 60.0
PACE = ("--interval", "1", "--poll", "0.5", "--concurrency", "3")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the kills came to."""

    passes: int
    kills: int
    overlaps: int
    lost: int
    double_mails: int
    repeated_mails: int

    @property
    def is_well(self) -> bool:
        return not (self.overlaps or self.lost or self.double_mails)

    def __str__(self) -> str:
        return (
            f"passes {self.passes}, kills {self.kills}, overlaps {self.overlaps}, lost {self.lost}, "
            f"double mails {self.double_mails}"
        )


def kill_workers(ground: Ground, workers: Workers, kills: int, draw: random.Random) -> Outcome:
    """Kill that many workers, then see whether every shop goes on."""
    for _ in range(2):
        workers.start(*PACE)
    ground.wait_until(lambda: all(shop.runs for shop in ground.shops.values()))
    for _ in range(kills):
        for code in draw.sample(sorted(ground.shops), 4):
            ground.put_file(code, draw.randint(1, 99))
        shop = ground.shops[draw.choice(sorted(ground.shops))]
        shop.password = "wrong" if shop.password == PASSWORD else PASSWORD
        at = ground.moments + draw.randint(1, MOST_MOMENTS)
        ground.wait_until(lambda at=at: ground.moments >= at)
        workers.kill(draw.choice(workers.running))
        workers.start(*PACE)
    for shop in ground.shops.values():
        shop.password = PASSWORD
    before = {code: len(shop.runs) for code, shop in ground.shops.items()}

    def waiting() -> list[str]:
        stuck = [code for code, shop in ground.shops.items() if len(shop.runs) < before[code] + 2]
        return sorted({*ground.behind(), *stuck})

    try:
        ground.wait_until(lambda: not waiting(), GOES_ON_WITHIN)
    except AssertionError:
        print("lost:", *waiting(), flush=True)
    for worker in list(workers.running):
        workers.end(worker)
    made = sum(len(shop.runs) for shop in ground.shops.values())
    doubles, repeated = count_mails(ground.mails)
    return Outcome(made, kills, len(ground.overlaps), len(waiting()), doubles, repeated)


def count_mails(mails: Iterable[tuple[str, str, str]]) -> tuple[int, int]:
    """Count double mails and mails that were repeated; `mails` are recipient, subject, Message-ID, as they came.

    Failure and end of an incident take turns, each under a subject of its own: the same subject twice in a row to the
    same merchant is a double, also when another mail was repeated in between. Without a Message-ID nothing tells a
    repetition from a double.
    """
    doubles, repeated = 0, 0
    seen, last = set[tuple[str, str]](), dict[str, str]()
    for to, subject, message_id in mails:
        if message_id and (to, message_id) in seen:
            repeated += 1
            continue
        seen.add((to, message_id))
        doubles += subject == last.get(to)
        last[to] = subject
    return doubles, repeated


def main(arguments: list[str]) -> int:
    """Run as a command; 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.workerkills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50, help="how many (50)")
    parser.add_argument("--seed", type=int, help="of the points; drawn when not given")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())  # or it makes one of its own, which says all
    logging.getLogger("pyftpdlib").propagate = False
    with (
        run_server() as server,
        tempfile.TemporaryDirectory(prefix="zaiko-kills-") as folder,
        open_ground(Path(folder), SHOPS) as (ground, environ),
        open_workers(Path(folder), environ, Database(server.url)) as workers,
    ):
        outcome = kill_workers(ground, workers, options.kills, random.Random(seed))
        for overlap in ground.overlaps:
            print("overlap:", overlap)
        print(f"mails {len(ground.mails)}, of which repeated under their own Message-ID {outcome.repeated_mails}")
    print(outcome)
    return 0 if outcome.is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
