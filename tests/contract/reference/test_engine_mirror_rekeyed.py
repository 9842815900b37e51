"""Variants that got other codes in the shop between two passes: the mirror goes by their ids, and has the codes of now.

`read` compares with the shop, code by code.
"""

from __future__ import annotations

import pytest

from tests.contract.reference.test_engine_mirror import LargeShop, large, read

__all__ = ["large"]


def rekey(shop: LargeShop, **codes: str) -> None:
    """Give variants other codes in one transaction."""
    shop.revision += 1
    shop.rows = {
        codes.get(code, code): [row[0], codes[code], row[2], shop.revision] if code in codes else row
        for code, row in shop.rows.items()
    }


@pytest.mark.parametrize(
    "codes",
    [{"B": "New"}, {"B": "C", "C": "B"}, {"A": "B", "B": "C", "C": "A"}, {"A": "New"}],
    ids=["a new one", "exchanged", "in turn", "the witness"],
)
def test_a_mirror_has_the_codes_of_now(large: LargeShop, tmp_path, codes):
    read(large, tmp_path)
    rekey(large, **codes)
    assert "all" not in read(large, tmp_path)


def test_a_code_that_went_to_a_new_variant_is_that_ones(large: LargeShop, tmp_path):
    read(large, tmp_path)
    rekey(large, B="Old")
    large.set(B=44)
    assert "all" not in read(large, tmp_path)


def test_codes_given_back_are_those_of_the_beginning(large: LargeShop, tmp_path):
    read(large, tmp_path)
    for codes in ({"B": "New"}, {"New": "B"}):
        rekey(large, **codes)
        assert "all" not in read(large, tmp_path)
