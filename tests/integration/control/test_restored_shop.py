"""A restored snapshot is a change: whoever keeps a copy of a shop and asks what changed since has it right again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.roomclip.changes import FEW
from simulator.roomclip.listing import ItemInput, VariantInput

Copy = dict[str, Any]


@pytest.fixture
def ask(client, lab) -> Callable[..., Any]:
    """`ask("2", "?limit=1")` gives a page of a shop's variants as the shop API answers it."""

    def get(shop_id: str, query: str = "") -> Any:
        token = {"Authorization": f"Bearer {lab.roomclip.api_token()}"}
        answer = client.get(f"/api/v1/shops/{shop_id}/variants{query}", headers=token)
        assert answer.status_code == 200, answer.text
        return answer.json

    return get


@pytest.fixture
def change(lab):
    """A shop of four variants of which every kind of change was made since the snapshot `before`."""
    shop = lab.roomclip
    for number in ("R-1", "R-2", "R-3"):
        shop.register_item("1", ItemInput(number, "椅子", (VariantInput(f"code of {number}"),)))
    shop.register_item("1", ItemInput("R-4", "机", (VariantInput("S", size="S"),), kind="種類あり"))
    shop.set_stock("1", [("code of R-1", 5), ("S", 7)])
    lab.save_snapshot("before")
    shop.set_stock("1", [("code of R-1", 9)])
    shop.delete_item("1", "R-2")
    shop.register_item("1", ItemInput("R-2", "another", (VariantInput("code of another"),)))
    shop.edit_item("1", ItemInput("R-4", "机", (VariantInput("S", size="S"), VariantInput("L", size="L"))))
    shop.register_item("1", ItemInput("R-5", "new", (VariantInput("new"),)))
    shop.delete_item("1", "R-5")
    shop.set_listing_status("1", "R-3", "非公開")


@pytest.fixture
def restore(client) -> Callable[[], None]:
    """Goes back to the snapshot `before`."""

    def go_back() -> None:
        answer = client.post("/lab/v1/snapshots/before/restore")
        assert answer.status_code == 200, answer.text

    return go_back


def copied(page: Any, copy: Copy | None = None) -> Copy:
    """A copy of the shop after it heard of these variants."""
    copy = dict(copy or {})
    for one in page["variants"]:
        if one.get("deleted"):
            copy.pop(one["variant_id"], None)
        else:
            copy[one["variant_id"]] = one
    return copy


def test_a_copy_of_the_shop_as_it_was_follows_the_restore(ask, change, restore):
    before = ask("1")
    restore()
    changes = ask("1", f"?changed_after={before['revision']}")
    assert changes["revision"] > before["revision"]
    assert copied(changes, copied(before)) == copied(ask("1"))
    assert {one["variant_code"]: one["stock"] for one in ask("1")["variants"]} == {
        "code of R-1": 5, "code of R-2": 0, "code of R-3": 0, "S": 7,
    }  # fmt: skip
    assert {one["variant_code"] for one in changes["variants"] if one.get("deleted")} == {"code of another", "L", "new"}
    assert ask("1", f"?changed_after={changes['revision']}")["variants"] == []


def test_what_carried_the_last_revision_is_among_what_changed(ask, change, restore):
    before = ask("1")
    proof = {one["variant_id"] for one in ask("1", f"?changed_after={before['revision'] - 1}")["variants"]}
    restore()
    assert proof
    assert proof <= {one["variant_id"] for one in ask("1", f"?changed_after={before['revision']}")["variants"]}


def test_a_shop_that_changes_on_after_a_restore_tells_of_both(ask, change, restore, lab):
    before = ask("1")
    restore()
    lab.roomclip.set_stock("1", [("S", 8)])
    assert copied(ask("1", f"?changed_after={before['revision']}"), copied(before)) == copied(ask("1"))


def test_restored_twice_it_is_as_it_was_once(ask, change, restore):
    before = ask("1")
    for _ in range(2):
        restore()
    assert copied(ask("1", f"?changed_after={before['revision']}"), copied(before)) == copied(ask("1"))


def test_every_shop_follows_and_one_that_is_no_more_is_gone(ask, restore, lab):
    shop = lab.roomclip
    for number in ("2", "3"):
        if number == "3":
            lab.save_snapshot("before")
        shop.add_shop("second", "owner@shop.example")
        shop.register_item(number, ItemInput("R-1", "椅子", (VariantInput("A-1"),)))
    shop.set_stock("2", [("A-1", 5)])
    revision = ask("2")["revision"]
    restore()
    changes = ask("2", f"?changed_after={revision}")
    assert changes["revision"] > revision
    assert [one["stock"] for one in changes["variants"]] == [0]
    assert [one.shop_id for one in shop.shops()] == ["1", "2"]
    assert not lab._store.row("SELECT 1 FROM rc_variant WHERE shop_id = 3")


def test_more_than_a_few_taken_away_are_listed_as_well(ask, restore, lab):
    lab.save_snapshot("before")
    lab.roomclip.register_items(
        "1", [ItemInput(f"R-{n}", "椅子", tuple(VariantInput(f"{n}-{m}", size=str(m)) for m in range(100)))
              for n in range(FEW // 100 + 1)]
    )  # fmt: skip
    revision = ask("1")["revision"]
    restore()
    page = ask("1", f"?limit=10000&changed_after={revision}")
    assert len(page["variants"]) == 10_000
    assert all(one["deleted"] for one in page["variants"])
    assert page["next_cursor"]


def test_what_a_restore_leaves_of_an_item_takes_no_part_in_the_shop(change, restore, lab):
    shop = lab.roomclip
    restore()
    assert [v.variant_code for v in shop.item("1", "R-4").variants] == ["S"]
    assert shop.items("1").total == 4
    assert shop.set_stock("1", [("L", 1), ("S", 2)]).rejected[0].variant_code == "L"
    shop.edit_item("1", ItemInput("R-4", "机", (VariantInput("S", size="S"), VariantInput("L2", size="L"))))
    assert [v.variant_code for v in shop.item("1", "R-4").variants] == ["S", "L2"]
    shop.delete_item("1", "R-4")
    assert "L" not in shop.levels("1")
