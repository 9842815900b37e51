"""Products, 取扱, 在庫連動 and quantities."""

from datetime import timedelta

import pytest

from simulator.errors import BadValue, Conflict, Refused, Unknown
from simulator.tempostar.backoffice import ProductInput, SkuInput, SkuShop, SkuStock
from tests.integration.tempostar.office import NINE


def queued(office):
    return office.tempostar.reflection_state(office.shop_code).queued


def states(office):
    return {sku.sku_code: (sku.shops[0].carried, sku.shops[0].linked) for sku in office.tempostar.skus().rows}


@pytest.fixture
def running(office):
    """在庫反映 is 起動, and three products are registered that no shop carries."""
    office.start()
    office.register("A-1", "B-1", "C-1", linked=False)
    return office


def test_registers_a_product_with_its_skus(office):
    product = office.tempostar.add_product(
        "chair", "木の椅子", [SkuInput("chair_BK", "黒", "大", 5, 2), SkuInput("chair")]
    )
    assert product.sku_codes == ("chair", "chair_BK")
    assert office.tempostar.products().rows == (product,)
    row = office.tempostar.skus().rows[1]
    assert (row.sku_code, row.product_code, row.name) == ("chair_BK", "chair", "木の椅子")
    assert (row.attribute1, row.attribute2, row.sellable, row.held_back, row.stock) == ("黒", "大", 5, 2, 3)
    assert row.shops == (SkuShop(office.shop_code, carried=False, linked=False),)
    (entry,) = office.told("product.added")
    assert (entry.skus, entry.data["products"], entry.data["sku_count"]) == (("chair", "chair_BK"), 1, 2)


@pytest.mark.parametrize("code", ["00123", " A ", "A ", "ＬＡＭＰ", "lamp", "LAMP", "=1+1"])
def test_keeps_codes_byte_for_byte(office, code):
    office.register("LAMP  ", code)
    assert office.tempostar.stock(code) == SkuStock(1, 0, 1)
    assert code in [sku.sku_code for sku in office.tempostar.skus().rows]


def test_registers_many_products_at_once_with_one_entry(office):
    count = office.tempostar.add_products(ProductInput(f"P{i}", "椅子", [SkuInput(f"S{i}")]) for i in range(2500))
    assert count == 2500
    assert office.tempostar.skus().total == 2500
    (entry,) = office.told("product.added")
    assert entry.data["products"] == 2500


@pytest.mark.parametrize(
    ("products", "named"),
    [
        ([ProductInput("new", "椅子", [SkuInput("A-1")])], "A-1"),
        ([ProductInput("A-1", "椅子", [SkuInput("new")])], "A-1"),
        ([ProductInput("new", "椅子", [SkuInput("n1"), SkuInput("n1")])], "n1"),
        ([ProductInput("new", "椅子", [SkuInput("n1")]), ProductInput("new", "椅子", [SkuInput("n2")])], "new"),
    ],
    ids=["SKU taken", "product taken", "SKU twice", "product twice"],
)
def test_refuses_codes_that_are_taken_and_registers_nothing(office, products, named):
    office.register("A-1")
    with pytest.raises(Conflict, match=f"'{named}'"):
        office.tempostar.add_products([ProductInput("good", "椅子", [SkuInput("good")]), *products])
    assert office.tempostar.products().total == 1
    assert office.tempostar.skus().total == 1


@pytest.mark.parametrize(
    "sku",
    [
        SkuInput(" "),
        SkuInput("A", sellable=1_000_000_000),
        SkuInput("A", held_back=-1),
        SkuInput("A", attribute1="\x00"),
    ],
    ids=["code", "sellable", "held back", "attribute"],
)
def test_refuses_a_bad_sku_and_registers_nothing(office, sku):
    with pytest.raises(BadValue):
        office.tempostar.add_products(
            [ProductInput("good", "椅子", [SkuInput("good")]), ProductInput("P", "椅子", [sku])]
        )
    assert office.tempostar.products().total == 0
    assert office.told("product") == []


def test_refuses_products_of_an_unknown_company(office):
    with pytest.raises(Unknown, match="10001"):
        office.tempostar.add_product("A", "椅子", [SkuInput("A")], company_id=99)


def test_pages_through_products_and_skus_by_code(office):
    office.register("C-1", "A-1", "B-1")
    for page_of in (office.tempostar.products, office.tempostar.skus):
        pages = [page_of(page=page, page_size=2) for page in (1, 2, 3)]
        assert [len(page.rows) for page in pages] == [2, 1, 0]
        assert {(page.total, page.pages) for page in pages} == {(3, 2)}
    assert [sku.sku_code for sku in office.tempostar.skus(page=2, page_size=2).rows] == ["C-1"]
    assert [product.product_code for product in office.tempostar.products(page_size=2).rows] == ["A-1", "B-1"]


@pytest.mark.parametrize("window", [{"page": 0}, {"page": 10**12}, {"page_size": 0}, {"page_size": 1001}])
def test_refuses_pages_that_cannot_be(office, window):
    with pytest.raises(BadValue):
        office.tempostar.products(**window)
    with pytest.raises(BadValue):
        office.tempostar.skus(**window)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("chair", ["CHAIR_1", "chair%"]),
        ("%", ["chair%"]),
        ("_", ["CHAIR_1"]),
        ("椅", ["CHAIR_1"]),
        ("\\", []),
        ("\ud800", []),
    ],
    ids=ascii,
)
def test_search_takes_its_text_literally(office, search, found):
    for code, name in (("CHAIR_1", "木の椅子"), ("chair%", "x"), ("rug", "y")):
        office.tempostar.add_product(code, name, [SkuInput(code)])
    assert [sku.sku_code for sku in office.tempostar.skus(search=search).rows] == found
    assert office.tempostar.skus(search=search).total == len(found)
    assert [product.product_code for product in office.tempostar.products(search=search).rows] == found
    assert office.tempostar.products(search=search).total == len(found)


def test_search_finds_skus_by_their_product_code(office):
    office.tempostar.add_product("chair", "x", [SkuInput("S-1")])
    assert office.tempostar.skus(search="chair").total == 1


def test_carrying_alone_sends_nothing(running):
    running.tempostar.carry(running.shop_code, "A-1")
    assert states(running)["A-1"] == (True, False)
    assert running.tempostar.products().rows[0].carried_by == (running.shop_code,)
    assert queued(running) == 0


def test_linking_alone_sends_nothing(running):
    running.tempostar.link(running.shop_code, "A-1")
    assert states(running)["A-1"] == (False, True)
    assert queued(running) == 0


@pytest.mark.parametrize("carry_first", [True, False])
def test_what_becomes_carried_and_linked_goes_out(running, carry_first):
    verbs = [running.tempostar.carry, running.tempostar.link]
    for verb in verbs if carry_first else reversed(verbs):
        verb(running.shop_code, "A-1")
    running.advance(minutes=5)
    assert running.sent() == {"A-1": 1}


def test_carrying_or_linking_again_is_no_change(running):
    running.register("D-1")
    running.advance(minutes=5)
    running.tempostar.carry(running.shop_code, "D-1")
    running.tempostar.link(running.shop_code, "D-1")
    running.tempostar.link_in_bulk(running.shop_code, ["D-1", "A-1"])
    assert queued(running) == 0


@pytest.mark.parametrize("verb", ["carry", "link"])
def test_what_is_no_longer_carried_or_linked_drops_out_of_the_queue(running, verb):
    running.register("D-1", "E-1")
    getattr(running.tempostar, verb)(running.shop_code, "D-1", False)
    running.tempostar.set_stock("D-1", sellable=9)
    running.advance(minutes=5)
    assert running.sent() == {"E-1": 1}


def test_taking_a_product_out_keeps_its_links(running):
    running.register("D-1")
    running.tempostar.carry(running.shop_code, "D-1", False)
    assert states(running)["D-1"] == (False, True)


def test_a_bulk_change_of_carried_shops_takes_effect_after_its_delay(running):
    running.tempostar.link_in_bulk(running.shop_code, ["A-1", "B-1", "C-1"])
    running.tempostar.carry_in_bulk(running.shop_code, ["A-1", "B-1", "A-1"])
    running.advance(seconds=59)
    assert states(running)["A-1"] == (False, True)
    running.advance(seconds=1)
    assert states(running) == {"A-1": (True, True), "B-1": (True, True), "C-1": (False, True)}
    (asked,) = running.told("product.carrying_requested")
    (done,) = running.told("product.carrying_effective")
    assert asked.data["effective_at"] == done.at == (NINE + timedelta(minutes=1)).isoformat()
    assert (done.skus, done.data["products"], done.data["queued"]) == (("A-1", "B-1"), 2, 2)
    running.advance(minutes=4)
    assert running.sent() == {"A-1": 1, "B-1": 1}


def test_a_bulk_change_without_delay_takes_effect_at_once(running):
    running.set(bulk_delay_minutes=0)
    running.tempostar.carry_in_bulk(running.shop_code, ["A-1"])
    assert states(running)["A-1"] == (True, False)
    assert [entry.kind for entry in running.told("product")][-1] == "product.carrying_effective"


def test_a_bulk_change_can_take_products_out(running):
    running.register("D-1")
    running.tempostar.carry_in_bulk(running.shop_code, ["D-1"], False)
    assert queued(running) == 1
    running.advance(minutes=1)
    assert states(running)["D-1"] == (False, True)
    assert queued(running) == 0


def test_a_bulk_change_due_with_a_pass_goes_out_with_it(running):
    running.set(bulk_delay_minutes=5)
    running.tempostar.link(running.shop_code, "A-1")
    running.tempostar.carry_in_bulk(running.shop_code, ["A-1"])
    running.advance(minutes=5)
    assert running.sent() == {"A-1": 1}


def test_bulk_changes_of_one_moment_take_effect_in_the_order_asked_for(running):
    for carried in (True, False, True, False):
        running.tempostar.carry_in_bulk(running.shop_code, ["A-1"], carried)
    running.advance(minutes=1)
    assert states(running)["A-1"] == (False, False)
    assert [entry.data["carried"] for entry in running.told("product.carrying_effective")] == [True, False, True, False]


def test_links_in_bulk_at_once_and_back(running):
    running.set(bulk_delay_minutes=0)
    running.tempostar.carry_in_bulk(running.shop_code, ["A-1", "B-1", "C-1"])
    running.tempostar.link_in_bulk(running.shop_code, ["C-1", "A-1"])
    assert queued(running) == 2
    running.tempostar.link_in_bulk(running.shop_code, ["C-1"], False)
    assert states(running) == {"A-1": (True, True), "B-1": (True, False), "C-1": (True, False)}
    (first, second) = running.told("sku.linked")
    assert (first.skus, first.data["linked"], second.skus, second.data["linked"]) == (
        ("A-1", "C-1"),
        True,
        ("C-1",),
        False,
    )


@pytest.mark.parametrize("verb", ["carry_in_bulk", "link_in_bulk"])
def test_unknown_codes_refuse_the_whole_request_and_are_listed(running, verb):
    running.set(bulk_delay_minutes=0)
    unknown = [f"no-{i:02}" for i in range(25)]
    with pytest.raises(Unknown, match=r"'no-00'.*'no-19' and 5 more") as refusal:
        getattr(running.tempostar, verb)(running.shop_code, ["A-1", *unknown])
    assert "no-20" not in str(refusal.value)
    assert states(running)["A-1"] == (False, False)
    with pytest.raises(BadValue):
        getattr(running.tempostar, verb)(running.shop_code, [])


@pytest.mark.parametrize("code", ["nothing", "a-1", "A-1 ", "", "A-1\x00", "\ud800"], ids=ascii)
def test_refuses_codes_that_are_not_exactly_there(running, code):
    for call in (
        lambda: running.tempostar.carry(running.shop_code, code),
        lambda: running.tempostar.link(running.shop_code, code),
        lambda: running.tempostar.stock(code),
        lambda: running.tempostar.set_stock(code, sellable=1),
        lambda: running.tempostar.remove_sku(code),
        lambda: running.tempostar.carry("99999", "A-1"),
        lambda: running.tempostar.link("99999", "A-1"),
        lambda: running.tempostar.carry_in_bulk("99999", ["A-1"]),
    ):
        with pytest.raises(Unknown):
            call()


def test_goods_of_another_company_are_unknown_to_a_shop(running):
    other = running.tempostar.found_company().company_id
    shop = running.tempostar.add_shop("RoomClipShopping", "RCs", company_id=other).shop_code
    with pytest.raises(Unknown):
        running.tempostar.carry(shop, "A-1")
    with pytest.raises(Unknown):
        running.tempostar.link(shop, "A-1")


def test_sets_either_quantity_or_both(running):
    assert running.tempostar.set_stock("A-1", sellable=10) == SkuStock(10, 0, 10)
    assert running.tempostar.set_stock("A-1", held_back=4) == SkuStock(10, 4, 6)
    assert running.tempostar.set_stock("A-1", sellable=3, held_back=5) == SkuStock(3, 5, 0)
    assert running.tempostar.stock("A-1") == SkuStock(3, 5, 0)
    entry = running.told("stock.changed")[-1]
    assert entry.skus == ("A-1",)
    assert (entry.data["sellable_before"], entry.data["sellable"], entry.data["stock"]) == (10, 3, 0)


@pytest.mark.parametrize(
    "quantities", [{}, {"sellable": 10**9}, {"sellable": 1.5}, {"held_back": -1}, {"sellable": 5, "held_back": 10**9}]
)
def test_refuses_quantities_that_cannot_be_and_changes_nothing(running, quantities):
    with pytest.raises(BadValue):
        running.tempostar.set_stock("A-1", **quantities)
    assert running.tempostar.stock("A-1") == SkuStock(1, 0, 1)


def test_a_change_of_what_is_held_back_goes_out(running):
    running.register("D-1", sellable=5)
    running.advance(minutes=5)
    running.tempostar.set_stock("D-1", held_back=2)
    running.advance(minutes=5)
    assert running.sent() == {"D-1": 3}


def test_a_deleted_sku_leaves_the_queue_and_its_product_stays(running):
    running.register("D-1", "E-1")
    running.tempostar.remove_sku("D-1")
    running.advance(minutes=5)
    assert running.sent() == {"E-1": 1}
    assert running.tempostar.skus(search="D-1").total == 0
    assert running.tempostar.products(search="D-1").rows[0].sku_codes == ()
    with pytest.raises(Refused):
        running.tempostar.stock("D-1")


def test_a_deleted_sku_leaves_nothing_to_the_next_one(running):
    running.register("D-1")
    running.tempostar.remove_sku("D-1")
    assert queued(running) == 0
    assert running.tempostar.counts()["linked"] == 0
    running.tempostar.add_product("E-1", "椅子", [SkuInput("E-1")])
    running.tempostar.carry(running.shop_code, "E-1")
    assert states(running)["E-1"] == (True, False)
    assert queued(running) == 0


def test_nothing_refused_reaches_the_journal(running):
    before = running.parts.journal.last_seq()
    with pytest.raises(Refused):
        running.tempostar.set_stock("A-1", sellable=10**9)
    with pytest.raises(Refused):
        running.tempostar.add_product("A-1", "椅子", [SkuInput("new")])
    assert running.parts.journal.last_seq() == before
