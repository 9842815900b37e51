"""`zaikolab guide`: what the feature files show of the vendor guide, and what each scenario stands on."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.context import as_json, show_json
from simulator.errors import BadValue


@click.command()
@click.option(
    "--features",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another folder of feature files. Default: zaikolab's own.",
)
@as_json
def guide(features: Path | None, json_wanted: bool) -> int:
    """Show which scenarios, and which steps of the walk through the consoles, stand for each statement of the vendor
    guide, public fact and assumption, and what each scenario stands on. Needs no lab.

    Ends with 1, and tells each place, when a statement has neither a scenario, a step nor a reason, when no step
    shows a setup statement, or a scenario stands on nothing.

    \b
    Example: zaikolab guide
             zaikolab guide --json
             zaikolab guide --features ./features
    """
    from simulator.conformance.coverage import describe_coverage, read_coverage
    from simulator.conformance.feature_files import UnreadableFeature
    from simulator.conformance.guide import features_dir, walk_steps
    from simulator.screens import show_coverage

    try:
        found = read_coverage(features) if features else read_coverage(features_dir(), walk_steps())
    except UnreadableFeature as unreadable:
        problem = unreadable.problems[0]
        where = f"{problem.path}:{problem.line}"
        raise BadValue("--features", where, problem.reason.rstrip("."), next_step="Mend the file.") from unreadable
    if not found.sources:
        raise BadValue("--features", str(features), "no scenario below this folder", next_step="Name another folder.")
    table = describe_coverage(found)
    show_json(table) if json_wanted else show_coverage(table)
    return 1 if found.problems else 0
