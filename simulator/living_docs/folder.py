"""A folder that is replaced whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def replace_folder(out: Path, files: Mapping[str, str | bytes]) -> None:
    """Write everything into a folder beside `out`, then put it in its place.

    Raises: OSError; `out` is as it was.
    """
    out = out.absolute()
    new, old = (out.with_name(f".{out.name}.{word}.{os.getpid()}") for word in ("new", "old"))
    try:
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with contextlib.suppress(FileNotFoundError):
            out.rename(old)
        try:
            new.rename(out)
        except OSError:
            if old.exists():
                old.rename(out)
            raise
    finally:
        for rest in (new, old):
            shutil.rmtree(rest, ignore_errors=True)
