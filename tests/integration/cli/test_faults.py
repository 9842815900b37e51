"""`zaikolab fault`: armed, listed and cleared beside a running lab."""

from __future__ import annotations

from simulator.faults.catalogue import CATALOGUE
from tests.integration.cli.conftest import Terminal

STOCK = "POST /api/v1/shops/{shop_id}/stock"


def test_a_fault_is_armed_listed_and_cleared(demo_lab: Terminal) -> None:
    armed = demo_lab("fault", "add", "data.cut", "at=100", "--on", "RETR", "--path", "/netstock/*/*", "--nth", "2")
    assert (armed.exit_code, armed.err) == (0, "")
    number = armed.out.split()[1]
    assert armed.out == f"Fault {number} is armed: data.cut on RETR /netstock/*/*.\n"
    also = demo_lab("fault", "add", "http.status", "--on", STOCK, "--times", "2", "status=429", "--json").json()
    assert (also["on"], also["times"], also["armed"], also["parameters"]["status"]) == (STOCK, 2, 2, 429)
    listed = demo_lab("fault", "list").out.splitlines()
    assert listed[0].endswith("RETR /netstock/*/*  at=100  (fired 0 of 1, matched 0, from call 2 on)")
    assert [one["kind"] for one in demo_lab("fault", "list", "--json").json()] == ["data.cut", "http.status"]
    assert demo_lab("fault", "clear", number).out == "1 cleared.\n"
    gone = demo_lab("fault", "clear", number)
    assert (gone.exit_code, f"There is no fault {number}" in gone.err, f"There are: {also['id']}" in gone.err) == (
        1, True, True,
    )  # fmt: skip
    assert demo_lab("fault", "clear", "--json").json() == {"cleared": 1}
    assert demo_lab("fault", "list").out == "No fault is armed.\n"


def test_what_could_never_fire_is_refused_with_what_could(demo_lab: Terminal) -> None:
    for arguments, told in (
        (("data.cut", "--on", "SIZE"), "data.cut strikes: RETR, STOR, LIST, NLST, MLSD, or * for any of them."),
        (("data.cut", "--on", "RETR", "--path", "/netstock/99999/stock.csv"), "the shops have 20001"),
        (("data.cut", "--on", "RETR", "at"), "NAME=VALUE"),
        (("data.cut", "--on", "RETR", "at=1", "at=2"), "parameter='at=2': at is given already."),
        (("data.cut", "--on", "RETR", "--nth", "0"), "'--nth': 0 is not in the range"),
        (("data.cut", "--on", "RETR", "--times", "0"), "'--times': 0 is not in the range"),
    ):
        refused = demo_lab("fault", "add", *arguments)
        assert (refused.exit_code, refused.out, told in refused.err) == (2, "", True), refused.err


def test_status_and_doctor_tell_of_armed_faults_and_the_doctor_uses_none_up(demo_lab: Terminal) -> None:
    assert "faults     none armed" in demo_lab("status").out.splitlines()
    demo_lab("fault", "add", "data.cut", "--on", "*", "--times", "3")
    demo_lab("fault", "add", "control.login-refused")
    assert "faults     2 armed: zaikolab fault list" in demo_lab("status").out.splitlines()
    examined = demo_lab("doctor", "--json")
    (finding,) = examined.json()
    assert (examined.exit_code, finding["check"], finding["ok"]) == (1, "faults", False)
    assert (finding["found"].split(";")[0], "zaikolab fault clear" in finding["next_step"]) == ("2 armed", True)
    assert [one["matched"] for one in demo_lab("fault", "list", "--json").json()] == [0, 0]
    demo_lab("fault", "clear")
    assert demo_lab("status", "--json").json()["faults"] == 0
    assert demo_lab("doctor").exit_code == 0


def test_the_catalogue_needs_no_lab(terminal: Terminal) -> None:
    kinds = terminal("fault", "list", "--catalogue", "--json").json()
    assert [kind["name"] for kind in kinds] == [kind.name for kind in CATALOGUE]
    assert len({kind["layer"] for kind in kinds}) == 6
    shown = terminal("fault", "list", "--catalogue").out
    assert all(f"{kind.name}  {kind.summary}" in shown for kind in CATALOGUE)
    assert "    at=0: " in shown
    assert ", from 0 to 1,000,000,000\n" in shown
    assert "    how=close (close or reset): " in shown


def test_the_help_has_the_catalogue(terminal: Terminal) -> None:
    shown = terminal("fault", "--help").out
    assert [kind.name for kind in CATALOGUE if kind.name not in shown] == []
