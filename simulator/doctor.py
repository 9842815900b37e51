"""Looks at a lab as an outside client would, and names what is wrong with it.

Each check is one sentence of what was found and, when it is bad, one of what to do.
"""

from __future__ import annotations

import ftplib
import socket
import ssl
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.ftps_clients import ImplicitResumingFtpTls, ResumingFtpTls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TIMEOUT = 15.0
LATE_SECONDS = 5
"""Of real time; what fell due longer ago is not going to happen."""
_ADVICE = {
    "control channel": "Is it the lab that listens there? `zaikolab status` has its address.",
    "certificate": 'Take the CA file anew with eval "$(zaikolab env)"; check this machine\'s date.',
    "login": 'Take the password anew with eval "$(zaikolab env)"; `zaikolab journal --service ftps` tells more.',
    "data channel": "Is its passive port range free, and reachable? `zaikolab up --passive-ports 0` takes any.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `next_step` is "" when it is well."""

    check: str
    well: bool
    found: str
    next_step: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"check": self.check, "ok": self.well, "found": self.found, "next_step": self.next_step}


def examine_ports(ports: Mapping[str, tuple[int, int]], host: str) -> Iterator[Finding]:
    """Whether a lab could open its ports: name -> (first, last). For a machine where no lab runs yet."""
    for name, (first, last) in ports.items():
        taken = [port for port in range(first, last + 1) if port and not _free(host, port)]
        wanted = str(first) if first == last else f"{first} to {last}"
        if taken:
            yield Finding(
                f"{name} port", False, f"{host}: {', '.join(map(str, taken))} of {wanted} taken by another program",
                f"Stop that program, or start the lab with --{name}-port" + (" 0." if name != "passive" else "s 0."),
            )  # fmt: skip
        else:
            yield Finding(f"{name} port", True, f"{host}:{wanted} free")


def examine(state: Mapping[str, Any], environment: Mapping[str, str], login: tuple[str, str] | None) -> list[Finding]:
    """Both FTP channels, SMTP and the clock of a running lab; of one with armed faults only that it has them: they
    would strike the doctor, who would use them up and blame the lab.

    `state`: GET /lab/v1/state; `environment`: the engine's variables; `login`: FTP user and password, None when
    none was issued yet.
    """
    if state["faults"]:
        found = f"{state['faults']} armed; nothing else was looked at, for that could use them up"
        return [
            Finding("faults", False, found, "`zaikolab fault list` shows them, `zaikolab fault clear` clears them.")
        ]
    findings = [Finding("faults", True, "none armed"), _clock(state)]
    findings.extend(_ftps(environment, login))
    findings.append(_smtp(environment))
    return findings


def _free(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _clock(state: Mapping[str, Any]) -> Finding:
    clock, due = state["clock"], state["next_due"]
    if clock["mode"] == "frozen":
        found = f"frozen at {state['now']}; time moves only when told"
        return Finding("clock", True, found + (f", next due {due}" if due else ""))
    if due and _seconds(state["now"], due) > LATE_SECONDS * max(1, clock["rate"]):
        late = f"it is {state['now']}, and what fell due {due} did not happen"
        return Finding("clock", False, late, "Stop the lab: it tells what went wrong.")
    return Finding("clock", True, f"running at {clock['rate']:g}x, now {state['now']}, next due {due or 'nothing'}")


def _seconds(now: str, due: str) -> float:
    return (datetime.fromisoformat(now) - datetime.fromisoformat(due)).total_seconds()


def _ftps(environment: Mapping[str, str], login: tuple[str, str] | None) -> Iterator[Finding]:
    host, port = environment["SYNC_FTPS_HOST"], int(environment["SYNC_FTPS_PORT"])
    where = f"{host}:{port}"
    try:
        context = ssl.create_default_context(cafile=environment["SYNC_FTPS_CA"])
    except OSError as error:
        yield Finding(
            "certificate", False, f"the CA file {environment['SYNC_FTPS_CA']} cannot be read: {error}",
            _ADVICE["certificate"],
        )  # fmt: skip
        return
    explicit = environment["SYNC_FTPS_TLS"] == "explicit"
    client = (ResumingFtpTls if explicit else ImplicitResumingFtpTls)(context=context, timeout=TIMEOUT)
    try:
        yield from _control_channel(client, host, port, where, explicit=explicit)
        yield from _data_channel(client, where, login)
    except _Stopped as stopped:
        yield stopped.finding
    finally:
        client.close()


class _Stopped(Exception):
    """A check failed, and those behind it make no sense."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.found)
        self.finding = finding


def _control_channel(client: ftplib.FTP_TLS, host: str, port: int, where: str, *, explicit: bool) -> Iterator[Finding]:
    def secure() -> None:
        client.connect(host, port)
        if explicit:
            client.auth()

    _try(secure, "control channel", where)
    assert isinstance(client.sock, ssl.SSLSocket)  # noqa: S101 - both clients end with a TLS socket
    certificate = client.sock.getpeercert() or {}
    yield Finding("control channel", True, f"{where} answers, {client.sock.version()}")
    yield Finding("certificate", True, f"vouched for by the lab's CA, valid until {certificate.get('notAfter')}")


def _data_channel(client: ftplib.FTP_TLS, where: str, login: tuple[str, str] | None) -> Iterator[Finding]:
    if login is None:
        yield Finding(
            "login", False, "no FTP password was issued yet", "Issue one in the console, or start with up --demo."
        )
        return
    _try(lambda: client.login(*login), "login", where)
    yield Finding("login", True, f"{login[0]} may log in")
    listed: list[str] = []

    def read_list() -> None:
        client.prot_p()
        client.retrlines("MLSD /", listed.append)

    _try(read_list, "data channel", where)
    yield Finding("data channel", True, f"passive, protected; the root lists {len(listed)} entries")


def _try(attempt: Callable[[], object], check: str, where: str) -> None:
    advice = _ADVICE[check]
    try:
        attempt()
    except ssl.SSLCertVerificationError as error:
        found = f"{where} shows a certificate that is not accepted: {error.verify_message}"
        raise _Stopped(Finding("certificate", False, found, _ADVICE["certificate"])) from error
    except ssl.SSLError as error:
        found = f"TLS with {where} failed: {error.reason}"
        raise _Stopped(Finding(check, False, found, "Is the lab's TLS mode the one you use?")) from error
    except TimeoutError as error:
        raise _Stopped(Finding(check, False, f"{where} did not answer within {TIMEOUT:g} s", advice)) from error
    except (ftplib.Error, OSError, EOFError) as error:
        raise _Stopped(Finding(check, False, f"{where}: {str(error) or type(error).__name__}", advice)) from error


def _smtp(environment: Mapping[str, str]) -> Finding:
    import smtplib

    where = f"{environment['SYNC_SMTP_HOST']}:{environment['SYNC_SMTP_PORT']}"
    try:
        with smtplib.SMTP(environment["SYNC_SMTP_HOST"], int(environment["SYNC_SMTP_PORT"]), timeout=TIMEOUT) as client:
            client.ehlo()
            starttls = client.has_extn("starttls")
    except (smtplib.SMTPException, OSError) as error:
        return Finding("inbox", False, f"{where}: {error}", "Start the lab again; is another program on that port?")
    return Finding("inbox", True, f"{where} takes mail" + (", STARTTLS offered" if starttls else ""))
