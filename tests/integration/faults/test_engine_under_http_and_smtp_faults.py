"""The reference engine when requests and mails go wrong: what a pass cannot mend itself, the next one mends."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reference.domain.report import ExitCode
from simulator.faults.targets import ROUTES
from tests.integration.faults.engine_world import LIMIT, SHORT, TRIES

LINKAGES, VARIANTS, STOCK, ORDERS, RUNS, _ = ROUTES

MENDED_WITHIN_THE_PASS = {
    "http.status": {"status": 503},
    "http.late": {},
    "http.drop-before": {},
    "http.drop-after": {},
    "http.cut-body": {},
}
"""One such answer is tried again at once."""
LEFT_TO_THE_NEXT_PASS = {
    "http.status-after": {"status": 500},
    "http.malformed": {},
    "http.not-json": {},
    "http.empty-body": {},
    "http.wrong-shape": {},
    "http.redirect": {},
}


def patience_for(kind: str) -> float:
    """Only what is late is not waited for, however busy the machine is."""
    return SHORT if kind.endswith(".late") else LIMIT


ALL = MENDED_WITHIN_THE_PASS | LEFT_TO_THE_NEXT_PASS
NOT_CARRIED_OUT = {"http.status", "http.drop-before", "http.not-json", "http.redirect"}


CASES = [(kind, STOCK) for kind in ALL] + [
    (kind, route)
    for kind in ("http.status", "http.cut-body", "http.wrong-shape")
    for route in (LINKAGES, VARIANTS, ORDERS)
]


@pytest.mark.parametrize(("kind", "route"), [case for case in CASES if case[0] in MENDED_WITHIN_THE_PASS])
def test_an_answer_that_may_be_asked_for_again_is(world, kind, route):
    world.change_everything()
    with world.lab.fault(kind, on=route, **ALL[kind]) as fault:
        assert world.pass_(patience_for(kind)).exit_code is ExitCode.OK
    assert (fault.fired, world.mails(), world.compared()) == (1, [], {world.stock})
    world.is_mended()


@pytest.mark.parametrize(("kind", "route"), CASES)
def test_an_answer_that_stays_away_fails_the_pass_with_one_mail_and_the_next_completes_it(world, kind, route):
    before = world.stock
    world.change_everything()
    tries = TRIES if kind in MENDED_WITHIN_THE_PASS else 1
    with world.lab.fault(kind, on=route, times=tries, **ALL[kind]) as fault:
        failed = world.pass_(patience_for(kind))
    assert (failed.exit_code, fault.fired, fault.armed) == (ExitCode.FAILED, tries, 0)
    said = " ".join([*failed.trouble, *(str(one.failure) for one in failed.linkages)])
    assert "shop API" in said
    assert "Traceback" not in said
    assert len(world.mails()) == 1
    done = route == STOCK and kind not in NOT_CARRIED_OUT
    assert world.compared() == {world.stock if done else before}
    assert world.pass_().exit_code is ExitCode.OK
    assert len(world.mails()) == 2
    world.is_mended()


@pytest.mark.parametrize("kind", ["http.status", "http.drop-after", "http.redirect", "http.not-json"])
def test_a_run_that_cannot_be_told_harms_nobody(world, kind):
    world.change_everything()
    with world.lab.fault(kind, on=RUNS, times=TRIES, **ALL[kind]):
        assert world.pass_().exit_code is ExitCode.OK
    assert world.mails() == []
    world.is_mended()


def test_it_comes_back_when_it_was_told_to_and_not_before(world):
    world.change_everything()
    with world.lab.fault("http.status", on=STOCK, status=429, retry_after=1) as fault:
        began = time.monotonic()
        assert world.pass_().exit_code is ExitCode.OK
        assert time.monotonic() - began >= 1.0
    assert fault.fired == 1
    world.is_mended()


def test_a_wait_that_is_too_long_is_left_to_the_next_pass(world):
    world.change_everything()
    with world.lab.fault("http.status", on=STOCK, status=429, retry_after=600, times=5) as fault:
        assert world.pass_().exit_code is ExitCode.FAILED
    assert fault.fired == 1
    assert world.pass_().exit_code is ExitCode.OK
    world.is_mended()


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """A place that takes connections, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        yield place, f"http://127.0.0.1:{place.getsockname()[1]}/api/v1/linkages"


@pytest.mark.parametrize("route", [LINKAGES, VARIANTS, STOCK, ORDERS, RUNS])
def test_the_token_goes_nowhere_else(world, route):
    world.change_everything()
    with listening() as (place, address), world.lab.fault("http.redirect", on=route, location=address) as fault:
        world.pass_()
        assert fault.fired == 1
        assert select.select([place], [], [], 0) == ([], [], [])


# ---------------------------------------------------------------------- mail

STAGES_MET = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END-OF-DATA", "QUIT")
MAIL_FAULTS = {
    "refused for now": ("smtp.reply", {"code": 451}),
    "refused": ("smtp.reply", {"code": 554}),
    "closing": ("smtp.reply", {"code": 421}),
    "late": ("smtp.late", {}),
    "dropped before": ("smtp.drop-before", {}),
    "dropped after": ("smtp.drop-after", {}),
    "garbled": ("smtp.garbled", {}),
}
KEPT_AND_NOT_ANSWERED = {("late", "END-OF-DATA"), ("dropped after", "END-OF-DATA")}
"""Nobody can tell these from a mail that was lost: it comes again."""
HARMLESS = {("refused for now", "EHLO"), ("refused", "EHLO"), ("garbled", "EHLO")}
"""Who is refused EHLO may greet the old way."""


@pytest.mark.parametrize("how", MAIL_FAULTS)
def test_a_mail_that_was_not_taken_comes_with_the_next_pass(world, how):
    kind, parameters = MAIL_FAULTS[how]
    for stage in STAGES_MET:
        world.forget_mails()
        world.lab.tempostar.issue_ftp_password()  # RoomClip has the old one
        with world.lab.fault(kind, on=stage, **parameters) as fault:
            report = world.pass_(patience_for(kind))
        taken = stage == "QUIT" or (how, stage) in HARMLESS
        assert (report.exit_code, fault.fired) == (ExitCode.FAILED, 1)
        assert ["was not taken" in sentence for sentence in report.trouble] == ([] if taken else [True]), stage
        world.pass_()
        sent = 2 if (how, stage) in KEPT_AND_NOT_ANSWERED else 1
        assert len(world.mails()) == sent, stage
        world.mend_login()
        assert world.pass_().exit_code is ExitCode.OK
        assert len(world.mails()) == sent + 1, "that it is over"
    world.change_everything()
    world.pass_()
    world.is_mended()


def test_a_mail_server_without_tls_still_takes_the_mail(world):
    world.lab.tempostar.issue_ftp_password()
    with world.lab.fault("smtp.no-starttls") as fault:
        assert world.pass_().trouble == ()
    assert (fault.fired, len(world.mails())) == (1, 1)
    world.mend_login()
