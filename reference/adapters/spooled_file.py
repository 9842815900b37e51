"""A file received: in memory while it is small, on disk without a name when it is large, so that a kill leaves none."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

IN_MEMORY = 1 << 20
"""Up to so many bytes are kept in memory."""


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """Bytes that are written once and then read in slices until `close`."""

    file: tempfile.SpooledTemporaryFile[bytes]

    @classmethod
    def create(cls, folder: Path | None) -> Self:
        """Make an empty one; when large it goes to `folder` if that is there, else to the system's own for such."""
        return cls(tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder) if folder and folder.is_dir() else None))

    def __len__(self) -> int:
        return self.file.seek(0, os.SEEK_END)

    def __getitem__(self, part: slice) -> bytes:
        start, stop, step = part.indices(len(self))
        self.file.seek(start)
        return self.file.read(max(0, stop - start))[::step]

    def close(self) -> None:
        """Give the bytes up."""
        self.file.close()
