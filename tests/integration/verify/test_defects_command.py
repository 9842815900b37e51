"""`zaikolab defects` as a person types it: what it refuses, and that it ends when it is told to."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

from tests.integration.cli.conftest import ZAIKOLAB, Terminal

HANGS = """
[[defect]]
name = "hangs"
mistake = "Waits for ever."
[[defect.changes]]
file = "bootstrap.py"
old = "        return sync.run_pass()"
new = '''
        import os, signal
        held = os.open("{alive}", os.O_WRONLY)
        os.write(held, b".")
        signal.pause()
'''
[[defect.killed_by]]
feature = "sku_matching"
scenario = "自社管理コードが空欄の商品には何も届かない"
because = "0"
"""


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_what_it_has_started_when_it_is_told_to(tmp_path: Path, by: signal.Signals) -> None:
    alive, own, temporary = tmp_path / "alive", tmp_path / "own.toml", tmp_path / "tmp"
    os.mkfifo(alive)
    temporary.mkdir()
    own.write_text(HANGS.format(alive=alive), encoding="utf-8")
    ours = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    environment = {**os.environ, "TMPDIR": str(temporary)}
    try:
        with subprocess.Popen([*ZAIKOLAB, "defects", "--file", str(own), "-n", "1"], env=environment) as process:
            try:
                assert select.select([ours], [], [], 60.0)[0], "no scenario ran the engine"
                process.send_signal(by)
                assert process.wait(60) == 1
            finally:
                process.kill()
        os.set_blocking(ours, True)
        while os.read(ours, 100):  # ends when nobody holds the other end
            pass
    finally:
        os.close(ours)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("--full", "m.json", "trims-codes"), ("--full", "m.json", "--file", "own.toml"), ("--recorded", "trims-codes"),
     ("--recorded", "--full", "m.json")],
)  # fmt: skip
def test_a_matrix_of_some_defects_only_is_refused(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    typed = terminal("defects", *arguments)
    assert (typed.exit_code, typed.out) == (2, "")
    assert "the matrix is of all seeded defects" in typed.err
    assert not Path("m.json").exists()


def test_a_matrix_that_cannot_be_written_is_told_of_before_anything_is_run(terminal: Terminal) -> None:
    typed = terminal("defects", "--full", "no-such-folder/m.json")
    assert (typed.exit_code, typed.out) == (2, "")
    assert "no-such-folder" in typed.err


def test_the_recorded_matrix_is_shown_as_a_page_and_as_data(terminal: Terminal) -> None:
    assert terminal("defects", "--recorded").out.startswith("# What the scenarios notice\n")
    told = json.loads(terminal("defects", "--recorded", "--json").out)
    assert {"made", "version", "scenarios", "defects", "stale", "killers", "unarmed"} == told.keys()
