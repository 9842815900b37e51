"""Faults of handing over a mail: what a client meets at each stage, in clear and under TLS, and what is kept."""

from __future__ import annotations

import select
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from simulator.faults import smtp
from simulator.faults.armed import Fault
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.control import INJECTED
from simulator.faults.kind import Layer
from simulator.faults.targets import STAGES
from simulator.lab import Lab
from tests.integration.faults.dead import Arm, arming_dead

SENDER, OWNER = "zaiko@roomclip.example", "owner@shop.example"
TEXT = b"Subject: news\r\n\r\nbody\r\n"
LIMIT = 30.0
"""Seconds that nothing takes, however busy the machine is."""
END = "END-OF-DATA"

COMMANDS = {
    "EHLO": "EHLO client.example", "HELO": "HELO client.example", "STARTTLS": "STARTTLS",
    "MAIL": f"MAIL FROM:<{SENDER}>", "RCPT": f"RCPT TO:<{OWNER}>", "DATA": "DATA",
    "RSET": "RSET", "NOOP": "NOOP", "QUIT": "QUIT",
}  # fmt: skip
WELL = {"CONNECT": 220, "STARTTLS": 220, "DATA": 354, "QUIT": 221}
"""The codes that are not 250."""
BEFORE = {
    "CONNECT": (), "EHLO": (), "HELO": (), "STARTTLS": ("EHLO",), "MAIL": ("EHLO",), "RCPT": ("EHLO", "MAIL"),
    "DATA": ("EHLO", "MAIL", "RCPT"), END: ("EHLO", "MAIL", "RCPT", "DATA"),
    "RSET": ("EHLO", "MAIL"), "NOOP": ("EHLO",), "QUIT": ("EHLO",),
}  # fmt: skip
"""The stages that lead to one."""
UNTOUCHED = {
    "EHLO": ("MAIL", 503), "HELO": ("MAIL", 503), "STARTTLS": ("NOOP", 250), "MAIL": ("RCPT", 503),
    "RCPT": ("DATA", 503), "DATA": ("NOOP", 250), END: ("MAIL", 250), "RSET": ("RCPT", 250), "NOOP": ("RSET", 250),
    "QUIT": ("NOOP", 250),
}  # fmt: skip
"""What the session answers next when the stage was not carried out."""
UNDER_TLS = tuple(stage for stage in STAGES if stage not in {"CONNECT", "STARTTLS"})
PLACES = [*((stage, False) for stage in STAGES), *((stage, True) for stage in UNDER_TLS)]
NAMES = [f"{stage} under TLS" if secure else stage for stage, secure in PLACES]


class Session:
    """A client that stands right before a stage. `go` passes it and returns the reply's code; None: the line ended."""

    def __init__(self, lab: Lab, stage: str, *, secure: bool) -> None:
        self.stage = stage
        self.client = smtplib.SMTP(timeout=LIMIT)
        self._where = (lab.endpoints.host, lab.endpoints.smtp_port)
        if stage != "CONNECT":
            assert self.client.connect(*self._where)[0] == 220
        if secure:
            self.client._host = "localhost"  # type: ignore[attr-defined]  # the name starttls checks the certificate for
            self.client.starttls(context=ssl.create_default_context(cafile=str(lab.endpoints.ca_file)))
            self.client.noop()  # what TLS has to send of its own after the handshake has come by then
        for one in BEFORE[stage]:
            assert self.pass_stage(one) == WELL.get(one, 250)

    def start(self) -> None:
        """Do the client's part of the stage, and wait for nothing."""
        if self.stage == "CONNECT":
            self.client.sock = socket.create_connection(self._where, timeout=LIMIT)
        elif self.stage == END:
            self.client.send(TEXT + b".\r\n")
        else:
            self.client.putcmd(COMMANDS[self.stage])

    def go(self) -> int | None:
        try:
            self.start()
            return self.client.getreply()[0]
        except smtplib.SMTPServerDisconnected:
            return None

    def pass_stage(self, stage: str) -> int:
        return self.client.docmd(COMMANDS[stage])[0]

    @property
    def is_silent(self) -> bool:
        """Nothing has come, though the server, which has one thread, has answered another session several times."""
        with smtplib.SMTP(*self._where, timeout=LIMIT) as other:
            for _ in range(5):
                other.docmd("VRFY x")  # no stage: no fault strikes it
        return not select.select([self.client.sock], [], [], 0)[0]


@contextmanager
def session(lab: Lab, stage: str, *, secure: bool = False) -> Iterator[Session]:
    one = Session(lab, stage, secure=secure)
    try:
        yield one
    finally:
        one.client.close()


def told(lab: Lab, stage: str) -> list[int | None]:
    """The journal's word on each time of a stage."""
    return [one.data["reply"] for one in lab.journal.read(kind="smtp.command") if one.data["stage"] == stage]


def mail_goes_through(lab: Lab) -> None:
    kept = lab.mailbox.count()
    with smtplib.SMTP(lab.endpoints.host, lab.endpoints.smtp_port, timeout=LIMIT) as client:
        client.sendmail(SENDER, OWNER, TEXT)
    assert lab.mailbox.count() == kept + 1


@contextmanager
def struck(
    lab: Lab, arm: Arm, kind: str, stage: str, *, told_as: int | None, kept: bool = False, **parameters: object
) -> Iterator[Fault]:
    """Inside, a client goes through the stage once; the mail after it is kept as ever."""
    with arm(kind, on=stage, **parameters) as fault:
        yield fault
        assert (fault.matched, fault.fired, lab.mailbox.count()) == (1, 1, int(kept))
        assert told(lab, stage)[-1] == told_as
        mail_goes_through(lab)
        assert fault.fired == 1


def check_reply(lab: Lab, arm: Arm, stage: str = END, *, secure: bool = False) -> None:
    with session(lab, stage, secure=secure) as one, struck(lab, arm, "smtp.reply", stage, told_as=451):
        assert one.go() == 451
        nothing_was_done(one)


def check_late(lab: Lab, arm: Arm, stage: str = END, *, secure: bool = False) -> None:
    well, kept = WELL.get(stage, 250), stage == END
    with (
        session(lab, stage, secure=secure) as one,
        struck(lab, arm, "smtp.late", stage, told_as=well, kept=kept) as fault,
    ):
        one.start()
        assert one.is_silent
        assert lab.mailbox.count() == int(kept), "it is carried out at once"
        fault.clear()
        assert one.client.getreply()[0] == well


def check_drop_before(lab: Lab, arm: Arm, stage: str = END, *, secure: bool = False) -> None:
    with session(lab, stage, secure=secure) as one, struck(lab, arm, "smtp.drop-before", stage, told_as=None):
        assert one.go() is None


def check_drop_after(lab: Lab, arm: Arm, stage: str = END, *, secure: bool = False) -> None:
    kept = stage == END
    with session(lab, stage, secure=secure) as one, struck(lab, arm, "smtp.drop-after", stage, told_as=None, kept=kept):
        assert one.go() is None


def check_garbled(lab: Lab, arm: Arm, stage: str = END, *, secure: bool = False) -> None:
    with session(lab, stage, secure=secure) as one, struck(lab, arm, "smtp.garbled", stage, told_as=None):
        assert one.go() == -1
        nothing_was_done(one)


def nothing_was_done(one: Session) -> None:
    """The stage left the session as it was; one that was not opened is over."""
    if one.stage == "CONNECT":
        assert one.client.sock.recv(10) == b""
    else:
        following, code = UNTOUCHED[one.stage]
        assert one.pass_stage(following) == code


def check_no_starttls(lab: Lab, arm: Arm) -> None:
    with session(lab, "EHLO") as one, struck(lab, arm, "smtp.no-starttls", "EHLO", told_as=250):
        one.client.ehlo()
        assert one.client.has_extn("size")
        assert not one.client.has_extn("starttls")
        one.client.ehlo()
        assert one.client.has_extn("starttls")


CHECKS: dict[str, Callable[..., None]] = {
    "smtp.reply": check_reply,
    "smtp.late": check_late,
    "smtp.drop-before": check_drop_before,
    "smtp.drop-after": check_drop_after,
    "smtp.garbled": check_garbled,
    "smtp.no-starttls": check_no_starttls,
}
AT_EACH_STAGE = [kind for kind in CHECKS if kind != "smtp.no-starttls"]


@pytest.mark.parametrize(("stage", "secure"), PLACES, ids=NAMES)
def test_each_fault_is_seen_at_each_stage(shared_lab, stage, secure):
    for kind in AT_EACH_STAGE:
        shared_lab.reset()
        CHECKS[kind](shared_lab, shared_lab.fault, stage, secure=secure)


def test_starttls_is_not_offered(lab):
    check_no_starttls(lab, lab.fault)


@pytest.mark.parametrize("kind", CHECKS)
def test_each_check_notices_a_dead_fault(lab, kind):
    with pytest.raises(AssertionError):
        CHECKS[kind](lab, arming_dead(lab, smtp.Late(0.0)))


def test_no_kind_is_without_its_check():
    assert set(CHECKS) == {kind.name for kind in CATALOGUE if kind.layer is Layer.SMTP}


def test_where_starttls_is_not_offered_anyway_nothing_is_struck(lab):
    with lab.fault("smtp.no-starttls") as fault:
        with session(lab, "NOOP", secure=False) as one:
            assert fault.fired == 1
        fault.clear()
    with session(lab, "EHLO", secure=True) as one, lab.fault("smtp.no-starttls") as fault:
        one.client.ehlo()
        assert (fault.matched, fault.fired, fault.armed) == (1, 0, 1)
        with session(lab, "EHLO") as other:
            other.client.ehlo()
            assert (fault.fired, other.client.has_extn("starttls")) == (1, False)


def test_starttls_that_is_refused_anyway_leaves_a_fault_of_tls_to_another(lab):
    with (
        session(lab, "NOOP") as plain,
        session(lab, "NOOP", secure=True) as secure,
        lab.fault("tls.expired", on="SMTP") as fault,
    ):
        assert plain.client.docmd("STARTTLS now")[0] == 501
        assert secure.client.docmd("STARTTLS")[0] == 503
        assert fault.matched == 0


@pytest.mark.parametrize("stage", ["EHLO", "MAIL", END])
def test_421_ends_the_connection(lab, stage):
    with lab.fault("smtp.reply", on=stage, code=421, text="closing"), session(lab, stage) as one:
        assert one.go() == 421
        assert one.client.sock.recv(10) == b""


def test_a_reply_says_what_it_is_told_to(lab):
    with (
        lab.fault("smtp.reply", on="RCPT", code=550, text="no such user"),
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        mail_goes_through(lab)
    assert refused.value.recipients == {OWNER: (550, b"no such user")}


def test_a_mail_too_large_is_struck_at_its_end_too(lab):
    with lab.fault("smtp.reply", on=END) as fault, session(lab, END) as one:
        one.client.send((b"x" * 98 + b"\r\n") * 110_000 + b".\r\n")
        assert one.client.getreply() == (451, INJECTED.encode())
    assert fault.fired == 1


def test_only_the_calls_meant_are_struck(lab):
    with lab.fault("smtp.reply", on="*", nth=3, times=2) as fault, session(lab, "EHLO") as one:
        codes = [one.pass_stage("NOOP") for _ in range(4)]
    assert (codes, fault.matched, fault.fired) == ([250, 451, 451, 250], 4, 2)


def test_a_time_late_is_no_longer_than_said(lab):
    with lab.fault("smtp.late", on="NOOP", seconds=0.05) as fault, session(lab, "NOOP") as one:
        began = time.monotonic()
        assert one.go() == 250
        assert 0.05 <= time.monotonic() - began < LIMIT
    assert fault.fired == 1


def test_others_are_served_while_one_is_held_back_and_a_reset_lets_it_go(lab):
    with lab.fault("smtp.late", on="NOOP") as fault, session(lab, "NOOP") as one:
        one.start()
        lab.journal.wait("fault.fired", timeout=LIMIT)
        mail_goes_through(lab)
        assert one.is_silent
        lab.reset()
        assert one.client.getreply()[0] == 250
    assert (fault.fired, lab.faults.all()) == (1, ())


@pytest.mark.parametrize("secure", [False, True], ids=["in clear", "under TLS"])
def test_what_is_held_back_ends_with_the_lab(secure):
    others = set(threading.enumerate())
    with Lab() as lab:
        one = Session(lab, END, secure=secure)
        lab.fault("smtp.late", on=END, seconds=3600)
        one.start()
        lab.journal.wait("fault.fired", timeout=LIMIT)
    one.client.close()
    for thread in set(threading.enumerate()) - others:
        thread.join(LIMIT)
        assert not thread.is_alive()


def test_a_client_that_goes_while_it_is_held_back_leaves_nothing_behind(lab):
    with lab.fault("smtp.late", on="NOOP"):
        with session(lab, "NOOP") as one:
            one.start()
            lab.journal.wait("fault.fired", timeout=LIMIT)
        mail_goes_through(lab)
    mail_goes_through(lab)


def test_the_journal_tells_what_the_client_got(lab):
    with lab.fault("smtp.drop-after", on="MAIL"), session(lab, "MAIL") as one:
        one.go()
    with lab.fault("smtp.garbled", on="MAIL"), session(lab, "MAIL") as one:
        one.go()
    told_of = [one.summary for one in lab.journal.read(kind="smtp.command") if one.data["stage"] == "MAIL"]
    assert told_of == ["Session 1: MAIL got no answer.", "Session 2: MAIL was answered with what is no reply."]


def curl(lab: Lab) -> int:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed; on Debian: apt-get install curl")
    where = f"smtp://{lab.endpoints.host}:{lab.endpoints.smtp_port}"
    command = ["curl", "-sS", "--max-time", str(LIMIT), "--mail-from", SENDER, "--mail-rcpt", OWNER, "-T", "-", where]
    return subprocess.run(command, input=TEXT, capture_output=True, check=False).returncode


@pytest.mark.parametrize(("stage", "code"), [("RCPT", 55), (END, 56)])
def test_curl_names_a_refusal_and_a_torn_connection(lab, stage, code):
    kind = "smtp.drop-before" if stage == END else "smtp.reply"
    with lab.fault(kind, on=stage):
        assert curl(lab) == code
    assert (curl(lab), lab.mailbox.count()) == (0, 1)
