"""The rules behind the pages of RoomClip: where the guide's steps stand, what is drawn, which mail belongs to a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from simulator.clock import FROZEN_START
from simulator.errors import BadValue
from simulator.roomclip.console.guide_steps import Standing, guide_steps
from simulator.roomclip.console.run_pages import mails_of_runs
from simulator.roomclip.item_lists import CatalogueStanding
from simulator.roomclip.linkage import Linkage, LinkageInputs, LinkageState, Run, RunOutcome, RunRecord
from simulator.roomclip.listing import Item, ItemKind, ListingStatus, Variant
from simulator.roomclip.storefront.choice import preselected, read_choice
from simulator.roomclip.storefront.pictures import picture_of

EMPTY = CatalogueStanding({}, coded=False, blank=False)
FULL = CatalogueStanding({ListingStatus.PUBLISHED: 1200}, coded=True, blank=False)


def linkage(state: LinkageState) -> Linkage:
    inputs = None if state is LinkageState.APPLIED else LinkageInputs("u", "p", "20001", "a@b.example")
    return Linkage("1", "1", "tempostar", state, FROZEN_START, inputs, FROZEN_START, False, "a", "t", "k")


def standings(catalogue, present, latest) -> str:
    letters = {Standing.DONE: "d", Standing.PARTLY: "p", Standing.OPEN: "o"}
    return "".join(letters[step.standing] for step in guide_steps(catalogue, present, latest))


@pytest.mark.parametrize(
    ("catalogue", "state", "latest", "wanted"),
    [
        (EMPTY, None, None, "oooooo"),
        (FULL, None, None, "dddooo"),
        (CatalogueStanding({ListingStatus.DRAFT: 1}, coded=True, blank=True), None, None, "dpoooo"),
        (CatalogueStanding({ListingStatus.DRAFT: 1}, coded=False, blank=True), None, None, "dooooo"),
        (FULL, LinkageState.APPLIED, None, "ddddoo"),
        (FULL, LinkageState.ACTIVE, None, "dddddp"),
        (FULL, LinkageState.ACTIVE, RunOutcome.OK, "dddddd"),
        (FULL, LinkageState.ACTIVE, RunOutcome.FAILED, "dddddp"),
        (FULL, LinkageState.PAUSED, RunOutcome.OK, "dddddp"),
    ],
)
def test_each_step_says_how_it_stands(catalogue, state, latest, wanted):
    assert standings(catalogue, None if state is None else linkage(state), latest) == wanted


def test_a_linkage_whose_latest_run_failed_is_not_said_to_run_well():
    told = {latest: guide_steps(FULL, linkage(LinkageState.ACTIVE), latest)[-1].told for latest in (None, *RunOutcome)}
    assert "正常に終わっていません" in told[RunOutcome.FAILED]
    assert told[None] == told[RunOutcome.SKIPPED] != told[RunOutcome.OK]


def test_a_standing_has_a_word_of_its_own():
    assert len({one.word for one in Standing}) == len({one.badge for one in Standing}) == 3


def test_a_picture_is_of_what_the_name_says_and_always_the_same():
    assert picture_of("R-1", "木製チェア").shape == "chair"
    assert picture_of("R-1", "掛時計①").shape == "clock"
    assert picture_of("R-1", "?") == picture_of("R-1", "?")
    assert len({picture_of(f"R-{number}", "").shape for number in range(100)}) > 5
    assert len({picture_of(f"R-{number}", "").body for number in range(100)}) > 50


def test_a_picture_holds_colours_and_nothing_of_what_was_typed():
    drawn = picture_of('"><script>\ud800', "<b>")
    assert all(re.fullmatch(r"hsl\(\d+ \d+% \d+%\)", one) for one in (drawn.ground, drawn.body, drawn.dark))


@dataclass(frozen=True)
class Mail:
    seq: int
    received_at: datetime = FROZEN_START
    recipients: tuple[str, ...] = ()


def record(run_id: int, outcome: RunOutcome, at: datetime = FROZEN_START) -> RunRecord:
    return RunRecord(str(run_id), "1", at, Run(at, at, outcome))


def test_a_mail_belongs_to_one_run_and_to_a_failed_one_first():
    ok, failed, mended = (record(n, o) for n, o in enumerate((RunOutcome.OK, RunOutcome.FAILED, RunOutcome.OK), 1))
    assert mails_of_runs([failed, ok], [Mail(7)]) == {"2": 7}
    assert mails_of_runs([mended, failed], [Mail(8), Mail(7)]) == {"2": 7, "3": 8}
    assert mails_of_runs([failed], []) == {}


def test_a_mail_of_another_time_is_of_no_run():
    failed = record(1, RunOutcome.FAILED)
    late, early = FROZEN_START + timedelta(minutes=2), FROZEN_START - timedelta(seconds=1)
    assert mails_of_runs([failed], [Mail(1, early), Mail(2, late)]) == {}
    assert mails_of_runs([failed], [Mail(1, FROZEN_START + timedelta(seconds=59))]) == {"1": 1}


def variant(number: str, colour: str, size: str, stock: int) -> Variant:
    return Variant(number, "A", stock, ListingStatus.PUBLISHED, "R-1", "椅子", colour, size, 100)


CHAIR = Item(
    "R-1", "椅子", ListingStatus.PUBLISHED, ItemKind.OPTIONS,
    (variant("1", "黒", "S", 0), variant("2", "黒", "M", 1), variant("3", "白", "S", 2)),
)  # fmt: skip


def test_the_page_begins_with_what_is_asked_for_or_left():
    assert preselected(CHAIR, "白", "S").variant_id == "3"
    assert preselected(CHAIR, "赤", "S").variant_id == "2"
    sold_out = Item("R-1", "椅子", ListingStatus.PUBLISHED, ItemKind.OPTIONS, CHAIR.variants[:1])
    assert preselected(sold_out, "", "").variant_id == "1"


def test_a_choice_is_one_variant():
    choice = read_choice(CHAIR, {"colour": "白", "size": "S", "quantity": "10", "payment_method": "Amazon決済"})
    assert (choice.variant.variant_id, choice.quantity, choice.payment_method) == ("3", 10, "Amazon決済")


@pytest.mark.parametrize(
    ("field", "change"),
    [("colour", {"size": "M"}), ("quantity", {"quantity": "11"}), ("payment_method", {"payment_method": ""})],
)
def test_refuses_a_choice_that_the_page_does_not_offer(field, change):
    form = {"colour": "白", "size": "S", "quantity": "1", "payment_method": "Amazon決済"} | change
    with pytest.raises(BadValue) as refused:
        read_choice(CHAIR, form)
    assert refused.value.field == field
