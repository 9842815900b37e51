"""Invented catalogues: the number asked for, always the same, and nasty."""

from __future__ import annotations

import pytest

from simulator.catalogue import generate


@pytest.mark.parametrize("skus", [1, 2, 3, 10, 1200])
def test_a_catalogue_has_exactly_the_skus_asked_for_each_with_its_own_code(skus: int) -> None:
    codes = [sku.sku_code for product in generate(skus, 1) for sku in product.skus]
    assert len(codes) == skus
    assert len(set(codes)) == skus


def test_a_seed_names_one_catalogue() -> None:
    assert generate(300, 7) == generate(300, 7)
    assert generate(300, 7) != generate(300, 8)


def test_catalogues_of_two_seeds_fit_beside_each_other() -> None:
    seeds = (0, 1, 2, 12, 10_000)
    products = [product for seed in seeds for product in generate(300, seed)]
    assert len({sku.sku_code for product in products for sku in product.skus}) == 300 * len(seeds)
    assert len({product.product_code for product in products}) == len(products)
    assert len({product.item_number for product in products}) == len(products)


@pytest.mark.parametrize("seed", range(40))
def test_a_catalogue_begins_with_one_on_sale_and_one_draft_both_in_stock(seed: int) -> None:
    on_sale, draft = generate(10, seed)[:2]
    assert (on_sale.listing_status, draft.listing_status) == ("公開", "下書き")
    assert on_sale.single
    assert draft.single
    assert min(on_sale.skus[0].stock, draft.skus[0].stock) > 0


def test_a_catalogue_holds_what_the_guide_speaks_of() -> None:
    products = generate(1200, 1)
    assert {product.listing_status for product in products} == {"公開", "下書き", "非公開"}
    assert [product.listing_status for product in products[:2]] == ["公開", "下書き"]
    assert any(product.single for product in products)
    assert any(len(product.skus) == 12 for product in products)
    assert any(product.product_code.startswith("0") for product in products)


def test_names_break_a_reader_that_takes_cp932_for_something_simpler() -> None:
    products = generate(1200, 1)
    names = (f"{one.name}{sku.colour}{sku.size}" for one in products for sku in one.skus)
    data = "".join(names).encode("cp932")
    with pytest.raises(UnicodeDecodeError):
        data.decode("shift_jis")
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert b"\x5c" in data
