"""TLS faults: what a client meets on the control channel, on the data channel and with STARTTLS of the inbox."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

import pytest

from simulator.config import LabConfig, TlsMode
from simulator.errors import WaitTimedOut
from simulator.faults.armed import Fault
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Layer
from simulator.faults.tls import Expired, NotYetValid, SelfSigned, UnknownAuthority, WrongHost
from simulator.lab import Lab
from simulator.tempostar.ftps.certificates import Authority
from simulator.tempostar.ftps.flawed_certificates import FlawedCertificates
from tests.integration.faults.ftps_clients import Place, closing, outcome, retrieve, trust
from tests.integration.ftps.clients import TIMEOUT, ImplicitFtps, ResumingFtps

Armed: TypeAlias = Callable[..., Fault]
LATE = 0.15
"""Seconds that a handshake is held back."""
REFUSED = {
    "tls.expired": "certificate has expired",
    "tls.not-yet-valid": "certificate is not yet valid",
    "tls.wrong-host": "mismatch, certificate is not valid for '127.0.0.1'",
    "tls.unknown-authority": "unable to get local issuer certificate",
    "tls.self-signed": "self-signed certificate",
}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """One for all: no TLS fault changes what the lab holds."""
    with Lab() as lab:
        yield Place.set_up(lab)


# ------------------------------------------------------------------ one try on each channel


def on_control(place: Place, context: ssl.SSLContext | None = None) -> str:
    """How TLS begins on a control channel: its version, or the error."""
    with closing(place.connect(context=context)) as client:
        how = outcome(client.auth)
        return str(client.sock.version()) if how == "went well" else how


def on_data(place: Place, context: ssl.SSLContext | None = None) -> str:
    """How a transfer fares in a session that is logged in, with the reply; the next one in it is whole."""
    seen: list[str] = []

    class Watched(ResumingFtps):
        def ntransfercmd(self, cmd: str, rest: Any = None) -> Any:
            conn, size = super().ntransfercmd(cmd, rest)
            seen.append(conn.version())
            return conn, size

    with place.session(Watched, context) as client:
        how = outcome(lambda: retrieve(client, place.stock))
        if how == "went well":
            return seen[0]
        reply = outcome(client.voidresp)
        client.af = client.sock.family
        assert retrieve(client, place.stock) == place.content, "the transfer after it is as ever"
        return f"{how}; {reply}"


def on_smtp(place: Place, context: ssl.SSLContext | None = None) -> str:
    """How STARTTLS fares: its version, or the error."""
    with smtplib.SMTP("127.0.0.1", place.lab.endpoints.smtp_port, timeout=TIMEOUT) as client:
        how = outcome(lambda: client.starttls(context=context or trust(place.lab)))
        if how == "went well":
            assert client.noop()[0] == 250
            return str(client.sock.version())  # type: ignore[union-attr]  # it stands
        client.close()
        return how


ON = {"CONTROL": on_control, "DATA": on_data, "SMTP": on_smtp}


# ------------------------------------------------------------------ what each kind promises


def check_certificate(kind: str, on: str, place: Place, arm: Armed) -> None:
    arm(kind, on=on)
    how = ON[on](place)
    assert how.startswith("SSLCertVerificationError")
    assert REFUSED[kind] in how
    assert ("522" in how) == (on == "DATA")


def check_floor(kind: str, on: str, place: Place, arm: Armed) -> None:
    old = trust(place.lab)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    arm(kind, on=on)
    how = ON[on](place, old)
    assert ("EOF occurred" if on == "SMTP" else "alert protocol version") in how  # asyncio sends no alert
    assert ("522" in how) == (on == "DATA")
    arm(kind, on=on)
    assert ON[on](place) == "TLSv1.3"


def check_ceiling(kind: str, on: str, place: Place, arm: Armed) -> None:
    arm(kind, on=on)
    assert ON[on](place) == "TLSv1.2"


def check_drop(kind: str, on: str, place: Place, arm: Armed) -> None:
    arm(kind, on=on)
    how = ON[on](place)
    assert how.startswith("SSLEOFError") or "EOF occurred" in how
    assert ("426" in how) == (on == "DATA")


def check_late(kind: str, on: str, place: Place, arm: Armed) -> None:
    with ThreadPoolExecutor(1) as aside:
        before = place.lab.journal.last_seq()
        fault = arm(kind, on=on, seconds=600)
        held = aside.submit(ON[on], place)
        assert strikes_before(held, place.lab, before)
        assert on_control(place) == "TLSv1.3", "others are served meanwhile"
        assert not held.done()
        fault.clear()
        assert held.result(TIMEOUT) == "TLSv1.3"
    arm(kind, on=on, seconds=LATE)
    began = time.monotonic()
    assert ON[on](place) == "TLSv1.3"
    assert time.monotonic() - began >= LATE


def strikes_before(end: Future[str], lab: Lab, after: int) -> bool:
    """Whether a fault strikes before that is over."""
    while not end.done():
        with contextlib.suppress(WaitTimedOut):
            lab.journal.wait("fault.fired", after=after, timeout=0.05)
            return True
    return False


def check_no_close_notify_data(place: Place, arm: Armed) -> None:
    arm("tls.no-close-notify", on="DATA")
    with place.session() as client:
        conn = client.transfercmd(f"RETR {place.stock}")
        conn.suppress_ragged_eofs = False
        with conn:
            seen = b""
            while len(seen) < len(place.content or b""):
                seen += conn.recv(65536)
            assert outcome(lambda: conn.recv(1)).startswith("SSLEOFError")
        assert client.voidresp().startswith("226")
        assert seen == place.content


def check_no_close_notify_control(place: Place, arm: Armed) -> None:
    arm("tls.no-close-notify", on="CONTROL")
    with place.session() as client:
        client.sock.suppress_ragged_eofs = False
        assert client.sendcmd("QUIT").startswith("221")
        assert outcome(lambda: client.sock.recv(1)).startswith("SSLEOFError")


def check_session_reuse(place: Place, arm: Armed) -> None:
    import ftplib

    arm("tls.session-reuse-required", times=2)
    with place.session() as client:
        assert retrieve(client, place.stock) == place.content, "one that resumes is not struck"
    with place.session(ftplib.FTP_TLS) as client:
        seen: list[bytes] = []
        for _ in range(2):
            how = outcome(lambda: client.retrbinary(f"RETR {place.stock}", seen.append))
            assert how.startswith("error_perm: 522")
        assert seen == []
        assert retrieve(client, place.stock) == place.content


CHANNELS = ("CONTROL", "DATA", "SMTP")
CHECKS: dict[tuple[str, str], Callable[[Place, Armed], None]] = {
    **{(kind, on): partial(check_certificate, kind, on) for kind in REFUSED for on in CHANNELS},
    **{("tls.version-floor", on): partial(check_floor, "tls.version-floor", on) for on in CHANNELS},
    **{("tls.version-ceiling", on): partial(check_ceiling, "tls.version-ceiling", on) for on in CHANNELS},
    **{("tls.handshake-drop", on): partial(check_drop, "tls.handshake-drop", on) for on in CHANNELS},
    **{("tls.handshake-late", on): partial(check_late, "tls.handshake-late", on) for on in CHANNELS},
    ("tls.no-close-notify", "DATA"): check_no_close_notify_data,
    ("tls.no-close-notify", "CONTROL"): check_no_close_notify_control,
    ("tls.session-reuse-required", "DATA"): check_session_reuse,
}
each_check = pytest.mark.parametrize("case", CHECKS, ids=" on ".join)


@each_check
def test_each_fault_is_seen_and_the_next_connection_is_as_ever(place, case):
    on = case[1]
    armed: list[Fault] = []

    def arm(kind: str, **wanted: Any) -> Fault:
        armed.append(place.lab.fault(kind, **wanted))
        return armed[-1]

    try:
        CHECKS[case](place, arm)
        assert all(fault.fired == fault.wish.times for fault in armed)
        assert ON[on](place) == "TLSv1.3"
        assert place.lab.journal.read(kind="fault.fired")[-1].data["fault"] == armed[-1].id
    finally:
        place.lab.faults.clear_all()


@each_check
def test_each_check_notices_a_dead_fault(place, case):
    def arm(kind: str, **wanted: Any) -> Fault:
        return place.lab.fault(kind, **wanted | {"nth": 1_000_000})

    try:
        with pytest.raises(AssertionError):
            CHECKS[case](place, arm)
    finally:
        place.lab.faults.clear_all()


def test_every_kind_is_tried_on_each_of_its_channels():
    assert set(CHECKS) == {(kind.name, on) for kind in CATALOGUE if kind.layer is Layer.TLS for on in kind.on}


def test_strikes_the_nth_connection_and_so_many_after_it(place):
    with place.lab.fault("tls.expired", on="CONTROL", nth=2, times=2) as fault:
        seen = [on_control(place).partition(":")[0] for _ in range(5)]
        assert seen == ["TLSv1.3", *["SSLCertVerificationError"] * 2, "TLSv1.3", "TLSv1.3"]
        assert (fault.matched, fault.fired) == (3, 2)


def leave_control(place: Place) -> None:
    with closing(place.connect()) as client:
        client.sendcmd("AUTH TLS")


def leave_data(place: Place) -> None:
    with place.session() as client:
        with socket.create_connection(client.makepasv(), TIMEOUT):
            pass
        client.sendcmd("NOOP")


def leave_smtp(place: Place) -> None:
    with smtplib.SMTP("127.0.0.1", place.lab.endpoints.smtp_port, timeout=TIMEOUT) as client:
        assert client.docmd("STARTTLS")[0] == 220
        client.close()


@pytest.mark.parametrize(
    ("on", "leave"),
    [("CONTROL", leave_control), ("DATA", leave_data), ("SMTP", leave_smtp)],
    ids=["CONTROL", "DATA", "SMTP"],
)
def test_a_connection_that_ends_before_its_handshake_leaves_the_fault_to_another(place, on, leave):
    with place.lab.fault("tls.handshake-drop", on=on, times=1) as fault:
        leave(place)
        for _ in range(20):  # the server may see the end of the one only after the beginning of the next
            if "EOF occurred" in ON[on](place):
                break
        assert (fault.fired, fault.taken) == (1, 0)


def test_a_fault_that_is_cleared_before_its_time_strikes_no_more(place):
    with place.lab.fault("tls.no-close-notify", on="CONTROL") as fault, place.session() as client:
        fault.clear()
        client.sock.suppress_ragged_eofs = False
        client.sendcmd("QUIT")
        assert (client.sock.recv(1), fault.fired) == (b"", 0)


@pytest.mark.parametrize("kind", ["tls.handshake-drop", "tls.wrong-host"])
def test_a_session_that_begins_under_tls_is_struck_too(kind):
    with Lab(LabConfig(tls=TlsMode.IMPLICIT)) as lab:
        place = Place(lab, "", "", "")
        with lab.fault(kind, on="CONTROL") as fault:
            how = outcome(lambda: place.connect(ImplicitFtps))
            assert REFUSED.get(kind, "EOF occurred") in how
            assert fault.fired == 1
        with closing(place.connect(ImplicitFtps)) as client:
            assert client.welcome.startswith("220")


def test_the_kinds_of_a_flaw_are_made_once_each_when_first_asked_for():
    made = FlawedCertificates(Authority.create(), ("127.0.0.1",))
    assert made(Expired()) is made(Expired())
    assert len({made(flaw()).cert_pem for flaw in (Expired, NotYetValid, WrongHost, UnknownAuthority, SelfSigned)}) == 5


LET_GO = {"cleared": lambda lab, fault: fault.clear(), "reset": lambda lab, fault: lab.reset()}


@pytest.mark.parametrize(
    ("on", "how"), [(on, how) for on in CHANNELS for how in LET_GO if (on, how) != ("DATA", "reset")]
)
def test_what_is_held_back_goes_on_at_once_when_its_fault_is(on, how):
    # A reset takes the file of a transfer away with its fault.
    with Lab() as lab, ThreadPoolExecutor(1) as aside:
        place = Place.set_up(lab)
        fault = lab.fault("tls.handshake-late", on=on, seconds=600)
        held = aside.submit(ON[on], place)
        assert lab.journal.wait("fault.fired", timeout=TIMEOUT) is not None
        assert on_control(place) == "TLSv1.3", "others are served meanwhile"
        assert not held.done()
        LET_GO[how](lab, fault)
        assert held.result(TIMEOUT) == "TLSv1.3"


@pytest.mark.parametrize("on", CHANNELS)
def test_a_lab_that_stops_waits_for_nothing_that_is_held_back(on):
    with ThreadPoolExecutor(1) as aside:
        with Lab() as lab:
            place = Place.set_up(lab)
            lab.fault("tls.handshake-late", on=on, seconds=600)
            held = aside.submit(lambda: outcome(lambda: ON[on](place)))
            assert lab.journal.wait("fault.fired", timeout=TIMEOUT) is not None
            began = time.monotonic()
        assert time.monotonic() - began < TIMEOUT
        held.result(TIMEOUT)


def test_curl_refuses_an_expired_certificate_on_either_channel(place):
    for on in ("CONTROL", "DATA"):
        with place.lab.fault("tls.expired", on=on) as fault:
            got = place.curl(place.stock, "--disable-epsv")  # it would try again with PASV
            assert (got.returncode, got.stdout, fault.fired) == (60, b"", 1), got.stderr
        assert place.curl(place.stock).stdout == place.content
