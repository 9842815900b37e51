"""Processes that an engine has started in sessions of their own, so that no process group holds them any more."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

_PROCESSES = Path("/proc")


def end_stragglers(folder: Path) -> int:
    """Kill every process whose state folder (SYNC_STATE_DIR, as it was started) lies in `folder`; how many there were.

    Where there is no /proc, none is found.
    """
    mark = f"SYNC_STATE_DIR={folder}{os.sep}".encode()
    ended = 0
    for process in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile, or is somebody else's
            if mark in (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
                ended += 1
    return ended
