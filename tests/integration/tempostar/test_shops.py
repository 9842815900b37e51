"""Companies, FTP accounts, shops, carriers and payments."""

import json
from threading import Thread

import pytest

from simulator.errors import BadValue, Conflict, Refused, Unknown
from simulator.tempostar.backoffice import FIRST_COMPANY, Carrier, Payment, SendType, StockSettings, Switch


def test_a_fresh_lab_has_one_company_and_no_password(office):
    assert [company.ftp_user for company in office.tempostar.companies()] == ["10001_0"]
    assert office.tempostar.ftp_account() is None
    assert office.tempostar.authenticate("10001_0", "") is None


def test_companies_are_numbered_on(office):
    assert [office.tempostar.found_company().ftp_user for _ in range(2)] == ["10002_0", "10003_0"]


def test_an_issued_password_opens_the_account_and_the_one_before_no_longer(office):
    first = office.tempostar.issue_ftp_password()
    second = office.tempostar.issue_ftp_password()
    assert office.tempostar.ftp_account() == second
    assert office.tempostar.authenticate("10001_0", second.password) == FIRST_COMPANY
    assert office.tempostar.authenticate("10001_0", first.password) is None


def test_a_password_has_16_letters_and_digits_without_look_alikes(office):
    letters = "".join(office.tempostar.issue_ftp_password().password for _ in range(50))
    assert len(letters) == 50 * 16
    assert letters.isascii()
    assert letters.isalnum()
    assert not set(letters) & set("0O1lI")


@pytest.mark.parametrize(
    "user", ["10001", "10001_1", "010001_0", "10002_0", "", "１０００１_0", "10001_0 ", "\ud800"], ids=ascii
)
def test_another_user_name_does_not_open_the_account(office, user):
    password = office.tempostar.issue_ftp_password().password
    assert office.tempostar.authenticate(user, password) is None


@pytest.mark.parametrize(
    "change",
    [str.lower, str.upper, lambda p: p + " ", lambda p: p[:-1], lambda _: "パス\ud800"],
    ids=["lower", "upper", "longer", "shorter", "other"],
)
def test_another_password_does_not_open_the_account(office, change):
    account = office.tempostar.issue_ftp_password()
    if (other := change(account.password)) != account.password:
        assert office.tempostar.authenticate(account.user, other) is None


def test_a_password_opens_its_own_company_only(office):
    other = office.tempostar.found_company()
    mine = office.tempostar.issue_ftp_password()
    theirs = office.tempostar.issue_ftp_password(other.company_id)
    assert office.tempostar.authenticate(other.ftp_user, theirs.password) == other.company_id
    assert office.tempostar.authenticate(other.ftp_user, mine.password) is None


def test_the_journal_tells_of_a_password_but_not_the_password(office):
    account = office.tempostar.issue_ftp_password()
    (entry,) = office.told("ftp_password.issued")
    assert entry.data["ftp_user"] == account.user
    assert account.password not in json.dumps(entry.as_json())


def test_refuses_a_company_that_is_not_there(office):
    for call in (office.tempostar.issue_ftp_password, office.tempostar.ftp_account):
        with pytest.raises(Unknown, match="10001"):
            call(99)
    with pytest.raises(Unknown):
        office.tempostar.add_shop("A", "A", company_id=99)
    with pytest.raises(Unknown):
        office.tempostar.add_payment("A", {}, company_id=99)


@pytest.mark.parametrize("company_id", [99, 10**30, "10001"])
def test_an_unknown_company_has_no_lists_rather_than_empty_ones(office, company_id):
    tempostar = office.tempostar
    for read in (
        tempostar.shops, tempostar.carriers, tempostar.payments, tempostar.levels,
        lambda company: tempostar.products(company_id=company), lambda company: tempostar.skus(company_id=company),
        lambda company: tempostar.stock("A-1", company_id=company),
    ):  # fmt: skip
        with pytest.raises(Unknown, match="There are: 10001"):
            read(company_id)


def test_a_new_shop_gets_the_next_code_and_column_and_reflects_nothing(office):
    shop = office.tempostar.add_shop("店", "S", ftp_settings="ftp://x:secret@y", mail_settings="m")
    assert (shop.shop_code, shop.etc_column, shop.company_id) == ("20002", "ETC2", FIRST_COMPANY)
    assert shop.mall_type == "roomclip(受注・在庫連携のみ)"
    assert shop.stock == StockSettings()
    assert office.tempostar.shop("20002") == shop
    assert office.tempostar.shops()[1] == shop
    assert "secret" not in repr(shop)
    assert "secret" not in json.dumps([entry.as_json() for entry in office.told("shop")])


def test_shop_codes_go_on_over_companies_and_columns_start_anew(office):
    other = office.tempostar.found_company().company_id
    shop = office.tempostar.add_shop("店", "S", company_id=other)
    assert (shop.shop_code, shop.etc_column) == ("20002", "ETC1")


@pytest.mark.parametrize(("name", "short_name"), [("RoomClipShopping", "new"), ("new", "RCs")])
def test_refuses_a_shop_name_that_is_taken_within_the_company(office, name, short_name):
    with pytest.raises(Conflict, match="20001"):
        office.tempostar.add_shop(name, short_name)
    other = office.tempostar.found_company().company_id
    assert office.tempostar.add_shop(name, short_name, company_id=other).company_id == other


@pytest.mark.parametrize(
    "bad",
    [
        {"name": " "},
        {"short_name": ""},
        {"mall_type": "rakuten"},
        {"ftp_settings": "x" * 4001},
        {"mail_settings": "\x00"},
    ],
    ids=ascii,
)
def test_refuses_a_shop_with_a_bad_value(office, bad):
    with pytest.raises(BadValue, match=next(iter(bad))):
        office.tempostar.add_shop(**{"name": "店", "short_name": "S", **bad})
    assert len(office.tempostar.shops()) == 1


def test_an_unknown_shop_is_refused_with_the_codes_there_are(office):
    for call in (office.tempostar.shop, office.tempostar.update_stock_settings, office.tempostar.reflection_state):
        with pytest.raises(Unknown, match="20001"):
            call("99999")
    with pytest.raises(Unknown):
        office.tempostar.shop("\ud800")


def test_stock_settings_are_kept_and_told_of(office):
    shop = office.tempostar.update_stock_settings(office.shop_code, order_intake="起動", send_type=SendType.OTHER_FTP)
    assert office.tempostar.shop(office.shop_code) == shop
    assert (shop.stock.order_intake, shop.stock.send_type) == (Switch.ON, SendType.OTHER_FTP)
    entry = office.told("shop.settings_changed")[-1]
    assert entry.data == {
        "shop_code": office.shop_code, "changed": {"order_intake": "起動", "send_type": "外部FTP"}, "queued": 0,
    }  # fmt: skip


def test_bad_stock_settings_change_nothing(office):
    before = office.tempostar.shop(office.shop_code)
    with pytest.raises(BadValue):
        office.tempostar.update_stock_settings(office.shop_code, reflection="起動", interval_minutes=0)
    assert office.tempostar.shop(office.shop_code) == before
    assert office.tempostar.next_due() is None


def test_settings_saved_by_two_at_once_are_both_kept(office):
    save = office.tempostar.update_stock_settings
    other = Thread(target=save, args=(office.shop_code,), kwargs={"interval_minutes": 7})

    class WhileTheOtherSaves:
        def __str__(self) -> str:
            other.start()
            other.join(0.05)
            return "在庫数のみ"

    save(office.shop_code, output_columns=WhileTheOtherSaves())
    other.join(10)
    stock = office.tempostar.shop(office.shop_code).stock
    assert (stock.interval_minutes, stock.output_columns) == (7, "在庫数のみ")


def test_carriers_and_payments_are_kept_by_name(office):
    code = office.shop_code
    carrier = office.tempostar.add_carrier("その他", "その他", {code: "その他"})
    card = office.tempostar.add_payment("クレジットカード", {code: "クレジットカード"})
    amazon = office.tempostar.add_payment("Amazon決済", {code: "Amazon決済"})
    assert carrier == Carrier("その他", "その他", {code: "その他"})
    assert office.tempostar.carriers() == (carrier,)
    assert office.tempostar.payments() == (amazon, card)
    assert amazon == Payment("Amazon決済", {code: "Amazon決済"})
    assert [entry.kind for entry in office.told("carrier") + office.told("payment")] == [
        "carrier.added", "payment.added", "payment.added",
    ]  # fmt: skip


def test_refuses_a_second_row_of_one_name_or_for_one_name_of_a_shop(office):
    code = office.shop_code
    office.tempostar.add_payment("クレジットカード", {code: "カード"})
    office.tempostar.add_carrier("その他", "その他", {code: ""})
    office.tempostar.add_carrier("宅配", "宅配", {code: ""})
    for call in (
        lambda: office.tempostar.add_payment("クレジットカード", {}),
        lambda: office.tempostar.add_payment("デビット", {code: "カード"}),
        lambda: office.tempostar.add_carrier("その他", "x", {}),
    ):
        with pytest.raises(Conflict):
            call()
    assert (len(office.tempostar.payments()), len(office.tempostar.carriers())) == (1, 2)


def test_refuses_carriers_and_payments_with_bad_values(office):
    other = office.tempostar.found_company().company_id
    foreign = office.tempostar.add_shop("店", "S", company_id=other).shop_code
    for call in (
        lambda: office.tempostar.add_carrier("", "x", {}),
        lambda: office.tempostar.add_carrier("x", " ", {}),
        lambda: office.tempostar.add_payment("", {}),
        lambda: office.tempostar.add_payment("x", {office.shop_code: "\x00"}),
        lambda: office.tempostar.add_payment("x", {"99999": "x"}),
        lambda: office.tempostar.add_payment("x", {foreign: "x"}),
    ):
        with pytest.raises(Refused):
            call()
    assert office.tempostar.carriers() == office.tempostar.payments() == ()


def test_gives_a_carrier_and_a_payment_other_names_in_shops(office):
    tempostar, code = office.tempostar, office.shop_code
    tempostar.add_carrier("その他", "その他", {code: "その他"})
    tempostar.add_carrier("宅配", "宅配", {code: "宅配便"})
    tempostar.add_payment("後払い", {})
    assert tempostar.name_carrier("その他", {code: "郵便"}).shop_names == {code: "郵便"}
    assert tempostar.name_carrier("その他", {}).shop_names == {code: "郵便"}
    assert tempostar.name_payment("後払い", {code: "あと払い"}).shop_names == {code: "あと払い"}
    for refused, error in (
        (lambda: tempostar.name_carrier("その他", {code: "宅配便"}), Conflict),
        (lambda: tempostar.name_carrier("nope", {code: "x"}), Unknown),
        (lambda: tempostar.name_payment("nope", {code: "x"}), Unknown),
        (lambda: tempostar.name_payment("後払い", {"29999": "x"}), Unknown),
        (lambda: tempostar.name_payment("後払い", {code: "x" * 256}), BadValue),
    ):
        with pytest.raises(error):
            refused()
    assert tempostar.name_carrier("その他", {code: ""}).shop_names == {}
    assert [one.shop_names for one in tempostar.payments()] == [{code: "あと払い"}]
    assert [entry.data["name"] for entry in office.told("payment.named")] == ["後払い"]
