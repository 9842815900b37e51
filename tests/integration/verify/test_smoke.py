"""The smoke check tells engines apart by what they do in one pass."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from reference.bootstrap import run_pass
from simulator.conformance.drivers import CallableEngine, Engine, EngineRun, UrlEngine, engine_for
from simulator.conformance.verify.results import Finding
from simulator.conformance.verify.smoke import examine
from simulator.lab import Lab
from tests.integration.verify import engines


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "run" / "engine-state"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def smoke(lab: Lab, state_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Examines a driver, or an engine of this code, in a folder of the caller's."""
    where = tmp_path / "callers"
    where.mkdir()
    monkeypatch.chdir(where)

    def examined(engine: Engine | str, time_limit: float = 30.0) -> dict[str, Finding]:
        driver = engine_for(engines.command(tmp_path, engine), time_limit) if isinstance(engine, str) else engine
        return {finding.verdict: finding for finding in examine(driver, lab, state_dir)}

    return examined


def test_the_reference_engine_gives_no_cause_for_remarks(smoke) -> None:
    assert smoke(CallableEngine(lambda environment: run_pass(environment).exit_code)) == {}


@pytest.mark.parametrize(
    ("code", "verdict", "said"),
    [
        ("print('all done')", "never connected", "all done"),
        ("print('no SYNC_URL')\nraise SystemExit(2)", "says that it is not configured", "no SYNC_URL"),
        ("raise SystemExit(137)", "crashes", "exit code 137"),
        ("import os\nos.kill(os.getpid(), 9)", "crashes", "signal 9"),
    ],
)
def test_an_engine_of_which_nothing_can_be_known_stops_the_run(smoke, code: str, verdict: str, said: str) -> None:
    (finding,) = smoke(code).values()
    assert (finding.verdict, finding.stops) == (verdict, True)
    assert said in finding.explanation
    assert finding.next_step


def test_an_engine_that_hangs_stops_the_run(smoke) -> None:
    (finding,) = smoke("import signal\nprint('waiting', flush=True)\nsignal.pause()", time_limit=3.0).values()
    assert (finding.verdict, finding.stops) == ("does not end in time", True)
    assert finding.explanation.endswith("did not end within 3 s. It said: waiting")
    assert finding.next_step == "See what it waits for; --time-limit gives it longer."


def test_of_many_words_the_first_and_the_last_are_shown(smoke) -> None:
    (finding,) = smoke("print('no module named x\\n' + 'frame\\n' * 500 + 'the end'); raise SystemExit(7)").values()
    assert "It said: no module named x\nframe" in finding.explanation
    assert " ... " in finding.explanation
    assert finding.explanation.endswith("frame\nthe end")


def test_an_engine_that_cannot_be_started_stops_the_run(smoke) -> None:
    (finding,) = smoke(engine_for("no-such-engine")).values()
    assert (finding.verdict, finding.stops) == ("cannot be started", True)


def test_the_operator_of_a_url_is_told_where_the_variables_are(smoke) -> None:
    (finding,) = smoke(UrlEngine("http://127.0.0.1:9/run", 1.0)).values()
    assert (finding.verdict, finding.stops) == ("does not answer", True)
    assert "zaikolab verify --env" in finding.next_step


@pytest.mark.parametrize(
    ("code", "verdicts"),
    [
        (engines.LAZY, {"never came to the FTPS area"}),
        (engines.PLAIN_FTP, {"speaks plain FTP"}),
        (engines.FLOODS, {"never came to the FTPS area", "floods its output"}),
        (engines.FORKS, {"never came to the FTPS area", "leaves processes behind"}),
        (engines.WRITES_ABOUT, {"never came to the FTPS area", "writes outside its folder"}),
        (engines.SYNCS + "raise SystemExit(1)", {"reports a failure where all is well"}),
        (engines.SYNCS, set()),
    ],
    ids=["lazy", "plain", "floods", "forks", "writes", "says 1", "right"],
)
def test_what_an_engine_does_oddly_is_said_and_stops_nothing(smoke, code: str, verdicts: set[str]) -> None:
    found = smoke(code)
    wrong = {"connects, but the stock does not arrive"} if code.startswith(engines.ASKS) else set()
    assert set(found) == verdicts | wrong
    assert not any(finding.stops for finding in found.values())


def test_an_engine_without_a_word_for_the_shop_is_told(smoke) -> None:
    """FTPS alone: the session begins, and no request comes."""
    connects = (
        "import os, socket\nsocket.create_connection((os.environ['SYNC_FTPS_HOST'], int(os.environ['SYNC_FTPS_PORT'])))"
    )
    assert "never asked the shop API" in smoke(connects + ".recv(100)")


def test_what_the_driver_says_was_left_behind_is_told(smoke) -> None:
    class Leaving:
        takes_environment = True

        def run(self, environment: Mapping[str, str]) -> EngineRun:
            return EngineRun(int(run_pass(environment).exit_code), left_behind=True)

    assert set(smoke(Leaving())) == {"leaves processes behind"}


def test_files_outside_the_engines_folder_are_named(smoke) -> None:
    explanation = smoke(engines.WRITES_ABOUT)["writes outside its folder"].explanation
    assert "callers/cache.json" in explanation
    assert "/left" in explanation


# macOS has no /proc: there such a process is left, which `stragglers` says.
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what leaves its session is found in /proc")
def test_what_left_the_engines_session_is_ended_too(smoke, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    ours = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    try:
        held = f"import os\nheld = os.open({str(alive)!r}, os.O_WRONLY)\n"
        assert "leaves processes behind" in smoke(held + engines.ESCAPES)
        os.set_blocking(ours, True)
        assert os.read(ours, 1) == b""  # nobody holds the other end: a reader would wait for ever
    finally:
        os.close(ours)
