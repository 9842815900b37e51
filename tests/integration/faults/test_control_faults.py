"""What clients see when faults strike the FTPS control channel: each kind, and what becomes of the next session."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.faults import control
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Layer
from tests.integration.faults.dead import arming_dead
from tests.integration.faults.ftps_ground import CONTENT, Ground, fetch, hear, no_patience, say, store
from tests.integration.ftps.clients import TIMEOUT

INERT = control.Late(seconds=0.0)
"""Of the layer, and seen by nobody."""


def refused_with_a_reply(ground: Ground) -> None:
    client = ground.login()
    assert say(client, f"DELE {ground.stock}") == "450 Try later"
    assert ground.kept(ground.stock) == CONTENT, "it was not carried out"
    assert say(client, f"SIZE {ground.stock}") == f"213 {len(CONTENT)}"


def answered_differently_after_the_transfer(ground: Ground) -> None:
    client = ground.login()
    got = fetch(client, f"RETR {ground.stock}")
    assert (got.data, got.end, got.reply) == (CONTENT, "close_notify", "451 Injected by the lab.")
    assert say(client, "NOOP").startswith("200 ")


def answered_late(ground: Ground) -> None:
    client = ground.login()
    client.putcmd(f"DELE {ground.stock}")
    with no_patience(client):
        assert hear(client) == "(silence)"
    assert ground.kept(ground.stock) is None, "it was carried out at once"


def dropped_before(ground: Ground) -> None:
    client = ground.login()
    assert say(client, f"DELE {ground.stock}") == "(end)"
    assert ground.kept(ground.stock) == CONTENT


def dropped_after(ground: Ground) -> None:
    client = ground.login()
    assert store(client, ground.order, b"order") == "(reset)"
    assert ground.kept(ground.order) == b"order"


def turned_away_at_the_door(ground: Ground) -> None:
    with socket.create_connection(("127.0.0.1", ground.lab.endpoints.ftps_port), TIMEOUT) as client:
        said = b"".join(iter(lambda: client.recv(100), b"")) if client.recv(1, socket.MSG_PEEK) == b"4" else b""
    assert said == b"421 Too many connections, try again later.\r\n"


def shut_down(ground: Ground) -> None:
    client = ground.login()
    assert say(client, f"DELE {ground.stock}") == "421 Service not available, closing control connection."
    assert hear(client) == "(end)"
    assert ground.kept(ground.stock) == CONTENT


def answered_with_garbage(ground: Ground) -> None:
    client = ground.login()
    client.putcmd(f"SIZE {ground.stock}")
    line = client.getline()
    assert not line[:3].isdigit()
    assert say(client, "NOOP").startswith("200 ")


def answered_in_part(ground: Ground) -> None:
    client = ground.login()
    client.putcmd("FEAT")
    assert client.getline() == "211-Features supported:"
    with no_patience(client):
        try:
            line = client.getline()
        except TimeoutError:
            line = "(silence)"
    assert line == "(silence)"


def refused_to_log_in(ground: Ground) -> None:
    client = ground.connect()
    client.auth()
    assert say(client, f"USER {ground.place.user}").startswith("331 ")
    assert say(client, f"PASS {ground.place.password}").startswith("530 ")
    assert say(client, f"SIZE {ground.stock}").startswith("530 ")


def offered_no_tls(ground: Ground) -> None:
    client = ground.connect()
    assert say(client, "AUTH TLS").startswith("502 ")
    assert say(client, f"USER {ground.place.user}").startswith("530 "), (
        "the session goes on in clear, and nobody gets in"
    )


def told_of_a_missing_command(ground: Ground) -> None:
    client = ground.login()
    assert say(client, f"MDTM {ground.stock}").startswith("502 ")


def told_a_wrong_size(ground: Ground) -> None:
    client = ground.login()
    assert client.size(ground.stock) == len(CONTENT) - 5
    assert fetch(client, f"RETR {ground.stock}").data == CONTENT


def told_a_wrong_time(ground: Ground) -> None:
    right = datetime(2026, 3, 31, 23, 0, 0, tzinfo=UTC)
    client = ground.login()
    assert say(client, f"MDTM {ground.stock}") == f"213 {right:%Y%m%d%H%M%S}"


def sent_to_nowhere(ground: Ground) -> None:
    client = ground.login()
    client.trust_server_pasv_ipv4_address = True
    assert client.makepasv()[0] == "192.0.2.1"


@dataclass(frozen=True)
class Case:
    """A check that fails unless the fault strikes, and how the fault is armed."""

    check: Callable[[Ground], None]
    on: str
    path: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


CASES = {
    "control.reply": Case(
        refused_with_a_reply, "DELE", "/netstock/*/stock.csv", {"code": 450, "text": "Try later"}
    ),
    "control.reply-after": Case(answered_differently_after_the_transfer, "RETR", "/netstock/*/stock.csv"),
    "control.late": Case(answered_late, "DELE"),
    "control.drop-before": Case(dropped_before, "DELE"),
    "control.drop-after": Case(dropped_after, "STOR", "/netorder/*/order.csv", {"how": "reset"}),
    "control.busy": Case(turned_away_at_the_door, "CONNECT"),
    "control.shut-down": Case(shut_down, "DELE"),
    "control.garbled": Case(answered_with_garbage, "SIZE"),
    "control.unfinished-reply": Case(answered_in_part, "FEAT"),
    "control.login-refused": Case(refused_to_log_in, "PASS"),
    "control.no-tls": Case(offered_no_tls, "AUTH"),
    "control.unsupported": Case(told_of_a_missing_command, "MDTM"),
    "control.wrong-size": Case(told_a_wrong_size, "SIZE", "", {"by": -5}),
    "control.wrong-time": Case(told_a_wrong_time, "MDTM"),
    "control.wrong-address": Case(sent_to_nowhere, "PASV"),
}  # fmt: skip


def test_every_kind_of_the_layer_is_tried():
    assert list(CASES) == [kind.name for kind in CATALOGUE if kind.layer is Layer.CONTROL]


@pytest.mark.parametrize("kind", CASES)
def test_a_client_sees_what_is_promised_once_and_the_next_session_is_as_ever(ground, kind):
    case = CASES[kind]
    with ground.lab.fault(kind, on=case.on, path=case.path, **case.parameters) as fault:
        case.check(ground)
        assert (fault.matched, fault.fired, fault.armed) == (1, 1, 0)
    ground.set_up()
    with pytest.raises(AssertionError):
        case.check(ground)
    ground.set_up()
    client = ground.login()
    assert (client.size(ground.stock), fetch(client, f"RETR {ground.stock}").data) == (len(CONTENT), CONTENT)


@pytest.mark.parametrize("kind", CASES)
def test_the_check_of_each_kind_notices_a_fault_that_does_nothing(ground, kind):
    case = CASES[kind]
    fault = arming_dead(ground.lab, INERT)(kind, on=case.on, path=case.path, **case.parameters)
    with pytest.raises(AssertionError):
        case.check(ground)
    assert fault.fired == 1
