from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from simulator.clock import FROZEN_START
from simulator.errors import BadFile, BadValue, Conflict, Unknown
from simulator.roomclip.item_csv import COLUMNS
from simulator.roomclip.linkage import LinkageState, Run, RunOutcome
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.shop import RoomClip

FIXTURES = Path(__file__).parents[3] / "fixtures"
RUN = Run(FROZEN_START, FROZEN_START, RunOutcome.OK)
INPUTS = {"ftp_user": "10001_0", "ftp_password": "geheim", "shop_code": "20001"}


def csv(*rows: str) -> bytes:
    return "\n".join((",".join(COLUMNS), *rows, "")).encode()


def stocks(roomclip: RoomClip) -> dict[str | None, int]:
    return {one.variant_code: one.stock for one in roomclip.variants("1").variants}


# ------------------------------------------------------------------ items


def test_registers_an_item_once(roomclip, ground):
    item = ItemInput("R-1", "椅子", (VariantInput(" A-1 ", 980),), "公開")
    registered = roomclip.register_item("1", item)
    assert [(one.variant_code, one.stock, one.listing_status) for one in registered.variants] == [(" A-1 ", 0, "公開")]
    [entry] = ground.journal.read(kind="item.registered")
    assert (entry.skus, entry.data["item_number"]) == ((" A-1 ",), "R-1")
    with pytest.raises(Conflict, match="R-1"):
        roomclip.register_item("1", item)


def test_imports_the_golden_items(roomclip, ground):
    report = roomclip.import_items("1", (FIXTURES / "items.csv").read_bytes())
    assert (report.imported, report.variants, report.warnings) == (4, 5, ())
    assert set(stocks(roomclip)) == {"chair-001", "TABLE-1", "TABLE-2", "00123", "LAMP-01"}
    [entry] = ground.journal.read(kind="items.imported")
    assert (entry.data["items"], entry.data["variants"], entry.data["file_name"]) == (4, 5, "items.csv")


def test_an_error_in_one_row_imports_nothing(roomclip, ground):
    with pytest.raises(BadFile) as refused:
        roomclip.import_items("1", csv("R-1,0,椅子,,,A-1,100,0,公開", "R-2,0,机,,,A-2,x,0,公開"), "mine.csv")
    assert "mine.csv" in str(refused.value)
    assert [(one.row, one.column) for one in refused.value.problems] == [(3, "販売価格")]
    assert roomclip.items("1").total == 0
    assert ground.journal.read(kind="items") == ()
    assert roomclip.last_import("1") is None


def test_a_second_import_updates_and_leaves_the_stock_alone(roomclip):
    roomclip.import_items("1", csv("R-1,0,椅子,,,A-1,100,0,公開", "R-2,1,机,,,,,,公開", "R-2,2,,黒,S,B-1,100,0,"))
    roomclip.set_stock("1", [("A-1", 7), ("B-1", 8)])
    again = csv(
        "R-1,0,新椅子,,,A-9,200,0,下書き", "R-2,1,新机,,,,,,非公開", "R-2,2,,黒,S,B-9,300,5,", "R-2,2,,白,S,C-1,1,2,"
    )
    assert roomclip.import_items("1", again).imported == 2
    assert stocks(roomclip) == {"A-9": 7, "B-9": 8, "C-1": 2}
    chair, desk = roomclip.items("1").items
    assert (chair.name, chair.status, chair.variants[0].price) == ("新椅子", "下書き", 200)
    assert (desk.name, desk.status, [one.price for one in desk.variants]) == ("新机", "非公開", [300, 1])


def test_children_that_vanish_from_the_file_stay(roomclip):
    roomclip.import_items("1", csv("R-1,1,机,,,,,,公開", "R-1,2,,黒,,B-1,1,0,", "R-1,2,,白,,B-2,1,0,"))
    roomclip.import_items("1", csv("R-1,1,机,,,,,,公開", "R-1,2,,白,,B-2,1,0,"))
    assert set(stocks(roomclip)) == {"B-1", "B-2"}


def test_a_second_import_does_not_change_an_items_kind(roomclip):
    roomclip.import_items("1", csv("R-1,0,椅子,,,A-1,100,0,公開"))
    with pytest.raises(BadFile, match="cannot be exchanged") as refused:
        roomclip.import_items("1", csv("R-1,1,椅子,,,,,,公開", "R-1,2,,黒,,A-1,100,0,"))
    assert [(one.row, one.column) for one in refused.value.problems] == [(2, "親子・単品フラグ")]


def test_a_code_of_another_item_in_the_shop_is_ambiguous(roomclip):
    roomclip.import_items("1", csv("R-1,0,椅子,,,A-1,100,0,公開"))
    report = roomclip.import_items("1", csv("R-2,0,机,,,A-1,100,0,公開", "R-3,0,棚,,,a-1,100,0,公開"))
    assert [(one.row, one.reason) for one in report.warnings] == [(2, "ambiguous code")]
    assert roomclip.set_stock("1", [("A-1", 5)]).rejected[0].reason == "ambiguous"
    assert set(stocks(roomclip).values()) == {0}


def test_importing_the_same_file_again_makes_no_code_ambiguous(roomclip):
    data = (FIXTURES / "items.csv").read_bytes()
    roomclip.import_items("1", data)
    assert roomclip.import_items("1", data).warnings == ()


def test_a_code_freed_by_the_same_file_is_not_ambiguous(roomclip):
    roomclip.import_items("1", csv("R-1,0,椅子,,,A-1,100,0,公開"))
    report = roomclip.import_items("1", csv("R-1,0,椅子,,,A-2,100,0,公開", "R-2,0,机,,,A-1,100,0,公開"))
    assert report.warnings == ()


def test_remembers_the_last_import(roomclip):
    roomclip.import_items("1", (FIXTURES / "items-warnings.csv").read_bytes(), "mine.csv")
    record = roomclip.last_import("1")
    assert (record.file_name, record.imported, record.warned) == ("mine.csv", 4, 6)
    assert [one.row for one in record.warnings] == [2, 3, 4, 4, 5, 6]
    assert record.warnings[0].sentence


def test_an_edited_item_keeps_its_stock(roomclip, register):
    register("A-1", stock=4)
    roomclip.edit_item("1", ItemInput("R-A-1", "新", (VariantInput("B-1", 5, stock=9),), "下書き"))
    assert stocks(roomclip) == {"B-1": 4}
    with pytest.raises(Unknown):
        roomclip.edit_item("1", ItemInput("R-9", "新", (VariantInput("B-1"),)))
    with pytest.raises(Conflict):
        roomclip.edit_item("1", ItemInput("R-A-1", "新", (VariantInput("B-1", colour="黒"),)))


def test_registers_many_items_with_one_journal_entry(roomclip, ground):
    made = [ItemInput(f"R-{n}", "椅子", (VariantInput(f"C-{n}"),), "公開") for n in range(3000)]
    assert roomclip.register_items("1", made) == 3000
    [entry] = ground.journal.read(kind="items.imported")
    assert (entry.data["items"], len(entry.skus)) == (3000, 3000)
    with pytest.raises(Conflict):
        roomclip.register_items("1", [made[0], made[0]])


def test_a_status_change_is_told_with_its_codes(roomclip, register, ground):
    register("A-1", status="下書き")
    assert roomclip.set_listing_status("1", "R-A-1", "公開").status == "公開"
    [entry] = ground.journal.read(kind="item.status_changed")
    assert (entry.skus, entry.data["before"], entry.data["status"]) == (("A-1",), "下書き", "公開")
    with pytest.raises(BadValue):
        roomclip.set_listing_status("1", "R-A-1", "販売中")
    with pytest.raises(Unknown):
        roomclip.set_listing_status("1", "R-9", "公開")


def test_stock_edited_by_hand_is_told(roomclip, register, ground):
    variant = register("A-1", stock=2)
    assert roomclip.edit_stock("1", variant, 9).stock == 9
    [entry] = ground.journal.read(kind="stock.edited")
    assert (entry.skus, entry.data["before"], entry.data["stock"]) == (("A-1",), 2, 9)
    for wrong in (-1, True, 1_000_000_000):
        with pytest.raises(BadValue):
            roomclip.edit_stock("1", variant, wrong)
    with pytest.raises(Unknown):
        roomclip.edit_stock("1", "9999", 1)


def test_a_deleted_item_frees_its_number_and_its_code(roomclip, register):
    register("A-1", stock=3)
    roomclip.delete_item("1", "R-A-1")
    assert roomclip.items("1").total == 0
    assert roomclip.set_stock("1", [("A-1", 1)]).rejected[0].reason == "unknown"
    register("A-1")
    assert roomclip.set_stock("1", [("A-1", 1)]).updated == 1


def test_levels_leave_out_what_is_blank_or_ambiguous(roomclip, register):
    register(None, number="1", stock=1)
    register("A", number="2", stock=2)
    register("B", number="3", stock=3)
    register("B", number="4", stock=4)
    assert roomclip.levels("1") == {"A": 2}


def test_shops_know_nothing_of_each_other(roomclip, register):
    variant = register("A-1", stock=1)
    other = roomclip.add_shop("二号店", "two@shop.example")
    assert [shop.shop_id for shop in roomclip.shops()] == ["1", "2"]
    assert roomclip.set_stock(other.shop_id, [("A-1", 5)]).rejected[0].reason == "unknown"
    assert roomclip.variants(other.shop_id).variants == ()
    with pytest.raises(Unknown):
        roomclip.edit_stock(other.shop_id, variant, 5)
    with pytest.raises(Unknown):
        roomclip.purchase(other.shop_id, [(variant, 1)])
    with pytest.raises(BadValue):
        roomclip.add_shop(" ", "two@shop.example")
    with pytest.raises(BadValue):
        roomclip.add_shop("三号店", "nobody")


# ------------------------------------------------------------------ stock from outside


def test_stock_set_from_outside_is_told_with_the_codes_that_changed(roomclip, register, ground):
    for code in ("A", "B"):
        register(code)
    roomclip.set_stock("1", [("A", 1), ("B", 0), ("C", 1)])
    [entry] = ground.journal.read(kind="stock.synced")
    assert entry.skus == ("A",)
    assert [entry.data[name] for name in ("updated", "unchanged", "rejected")] == [1, 1, 1]
    assert entry.data["rejections"] == [{"variant_code": "C", "reason": "unknown"}]


def test_a_repeated_update_changes_no_revision(roomclip, register):
    register("A")
    roomclip.set_stock("1", [("A", 1)])
    revision = roomclip.variants("1").revision
    assert roomclip.set_stock("1", [("A", 1)]).unchanged == 1
    assert roomclip.variants("1").revision == revision


def test_revisions_go_on_after_a_reset(roomclip, register, ground):
    register("A")
    before = roomclip.variants("1").revision
    ground.store.clear()
    roomclip.prepare()
    register("A")
    assert [one.variant_code for one in roomclip.variants("1", changed_after=before).variants] == ["A"]


# ------------------------------------------------------------------ purchases


def test_a_purchase_lowers_all_its_lines_or_none(roomclip, register, ground):
    chair, desk = register("A", stock=2), register("B", stock=1)
    with pytest.raises(Conflict):
        roomclip.purchase("1", [(chair, 1), (desk, 2)])
    assert stocks(roomclip) == {"A": 2, "B": 1}
    order = roomclip.purchase("1", [(chair, 2), (desk, 1)])
    assert stocks(roomclip) == {"A": 0, "B": 0}
    assert "-" not in order.order_id
    [entry] = ground.journal.read(kind="order.placed")
    assert (entry.skus, entry.data["order_id"]) == (("A", "B"), order.order_id)


def test_two_spellings_of_one_variant_are_one(roomclip, register):
    variant = register("A", stock=1)
    with pytest.raises(Conflict):
        roomclip.purchase("1", [(variant, 1), (str(int(variant)), 1)])


@pytest.mark.parametrize("status", ["下書き", "非公開"])
def test_what_is_not_published_is_not_sold_whatever_its_stock(roomclip, register, status):
    variant = register("A", stock=9, status=status)
    with pytest.raises(Conflict, match=status):
        roomclip.purchase("1", [(variant, 1)])


def test_any_payment_name_but_a_blank_one_is_taken(roomclip, register):
    variant = register("A", stock=9)
    assert roomclip.purchase("1", [(variant, 1)], "Amazon Pay", "ヤマト").payment_method == "Amazon Pay"
    with pytest.raises(BadValue):
        roomclip.purchase("1", [(variant, 1)], " ")


def test_a_cancelled_order_gives_its_stock_back_and_is_listed_again(roomclip, register):
    variant = register("A", stock=3)
    first = roomclip.purchase("1", [(variant, 2)])
    second = roomclip.purchase("1", [(variant, 1)])
    cancelled = roomclip.cancel_order("1", first.order_id)
    assert stocks(roomclip) == {"A": 2}
    assert cancelled.seq > second.seq
    assert [(one.order_id, one.state) for one in roomclip.orders("1", after=second.seq)] == [
        (first.order_id, "cancelled")
    ]
    with pytest.raises(Conflict):
        roomclip.cancel_order("1", first.order_id)
    with pytest.raises(Unknown):
        roomclip.cancel_order("1", "RC99")


# ------------------------------------------------------------------ linkage


def test_the_linkages_life_is_told_without_its_secrets(roomclip, ground):
    roomclip.apply_for_linkage("1")
    linkage = roomclip.save_linkage("1", **INPUTS)
    roomclip.pause("1")
    roomclip.resume("1")
    roomclip.request_sync(linkage.url_token)
    told = ground.journal.read(service="roomclip")
    kinds = ["linkage.applied", "linkage.saved", "linkage.paused", "linkage.resumed", "sync.requested"]
    assert [entry.kind for entry in told] == kinds
    for secret in ("geheim", linkage.url_token, linkage.auth_key):
        assert secret not in str(told)
        assert secret not in repr(linkage)


def test_saving_wants_an_application_first(roomclip):
    with pytest.raises(Conflict, match="申請内容を確認する"):
        roomclip.save_linkage("1", **INPUTS)
    assert roomclip.linkage("1") is None


def test_a_refused_saving_leaves_the_linkage_as_it_was(linked):
    before = linked.linkage("1")
    with pytest.raises(BadValue):
        linked.save_linkage("1", **(INPUTS | {"shop_code": ""}))
    assert linked.linkage("1") == before


def test_failures_are_told_to_the_owner_unless_another_is_named(roomclip):
    roomclip.apply_for_linkage("1")
    assert roomclip.save_linkage("1", **INPUTS).inputs.notify_to == "owner@shop.example"
    assert roomclip.save_linkage("1", **INPUTS, notify_to="b@shop.example").inputs.notify_to == "b@shop.example"
    assert roomclip.save_linkage("1", **INPUTS).inputs.notify_to == "b@shop.example"


def test_a_run_is_wanted_from_saving_or_resuming_until_one_is_reported(roomclip):
    roomclip.apply_for_linkage("1")
    assert roomclip.save_linkage("1", **INPUTS).sync_now is True
    roomclip.record_run("1", RUN)
    assert roomclip.pause("1").sync_now is False
    assert roomclip.resume("1").sync_now is True
    roomclip.record_run("1", RUN)
    assert roomclip.linkage("1").sync_now is False
    assert roomclip.save_linkage("1", **INPUTS).sync_now is True


def test_saving_while_paused_keeps_the_pause_and_asks_for_a_run(linked):
    linked.record_run("1", RUN)
    linked.pause("1")
    saved = linked.save_linkage("1", **INPUTS)
    assert (saved.state, saved.sync_now) == (LinkageState.PAUSED, True)


def test_engines_see_saved_linkages_only_paused_ones_too(linked):
    other = linked.add_shop("二号店", "two@shop.example")
    linked.apply_for_linkage(other.shop_id)
    linked.pause("1")
    assert [(one.shop_id, one.state) for one in linked.linkages()] == [("1", LinkageState.PAUSED)]


def test_runs_are_shown_newest_first(linked, ground):
    for number in range(3):
        linked.record_run("1", Run(FROZEN_START, FROZEN_START + timedelta(seconds=number), RunOutcome.OK, str(number)))
    assert [record.run.summary for record in linked.runs("1", limit=2)] == ["2", "1"]
    assert ground.journal.read(kind="run.recorded")[-1].data["seconds"] == 2


def test_no_run_is_reported_for_a_linkage_that_was_not_saved(roomclip):
    roomclip.apply_for_linkage("1")
    with pytest.raises(Conflict):
        roomclip.record_run("1", RUN)


# ------------------------------------------------------------------ the whole


def test_prepares_one_shop_and_a_token_that_a_reset_can_keep(roomclip, ground):
    [shop] = roomclip.shops()
    assert (shop.shop_id, shop.name, shop.owner_mail) == ("1", "RoomClipショッピング店", "owner@shop.example")
    token = roomclip.api_token()
    assert roomclip.knows_token(token)
    assert not roomclip.knows_token("")
    ground.store.clear()
    ground.store.set_value("api_token", token)
    roomclip.prepare()
    assert roomclip.api_token() == token
    assert roomclip.counts() == {"shops": 1, "items": 0, "variants": 0, "orders": 0, "runs": 0}


@pytest.mark.parametrize("shop_id", ["2", "", "01", "x", "１", "9" * 30])
def test_every_verb_knows_an_unknown_shop(roomclip, shop_id):
    item = ItemInput("R-1", "椅子", (VariantInput(),))
    for verb in (
        lambda: roomclip.register_item(shop_id, item),
        lambda: roomclip.register_items(shop_id, [item]),
        lambda: roomclip.edit_item(shop_id, item),
        lambda: roomclip.import_items(shop_id, csv()),
        lambda: roomclip.last_import(shop_id),
        lambda: roomclip.set_listing_status(shop_id, "R-1", "公開"),
        lambda: roomclip.edit_stock(shop_id, "1", 1),
        lambda: roomclip.delete_item(shop_id, "R-1"),
        lambda: roomclip.variants(shop_id),
        lambda: roomclip.items(shop_id),
        lambda: roomclip.levels(shop_id),
        lambda: roomclip.set_stock(shop_id, [("A", 1)]),
        lambda: roomclip.purchase(shop_id, [("1", 1)]),
        lambda: roomclip.orders(shop_id),
        lambda: roomclip.cancel_order(shop_id, "RC1"),
        lambda: roomclip.apply_for_linkage(shop_id),
        lambda: roomclip.save_linkage(shop_id, **INPUTS),
        lambda: roomclip.pause(shop_id),
        lambda: roomclip.resume(shop_id),
        lambda: roomclip.linkage(shop_id),
        lambda: roomclip.runs(shop_id),
    ):
        with pytest.raises(Unknown):
            verb()
