"""How far a long pass is, is told: bars to a terminal, a line a minute to a log, nothing with --json."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console
from rich.progress import Progress

from reference.progress import Bars, MinuteLines, showing
from reference.service.ports import tell_nobody
from tests.unit.reference.test_engine_kills import BULK


def test_a_log_gets_a_line_a_minute_and_none_before(capsys):
    at = [0.0]
    lines = MinuteLines(lambda: at[0])
    for second in range(150):
        at[0] = float(second)
        lines("batches sent", second, 200)
    assert capsys.readouterr().err == "zaikosync: batches sent: 60 of 200\nzaikosync: batches sent: 120 of 200\n"


def test_a_terminal_gets_a_bar_for_each_kind_of_work():
    screen = Console(file=io.StringIO(), force_terminal=True)
    with Progress(console=screen, auto_refresh=False) as progress:
        bars = Bars(progress)
        bars("bytes received", 5, 10)
        bars("bytes received", 10, 10)
        bars("batches sent", 1, 4)
    assert [(one.description, one.completed, one.total) for one in progress.tasks] == [
        ("bytes received", 10, 10),
        ("batches sent", 1, 4),
    ]


def test_json_and_a_short_pass_are_not_disturbed(capsys):
    with showing(silent=True) as tell:
        assert tell is tell_nobody
    with showing() as tell:
        tell("batches sent", 1, 2)
    assert capsys.readouterr().err == ""


def test_each_batch_sent_is_told(world):
    told = []
    for code in BULK:
        world.shop.add(code)
    world.tick(*((code, 6) for code in BULK))
    replace(world.sync, tell=lambda *news: told.append(news)).run_pass()
    assert told == [("batches sent", 1, 2), ("batches sent", 2, 2)]
