"""Plain Python where a scenario would say too little: the lab's verbs, the engine, and faults that strike on order."""

import pytest

from simulator.conformance.engine_under_test import EngineUnderTest
from simulator.lab import Lab

SHOP = "1"


@pytest.fixture
def linked(lab: Lab) -> Lab:
    """A lab with ten SKUs on both ends, linked, and a stock file waiting."""
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.tempostar.update_stock_settings(shop.shop_code, reflection="起動", file_suffix="なし")
    lab.seed(10)
    account = lab.tempostar.issue_ftp_password()
    lab.roomclip.apply_for_linkage(SHOP)
    lab.roomclip.save_linkage(SHOP, ftp_user=account.user, ftp_password=account.password, shop_code=shop.shop_code)
    lab.next_pass()  # time is the lab's: five minutes are over at once
    return lab


def test_stock_arrives(linked: Lab, engine: EngineUnderTest) -> None:
    assert engine.run().exit_code == 0
    assert linked.roomclip.levels(SHOP) == linked.tempostar.levels()


def test_a_file_cut_short_is_not_believed(linked: Lab, engine: EngineUnderTest) -> None:
    before = linked.roomclip.levels(SHOP)
    with linked.fault("data.cut-silently", on="RETR", times=100, at=200) as cut:  # "226 Transfer complete" all the same
        assert engine.run().exit_code == 1
    assert cut.fired, "the engine fetched no file"
    assert linked.roomclip.levels(SHOP) == before
    assert len(linked.mailbox.mails()) == 1


def test_a_busy_shop_is_asked_again(linked: Lab, engine: EngineUnderTest) -> None:
    stock = "POST /api/v1/shops/{shop_id}/stock"
    with linked.fault("http.status", on=stock, status=429, retry_after=0) as busy:
        assert engine.run().exit_code == 0
    assert busy.fired == 1
    assert linked.roomclip.levels(SHOP) == linked.tempostar.levels()
