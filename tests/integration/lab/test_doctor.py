"""The doctor names what is wrong with a lab, and what to do: each fault is made, and found under its own name."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulator.config import LabConfig, Settings, TlsMode
from simulator.doctor import Finding, examine
from simulator.lab import Lab
from simulator.tempostar.ftps.certificates import Authority
from tests.ports import find_free_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def bad(lab: Lab, password: str | None = None, state: dict[str, Any] | None = None, **changes: str) -> list[Finding]:
    """What the doctor finds wrong when an engine's variables are `changes`."""
    account = lab.tempostar.issue_ftp_password()
    environment = {**lab.engine_environment("state"), **changes}
    findings = examine({**lab.state(), **(state or {})}, environment, (account.user, password or account.password))
    assert {finding.well for finding in findings if finding.next_step == ""} <= {True}
    return [finding for finding in findings if not finding.well]


@pytest.mark.parametrize("tls", list(TlsMode))
def test_a_lab_in_order_is_well(tls: TlsMode) -> None:
    with Lab(LabConfig(tls=tls)) as lab:
        assert bad(lab) == []


@pytest.mark.parametrize("tls", list(TlsMode))
def test_a_lab_whose_data_channel_goes_on_with_the_session_is_well(tls: TlsMode) -> None:
    with Lab(LabConfig(tls=tls, settings=Settings(tls_session_reuse=True))) as lab:
        assert bad(lab) == []


def test_a_passive_range_that_is_taken_is_found_on_the_data_channel(taken_port: int) -> None:
    with Lab(LabConfig(passive_ports=(taken_port, taken_port))) as lab:
        (found,) = bad(lab)
    assert found.check == "data channel"
    assert "425" in found.found
    assert "--passive-ports 0" in found.next_step


@pytest.mark.parametrize(
    ("wrong", "check", "said"),
    [
        (lambda folder: {"SYNC_FTPS_CA": str(other_authority(folder))}, "certificate", "not accepted"),
        (lambda folder: {"SYNC_FTPS_CA": str(folder / "gone.pem")}, "certificate", "cannot be read"),
        (lambda _: {"SYNC_FTPS_TLS": "implicit"}, "control channel", "TLS with"),
        (lambda _: {"SYNC_FTPS_PORT": str(find_free_port())}, "control channel", "refused"),
        (lambda _: {"SYNC_SMTP_PORT": str(find_free_port())}, "inbox", "refused"),
        (lambda _: {"password": "wrong"}, "login", "530"),
    ],
    ids=["another CA", "no CA file", "TLS mode", "FTPS port", "SMTP port", "password"],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: Callable[[Path], dict[str, str]], check: str, said: str) -> None:
    with Lab() as lab:
        (found,) = bad(lab, **wrong(tmp_path))
    assert found.check == check
    assert said in found.found


def test_a_clock_whose_agenda_stands_still_is_found() -> None:
    running = {"now": "2026-04-01T09:10:00+09:00", "clock": {"mode": "running", "rate": 1.0}}
    with Lab() as lab:
        (found,) = bad(lab, state={**running, "next_due": "2026-04-01T09:05:00+09:00"})
        assert bad(lab, state={**running, "next_due": "2026-04-01T09:09:58+09:00"}) == []
    assert found.check == "clock"
    assert "did not happen" in found.found


def other_authority(folder: Path) -> Path:
    path = folder / "other.pem"
    path.write_bytes(Authority.create().ca_pem)
    return path
