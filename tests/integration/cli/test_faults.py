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
    ):
        refused = demo_lab("fault", "add", *arguments)
        assert (refused.exit_code, refused.out, told in refused.err) == (2, "", True), refused.err


def test_the_catalogue_needs_no_lab(terminal: Terminal) -> None:
    kinds = terminal("fault", "list", "--catalogue", "--json").json()
    assert [kind["name"] for kind in kinds] == [kind.name for kind in CATALOGUE]
    assert len({kind["layer"] for kind in kinds}) == 6
    shown = terminal("fault", "list", "--catalogue").out
    assert all(f"{kind.name}  {kind.summary}" in shown for kind in CATALOGUE)
    assert "    at=0: " in shown
    assert "    how=close (close or reset): " in shown


def test_the_help_has_the_catalogue(terminal: Terminal) -> None:
    shown = terminal("fault", "--help").out
    assert [kind.name for kind in CATALOGUE if kind.name not in shown] == []
