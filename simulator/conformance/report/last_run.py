"""Where the last run with --report left its reports: a word in the home folder of the lab."""

from __future__ import annotations

import os
from pathlib import Path

_WORD = "last-run"


def remember_run(home: Path, folder: Path) -> None:
    """Leave word of the folder. Raises: OSError."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = home / f".{_WORD}.{os.getpid()}"
    part.write_text(str(folder.absolute()), encoding="utf-8", errors="surrogateescape")
    part.replace(home / _WORD)


def find_last_run(home: Path) -> Path | None:
    """The folder of the last run; None where there is no word of one."""
    try:
        told = (home / _WORD).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return Path(told) if told else None
