"""What clients see when faults strike the FTPS data channel: each kind, to the byte, under TLS 1.2 and 1.3."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulator.faults import data
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Layer
from tests.integration.faults.dead import arming_dead
from tests.integration.faults.ftps_ground import CONTENT, Ground, Transfer, fetch, hear, say

ORDER = b"0123456789" * 20
INERT = data.Cut(at=1_000_000_000)
"""Of the layer, and seen by nobody: no transfer is as long."""


def refused_a_connection(ground: Ground) -> None:
    client = ground.login()
    assert fetch(client, f"RETR {ground.stock}") == Transfer(b"", "no connection", "ConnectionRefusedError")
    assert fetch(client, f"RETR {ground.stock}").data == CONTENT, "the next port answers"


def told_there_is_none(ground: Ground) -> None:
    client = ground.login()
    assert fetch(client, f"RETR {ground.stock}") == Transfer(b"", "refused", "425 Can't open data connection.")
    assert fetch(client, f"RETR {ground.stock}").data == CONTENT


def cut(ground: Ground) -> None:
    client = ground.login()
    got = fetch(client, f"RETR {ground.stock}")
    assert got == Transfer(CONTENT[:1000], "torn", "426 The transfer was aborted.")
    assert say(client, "NOOP").startswith("200 ")


def cut_and_told_it_was_whole(ground: Ground) -> None:
    client = ground.login()
    got = fetch(client, f"RETR {ground.stock}")
    assert got == Transfer(CONTENT[:1000], "close_notify", "226 Transfer complete.")


def reset(ground: Ground) -> None:
    client = ground.login()
    got = fetch(client, f"RETR {ground.stock}")
    assert got == Transfer(CONTENT[:1000], "reset", "426 The transfer was aborted.")


def stalled(ground: Ground) -> None:
    client = ground.login()
    assert fetch(client, f"RETR {ground.stock}", silent_after=1000) == Transfer(CONTENT[:1000], "silence", "")


def slowed_down(ground: Ground) -> None:
    client = ground.login()
    began = time.monotonic()
    got = fetch(client, f"RETR {ground.stock}")
    took = time.monotonic() - began
    assert got == Transfer(CONTENT, "close_notify", "226 Transfer complete.")
    assert took >= len(CONTENT) / 4_000
    assert got.pieces > 1, "a busy machine may be slow too; it sends all at once"


def sent_too_much(ground: Ground) -> None:
    client = ground.login()
    assert client.size(ground.stock) == len(CONTENT)
    got = fetch(client, f"RETR {ground.stock}")
    assert (got.data[: len(CONTENT)], len(got.data), got.reply) == (
        CONTENT, len(CONTENT) + 7, "226 Transfer complete.",
    )  # fmt: skip


def left_waiting_for_the_end(ground: Ground) -> None:
    client = ground.login()
    got = fetch(client, f"RETR {ground.stock}", silent_after=len(CONTENT))
    assert got == Transfer(CONTENT, "silence", "")
    assert hear(client) == "226 Transfer complete."
    assert fetch(client, f"SIZE {ground.order}").end == "refused", "the session goes on"


@dataclass(frozen=True)
class Case:
    """A check that fails unless the fault strikes, and how the fault is armed."""

    check: Callable[[Ground], None]
    parameters: dict[str, Any] = field(default_factory=dict)
    on: str = "RETR"


CASES = {
    "data.refuse": Case(refused_a_connection, on="PASV"),
    "data.unavailable": Case(told_there_is_none),
    "data.cut": Case(cut, {"at": 1000}),
    "data.cut-silently": Case(cut_and_told_it_was_whole, {"at": 1000}),
    "data.reset": Case(reset, {"at": 1000}),
    "data.stall": Case(stalled, {"at": 1000}),
    "data.slow": Case(slowed_down, {"rate": 4_000}),
    "data.too-long": Case(sent_too_much, {"by": 7}),
    "data.left-open": Case(left_waiting_for_the_end),
}


def test_every_kind_of_the_layer_is_tried():
    assert list(CASES) == [kind.name for kind in CATALOGUE if kind.layer is Layer.DATA]


@pytest.fixture(params=["1.2", "1.3"])
def version(request, ground):
    ground.trust.maximum_version = ssl.TLSVersion.TLSv1_2 if request.param == "1.2" else ssl.TLSVersion.TLSv1_3


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("kind", CASES)
def test_a_client_sees_what_is_promised_once_and_the_next_session_is_as_ever(ground, kind):
    case = CASES[kind]
    with ground.lab.fault(kind, on=case.on, **case.parameters) as fault:
        case.check(ground)
        assert (fault.fired, fault.armed) == (1, 0)
    ground.set_up()
    with pytest.raises(AssertionError):
        case.check(ground)
    ground.set_up()
    client = ground.login()
    assert fetch(client, f"RETR {ground.stock}") == Transfer(CONTENT, "close_notify", "226 Transfer complete.")


@pytest.mark.parametrize("kind", CASES)
def test_the_check_of_each_kind_notices_a_fault_that_does_nothing(ground, kind):
    case = CASES[kind]
    arm = ground.lab.fault if kind == "data.refuse" else arming_dead(ground.lab, INERT)
    nth = 99 if kind == "data.refuse" else 1  # there is no other kind that does nothing to a port
    fault = arm(kind, on=case.on, nth=nth, **case.parameters)
    with pytest.raises(AssertionError):
        case.check(ground)
    assert (fault.matched >= 1, fault.fired) == (True, 0)
