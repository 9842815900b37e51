"""The lab as one object: starts whole, stops clean, goes back, comes back."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from simulator.config import ClockMode, LabConfig, Settings
from simulator.demo import set_up
from simulator.doctor import examine
from simulator.errors import BadValue, CannotStart, Conflict, Unknown
from simulator.lab import Lab
from tests.ports import find_free_ports
from tests.unit.tempostar.order_files import ROW, order_file

CONTRACT_VARIABLES = {
    "SYNC_SHOP_URL", "SYNC_SHOP_TOKEN", "SYNC_FTPS_HOST", "SYNC_FTPS_PORT", "SYNC_FTPS_TLS", "SYNC_FTPS_CA",
    "SYNC_SMTP_HOST", "SYNC_SMTP_PORT", "SYNC_MAIL_FROM", "SYNC_STATE_DIR", "SYNC_NOW",
}  # fmt: skip


def quiet(_section: str, _sentence: str, /) -> None:
    """For those who do not want the story."""


@pytest.fixture
def lab():
    with Lab() as running:
        yield running


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=30).close()
    except OSError:
        return False
    return True


def test_opens_its_sockets_and_closes_them_again() -> None:
    ftps, http, smtp = find_free_ports(3)  # nobody else is given one when it is given back
    with Lab(LabConfig(ftps_port=ftps, http_port=http, smtp_port=smtp)) as lab:
        where = lab.endpoints
        ports = (where.ftps_port, where.http_port, where.smtp_port)
        assert all(answers(where.host, port) for port in ports)
        assert where.ca_file.read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    assert not any(answers(where.host, port) for port in ports)
    assert not where.ca_file.exists()


@pytest.mark.parametrize(
    ("option", "flag"), [("ftps_port", "--ftps-port"), ("http_port", "--http-port"), ("smtp_port", "--smtp-port")]
)
def test_a_port_that_is_taken_is_named_with_the_next_step_and_nothing_stays_open(option: str, flag: str) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        lab = Lab(LabConfig(**{option: port}))
        with pytest.raises(CannotStart, match=rf"127\.0\.0\.1:{port}.*{flag}"):
            lab.start()
        lab.stop()


def test_two_labs_in_one_process_keep_apart(lab: Lab) -> None:
    with Lab() as other:
        other.tempostar.add_shop("Other", "O")
        assert lab.tempostar.shops() == ()
        assert other.endpoints.http_port != lab.endpoints.http_port
    assert answers(lab.endpoints.host, lab.endpoints.ftps_port)


def test_addresses_are_known_only_while_it_runs() -> None:
    lab = Lab()
    with pytest.raises(Conflict, match="not running"):
        _ = lab.endpoints
    lab.stop()


def test_a_reset_empties_the_lab_and_keeps_what_clients_hold(lab: Lab) -> None:
    fresh = {name: lab.state()[name] for name in ("tempostar", "roomclip", "mails", "settings", "now")}
    token, ca, life = lab.roomclip.api_token(), lab.endpoints.ca_file.read_bytes(), lab.lab_id()
    set_up(lab, skus=30, seed=1, say=quiet)
    lab.change_settings(content="full")
    lab.reset()
    assert {name: lab.state()[name] for name in fresh} == fresh
    assert (lab.roomclip.api_token(), lab.endpoints.ca_file.read_bytes()) == (token, ca)
    assert lab.lab_id() != life
    assert [entry.kind for entry in lab.journal.read()] == ["lab.reset"]


def test_a_snapshot_brings_everything_back_and_the_journal_goes_on(lab: Lab) -> None:
    made = set_up(lab, skus=30, seed=1, say=quiet)
    before, levels = lab.clock.now(), lab.tempostar.levels()
    lab.save_snapshot("linked")
    path = f"/netstock/{made.shop_code}/stock.csv"
    file_before = lab.area.read(10001, path)
    lab.tempostar.set_stock(next(iter(levels)), sellable=999)
    lab.next_pass()
    lab.change_settings(content="full")
    last = lab.journal.last_seq()
    lab.restore_snapshot("linked")
    assert (lab.clock.now(), lab.tempostar.levels(), lab.settings()) == (before, levels, Settings())
    assert lab.area.read(10001, path) == file_before
    assert [entry.kind for entry in lab.journal.read(after=last)] == ["snapshot.restored"]


def test_a_restore_that_cannot_be_journalled_did_not_happen(lab: Lab) -> None:
    lab.save_snapshot("empty")
    lab.tempostar.add_shop("A", "A")
    lab._store.execute(
        "CREATE TEMP TRIGGER mute BEFORE INSERT ON journal WHEN NEW.kind = 'snapshot.restored' "
        "BEGIN SELECT RAISE(ABORT, 'mute'); END"
    )
    with pytest.raises(Conflict, match="mute"):
        lab.restore_snapshot("empty")
    assert len(lab.tempostar.shops()) == 1


def test_a_restore_that_fails_in_the_shop_leaves_the_time_as_it_was(lab: Lab) -> None:
    lab.save_snapshot("empty")
    lab.advance(minutes=5)
    now = lab.clock.now()
    lab._store.execute("CREATE TEMP TRIGGER mute BEFORE UPDATE ON rc_shop BEGIN SELECT RAISE(ABORT, 'mute'); END")
    with pytest.raises(Conflict, match="mute"):
        lab.restore_snapshot("empty")
    assert lab.clock.now() == now


def test_an_unknown_snapshot_changes_nothing(lab: Lab) -> None:
    lab.tempostar.add_shop("A", "A")
    with pytest.raises(Unknown, match="no snapshot 'x'"):
        lab.restore_snapshot("x")
    assert len(lab.tempostar.shops()) == 1


def test_a_seed_fills_both_ends(lab: Lab) -> None:
    assert lab.seed(50, 3)["skus"] == 50
    assert len(lab.tempostar.levels()) == 50
    assert lab.roomclip.levels("1") == dict.fromkeys(lab.tempostar.levels(), 0)


def test_the_same_seed_twice_is_refused_whole(lab: Lab) -> None:
    lab.seed(20, 3)
    with pytest.raises(Conflict):
        lab.seed(30, 3)
    assert len(lab.tempostar.levels()) == 20


@pytest.mark.parametrize("skus", [0, -1, 2_000_001])
def test_a_seed_has_bounds(lab: Lab, skus: int) -> None:
    with pytest.raises(BadValue, match="skus="):
        lab.seed(skus)


def test_there_is_no_next_pass_before_a_shop_reflects(lab: Lab) -> None:
    with pytest.raises(Conflict, match="在庫反映 and 受注取込 are 停止"):
        lab.next_pass()


def test_the_next_pass_of_an_in_place_writer_ends_with_a_whole_file(lab: Lab) -> None:
    lab.change_settings(writing="in-place")
    made = set_up(lab, skus=30, seed=1, say=quiet)
    content = lab.area.read(10001, f"/netstock/{made.shop_code}/stock.csv")
    assert content is not None
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == 31


def test_an_engine_is_told_all_the_contract_names(lab: Lab, tmp_path: Path) -> None:
    environment = lab.engine_environment(tmp_path)
    assert set(environment) == CONTRACT_VARIABLES
    assert environment["SYNC_NOW"] == "2026-04-01T09:00:00+09:00"
    asked = urllib3.request(
        "GET",
        f"{environment['SYNC_SHOP_URL']}/linkages",
        headers={"Authorization": f"Bearer {environment['SYNC_SHOP_TOKEN']}"},
    )
    assert asked.json() == {"linkages": []}


def test_the_state_tells_no_secret(lab: Lab) -> None:
    set_up(lab, skus=30, seed=1, say=quiet)
    account = lab.tempostar.ftp_account()
    assert account is not None
    told = json.dumps(lab.state()) + json.dumps([entry.as_json() for entry in lab.journal.read()]) + repr(account)
    assert account.password not in told
    assert lab.roomclip.api_token() not in told


def test_a_lab_with_a_folder_comes_back_with_everything(tmp_path: Path) -> None:
    with Lab(LabConfig(data_dir=tmp_path)) as lab:
        set_up(lab, skus=30, seed=1, say=quiet)
        before = (lab.clock.now(), lab.tempostar.levels(), lab.roomclip.api_token(), lab.lab_id())
        ca = lab.endpoints.ca_file.read_bytes()
    with Lab(LabConfig(data_dir=tmp_path)) as again:
        assert (again.clock.now(), again.tempostar.levels(), again.roomclip.api_token(), again.lab_id()) == before
        assert again.endpoints.ca_file.read_bytes() == ca


def test_nobody_else_reads_the_passwords_and_keys_of_a_folder(tmp_path: Path) -> None:
    with Lab(LabConfig(data_dir=tmp_path / "made")), Lab(LabConfig(data_dir=tmp_path)) as lab:
        lab.save_snapshot("here")
    secret = (tmp_path / "made", tmp_path / "lab.sqlite", tmp_path / "snapshots")
    assert [path.stat().st_mode & 0o077 for path in secret] == [0, 0, 0]


def test_a_reset_keeps_the_certificate_over_the_next_start_too(tmp_path: Path) -> None:
    with Lab(LabConfig(data_dir=tmp_path)) as lab:
        ca = lab.endpoints.ca_file.read_bytes()
        lab.reset()
    with Lab(LabConfig(data_dir=tmp_path)) as again:
        assert again.endpoints.ca_file.read_bytes() == ca


def run_a_while(lab: Lab) -> datetime:
    """Let an hour pass for a lab that runs at 3600; what its clock shows then."""
    ends = lab.clock.now() + timedelta(hours=1)
    while (now := lab.clock.now()) < ends:  # a second
        pass
    return now


def test_a_running_lab_goes_on_from_where_it_stopped(tmp_path: Path) -> None:
    lab = Lab(LabConfig(data_dir=tmp_path, clock_mode=ClockMode.RUNNING, rate=3600))
    stopped = run_a_while(lab)
    lab.stop()
    again = Lab(LabConfig(data_dir=tmp_path))
    assert again.clock.now() >= stopped
    again.stop()


def test_a_snapshot_of_a_running_lab_holds_the_time_it_was_saved_at() -> None:
    lab = Lab(LabConfig(clock_mode=ClockMode.RUNNING, rate=3600))
    saved = run_a_while(lab)
    lab.save_snapshot("here")
    later = run_a_while(lab)
    lab.restore_snapshot("here")
    assert saved <= lab.clock.now() < later
    lab.stop()


def test_a_lab_killed_comes_back_as_after_its_last_finished_action(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from simulator.config import LabConfig
from simulator.lab import Lab
lab = Lab(LabConfig(data_dir=Path(sys.argv[1]))).start()
lab.tempostar.add_shop("Finished", "F")
lab.advance(minutes=7)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert killed.returncode == -signal.SIGKILL
    with Lab(LabConfig(data_dir=tmp_path)) as again:
        assert [shop.name for shop in again.tempostar.shops()] == ["Finished"]
        assert again.clock.now().isoformat() == "2026-04-01T09:07:00+09:00"
        assert again.journal.read(kind="clock.advanced")


def test_a_running_lab_killed_comes_back_no_earlier_than_its_last_action(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from simulator.config import ClockMode, LabConfig
from simulator.lab import Lab
lab = Lab(LabConfig(data_dir=Path(sys.argv[1]), clock_mode=ClockMode.RUNNING, rate=3600))
began = lab.clock.now()
while (lab.clock.now() - began).total_seconds() < 900:  # a quarter of a second
    pass
lab.tempostar.add_shop("Finished", "F")
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert killed.returncode == -signal.SIGKILL
    lab = Lab(LabConfig(data_dir=tmp_path))
    (added,) = lab.journal.read(kind="shop.added")
    assert lab.clock.now().isoformat() >= added.at
    lab.stop()


@pytest.mark.parametrize("host", ["::1", "127.0.0.2", "localhost"])
def test_a_lab_on_another_loopback_address_is_well_there(host: str) -> None:
    with Lab(LabConfig(host=host)) as lab:
        assert urllib3.request("GET", f"{lab.endpoints.http_url}/lab/v1/state").status == 200
        account = lab.tempostar.issue_ftp_password()
        findings = examine(lab.state(), lab.engine_environment("state"), (account.user, account.password))
        assert [finding for finding in findings if not finding.well] == []


def test_a_running_lab_reflects_by_itself() -> None:
    with Lab(LabConfig(clock_mode=ClockMode.RUNNING, rate=10_000)) as lab:
        shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
        lab.seed(5)
        after = lab.journal.last_seq()
        lab.tempostar.update_stock_settings(shop.shop_code, reflection="起動")
        assert lab.journal.wait("reflection.written", after=after, timeout=30).data["rows"] == 5


def test_orders_go_with_snapshot_reset_and_folder(tmp_path: Path) -> None:
    config = LabConfig(data_dir=tmp_path / "lab")
    lab = Lab(config)
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
    lab.tempostar.update_stock_settings(shop, order_intake="起動")
    lab.area.write(10001, f"/netorder/{shop}/order20260401090000_IDutf8.csv", order_file(ROW))
    lab.save_snapshot("before")
    lab.next_pass()
    assert lab.state()["tempostar"]["orders"] == 1
    lab.stop()
    lab = Lab(config)
    assert lab.tempostar.orders().rows[0].shop_order_number == "20001-1"
    lab.restore_snapshot("before")
    assert lab.tempostar.orders().total == 0
    lab.next_pass()
    assert lab.tempostar.orders().rows[0].system_order_number == 1
    lab.reset()
    assert lab.tempostar.orders().total == 0
    lab.stop()


def test_a_reset_and_a_stop_clear_the_faults_and_a_snapshot_does_not(lab: Lab) -> None:
    fault = lab.fault("control.late", on="*")
    lab.save_snapshot("before")
    lab.restore_snapshot("before")
    assert fault.armed == 1
    lab.reset()
    assert (fault.armed, fault.over.done(), lab.faults.all()) == (0, True, ())
    with Lab() as other:
        fault = other.fault("control.late", on="*")
    assert fault.over.done()


def test_a_fault_is_refused_where_no_shop_is(lab: Lab) -> None:
    with pytest.raises(BadValue, match="no shop has the code '29999'"):
        lab.fault("data.cut", on="RETR", path="/netstock/29999/stock.csv")
