"""Whatever a 商品CSV holds: it is imported whole and right, or refused with its rows and the shop is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from hypothesis import event, given

from simulator import journal
from simulator.clock import Clock
from simulator.config import ClockMode
from simulator.errors import BadFile
from simulator.journal import Journal
from simulator.lab import Lab
from simulator.roomclip import records
from simulator.roomclip.listing import ItemInput, ItemKind, VariantInput
from simulator.roomclip.shop import RoomClip
from simulator.store import Store
from simulator.web.app import create_app
from simulator.web.running import running
from tests.properties.budget import times
from tests.properties.item_files import (
    Catalogue,
    Item,
    Variant,
    any_item_file,
    good_item_files,
    import_slowly,
)

CATALOGUE = {
    "R-1": Item("椅子", "公開", False, {("", ""): Variant("A-1", 100, 5)}),
    "R-2": Item("机", "下書き", True, {("黒", "S"): Variant("A-2", 200, 6), ("ナラ", ""): Variant(None, 300, 7)}),
    "R-9": Item("棚", "非公開", False, {("", ""): Variant("A-1", 400, 8)}),
}
"""What the shop has before."""


@contextmanager
def open_shop() -> Iterator[tuple[RoomClip, Store]]:
    store = Store(None, (journal.SCHEMA, records.SCHEMA))
    try:
        clock = Clock(store, None, ClockMode.FROZEN, 1.0)
        clock.restart()
        shop = RoomClip(store, clock.now, Journal(store, clock.now))
        shop.prepare()
        register(shop)
        yield shop, store
    finally:
        store.close()


def register(shop: RoomClip) -> None:
    shop.register_items("1", [
        ItemInput(
            number, item.name,
            tuple(VariantInput(one.code, one.price, one.stock, *option) for option, one in item.variants.items()),
            item.status, ItemKind.OPTIONS if item.parent else ItemKind.SINGLE,
        )
        for number, item in CATALOGUE.items()
    ])  # fmt: skip


def catalogue(shop: RoomClip) -> Catalogue:
    return {
        item.item_number: Item(
            item.name, item.status.value, item.kind is ItemKind.OPTIONS,
            {(one.colour, one.size): Variant(one.variant_code, one.price, one.stock) for one in item.variants},
        )
        for item in shop.items("1").items
    }  # fmt: skip


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that is kept, the journal too."""
    tables = [row["name"] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {table: [tuple(row) for row in store.rows(f"SELECT * FROM {table}")] for table in tables}


@times(4)
@given(any_item_file())
def test_any_item_file_is_imported_whole_and_right_or_refused_with_its_rows(data):
    wanted = import_slowly(data, CATALOGUE)
    event("refused" if wanted.bad else "imported")
    with open_shop() as (shop, store):
        before = everything(store)
        if wanted.bad:
            with pytest.raises(BadFile) as refusal:
                shop.import_items("1", data)
            assert {problem.row for problem in refusal.value.problems} == wanted.bad
            assert everything(store) == before
        else:
            report = shop.import_items("1", data)
            assert catalogue(shop) == wanted.after
            assert {problem.row for problem in report.warnings} == wanted.doubtful


@times(1)
@given(good_item_files())
def test_an_item_file_in_good_form_is_imported_and_a_second_time_changes_nothing(data):
    wanted = import_slowly(data, {})
    with open_shop() as (shop, _):
        for number in CATALOGUE:
            shop.delete_item("1", number)
        for _ in range(2):
            shop.import_items("1", data)
            assert (catalogue(shop), set()) == (wanted.after, wanted.bad)


@pytest.fixture
def client(lab: Lab) -> Iterator[FlaskClient]:
    app = create_app(lab)
    yield app.test_client()
    assert running(app).failures == []


@times(0.3)
@given(data=any_item_file())
def test_over_http_the_answer_is_200_or_422_with_rows(client, lab, data):
    lab.reset()
    register(lab.roomclip)
    wanted = import_slowly(data, CATALOGUE)
    answer = client.post("/lab/v1/roomclip/shops/1/items/csv", data=data, content_type="text/csv")
    if wanted.bad:
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert {problem["row"] for problem in answer.json["problems"]} == wanted.bad
        assert catalogue(lab.roomclip) == CATALOGUE
    else:
        assert (answer.status_code, catalogue(lab.roomclip)) == (200, wanted.after)
