"""`zaikolab defects`: how much the scenarios notice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli.context import as_json, ended_in_order, show_json
from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.conformance.defects.seeded import Defect
    from simulator.conformance.defects.trial import Trial


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
    help="Run every scenario with each defect, and write the matrix to FILE, as JSON. What FILE has of the same "
    "defects and scenarios is not run again. From nothing it takes half an hour.",
)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Defects of your own instead, in a file like those of simulator/conformance/defects.",
)
@click.option("--recorded", is_flag=True, help="Run nothing; print the matrix that came with this version (Markdown).")
@as_json
def defects(
    names: tuple[str, ...], at_once: int, full: Path | None, file: Path | None, recorded: bool, json_wanted: bool
) -> int:
    """Run engines and labs wrong on purpose, all or those of NAME: does a scenario notice each, for the right reason?

    Each is the reference engine, or the lab, with one realistic mistake. Ends with 0 when all are killed, else with 1.
    Needs no lab.

    \b
    Example: zaikolab defects
             zaikolab defects trims-codes trusts-226
             zaikolab defects --full matrix.json
             zaikolab defects --recorded
    """
    from simulator.conformance.defects.seeded import choose_defects, read_defects, seeded_defects
    from simulator.conformance.defects.trial import describe

    if ((recorded or full) and (names or file)) or (recorded and full):
        raise BadValue(
            "defects", " ".join(names) or "--file", "the matrix is of all seeded defects, and is recorded or shown",
            next_step="Leave names and --file out, and give --full or --recorded.",
        )  # fmt: skip
    if recorded:
        return _show_recorded(json_wanted)
    chosen = choose_defects(names, read_defects(file) if file else seeded_defects())
    with ended_in_order():
        trials = _record(full, chosen, at_once, json_wanted) if full else _try(chosen, at_once, json_wanted)
    killed = sum(trial.killed for trial in trials)
    if json_wanted:
        show_json(describe(trials))
    else:
        click.echo(f"{killed}/{len(trials)} seeded defects killed for the stated reason.")
    return 0 if killed == len(trials) else 1


def _try(chosen: Sequence[Defect], at_once: int, json_wanted: bool) -> list[Trial]:
    from simulator.conformance.defects.trial import try_defects

    trials = []
    for trial in try_defects(chosen, at_once=at_once):
        trials.append(trial)
        _tell(trial, json_wanted)
    return trials


def _record(full: Path, chosen: Sequence[Defect], at_once: int, json_wanted: bool) -> list[Trial]:
    """Fill the matrix in a file; the trials, those that were not made again as they stand there."""
    from simulator.conformance.defects.matrix import fill_matrix, read_matrix, write_matrix
    from simulator.conformance.defects.trial import Trial

    before = read_matrix(full)
    try:
        write_matrix(before, full)
    except OSError as error:
        raise BadValue(
            "--full", str(full), f"cannot be written ({error.strerror})", next_step="Name another."
        ) from error
    made = {}
    for matrix, trial in fill_matrix(before, chosen, at_once=at_once):
        write_matrix(matrix, full)
        if trial:
            made[trial.defect.name] = trial
            _tell(trial, json_wanted)
    return [made.get(one.name, Trial(one, matrix.defects[one.name].verdict, "as recorded")) for one in chosen]


def _tell(trial: Trial, json_wanted: bool) -> None:
    from simulator.screens import show_trial

    if not json_wanted:
        show_trial(trial)


def _show_recorded(json_wanted: bool) -> int:
    from simulator.conformance.defects.matrix import describe_matrix, recorded
    from simulator.conformance.defects.page import compose_page
    from simulator.conformance.defects.seeded import seeded_defects
    from simulator.conformance.guide import features_dir
    from simulator.conformance.verify.selection import read_scenarios

    if json_wanted:
        show_json(describe_matrix(recorded()))
    else:
        click.echo(compose_page(recorded(), seeded_defects(), read_scenarios(features_dir())), nl=False)
    return 0
