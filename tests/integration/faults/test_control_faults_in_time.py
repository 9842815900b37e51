"""Faults of the FTPS control channel: which call they strike, how long they hold, and what stays unharmed."""

from __future__ import annotations

import ftplib
import time

import pytest

from simulator.config import LabConfig, TlsMode
from simulator.faults.targets import COMMANDS, CONNECT, TRANSFERS
from simulator.lab import Lab
from tests.integration.faults.ftps_ground import (
    CONTENT,
    PATIENT,
    Ground,
    fetch,
    greeting,
    greeting_is_held_back,
    hear,
    hear_line,
    held_back,
    let_the_server_turn,
    no_patience,
    read_anew,
    say,
    store,
)
from tests.integration.ftps.clients import TIMEOUT, ImplicitFtps


def test_strikes_the_nth_call_with_its_path_and_the_next_ones_through_the_server(ground):
    client = ground.login()
    fault = ground.lab.fault("control.reply", on="SIZE", path="/netstock/*/stock.csv", nth=2, times=2, code=451)
    replies = [say(client, f"SIZE {path}")[:3] for path in (ground.stock, ground.order, "stock.csv", ground.stock)]
    assert replies == ["213", "550", "550", "451"], "neither another file nor another folder is meant"
    client.cwd(ground.stock.rpartition("/")[0])
    assert [say(client, "SIZE stock.csv")[:3] for _ in range(2)] == ["451", "213"], "a path is where it leads"
    assert (fault.matched, fault.fired, fault.armed) == (3, 2, 0)


def test_the_journal_has_the_strike_before_the_client_has_its_reply(ground):
    seen = []
    client = ground.login()
    with ground.lab.fault("control.reply-after", on="RETR", code=451):
        fetch(client, f"RETR {ground.stock}")
        seen = [entry.kind for entry in ground.lab.journal.read(kind="fault")]
    assert seen == ["fault.armed", "fault.fired"]
    (command,) = [entry for entry in ground.lab.journal.read(kind="ftps.command") if entry.data["verb"] == "RETR"]
    assert command.data["reply"] == 150, "the command was answered twice; its first reply was as ever"


def test_an_injected_reply_is_told_as_the_commands_reply(ground):
    client = ground.login()
    with ground.lab.fault("control.reply", on="SIZE", code=125, text="Soon"):
        assert say(client, f"SIZE {ground.stock}") == "125 Soon"
    entry = ground.lab.journal.read(kind="ftps.command")[-1]
    assert (entry.data["verb"], entry.data["reply"]) == ("SIZE", 125)


def test_other_sessions_are_served_while_a_reply_is_held_back(ground):
    held, other = ground.login(), ground.login()
    with ground.lab.fault("control.late", on="SIZE", seconds=PATIENT):
        held.putcmd(f"SIZE {ground.stock}")
        held_back(ground)
        assert say(other, f"SIZE {ground.stock}") == f"213 {len(CONTENT)}"
        with no_patience(held):
            assert hear(held) == "(silence)"


def test_a_late_reply_comes_when_its_time_has_come(ground):
    client = ground.login()
    with ground.lab.fault("control.late", on="SIZE", seconds=0.15) as fault:
        began = time.monotonic()
        assert say(client, f"SIZE {ground.stock}") == f"213 {len(CONTENT)}"
        assert time.monotonic() - began >= 0.15
    assert fault.fired == 1


def test_what_is_held_back_goes_out_at_once_and_in_turn_when_the_fault_is_cleared(ground):
    client = ground.login()
    fault = ground.lab.fault("control.late", on="SIZE", seconds=PATIENT, times=2)
    client.sock.sendall(b"SIZE x\r\nFEAT\r\nSIZE y\r\nNOOP\r\n")
    held_back(ground)
    with no_patience(client), pytest.raises(TimeoutError):
        client.sock.recv(1)
    fault.clear()
    assert [hear(client)[:3] for _ in range(4)] == ["550", "211", "550", "200"]


@pytest.mark.parametrize(
    ("on", "reply"), [("SIZE", "550"), ("QUIT", "221"), ("RETR", "226"), ("AUTH", "234"), ("PASS", "230")]
)
def test_a_reset_of_the_lab_lets_go_of_what_is_held_back_and_leaves_no_harm(ground, on, reply):
    ground.lab.fault("control.late", on=on, seconds=PATIENT)
    client = ground.connect() if on in {"AUTH", "PASS"} else ground.login()
    match on:
        case "AUTH":
            client.putcmd("AUTH TLS")
        case "PASS":
            client.auth()
            client.sendcmd(f"USER {ground.place.user}")
            client.putcmd(f"PASS {ground.place.password}")
        case "RETR":
            with client.transfercmd(f"RETR {ground.stock}") as conn:
                while conn.recv(8192):
                    pass
        case _:
            client.putcmd("QUIT" if on == "QUIT" else "SIZE x")
    held_back(ground)
    ground.lab.reset()
    assert hear(client)[:3] == reply
    if on == "QUIT":
        assert hear(client) == "(end)"
    if on == "AUTH":
        client.sock = client.context.wrap_socket(client.sock, server_hostname="127.0.0.1")
        read_anew(client)
        assert say(client, "PBSZ 0").startswith("200 ")


def test_a_greeting_is_held_back_until_the_fault_is_cleared(ground):
    with ground.lab.fault("control.late", on=CONNECT, seconds=PATIENT) as fault:
        greeting_is_held_back(ground)
        fault.clear()
    assert greeting(ground).startswith(b"220 ")


def test_a_lab_stops_at_once_while_replies_and_greetings_are_held_back():
    with Lab() as lab:
        ground = Ground.of(lab)
        client = ground.login()
        lab.fault("control.late", on="*", seconds=PATIENT, times=2)
        client.putcmd("SIZE x")
        held_back(ground)
        greeting_is_held_back(ground)
        began = time.monotonic()
    assert time.monotonic() - began < PATIENT
    ground.close()


def test_a_client_that_gives_up_on_a_late_reply_leaves_nothing_behind(fresh_ground):
    client = fresh_ground.login()
    with fresh_ground.lab.fault("control.late", on="SIZE", seconds=PATIENT):
        client.putcmd("SIZE x")
        held_back(fresh_ground)
        client.close()
        fresh_ground.lab.journal.wait("ftps.disconnected", timeout=TIMEOUT)
    assert fresh_ground.login().size(fresh_ground.stock) == len(CONTENT)


def test_only_the_reply_that_ends_the_transfer_is_struck_whatever_is_said_meanwhile(ground):
    client = ground.login()
    with ground.lab.fault("control.reply-after", on="STOR", code=451) as fault:
        with client.transfercmd(f"STOR {ground.order}") as conn:
            assert say(client, "NOOP").startswith("200 ")
            assert fault.fired == 0
            conn.sendall(b"order")
            conn.unwrap()
        assert hear(client) == "451 Injected by the lab."
    assert (fault.fired, ground.kept(ground.order)) == (1, b"order")


def test_a_fault_at_abor_leaves_the_transfer_its_own_reply(ground):
    client = ground.login()
    with ground.lab.fault("control.reply-after", on="ABOR", code=451), client.transfercmd(f"STOR {ground.order}"):
        assert say(client, "ABOR")[:3] == "426"
        assert hear(client) == "451 Injected by the lab."


def test_each_of_several_late_replies_takes_its_time(ground):
    client = ground.login()
    with ground.lab.fault("control.late", on="SIZE", seconds=0.08, times=2):
        began = time.monotonic()
        client.sock.sendall(b"SIZE x\r\nSIZE y\r\n")
        assert [hear(client)[:3] for _ in range(2)] == ["550", "550"]
    assert time.monotonic() - began >= 0.15


@pytest.mark.parametrize("cleared_first", [True, False])
def test_a_late_reply_that_has_gone_out_lets_go_of_no_other(ground, cleared_first):
    client = ground.login()
    late = ground.lab.fault
    with late("control.late", on="SIZE", seconds=0.1) as first, late("control.late", on="SYST", seconds=PATIENT):
        began = time.monotonic()
        client.putcmd("SIZE x")
        held_back(ground)
        if cleared_first:
            first.clear()
        assert hear(client)[:3] == "550"
        client.putcmd("SYST")
        let_the_server_turn(client)
        first.clear()
        while time.monotonic() - began < 0.12:  # until the first one's time would have come
            let_the_server_turn(client)
        with no_patience(client):
            assert hear(client) == "(silence)"
    assert hear(client)[:3] == "215"


def test_a_transfer_that_is_refused_is_answered_as_the_fault_has_it(ground):
    client = ground.login()
    with ground.lab.fault("control.drop-after", on="RETR"):
        assert fetch(client, f"RETR {ground.order}").reply == "(end)"


def test_an_aborted_transfer_ends_with_the_injected_reply_and_abor_has_its_own(ground):
    client = ground.login()
    with ground.lab.fault("control.reply-after", on="STOR", code=451):
        conn, _ = client.ntransfercmd(f"STOR {ground.order}")
        with conn:
            assert (say(client, "ABOR"), hear(client)) == ("451 Injected by the lab.", "226 Aborted.")


@pytest.mark.parametrize(
    ("kind", "on"), [("control.wrong-size", "SIZE"), ("control.wrong-time", "MDTM"), ("control.login-refused", "PASS")]
)
def test_waits_for_another_call_when_there_was_nothing_to_strike(ground, kind, on):
    client = ground.login()
    with ground.lab.fault(kind, on=on) as fault:
        assert say(client, f"{on} nothing")[:3] in {"550", "503"}
        assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)


def test_a_transfer_that_never_ends_gives_the_fault_back(fresh_ground):
    with fresh_ground.lab.fault("control.reply-after", on="STOR") as fault:
        client = fresh_ground.login()
        conn, _ = client.ntransfercmd(f"STOR {fresh_ground.order}")
        client.close()
        fresh_ground.lab.journal.wait("ftps.disconnected", timeout=TIMEOUT)
        conn.close()
        assert (fault.matched, fault.fired, fault.taken) == (1, 0, 0)
        assert store(fresh_ground.login(), fresh_ground.order, b"order") == "451 Injected by the lab."


def test_a_fault_that_is_cleared_before_the_transfer_ends_does_not_strike(ground):
    client = ground.login()
    fault = ground.lab.fault("control.reply-after", on="STOR")
    with client.transfercmd(f"STOR {ground.order}") as conn:
        fault.clear()
        conn.unwrap()
    assert (hear(client), fault.fired) == ("226 Transfer complete.", 0)


def test_the_first_line_of_a_reply_of_one_line_says_that_more_will_come(ground):
    client = ground.login()
    with ground.lab.fault("control.unfinished-reply", on="SIZE"):
        client.putcmd(f"SIZE {ground.stock}")
        assert client.getline() == f"213-{len(CONTENT)}"


@pytest.mark.parametrize("kind", ["control.reply-after", "control.unfinished-reply", "control.late"])
def test_replies_of_several_lines_are_struck_whole(ground, kind):
    client = ground.login()
    parameters = {"seconds": 0.01} if kind == "control.late" else {}
    with ground.lab.fault(kind, on="MLST", **parameters):
        client.putcmd(f"MLST {ground.stock}")
        first = client.getline()
    match kind:
        case "control.late":
            assert first == f'250-Listing "{ground.stock}":'
            assert ground.stock in client.getline()
            assert client.getline() == "250 End MLST."
        case "control.unfinished-reply":
            assert first == f'250-Listing "{ground.stock}":'
        case _:
            assert first == "451 Injected by the lab."
    assert say(client, "NOOP").startswith("200 ")


@pytest.mark.parametrize("kind", ["control.busy", "control.drop-before", "control.reply"])
def test_under_implicit_tls_the_greeting_is_struck_inside_tls(kind):
    with Lab(LabConfig(tls=TlsMode.IMPLICIT)) as lab:
        ground = Ground.of(lab)
        client = ImplicitFtps(context=ground.trust, timeout=TIMEOUT)
        parameters = {"code": 120} if kind == "control.reply" else {}
        with lab.fault(kind, on=CONNECT, **parameters) as fault:
            try:
                said = client.connect("127.0.0.1", lab.endpoints.ftps_port, TIMEOUT)
            except (ftplib.Error, EOFError) as end:
                said = str(end) or "(end)"
            finally:
                client.close()
        assert said[:5] == {"control.busy": "421 T", "control.drop-before": "(end)", "control.reply": "120 I"}[kind]
        assert fault.fired == 1


ARGUMENTS = {
    "AUTH": "TLS",
    "PROT": "P",
    "PBSZ": "0",
    "TYPE": "I",
    "USER": "x",
    "PASS": "x",
    "OPTS": "UTF8 ON",
    "REST": "0",
}
HERE = {"CDUP", "EPSV", "PASV", "FEAT", "NOOP", "PWD", "QUIT", "SYST", "ABOR"}


@pytest.mark.parametrize(
    "kind",
    [
        "control.reply", "control.reply-after", "control.late", "control.drop-before", "control.drop-after",
        "control.shut-down", "control.garbled", "control.unfinished-reply",
    ],
)  # fmt: skip
def test_strikes_at_any_command_and_the_server_stays_well(ground, kind):
    parameters = {"seconds": 0.01} if kind == "control.late" else {}
    for command in COMMANDS:
        client = ground.connect() if command == "AUTH" else ground.login()
        if command in TRANSFERS:
            client.makepasv()
        line = command if command in HERE else f"{command} {ARGUMENTS.get(command, ground.stock)}"
        with ground.lab.fault(kind, on=command, **parameters) as fault:
            client.putcmd(line)
            heard = hear_line(client)
            if heard.startswith("150"):  # to be struck at its end
                client.close()
            else:
                assert (fault.fired, heard != "") == (1, True), command
        ground.set_up()
    client = ground.login()
    assert fetch(client, f"RETR {ground.stock}").data == CONTENT
