from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from simulator.clock import FROZEN_START
from simulator.errors import BadValue, Conflict, Unknown
from simulator.roomclip.linkage import (
    LinkageInputs,
    LinkageState,
    Run,
    RunOutcome,
    check_can_apply,
    check_can_request_sync,
    checked_inputs,
    checked_run,
    checked_service,
    state_after_pause,
    state_after_resume,
    state_after_saving,
)
from simulator.roomclip.listing import ItemInput, ItemKind, ListingStatus, Variant, VariantInput, checked_item
from simulator.roomclip.sales import (
    GoodLevels,
    Holders,
    RejectedUpdate,
    Rejection,
    StockReport,
    VariantLevels,
    checked_updates,
    plan_purchase,
    plan_updates,
    wanted_quantities,
)
from simulator.roomclip.stock_push import Processed, PushKey, compose_push_answer, parse_push, sign_push

APPLIED, ACTIVE, PAUSED = LinkageState.APPLIED, LinkageState.ACTIVE, LinkageState.PAUSED
INPUTS = LinkageInputs("10001_0", "geheim", "20001", "owner@shop.example")
RUN = Run(FROZEN_START, FROZEN_START + timedelta(seconds=1), RunOutcome.OK)
ON_SALE = Variant("1", "A-1", 3, ListingStatus.PUBLISHED, "R-1", "椅子", "黒", "S", 980)


class TestItems:
    def test_one_plain_variant_makes_a_single_item(self):
        item = checked_item(ItemInput("R-1", "椅子", (VariantInput("A-1"),), "公開"))
        assert (item.kind, item.status) == (ItemKind.SINGLE, ListingStatus.PUBLISHED)

    def test_colours_or_sizes_make_an_item_with_options(self):
        assert checked_item(ItemInput("R-1", "椅子", (VariantInput("A-1", colour="黒"),))).kind is ItemKind.OPTIONS

    @pytest.mark.parametrize(("code", "kept"), [("A-1", "A-1"), (" a ", " a "), ("", None), ("　", None), (None, None)])
    def test_codes_are_kept_byte_for_byte_and_blank_ones_are_none(self, code, kept):
        assert checked_item(ItemInput("R-1", "椅子", (VariantInput(code),))).variants[0].code == kept

    @pytest.mark.parametrize(
        "item",
        [
            pytest.param(ItemInput(" ", "椅子", (VariantInput(),)), id="no number"),
            pytest.param(ItemInput("R-1", "", (VariantInput(),)), id="no name"),
            pytest.param(ItemInput("R-1", "椅子", ()), id="no variant"),
            pytest.param(ItemInput("R-1", "椅子", (VariantInput(),), "販売中"), id="status"),
            pytest.param(ItemInput("R-1", "椅子", (VariantInput(stock=-1),)), id="stock"),
            pytest.param(ItemInput("R-1", "椅子", (VariantInput(price=1_000_000_000),)), id="price"),
            pytest.param(ItemInput("R-1", "椅子", (VariantInput(stock=True),)), id="truth as stock"),
            pytest.param(ItemInput("R-1", "椅子", (VariantInput("a\0"),)), id="NUL"),
            pytest.param(ItemInput("R-1", "椅子\ud800", (VariantInput(),)), id="half character"),
            pytest.param(ItemInput("R-1", "椅子", (VariantInput("A"), VariantInput("B"))), id="two plain ones"),
            pytest.param(
                ItemInput("R-1", "椅子", (VariantInput(colour="黒"), VariantInput(colour="白")), kind=ItemKind.SINGLE),
                id="kind",
            ),
        ],
    )
    def test_refuses_what_cannot_be_an_item(self, item):
        with pytest.raises(BadValue):
            checked_item(item)


class TestLinkageLife:
    def test_goes_from_application_to_saved_to_paused_and_back(self):
        check_can_apply(None)
        assert state_after_saving(APPLIED) is ACTIVE
        assert state_after_pause(ACTIVE) is PAUSED
        assert state_after_resume(PAUSED) is ACTIVE
        assert state_after_saving(ACTIVE) is ACTIVE

    def test_saving_a_paused_linkage_leaves_it_paused(self):
        assert state_after_saving(PAUSED) is PAUSED

    @pytest.mark.parametrize(
        ("step", "state"),
        [
            (check_can_apply, APPLIED), (check_can_apply, ACTIVE), (check_can_apply, PAUSED),
            (state_after_saving, None), (state_after_pause, None), (state_after_pause, APPLIED),
            (state_after_pause, PAUSED),
            (state_after_resume, None), (state_after_resume, APPLIED), (state_after_resume, ACTIVE),
            (check_can_request_sync, APPLIED), (check_can_request_sync, PAUSED),
        ],
    )  # fmt: skip
    def test_refuses_every_other_step_and_says_what_to_do(self, step, state):
        with pytest.raises(Conflict) as refused:
            step(state)
        assert refused.value.next_step

    def test_knows_tempostar_only(self):
        assert checked_service("tempostar") == "tempostar"
        with pytest.raises(BadValue, match="Choose tempostar"):
            checked_service("TEMPOSTAR")

    def test_takes_inputs_as_entered(self):
        given = replace(INPUTS, ftp_password=" with spaces　")
        assert checked_inputs(given) == given

    @pytest.mark.parametrize("name", ["ftp_user", "ftp_password", "shop_code", "notify_to"])
    @pytest.mark.parametrize("value", ["", "  ", "　", "a\r\nQUIT", "\0", "x" * 256])
    def test_refuses_blank_or_unusable_inputs_by_name(self, name, value):
        with pytest.raises(BadValue) as refused:
            checked_inputs(replace(INPUTS, **{name: value}))
        assert refused.value.field == name

    @pytest.mark.parametrize("code", ["RCs", "２０００１", "20001 ", "-1", "20001_0", "0x1"])
    def test_refuses_a_shop_code_that_is_not_decimal_digits(self, code):
        with pytest.raises(BadValue, match="decimal digits"):
            checked_inputs(replace(INPUTS, shop_code=code))

    @pytest.mark.parametrize("address", ["owner", "a@b@c", "a@b,c@d", "<a@b>", "a @b", "@b", "a@"])
    def test_refuses_what_is_no_mail_address(self, address):
        with pytest.raises(BadValue, match="mail address"):
            checked_inputs(replace(INPUTS, notify_to=address))

    def test_the_password_is_in_no_repr_and_no_error(self):
        assert "geheim" not in repr(INPUTS)
        with pytest.raises(BadValue) as refused:
            checked_inputs(replace(INPUTS, ftp_password="geheim\n"))
        assert "geheim" not in str(refused.value)

    @pytest.mark.parametrize(
        "run",
        [
            pytest.param(replace(RUN, finished_at=FROZEN_START - timedelta(seconds=1)), id="ends before it began"),
            pytest.param(replace(RUN, started_at=datetime(2026, 4, 1)), id="no offset"),  # noqa: DTZ001 - on purpose
            pytest.param(replace(RUN, summary="x" * 4001), id="long summary"),
            pytest.param(replace(RUN, counts={str(number): number for number in range(51)}), id="many counts"),
        ],
    )
    def test_refuses_a_run_it_cannot_keep(self, run):
        assert checked_run(RUN) == RUN
        with pytest.raises(BadValue):
            checked_run(run)


class TestPurchases:
    def test_adds_up_lines_of_one_variant(self):
        assert wanted_quantities([("1", 2), ("2", 1), ("1", 1)]) == {"1": 3, "2": 1}

    @pytest.mark.parametrize("lines", [[], [("1", 0)], [("1", -1)], [("1", True)], [("1", 1.0)], [("1", 10_000)]])
    def test_refuses_unusable_lines(self, lines):
        with pytest.raises(BadValue):
            wanted_quantities(lines)

    def test_makes_a_line_with_the_price_of_the_moment(self):
        [line] = plan_purchase({"1": 3}, {"1": ON_SALE})
        assert (line.variant_code, line.option, line.quantity, line.unit_price) == ("A-1", "カラー:黒 サイズ:S", 3, 980)

    @pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.UNLISTED])
    def test_sells_only_what_is_published(self, status):
        with pytest.raises(Conflict, match=status):
            plan_purchase({"1": 1}, {"1": replace(ON_SALE, listing_status=status)})

    def test_sells_no_more_than_there_is(self):
        with pytest.raises(Conflict, match="3 left, 4 are wanted"):
            plan_purchase({"1": 4}, {"1": ON_SALE})

    def test_sells_nothing_unknown(self):
        with pytest.raises(Unknown):
            plan_purchase({"1": 1, "2": 1}, {"1": ON_SALE})


class TestStockUpdates:
    def test_one_holder_gets_the_number_none_or_several_reject_the_code(self):
        holders = Holders(["A", "B", "C", "C", "not asked"], [1, 2, 3, 4, 5], [0, 5, 0, 0, 0])
        plan = plan_updates(GoodLevels(["A", "B", "C", "D"], [1, 5, 9, 9]), holders)
        assert (plan.writes, plan.kept) == (VariantLevels([1], [1]), VariantLevels([2], [5]))
        assert (plan.codes, plan.turned) == (["A"], [1])
        rejected = (RejectedUpdate("C", Rejection.AMBIGUOUS), RejectedUpdate("D", Rejection.UNKNOWN))
        assert plan.report == StockReport(1, 1, rejected)

    @pytest.mark.parametrize(
        "updates",
        [[], [("", 1)], [("A", -1)], [("A", 1.0)], [("A", "1")], [("A", True)], [("A", 1), ("A", 1)], [("\0", 1)],
         [("A", 1_000_000_000)], [(str(number), 1) for number in range(10_001)]],
        ids=lambda updates: str(updates)[:20],
    )  # fmt: skip
    def test_refuses_the_whole_request(self, updates):
        with pytest.raises(BadValue):
            checked_updates(updates)


class TestPushes:
    KEY = PushKey("roomclip1", "key")

    def test_signs_as_next_engine_does(self):
        # MD5 of "StoreAccount=roomclip1&Code=A-1&Stock=5&ts=20260402090000" + "key", computed with md5sum.
        assert sign_push("roomclip1", "A-1", "5", "20260402090000", "key") == "ce9c48ab1a0f5ac65c18477b3483f754"

    def test_the_key_is_in_no_repr(self):
        assert "auth_key" not in repr(self.KEY)

    def test_an_empty_stock_is_none(self):
        sig = sign_push("roomclip1", "A-1", "", "20260402090000", "key")
        query = {"StoreAccount": "roomclip1", "Code": "A-1", "Stock": "", "ts": "20260402090000", ".sig": sig}
        assert parse_push(query, self.KEY).stock is None

    def test_answers_in_euc_jp(self):
        xml = compose_push_answer({"Code": '椅子\x00"&'}, Processed.SYSTEM_ERROR)
        assert "椅子?" in xml.decode("euc_jp")
        assert b"<Processed>-3</Processed>" in xml
