"""One digest of everything a run depends on: features, fixtures, simulator, reference, data files included.

It is of names and contents, never of times: a clone has none of its own, and touching a file changes nothing.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.conformance.guide import features_dir, fixtures_dir

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PACKAGES = ("simulator", "reference")
_APART = frozenset({"__pycache__", "_features", "_fixtures", "living_docs"})
"""What is made, what counts as a root of its own (the shipped features), and what draws the documentation: a colour
that changes makes no run older."""


def digest_sources() -> str:
    """The digest of this installation's sources, 64 hexadecimal digits; the same in a checkout and from its wheel."""
    return digest_of(source_roots())


def source_roots() -> dict[str, Path]:
    """The folders that a run depends on, each under its name."""
    roots = {"features": features_dir(), "fixtures": fixtures_dir()}
    return roots | {name: found for name in _PACKAGES if (found := _find(name))}


def digest_of(roots: Mapping[str, Path]) -> str:
    """The digest of these folders, each under its name. Raises: OSError when a file cannot be read."""
    told = hashlib.sha256()
    for name, root in sorted(roots.items()):
        for file in sorted(_files(root), key=lambda path: path.relative_to(root).as_posix()):
            content = file.read_bytes()
            told.update(f"{name}/{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
            told.update(content)
    return told.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in _APART or path.suffix == ".pyc":
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _find(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
