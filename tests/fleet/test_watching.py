"""What a worker tells whoever watches it: health, figures, its log; without a database."""

from __future__ import annotations

from datetime import datetime

import pytest
import urllib3

from reference.adapters.clock import JAPAN
from reference.adapters.figures import Figures, Pages, serve
from reference.adapters.fleet_sums import FleetSums
from reference.domain.incident import Cause, Failure
from reference.domain.report import LinkageReport, Outcome, PassReport
from reference.errors import ConfigurationError, StateError
from reference.worker import Pace, Passing, Worker

SUMS = FleetSums(7, 5, 2, 1, 0, 0, 1, None, 90.0, 3, 2, 4)
AT = datetime(2026, 4, 1, 9, tzinfo=JAPAN)


def gone():
    raise StateError("PostgreSQL at db.example is gone.")


def report(outcome, *trouble):
    failure = Failure(Cause.LOGIN_REFUSED, "The login was refused.") if outcome is Outcome.FAILED else None
    return PassReport(AT, AT, (LinkageReport("1", "1", "20001", AT, AT, outcome, failure=failure),), trouble)


def ask(pages, path):
    with serve(pages, "127.0.0.1", 0) as port:
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}{path}", retries=False)
    return answer.status, answer.data.decode()


def test_the_figures_have_the_fleet_and_the_passes_and_leave_out_what_is_not_known():
    figures = Figures(lambda: SUMS)
    figures.count(report(Outcome.SYNCED), 0.2)
    figures.count(PassReport(AT, AT, (), ("The shop API did not answer.",)), 0.1)
    status, told = ask(Pages(figures, str), "/metrics?x=1")
    assert status == 200
    for line in (
        "zaikosync_fleet_linkages 7.0", "zaikosync_fleet_passes_waiting 3.0", "zaikosync_fleet_unsent_mails 4.0",
        "zaikosync_fleet_longest_lag_seconds 90.0", 'zaikosync_passes_total{outcome="synced"} 1.0',
        'zaikosync_passes_total{outcome="failed"} 1.0', "zaikosync_pass_seconds_count 2.0",
    ):  # fmt: skip
        assert f"{line}\n" in told
    assert "median_lag" not in told


def test_figures_that_are_not_to_be_had_are_a_503_with_the_reason():
    assert ask(Pages(Figures(gone), str), "/metrics") == (503, "PostgreSQL at db.example is gone.\n")


def test_health_is_ok_or_a_503_with_what_is_wrong():
    assert ask(Pages(Figures(gone), str), "/healthz") == (200, "ok\n")
    assert ask(Pages(Figures(gone), lambda: "No look."), "/healthz") == (503, "No look.\n")


def test_a_port_that_is_taken_and_a_host_that_is_not_here_are_refused_with_what_to_do():
    pages = Pages(Figures(gone), str)
    with serve(pages, "127.0.0.1", 0) as port:
        for host in ("127.0.0.1", "192.0.2.1"):
            with (
                pytest.raises(ConfigurationError, match=r"name a port that is free.*--http-host"),
                serve(pages, host, port),
            ):
                pass


def test_a_worker_without_a_good_look_for_long_is_ill():
    at = [0.0]
    worker = Worker(None, None, Pace(poll=5.0), lambda: at[0])
    at[0] = 40.0
    assert worker.ail() == ""
    at[0] = 41.0
    assert worker.ail() == "No look has ended well for 41 s."


def test_a_log_gets_the_first_failures_of_a_minute_and_then_how_many_there_were():
    said = []
    passing = Passing(None, None, None, None, None, said.append, 5.0)
    for _ in range(30):
        passing.tell(report(Outcome.FAILED))
    passing.tell(report(Outcome.SYNCED))
    assert said == ["linkage 1: The login was refused."] * 20
    said.clear()
    passing.tell_the_minute()
    passing.tell_the_minute()
    passing.tell(report(Outcome.NOTHING_NEW, "A mail was not taken."))
    assert said == ["31 passes, 30 failed", "linkage 1: A mail was not taken."]
