"""`zaikolab defects`: how much the scenarios notice."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from simulator.cli.context import as_json, show_json


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "-n",
    "at_once",
    type=click.IntRange(1, 64),
    default=os.cpu_count,
    show_default="one a core",
    help="So many at once.",
)
@click.option(
    "--full",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Run every scenario with each defect, and write the whole matrix to FILE, as JSON. Takes many minutes.",
)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Defects of your own instead, in a file like those of simulator/conformance/defects.",
)
@as_json
def defects(names: tuple[str, ...], at_once: int, full: Path | None, file: Path | None, json_wanted: bool) -> int:
    """Run engines wrong on purpose, all or those of NAME: does a scenario notice each, for the reason it should?

    Each is the reference engine with one realistic mistake. Ends with 0 when all are killed, else with 1. Needs no lab.

    \b
    Example: zaikolab defects
             zaikolab defects trims-codes trusts-226
             zaikolab defects --full matrix.json
    """
    from simulator.conformance.defects.seeded import choose_defects, read_defects, seeded_defects
    from simulator.conformance.defects.trial import describe, describe_matrix, try_defects
    from simulator.screens import show_trial

    chosen = choose_defects(names, read_defects(file) if file else seeded_defects())
    trials = []
    for trial in try_defects(chosen, at_once=at_once, full=full is not None):
        trials.append(trial)
        if not json_wanted:
            show_trial(trial)
    killed = sum(trial.killed for trial in trials)
    if full:
        full.write_text(json.dumps(describe_matrix(trials), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if json_wanted:
        show_json(describe(trials))
    else:
        click.echo(f"{killed}/{len(trials)} seeded defects killed for the stated reason.")
    return 0 if killed == len(trials) else 1
