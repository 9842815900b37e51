"""Faults of the FTPS data channel: what is kept of uploads, to the byte."""

from __future__ import annotations

import time

import pytest

from tests.integration.faults.ftps_ground import CONTENT, Ground, hear, no_patience, store
from tests.integration.ftps.clients import TIMEOUT

LARGE = b"".join(b"%09d\n" % number for number in range(300_000))
"""3 MB: more than any buffer on the way holds."""
WHOLE = "226 Transfer complete."
TORN = "426 The transfer was aborted."


def struck(ground: Ground) -> None:
    """A fault has struck."""
    ground.lab.journal.wait("fault.fired", timeout=TIMEOUT)


@pytest.mark.parametrize("at", [0, 7, len(CONTENT) - 1])
def test_of_an_upload_that_is_cut_nothing_is_kept(ground, at):
    client = ground.login()
    with ground.lab.fault("data.cut", on="STOR", at=at) as fault:
        assert store(client, ground.order, CONTENT) == TORN
    assert (fault.fired, ground.kept(ground.order)) == (1, None)
    assert store(client, ground.order, CONTENT) == WHOLE
    assert ground.kept(ground.order) == CONTENT


def test_of_an_upload_that_is_reset_nothing_is_kept(ground):
    client = ground.login()
    with ground.lab.fault("data.reset", on="STOR", at=7):
        conn, _ = client.ntransfercmd(f"STOR {ground.order}")
        with conn:
            conn.sendall(CONTENT)
            assert hear(client) == TORN
            with pytest.raises(OSError):
                for _ in range(100):
                    conn.sendall(CONTENT)
    assert ground.kept(ground.order) is None


@pytest.mark.parametrize("at", [0, 7, 65_537, len(LARGE) - 1])
def test_of_an_upload_that_is_cut_silently_so_much_is_kept(ground, at):
    client = ground.login()
    with ground.lab.fault("data.cut-silently", on="STOR", at=at) as fault:
        assert store(client, ground.order, LARGE) == WHOLE
    assert fault.fired == 1
    assert ground.kept(ground.order) == LARGE[:at]


def test_an_upload_that_is_being_cut_silently_gets_no_hole_when_the_fault_is_cleared(ground):
    client = ground.login()
    fault = ground.lab.fault("data.cut-silently", on="STOR", at=10)
    with client.transfercmd(f"STOR {ground.order}") as conn:
        conn.sendall(CONTENT[:100])
        struck(ground)
        fault.clear()
        conn.sendall(CONTENT[100:])
        conn.unwrap()
    assert (hear(client), ground.kept(ground.order)) == (WHOLE, CONTENT[:10])


@pytest.mark.parametrize("kind", ["data.cut", "data.cut-silently", "data.reset", "data.stall"])
def test_an_upload_that_is_not_longer_than_the_offset_gives_the_fault_back(ground, kind):
    client = ground.login()
    with ground.lab.fault(kind, on="STOR", at=len(CONTENT)) as fault:
        assert store(client, ground.order, CONTENT) == WHOLE
        assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)
    assert ground.kept(ground.order) == CONTENT


def test_an_upload_whose_session_ends_before_the_byte_gives_the_fault_back(fresh_ground):
    client = fresh_ground.login()
    with fresh_ground.lab.fault("data.cut", on="STOR", at=100) as fault:
        with client.transfercmd(f"STOR {fresh_ground.order}") as conn:
            conn.sendall(b"order")
            client.close()
            fresh_ground.lab.journal.wait("ftps.disconnected", timeout=TIMEOUT)
        assert store(fresh_ground.login(), fresh_ground.order, CONTENT) == TORN
    assert (fault.matched, fault.fired) == (2, 1)


def test_a_stalled_upload_is_read_no_further_until_the_fault_is_cleared(ground):
    client = ground.login()
    fault = ground.lab.fault("data.stall", on="STOR", at=1000)
    with client.transfercmd(f"STOR {ground.order}") as conn:
        conn.sendall(LARGE[:2000])
        struck(ground)
        conn.settimeout(0.1)
        sent = 2000
        with pytest.raises(TimeoutError):
            while sent < 100 * len(LARGE):
                sent += conn.send(LARGE[:10_000])
        fault.clear()
    assert hear(client)[:3] == "426", "the client tore it in the end"
    assert store(client, ground.order, LARGE) == WHOLE


def test_a_stalled_upload_is_kept_whole_once_it_may_go_on(ground):
    client = ground.login()
    fault = ground.lab.fault("data.stall", on="STOR", at=0)
    with client.transfercmd(f"STOR {ground.order}") as conn:
        conn.sendall(CONTENT)
        struck(ground)
        with no_patience(client):
            assert hear(client) == "(silence)"
        fault.clear()
        conn.unwrap()
    assert (hear(client), ground.kept(ground.order)) == (WHOLE, CONTENT)


def test_a_slow_upload_is_kept_whole_and_takes_its_time(ground):
    client = ground.login()
    with ground.lab.fault("data.slow", on="STOR", rate=20_000):
        began = time.monotonic()
        assert store(client, ground.order, CONTENT) == WHOLE
        assert time.monotonic() - began >= 0.14
    assert ground.kept(ground.order) == CONTENT
