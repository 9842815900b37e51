"""`python -m benchmarks`: everything side by side in one session, as ratios with their targets; see `--help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import lab
from benchmarks.readme import READMES, RESULTS, ROOT, renew
from benchmarks.report import tell
from benchmarks.runner import run, say
from benchmarks.sizes import FULL, QUICK
from benchmarks.table import TABLE

QUICK_RESULTS = ROOT / "build/bench-quick.json"
UNFINISHED = ROOT / "build/bench-unfinished.json"
"""What a full run has so far; results.json and the READMEs are written in its end, all or none."""


def main(arguments: Sequence[str]) -> int:
    """0, also where a target is not reached: that is what the table tells. 1 when a row failed or was not finished."""
    chosen = _options().parse_args(arguments)
    if chosen.lab or chosen.suite or chosen.conformance or chosen.pages:
        lab.show(chosen)
        return 0
    sizes = QUICK if chosen.quick else FULL
    sizes = replace(sizes, rounds=chosen.runs or sizes.rounds, large=chosen.large or sizes.large)
    whole = not (chosen.quick or chosen.only or chosen.large or chosen.runs)
    so_far = UNFINISHED if whole else QUICK_RESULTS
    result = run(sizes, chosen.only or list(TABLE), lambda partial: _keep(partial, so_far))
    into = place(result, whole=whole)
    _keep(result, into)
    if into == RESULTS:
        for path in READMES:
            renew(path, result)
    print(json.dumps(result, ensure_ascii=False, indent=1) if chosen.json else "\n".join(tell(result)))
    say(f"every figure is in {into.relative_to(Path.cwd()) if into.is_relative_to(Path.cwd()) else into}")
    return exit_code(result)


def place(result: Mapping[str, Any], *, whole: bool) -> Path:
    """The file for a run's figures: results.json for a whole run that came to its end, and for no other."""
    if not whole:
        return QUICK_RESULTS
    return UNFINISHED if result["not_finished"] else RESULTS


def exit_code(result: Mapping[str, Any]) -> int:
    """1 when a side of a row failed, or a measurement was not finished, else 0."""
    return 1 if result.get("not_finished") or any("failed: " in row["note"] for row in result["rows"]) else 0


def _keep(result: Mapping[str, Any], into: Path) -> None:
    into.parent.mkdir(exist_ok=True)
    into.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Everything side by side in one session, interleaved, as ratios with their targets. A full run "
        "writes benchmarks/results.json and the table in both READMEs; any other writes build/bench-quick.json, and a "
        "full one that Ctrl-C ends build/bench-unfinished.json: what has been measured is kept.",
    )
    options.add_argument(
        "--quick", action="store_true", help="smaller sizes: under three minutes, once the peers are there"
    )
    options.add_argument("--only", action="append", choices=list(TABLE), help="one measurement; may be repeated")
    options.add_argument("--runs", type=int, help="turns of each side (5; with the options below 7)")
    options.add_argument("--large", type=int, help="SKUs of the large shop (1,000,000, --quick 20,000)")
    options.add_argument("--json", action="store_true", help="answer in JSON")
    own = options.add_argument_group("the lab's own figures instead of the table")
    own.add_argument("--lab", action="store_true", help="start-up, reset, session, arming a fault")
    own.add_argument("--suite", action="store_true", help="these, and the test suite")
    own.add_argument("--conformance", action="store_true", help="these, and verify and defects, once each")
    own.add_argument("--pages", action="store_true", help="these, and every page with 100,000 SKUs, and the walk")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
