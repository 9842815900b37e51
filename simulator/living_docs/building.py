"""Builds the site: reads run and walk, refuses what is older than the sources, writes all of the folder or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.conformance.source_digest import digest_sources
from simulator.errors import BadValue, CannotStart
from simulator.living_docs.book import State, compose_book
from simulator.living_docs.folder import replace_folder
from simulator.living_docs.record import RUN_AGAIN, read_record
from simulator.living_docs.site import compose_site
from simulator.living_docs.walk import WALK_AGAIN, read_walk

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.living_docs.book import Book

MARK = "zaikolab-docs.json"
"""What a folder holds that this module has made, and may therefore replace."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was built. `state`: of the run, as a sentence; `told`: what MARK holds."""

    index: Path
    pages: int
    pictures: int
    state: str
    told: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"index": str(self.index), "pages": self.pages, "pictures": self.pictures, **self.told}


def build_site(run: Path, walk: Path | None, out: Path) -> Built:
    """Build the pages of a run, with the pictures of a walk, into a folder.

    Raises: BadValue for no run, a broken or an old one, the same of the walk, or a folder that is not this module's to
    replace; CannotStart when the folder cannot be written. The folder is then as it was.
    """
    _check_place(out)
    now = digest_sources()
    record = read_record(run)
    if record.sources != now:
        raise BadValue("run", str(run), _older(record.when.date().isoformat()), next_step=RUN_AGAIN)
    walked = read_walk(walk) if walk else None
    if walked and walked.sources != now:
        again = f"{WALK_AGAIN}, or leave the pictures out: --no-walk"
        raise BadValue("walk", str(walk), _older(walked.walked.date().isoformat()), next_step=again)
    book = compose_book(record, walked)
    told = _told(book)
    files: dict[str, str | bytes] = {**compose_site(book), MARK: json.dumps(told, ensure_ascii=False, indent=1) + "\n"}
    pictures = {step.picture for step in walked.steps} if walked else set()
    try:
        for name in pictures:
            assert walked is not None  # noqa: S101 - there are pictures of a walk only
            files[f"pictures/{name}"] = (walked.folder / name).read_bytes()
        replace_folder(out, files)
    except OSError as error:
        raise CannotStart(
            f"The pages could not be written: {error}.", next_step="Name another folder with --out."
        ) from error
    pages = sum(name.endswith(".html") for name in files)
    return Built(out / "index.html", pages, len(pictures), told["state"], told)


def _older(when: str) -> str:
    return f"it is of {when}, and features, simulator or reference are not what they were then"


def _told(book: Book) -> dict[str, Any]:
    record = book.record
    return {
        "state": describe_run(book),
        "when": record.when.isoformat(timespec="seconds"),
        "zaikolab": record.version,
        "engine": record.engine,
        "verdict": record.verdict,
        "sources": record.sources,
        "statements": {str(state): book.count(state) for state in State},
        "scenarios": {str(state): book.count_scenarios(state) for state in State if book.count_scenarios(state)},
        "figures": book.figures.as_json(),
    }


def describe_run(book: Book) -> str:
    """The run as one English sentence: whose, how much of it, with what verdict."""
    from simulator.conformance.drivers import REFERENCE_ENGINE

    record = book.record
    engine = "the reference engine" if record.engine == REFERENCE_ENGINE else f"the engine {record.engine!r}"
    part = f", only {', '.join(record.only)}" if record.only else ""
    passed = book.count_scenarios(State.PASSED)
    return (
        f"Of {len(book.scenarios)} scenarios {passed} passed, {book.count_scenarios(State.FAILED)} failed, "
        f"{book.count_scenarios(State.NOT_RUN)} were not run: {engine}, level {record.level}{part}, {record.verdict}."
    )


def _check_place(out: Path) -> None:
    """Raises: BadValue where something stands that this module has not made."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise BadValue("out", str(out), "no plain folder", next_step="Name a folder that is not there yet.")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        reason = "it holds something else than documentation made before"
        raise BadValue("out", str(out), reason, next_step="Name an empty folder, or one that is not there yet.")
