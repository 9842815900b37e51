"""What the measurements of one session share: sizes, a folder below build/, the labs that are open, the peers found."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from benchmarks.ground import Ground, open_ground
from benchmarks.peers import Found, Had, Missing
from benchmarks.readme import ROOT
from benchmarks.sizes import Sizes

WORK = ROOT / "build/bench"


class Session:
    """Opened once a run; labs are opened when they are first wanted and stay. The folder is removed in the end."""

    def __init__(self, sizes: Sizes, folder: Path = WORK) -> None:
        self.sizes = sizes
        self.folder = folder
        self.versions: dict[str, str] = {}
        self.missing: dict[str, str] = {}
        self._grounds: dict[int, Ground] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._open.close()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def ground(self, skus: int) -> Ground:
        """The lab with so many SKUs."""
        if skus not in self._grounds:
            self._grounds[skus] = self._open.enter_context(open_ground(self.folder / f"shop-{skus}", skus))
        return self._grounds[skus]

    def close_grounds(self) -> None:
        """Give their memory back; the measurements that follow have labs of their own."""
        self._open.close()
        self._grounds.clear()

    def note_peer(self, name: str, peer: Found) -> None:
        """Remember which version is compared with, or why none is."""
        match peer:
            case Had(_, version):
                if version:
                    self.versions[name] = version
            case Missing(reason):
                self.missing[name] = reason
