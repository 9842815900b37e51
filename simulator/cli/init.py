"""`zaikolab init DIR`: a project of tests to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from simulator.cli.context import as_json, show_json


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@as_json
def init(folder: Path, json_wanted: bool) -> int:
    """Write a project of tests for a sync engine into DIR: scenarios, plain tests, how to go on.

    It runs green at once, with the reference engine; its pyproject.toml says where to put yours. Ends with 2, and
    changes nothing, when something is in DIR already.

    \b
    Example: zaikolab init my-tests
    """
    from simulator.conformance.template_project import write_template_project

    written = write_template_project(folder)
    if json_wanted:
        show_json({"folder": str(folder), "files": [str(path) for path in written]})
        return 0
    for path in written:
        click.echo(path)
    click.echo(f"\nnext: cd {shlex.quote(str(folder))} && pytest")
    return 0
