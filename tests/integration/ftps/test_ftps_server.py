"""Starting, stopping, ports, and two servers side by side."""

from __future__ import annotations

import ftplib
import socket
import threading
import time

import pytest

from simulator.errors import BadValue, CannotStart
from simulator.tempostar.ftps.certificates import Authority
from simulator.tempostar.ftps.server import Limits
from tests.integration.ftps.clients import PASSWORD, STOCK, TIMEOUT, USER, FakeAccounts, fetch
from tests.ports import find_free_port


def free_range(count: int) -> tuple[int, int]:
    """Ports one after the other that are free now."""
    for _ in range(100):
        low = find_free_port()
        taken = []
        try:
            taken.extend(socket.create_server(("127.0.0.1", low + offset)) for offset in range(count))
        except OSError:
            continue
        finally:
            for each in taken:
                each.close()
        return low, low + count - 1
    raise AssertionError("no free ports")


def test_a_port_that_is_taken_is_named_with_what_to_do(ftps):
    lab = ftps()
    with pytest.raises(CannotStart, match=rf"127\.0\.0\.1:{lab.server.port}.*--ftps-port 0"):
        ftps(port=lab.server.port)
    assert lab.login().pwd() == "/"


def test_a_host_that_is_not_this_machine_is_named(ftps):
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1:0"):
        ftps(host="192.0.2.1")


@pytest.mark.parametrize(
    ("port", "passive"),
    [
        (-1, None),
        (65536, None),
        (0, (0, 10)),
        (0, (20, 10)),
        (0, (65000, 65536)),
        (2121, (2121, 2141)),
        (2130, (2121, 2141)),
    ],
)
def test_ports_that_cannot_be_are_refused(ftps, port, passive):
    with pytest.raises(BadValue, match="port"):
        ftps(port=port, passive_ports=passive)


def test_data_connections_stay_inside_the_passive_range(ftps):
    low, high = free_range(3)
    lab = ftps(passive_ports=(low, high))
    content = lab.put_stock()
    client = lab.login()
    ports = {client.makepasv()[1] for _ in range(10)}
    assert ports <= {low, low + 1, high}
    for _ in range(5):
        assert fetch(client, STOCK) == content


def test_a_used_up_passive_range_is_said_and_not_left(ftps):
    low, high = free_range(1)
    lab = ftps(passive_ports=(low, high))
    first, second = lab.login(), lab.login()
    first.makepasv()
    with pytest.raises(ftplib.error_temp, match=rf"^425 .*{low}-{high}"):
        second.makepasv()
    first.sendcmd("ABOR")
    assert second.makepasv()[1] == low


def test_a_stopped_server_can_be_started_again(ftps):
    lab = ftps()
    lab.put_stock()
    for _ in range(3):
        fetch(lab.login(), STOCK)
        lab.server.stop()
        assert lab.server.port == 0
        lab.server.start()


def test_starting_twice_and_stopping_twice_do_nothing_more(ftps):
    lab = ftps()
    port = lab.server.port
    lab.server.start()
    assert lab.server.port == port
    lab.server.stop()
    lab.server.stop()


def test_stopping_is_prompt_ends_all_sessions_and_leaves_no_thread(ftps):
    others = set(threading.enumerate())  # a lab that tests share may be among them
    lab = ftps(limits=Limits(passive_seconds=300))
    lab.put_stock(b"x" * 20_000_000)
    idle, busy, halfway = lab.login(), lab.login(), lab.connect()
    busy.voidcmd("TYPE I")
    with busy.transfercmd(f"RETR {STOCK}") as data:
        data.recv(10)
        halfway.sock.sendall(b"AUTH TLS\r\n")
        idle.makepasv()
        halfway.getresp()
        began = time.monotonic()
        lab.server.stop()
        assert time.monotonic() - began < TIMEOUT, "what it waits for by itself is minutes away"
        assert set(threading.enumerate()) <= others
        for client in (idle, busy):
            with pytest.raises((EOFError, OSError)):
                client.sendcmd("NOOP")
    assert [entry.data["reason"] for entry in lab.entries("ftps.disconnected")] == ["the server stopped"] * 3
    assert [entry.data["complete"] for entry in lab.entries("ftps.sent")] == [False]


def test_a_loop_that_breaks_ends_its_sessions_and_is_raised_by_stop(ftps):
    lab = ftps()
    client = lab.login()
    running = lab.server._running

    def broken(timeout):
        raise ZeroDivisionError

    running.loop.poll = broken
    with pytest.raises((EOFError, OSError)):
        client.sendcmd("NOOP")
        client.sendcmd("NOOP")
    running.thread.join(TIMEOUT)
    with pytest.raises(ZeroDivisionError):
        lab.server.stop()


def test_two_servers_in_one_process_keep_apart(ftps):
    one = ftps()
    other = ftps(
        ca=Authority.create("other"),
        accounts=FakeAccounts({USER: ("another-password", 10001)}, {10001: ("20001",)}),
        limits=Limits(login_attempts=1),
    )
    one.put_stock(b"one")
    other.put_stock(b"other")
    assert fetch(one.login(), STOCK) == b"one"
    with pytest.raises(ftplib.error_perm, match="Disconnecting"):
        other.login(password=PASSWORD)
    assert fetch(other.login(password="another-password"), STOCK) == b"other"
    survivor = other.login(password="another-password")
    one.server.stop()
    assert fetch(survivor, STOCK) == b"other"
    assert fetch(other.login(password="another-password"), STOCK) == b"other"


def test_the_server_listens_on_ipv6_too(ftps):
    if not socket.has_ipv6:
        pytest.fail("this machine has no IPv6")
    lab = ftps(host="::1")
    content = lab.put_stock()
    with ftplib.FTP_TLS(context=lab.trust(), timeout=TIMEOUT) as client:
        client.connect("::1", lab.server.port)
        client.login(USER, PASSWORD)
        client.prot_p()
        assert fetch(client, STOCK) == content


def test_the_password_is_nowhere_in_what_a_server_shows_of_itself(ftps):
    lab = ftps()
    lab.login()
    (session,) = [c for c in lab.server._running.loop.socket_map.values() if hasattr(c, "company_id")]
    assert PASSWORD not in repr(session)
    assert PASSWORD not in str(vars(session))
