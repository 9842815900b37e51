"""Armed faults: which call each strikes, its counts, its entries in the journal, and its end."""

from __future__ import annotations

import pytest

from simulator.config import TlsMode
from simulator.errors import Conflict, Unknown
from simulator.faults import control
from simulator.faults.armed import MOST_ARMED, Faults
from simulator.faults.kind import Layer
from simulator.faults.wish import Reach

STOCK = "/netstock/20001/stock.csv"


@pytest.fixture
def ground(parts):
    return parts()


@pytest.fixture
def faults(ground) -> Faults:
    return Faults(ground.store, ground.journal, lambda: Reach(("20001",), TlsMode.EXPLICIT))


def call(faults: Faults, on: str = "RETR", path: str = STOCK, layer: Layer = Layer.CONTROL) -> str:
    """One call; the text of the fault that struck it, "" when none did."""
    firing = faults.take(layer, on, path)
    if firing is None:
        return ""
    firing.fire()
    assert isinstance(firing.effect, control.Reply)
    return firing.effect.text


def arm(faults, text="struck", *, on="RETR", **where):
    return faults.arm("control.reply", {"text": text}, on=on, **where)


def counts(fault):
    return (fault.armed, fault.matched, fault.fired)


def test_strikes_the_nth_call_and_the_following_ones_and_then_no_more(faults):
    fault = arm(faults, nth=3, times=2)
    assert counts(fault) == (2, 0, 0)
    assert [call(faults) for _ in range(6)] == ["", "", "struck", "struck", "", ""]
    assert counts(fault) == (0, 4, 2)


def test_only_calls_of_its_layer_target_and_path_count(faults):
    fault = arm(faults, path="/netstock/*/*.csv")
    assert call(faults, on="SIZE") == call(faults, layer=Layer.DATA) == call(faults, path="/netorder/20001/a.csv") == ""
    assert call(faults, path="/netstock/20001/log/a.csv") == ""
    assert counts(fault) == (1, 0, 0)
    assert call(faults) == "struck"


def test_a_star_strikes_any_target_of_the_kind(faults):
    arm(faults, on="*", times=3)
    assert [call(faults, on=on, path="") for on in ("CONNECT", "PASS", "QUIT")] == ["struck"] * 3


def test_are_used_up_in_the_order_they_were_armed(faults):
    first, second = arm(faults, "first", times=2), arm(faults, "second")
    assert [call(faults) for _ in range(4)] == ["first", "first", "second", ""]
    assert (counts(first), counts(second)) == ((0, 2, 2), (0, 1, 1))


def test_a_call_that_an_earlier_fault_lets_pass_is_shown_to_the_next(faults):
    arm(faults, "third call", nth=3)
    arm(faults, "first call")
    assert [call(faults) for _ in range(3)] == ["first call", "", "third call"]


def test_a_strike_that_did_not_come_about_is_given_back(faults):
    fault = arm(faults)
    firing = faults.take(Layer.CONTROL, "RETR", STOCK)
    assert faults.take(Layer.CONTROL, "RETR", STOCK) is None, "it is spoken for"
    firing.miss()
    firing.miss()
    assert counts(fault) == (1, 1, 0)
    assert [call(faults), call(faults)] == ["struck", ""]


def test_a_strike_counts_once_however_often_it_is_said(faults):
    fault = arm(faults, times=5)
    firing = faults.take(Layer.CONTROL, "RETR", STOCK)
    firing.fire()
    firing.fire()
    firing.miss()
    assert counts(fault) == (4, 1, 1)


def test_once_cleared_it_strikes_no_more_and_lets_go(faults):
    with arm(faults, times=9) as fault:
        assert call(faults) == "struck"
        over = faults.take(Layer.CONTROL, "RETR", STOCK).over
        assert not over.done()
    assert over.done()
    assert call(faults) == ""
    assert counts(fault) == (0, 2, 1)
    fault.clear()
    assert faults.all() == ()


def test_all_are_listed_with_their_counts_until_cleared(faults):
    arm(faults, path=STOCK)
    arm(faults, "second", on="*", nth=2)
    call(faults)
    (first, second) = faults.all()
    assert (first.kind, first.on, first.path, first.armed, first.matched, first.fired) == (
        "control.reply", "RETR", STOCK, 0, 1, 1,
    )  # fmt: skip
    assert (second.id, second.nth, second.parameters) == (2, 2, {"code": 450, "text": "second"})
    faults.clear_number(1)
    with pytest.raises(Unknown, match="There are: 2"):
        faults.clear_number(1)
    assert faults.clear_all() == 1
    with pytest.raises(Unknown, match="There are: none"):
        faults.clear_number(2)


def test_the_journal_tells_of_arming_striking_and_clearing(ground, faults):
    with arm(faults, path=STOCK, times=2):
        call(faults)
    armed, fired, cleared = ground.journal.read(kind="fault")
    assert (armed.kind, fired.kind, cleared.kind) == ("fault.armed", "fault.fired", "fault.cleared")
    assert armed.data == {
        "fault": 1, "of_kind": "control.reply", "on": "RETR", "path": STOCK, "nth": 1, "times": 2,
        "parameters": {"code": 450, "text": "struck"},
    }  # fmt: skip
    assert fired.data == {
        "fault": 1, "of_kind": "control.reply", "on": "RETR", "path": STOCK, "count": 1, "times": 2,
    }  # fmt: skip
    assert cleared.data == {"fault": 1, "of_kind": "control.reply", "matched": 1, "fired": 1}


def test_there_is_an_end_to_how_many_there_can_be(faults):
    for _ in range(MOST_ARMED):
        arm(faults)
    with pytest.raises(Conflict, match="fault clear"):
        arm(faults)
