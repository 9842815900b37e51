"""The project that `zaikolab init DIR` writes: whole or not at all, and never over something that is there."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from simulator.errors import BadValue

FILES = (
    "README.md",
    "pyproject.toml",
    ".gitignore",
    "features/stock.feature",
    "test_features.py",
    "test_link.py",
)
_TEMPLATE = Path(__file__).parent / "template"
_NAMED = 3


def write_template_project(folder: Path, template: Path = _TEMPLATE) -> tuple[Path, ...]:
    """Write the project into a folder that is empty or not there yet; the files, in the order in which to read them.

    Raises: BadValue when something is there, or the folder cannot be made; nothing has changed then.
    """
    _refuse_what_is_there(folder)
    try:
        # Written beside its place first: a disk that fills up half-way leaves nothing.
        with tempfile.TemporaryDirectory(
            prefix=".zaikolab-init-", dir=folder if folder.exists() else folder.parent
        ) as aside:
            ready = Path(aside) / "project"
            for name in FILES:
                (ready / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(template / name, ready / name)
            _move(ready, folder)
    except OSError as error:
        raise _refused(folder, f"cannot be written: {error.strerror or error}", "Name another folder.") from error
    return tuple(folder / name for name in FILES)


def _refuse_what_is_there(folder: Path) -> None:
    if not folder.parent.is_dir():
        raise _refused(folder, f"there is no folder {folder.parent}", "Make it first, or name another folder.")
    if folder.exists() and not folder.is_dir():
        raise _refused(folder, "there is a file of this name", "Name another folder.")
    there = sorted(one.name for one in folder.iterdir()) if folder.exists() else []
    if there:
        more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
        reason = f"this folder is not empty, it holds {', '.join(there[:_NAMED])}{more}"
        raise _refused(folder, reason, "Name a new or an empty folder.")


def _move(ready: Path, folder: Path) -> None:
    """Put what is ready in its place; an empty folder that is there may be somebody's working directory, and stays."""
    if not folder.exists():
        ready.rename(folder)
        return
    moved: list[Path] = []
    try:
        for one in ready.iterdir():
            one.rename(folder / one.name)
            moved.append(folder / one.name)
    except OSError:
        for one in moved:
            one.rename(ready / one.name)
        raise


def _refused(folder: Path, reason: str, next_step: str) -> BadValue:
    return BadValue("DIR", str(folder), reason, next_step=next_step)
