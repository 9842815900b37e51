"""A lab that others reach: told by its own name, warned of once, and used from a machine that has nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.integration.cli.conftest import Terminal, up
from tests.integration.cli.test_running_lab import CURL, FILE, shell

NAME = "127.0.0.2"  # reached, but not what commands on the lab's machine ask
WARNING = f"zaikolab: WARNING: other machines reach this lab as {NAME}, and whoever does is given every password.\n"


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    home = tmp_path_factory.mktemp("home")
    options = ("--demo", "--skus", "10", "--clock", "frozen", "--expose", "--host", "0.0.0.0", "--name", NAME)
    with up(home, *options, warning=WARNING) as state:
        yield home, state


@pytest.fixture
def far_away(tmp_path: Path, capsys, monkeypatch) -> Terminal:
    """A terminal with a home folder of its own, as on another machine."""
    return Terminal(tmp_path / "home", capsys, monkeypatch)


def test_status_and_env_tell_the_name(exposed, far_away: Terminal) -> None:
    home, state = exposed
    here = Terminal(home, far_away.capture, far_away.monkeypatch)
    assert state["endpoints"]["host"] == NAME
    word = json.loads((home / "running.json").read_text(encoding="utf-8"))
    assert word["url"] == f"http://127.0.0.1:{state['endpoints']['http_port']}"  # others' name may be none to itself
    assert (
        here("status", "--json").json()["endpoints"]["http_url"] == f"http://{NAME}:{state['endpoints']['http_port']}"
    )
    variables = here("env", "--json").json()
    assert (variables["SYNC_FTPS_HOST"], variables["SYNC_SMTP_HOST"]) == (NAME, NAME)
    assert variables["SYNC_SHOP_URL"].startswith(f"http://{NAME}:")
    assert variables["SYNC_FTPS_CA"] == state["endpoints"]["ca_file"]


def test_the_certificate_and_the_passive_port_are_good_for_the_name(exposed) -> None:
    home, _ = exposed
    ran = shell(home, f'{CURL} --ssl-reqd --disable-epsv --no-ftp-skip-pasv-ip -v "{FILE}" | wc -l')
    assert ran.stdout.strip() == "11"
    assert "227 Entering passive mode (127,0,0,2," in ran.stderr


def test_the_doctor_finds_all_well_from_here_and_from_far_away(exposed, far_away: Terminal) -> None:
    home, state = exposed
    here = Terminal(home, far_away.capture, far_away.monkeypatch)
    for terminal, lab in ((here, ()), (far_away, ("--lab", state["endpoints"]["http_url"]))):
        findings = terminal(*lab, "doctor", "--json").json()
        assert [finding for finding in findings if not finding["ok"]] == []


def test_an_engine_far_away_gets_the_certificate_to_trust(exposed, far_away: Terminal, monkeypatch) -> None:
    _, state = exposed
    ca_file = Path(state["endpoints"]["ca_file"])
    ca, away = ca_file.read_text(encoding="ascii"), ca_file.with_suffix(".away")
    ca_file.rename(away)  # as if on another machine
    try:
        variables = far_away("--lab", state["endpoints"]["http_url"], "env", "--json").json()
        copy = Path(variables["SYNC_FTPS_CA"])
        assert copy.read_text(encoding="ascii") == ca
        assert copy.is_relative_to(far_away.home)
        ca_file.write_text("another machine's", encoding="ascii")
        assert far_away("--lab", state["endpoints"]["http_url"], "env", "--json").json()["SYNC_FTPS_CA"] == str(copy)
    finally:
        away.replace(ca_file)


@pytest.mark.parametrize(("host", "status"), [(NAME, 200), ("127.0.0.1", 200), ("attacker.example", 403)])
def test_it_answers_to_its_own_names_only(exposed, host: str, status: int) -> None:
    _, state = exposed
    url = f"http://127.0.0.1:{state['endpoints']['http_port']}/lab/v1/clock"
    assert urllib3.request("GET", url, headers={"Host": host}).status == status
