"""What TEMPOSTAR accepts as a code or a name."""

import pytest

from simulator.errors import BadValue
from simulator.tempostar.catalog import (
    Company,
    FtpAccount,
    Page,
    ProductInput,
    SkuInput,
    check_code,
    check_mall_type,
    check_name,
    check_product,
    check_text,
    company_of,
    find_repeats,
    is_code,
    name_codes,
)


@pytest.mark.parametrize(
    "code", ["a", "00123", " A ", "trail ", "=1+1", "ＬＡＭＰ-01", "rug_a|b", "né", "🪑", "x" * 100], ids=ascii
)
def test_codes_are_taken_as_they_are(code):
    check_code("sku_code", code)
    assert is_code(code)


@pytest.mark.parametrize("code", ["", " ", "\u3000", "x" * 101, "A\t1", "A\n", "A\x00", "A\x7f", "A\ud800"], ids=ascii)
def test_codes_that_are_blank_too_long_or_hold_control_characters_are_refused(code):
    assert not is_code(code)
    with pytest.raises(BadValue, match="sku_code"):
        check_code("sku_code", code)


def test_names_may_run_over_lines():
    check_name("name", "テーブル\r\n(2人用)\t小")


@pytest.mark.parametrize("name", ["", "\u3000 ", "x" * 256, "A\x00", "A\x1b", "A\ud800"], ids=ascii)
def test_names_that_are_blank_too_long_or_hold_control_characters_are_refused(name):
    with pytest.raises(BadValue, match="name"):
        check_name("name", name)


def test_free_texts_may_be_empty_but_not_endless():
    check_text("ftp_settings", "", longest=3)
    check_text("ftp_settings", "abc", longest=3)
    with pytest.raises(BadValue):
        check_text("ftp_settings", "abcd", longest=3)


def test_the_mall_type_is_the_guides_and_a_refusal_lists_it():
    check_mall_type("roomclip(受注・在庫連携のみ)")
    with pytest.raises(BadValue, match=r"Allowed: roomclip\(受注・在庫連携のみ\)"):
        check_mall_type("rakuten")


@pytest.mark.parametrize(
    "product",
    [
        ProductInput("", "椅子", [SkuInput("A")]),
        ProductInput("A", "", [SkuInput("A")]),
        ProductInput("A", "椅子", []),
        ProductInput("A", "椅子", [SkuInput("A"), SkuInput("")]),
        ProductInput("A", "椅子", [SkuInput("A", attribute1="\x00")]),
        ProductInput("A", "椅子", [SkuInput("A", attribute2="x" * 256)]),
    ],
    ids=["no code", "no name", "no SKU", "a SKU without code", "a bad attribute", "a long attribute"],
)
def test_a_product_is_refused_for_any_bad_part(product):
    with pytest.raises(BadValue):
        check_product(product)


def test_a_product_with_its_skus_is_accepted():
    check_product(ProductInput("A", "椅子", [SkuInput("A", "黒", "大"), SkuInput("B")]))


def test_repeats_are_found_once_each():
    assert find_repeats("abcab") == ("a", "b")


def test_a_message_names_20_codes_and_counts_the_rest():
    assert name_codes(["a", "b"]) == "'a', 'b'"
    assert name_codes([str(i) for i in range(25)]).endswith("'19' and 5 more")


def test_pages_are_counted_up():
    assert [Page((), total, 1, 50).pages for total in (0, 1, 50, 51)] == [1, 1, 1, 2]


def test_an_account_does_not_show_its_password():
    assert "secret" not in repr(FtpAccount("10001_0", "secret"))


@pytest.mark.parametrize(
    "user", ["", "_0", "10001", "10001_1", "010001_0", "１０００１_0", "1e4_0", "9" * 30 + "_0", "10001_0 "]
)
def test_what_no_company_is_called_leads_to_none(user):
    assert company_of(user) is None


def test_an_ftp_user_leads_to_its_company():
    assert company_of(Company(10050).ftp_user) == 10050
