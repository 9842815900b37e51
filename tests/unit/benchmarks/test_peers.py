"""A peer is installed once into a folder of its own; one that cannot be had says why."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.peers import Had, Missing, Peer, find

PEER = Peer("thing", ("thing>=1,<2",), "bin/thing")


class Installer:
    """Puts the program in place, or fails; counts."""

    def __init__(self, error: Exception | None = None, program: str = "bin/thing") -> None:
        self.times = 0
        self.error = error
        self.program = program

    def __call__(self, folder: Path, _wants: Sequence[str]) -> None:
        self.times += 1
        if self.error is not None:
            raise self.error
        (folder / self.program).parent.mkdir(parents=True)
        (folder / self.program).touch()


def test_a_peer_is_installed_once(tmp_path: Path) -> None:
    install = Installer()
    assert isinstance(find(PEER, tmp_path, install), Had)
    assert find(PEER, tmp_path, install) == Had(tmp_path / "thing/bin/thing", "")
    assert install.times == 1


def test_other_bounds_install_it_anew(tmp_path: Path) -> None:
    install = Installer()
    find(PEER, tmp_path, install)
    find(Peer("thing", ("thing>=2,<3",), "bin/thing"), tmp_path, install)
    assert install.times == 2


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("WARNING: x\nERROR: no version at http://registry.example/simple\nnotice\n", "ERROR: no version at ..."),
        (
            "npm error code E1\nnpm error not for you\nnpm error A complete log of this run: {here}\n",
            "npm error not for you",
        ),
        ("error: cannot write {here} (13)\n", "error: cannot write ... (13)"),
    ],
)
def test_a_peer_that_cannot_be_installed_says_why_without_addresses_and_is_tried_again(
    tmp_path: Path, said: str, reason: str
) -> None:
    install = Installer(subprocess.CalledProcessError(1, "pip", stderr=said.format(here=tmp_path)))
    assert find(PEER, tmp_path, install) == Missing(reason)
    assert isinstance(find(PEER, tmp_path, Installer()), Had)


def test_a_package_without_its_program_is_missing(tmp_path: Path) -> None:
    assert find(PEER, tmp_path, Installer(program="bin/other")) == Missing("its package has no bin/thing")


def test_what_a_peer_needs_is_named_before_anything_is_installed(tmp_path: Path) -> None:
    install = Installer()
    needing = Peer("thing", ("thing",), "bin/thing", ("no-such-runtime",))
    assert find(needing, tmp_path, install) == Missing("no no-such-runtime on the PATH")
    assert install.times == 0
