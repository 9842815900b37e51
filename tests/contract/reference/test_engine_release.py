"""`zaikosync release` and what `status` shows of files that are held and of news that may be missed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reference.adapters.state_sqlite import SqliteState, hold_lock
from reference.cli import main
from reference.domain.brake import Brake, HeldFile
from reference.domain.linkage import FileStamp, meet
from reference.domain.watch import MissedNews, Watch
from tests.unit.reference.engine_fakes import LINKAGE, OPENING

FRESH = meet(LINKAGE, None, OPENING, paused=False)
HELD = Brake((HeldFile(FileStamp(datetime(2026, 4, 1, tzinfo=UTC), "stock.csv", 9), {"A": 0, "B": 0}),), 30, 40)
MISSED = Watch(OPENING, OPENING, MissedNews(datetime(2026, 4, 1, 0, 5, tzinfo=UTC), OPENING))


class Engine:
    """Its commands, over a state in which linkage 1 holds a file, 2 misses news, 3 both, and 4 nothing."""

    def __init__(self, folder):
        self.folder = folder
        with SqliteState.open(folder) as state:
            for linkage_id, change in {
                "1": {"brake": HELD},
                "2": {"watch": MISSED},
                "3": {"brake": HELD, "watch": MISSED},
                "4": {},
            }.items():
                state.save(replace(FRESH, linkage_id=linkage_id, **change))

    def __call__(self, *arguments):
        return main(arguments, {"SYNC_STATE_DIR": str(self.folder)})

    def released(self):
        with SqliteState.open(self.folder) as state:
            return [one.linkage_id for one in state.recall_all() if one.brake.released]

    def missing(self):
        with SqliteState.open(self.folder) as state:
            return [one.linkage_id for one in state.recall_all() if one.watch.missed]


@pytest.fixture
def engine(tmp_path):
    return Engine(tmp_path)


def test_without_a_linkage_all_that_is_held_is_released(engine, capsys):
    assert engine("release") == 0
    assert (engine.released(), engine.missing()) == (["1", "3"], ["2", "3"])
    assert "Linkage 1: the next pass lets 2 codes through." in capsys.readouterr().out


def test_with_a_linkage_only_that_one_is(engine):
    assert engine("release", "3") == 0
    assert engine.released() == ["3"]


def test_the_notice_of_missed_news_is_taken_back_and_nothing_released(engine, capsys):
    assert engine("release", "3", "--missed-news") == 0
    assert (engine.released(), engine.missing()) == ([], ["2"])
    assert "Linkage 3: the notice of missed news is taken back." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("release", "2"), "Nothing is held."), (("release", "1", "--missed-news"), "No missed news are open.")],
    ids=["held", "missed"],
)
def test_nothing_to_release_is_said_and_no_failure(engine, capsys, arguments, told):
    assert engine(*arguments) == 0
    assert told in capsys.readouterr().out


def test_a_linkage_that_is_not_known_is_refused_with_those_that_are(engine, capsys):
    assert engine("release", "9") == 2
    assert "'9' is not known; there are: 1, 2, 3, 4." in capsys.readouterr().err
    assert engine.released() == []


def test_not_while_a_pass_is_running(engine, capsys):
    with hold_lock(engine.folder):
        assert engine("release") == 1
    assert "Another pass is already running" in capsys.readouterr().err
    assert engine.released() == []


def test_before_any_pass_it_says_what_to_do(tmp_path, capsys):
    assert main(["release"], {"SYNC_STATE_DIR": str(tmp_path)}) == 1
    assert "run `zaikosync once` first" in capsys.readouterr().err


def test_its_help_has_an_example(capsys):
    assert main(["release", "--help"], {}) == 0
    assert "Example:" in capsys.readouterr().out


def test_status_tells_what_is_held_and_missed_and_ends_with_1(engine, capsys):
    assert engine("status") == 1
    told = capsys.readouterr().out
    assert "2 codes of stock.csv, until `zaikosync release`" in told
    assert "since 2026-04-01 09:05:00; do 一括同期 in TEMPOSTAR" in told
    engine("release")
    capsys.readouterr()
    engine("status")
    assert "2 codes of stock.csv, until the next pass" in capsys.readouterr().out


def test_status_in_json_has_both_too(engine, capsys):
    assert engine("status", "--json") == 1
    rows = json.loads(capsys.readouterr().out)["linkages"]
    assert [(one["held_codes"], one["released"], one["missed_news"]) for one in rows] == [
        (2, False, None),
        (0, False, {"since": "2026-04-01T00:05:00+00:00"}),
        (2, False, {"since": "2026-04-01T00:05:00+00:00"}),
        (0, False, None),
    ]


def test_status_with_nothing_open_ends_with_0(tmp_path):
    with SqliteState.open(tmp_path) as state:
        state.save(FRESH)
    assert main(["status"], {"SYNC_STATE_DIR": str(tmp_path)}) == 0
