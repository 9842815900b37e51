"""`zaikolab docs`: the documentation that is made from a run, and the figures of README."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli.context import Context, as_json, show_json
from simulator.errors import BadValue


@click.group()
def docs() -> None:
    """Documentation made from the record of a run, so that it cannot say what was not seen.

    \b
    Example: zaikolab docs build        (after zaikolab verify --report build/run)
             zaikolab docs readme
    """


@docs.command()
@click.option(
    "--run",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where verify --report left its reports. Default: where the last run did.",
)
@click.option(
    "--walk",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the walk through the consoles left its pictures. Default: build/walk, where there is one.",
)
@click.option("--no-walk", is_flag=True, help="Without pictures, though there is a walk.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    metavar="FOLDER",
    help="The folder to make. One that was made before is replaced whole; any other has to be empty.",
)
@as_json
@click.pass_obj
def build(context: Context, /, run: Path | None, walk: Path | None, no_walk: bool, out: Path, json_wanted: bool) -> int:
    """Make one folder of pages from a run: it opens from disk, without a network and without a server.

    Ends with 2, and leaves the folder as it was, when there is no run, a broken one, or one that is older than the
    sources: features, simulator and reference engine have to be what they were when it ran. Needs no lab.

    \b
    Example: zaikolab docs build
             zaikolab docs build --run build/run --out build/docs
             zaikolab docs build --no-walk --json
    """
    from simulator.conformance.report.last_run import find_last_run
    from simulator.living_docs.building import build_site
    from simulator.living_docs.record import RUN_FIRST
    from simulator.living_docs.walk import WALK_FILE, WALK_FIRST, WALK_FOLDER

    if walk and no_walk:
        raise BadValue("--walk", str(walk), "and --no-walk at once", next_step="Leave one out.")
    chosen = run or find_last_run(context.home)
    if chosen is None:
        raise BadValue("--run", "", "no run is known", next_step=RUN_FIRST)
    pictures = walk or (WALK_FOLDER if (WALK_FOLDER / WALK_FILE).is_file() and not no_walk else None)
    built = build_site(chosen, pictures, out)
    if json_wanted:
        show_json(built.as_json())
    else:
        click.echo(f"{built.pages} pages, {built.pictures} pictures: {built.index}")
        click.echo(built.state)
        if not pictures and not no_walk:
            click.echo(f"{WALK_FIRST} CHECKOUT/{WALK_FOLDER}.")
    return 0


@docs.command()
@click.argument("documents", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when a document's figures are not today's.")
@as_json
def readme(documents: tuple[Path, ...], check: bool, json_wanted: bool) -> int:
    """Write the figures of today into DOCUMENTS: README.md and README.ja.md of this folder, where none is named.

    They stand between the marks <!-- figures --> and <!-- /figures -->; in Japanese where the name ends in .ja.md.

    \b
    Example: zaikolab docs readme
             zaikolab docs readme --check
    """
    from simulator.living_docs.figures import count_figures
    from simulator.living_docs.readme import renew

    chosen = documents or tuple(path for name in ("README.md", "README.ja.md") if (path := Path(name)).is_file())
    if not chosen:
        raise BadValue("documents", "", "no README.md in this folder", next_step="Name the documents.")
    figures = count_figures()
    changed = [str(path) for path in chosen if renew(path, figures, write=not check)]
    if json_wanted:
        show_json({"changed": changed, "figures": figures.as_json()})
    else:
        for path in chosen:
            click.echo(
                f"{path}: {'not of today' if check else 'renewed'}" if str(path) in changed else f"{path}: as it is"
            )
    return 1 if check and changed else 0
