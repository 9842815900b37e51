"""Which measurement is opened by what, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from benchmarks import peers, table
from benchmarks.fleet import far_fleet, fleet
from benchmarks.ftps import download, sessions
from benchmarks.measuring import Measurement
from benchmarks.one_shop import all_changed, by_hand, by_size, one_in_a_hundred, unchanged
from benchmarks.session import Session
from benchmarks.starting import starting

Opener = Callable[[Session], AbstractContextManager[Measurement]]

SUBJECTS: dict[str, Opener] = {
    table.ALL_CHANGED: all_changed,
    table.ONE_IN_A_HUNDRED: one_in_a_hundred,
    table.UNCHANGED: unchanged,
    table.BY_HAND: by_hand,
    table.SIZES: by_size,
    table.DOWNLOAD: download,
    table.SESSIONS: sessions,
    table.STARTING: starting,
    table.FLEET: fleet,
    table.FAR_FLEET: far_fleet,
}

_POLARS = partial(peers.find_python, peers.POLARS)
_VSFTPD = partial(peers.find_debian, peers.VSFTPD)
PEERS: dict[str, tuple[Callable[[], peers.Found], ...]] = {
    table.ALL_CHANGED: (_POLARS, partial(peers.find_python, peers.DLT)),
    table.ONE_IN_A_HUNDRED: (_POLARS,),
    table.DOWNLOAD: (_VSFTPD,),
    table.SESSIONS: (_VSFTPD,),
    table.STARTING: (
        partial(peers.find_python, peers.MOTO),
        *(partial(peers.find_npm, one) for one in (peers.WIREMOCK, peers.PRISM, peers.MOCKOON)),
    ),
}
"""What each measurement installs, where it is not there yet, before any of them begins."""
