"""A file received: in memory while it is small, on disk without a name when it is large, so that a kill leaves none."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reference.errors import NoRoomError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IN_MEMORY = 1 << 20
"""Up to so many bytes are kept in memory."""


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """Bytes that are written once and then read in slices until `close`; all but that raise `NoRoomError`."""

    file: tempfile.SpooledTemporaryFile[bytes]
    folder: str | None

    @classmethod
    def create(cls, folder: Path | None) -> Self:
        """Make an empty one; when large it goes to `folder` if that is there, else to the system's own for such."""
        where = str(folder) if folder and folder.is_dir() else None  # which is looked for when a file is large
        return cls(tempfile.SpooledTemporaryFile(IN_MEMORY, dir=where), where)

    def write(self, block: bytes) -> None:
        """Add bytes to the end."""
        with self._on_disk():
            self.file.write(block)

    def __len__(self) -> int:
        with self._on_disk():  # what was written last may only now go to the disk
            return self.file.seek(0, os.SEEK_END)

    def __getitem__(self, part: slice) -> bytes:
        start, stop, step = part.indices(len(self))
        with self._on_disk():
            self.file.seek(start)
            return self.file.read(max(0, stop - start))[::step]

    def close(self) -> None:
        """Give the bytes up, also those that found no room."""
        with suppress(OSError):
            self.file.close()

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """Tell a disk that fails from a connection that does: trying again helps against the latter alone."""
        try:
            yield
        except OSError as error:
            folder = self.folder or "The folder for temporary files"
            raise NoRoomError(folder, error.strerror or type(error).__name__) from error
