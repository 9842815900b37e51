"""Many companies at once: what stands in the lab, who sees what, and that the engine brings every shop in step."""

from __future__ import annotations

import ftplib
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from reference.bootstrap import run_pass
from simulator.errors import BadValue, Conflict
from simulator.lab import Lab
from simulator.many import LinkedShop, Many, check_many, set_up_many

COMPANIES, SHOPS, SKUS = 3, 8, 6


@pytest.fixture(scope="module")
def lab():
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def many(lab):
    return set_up_all(lab)


def set_up_all(lab: Lab) -> Many:
    """The companies and shops of this file, each shop with its stock file."""
    made = set_up_many(lab, companies=COMPANIES, shops=SHOPS, skus_per_shop=SKUS, seed=5)
    lab.next_pass()
    return made


def codes_of(lab: Lab, shop: LinkedShop) -> dict[str, int]:
    """What TEMPOSTAR says of a shop's own SKUs."""
    mark = shop.founded.mark
    return {code: n for code, n in lab.tempostar.levels(shop.founded.company_id).items() if code.endswith(mark)}


@contextmanager
def logged_in(lab: Lab, user: str, password: str) -> Iterator[ftplib.FTP_TLS]:
    client = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=str(lab.endpoints.ca_file)))
    with closing(client):
        client.connect(lab.endpoints.host, lab.endpoints.ftps_port, timeout=10)
        client.login(user, password)
        client.prot_p()
        yield client


def test_shops_are_spread_evenly_and_linked_each_with_an_address_of_its_own(lab, many):
    assert sorted(Counter(one.founded.company_id for one in many.shops).values()) == [2, 3, 3]
    linkages = lab.roomclip.linkages()
    assert [(one.shop_id, one.state, one.sync_now) for one in linkages] == [
        (one.roomclip_shop, "active", True) for one in many.shops
    ]
    assert [(one.inputs.ftp_user, one.inputs.shop_code) for one in linkages] == [
        (one.founded.ftp_user, one.founded.shop_code) for one in many.shops
    ]
    assert len({one.inputs.notify_to for one in linkages}) == len({one.url_token for one in linkages}) == SHOPS
    assert {shop.stock.reflection for shop in lab.tempostar.shops()} == {"起動"}


def test_a_login_sees_its_own_companys_shops_only(lab, many):
    first, last = many.shops[0].founded, many.shops[-1].founded
    own = [one.founded.shop_code for one in many.shops if one.founded.company_id == first.company_id]
    with logged_in(lab, first.ftp_user, first.ftp_password) as client:
        assert client.nlst("/netstock") == own
        with pytest.raises(ftplib.error_perm, match="550"):
            client.voidcmd(f"SIZE /netstock/{last.shop_code}/stock.csv")
    with pytest.raises(ftplib.error_perm, match="530"), logged_in(lab, first.ftp_user, last.ftp_password):
        pass


def test_each_shop_has_codes_and_quantities_of_its_own_at_both_ends(lab, many):
    wanted = [codes_of(lab, one) for one in many.shops]
    assert [len(one) for one in wanted] == [SKUS] * SHOPS
    assert [set(lab.roomclip.levels(one.roomclip_shop)) for one in many.shops] == [set(one) for one in wanted]
    assert len({tuple(one.values()) for one in wanted}) > 1, "every shop has the same quantities"


def test_one_pass_of_the_engine_brings_every_shop_in_step(tmp_path):
    """A lab of its own, whose shops then hold something else. A big one by hand: `python -m benchmarks.many`."""
    with Lab() as own:
        many = set_up_all(own)
        assert run_pass(own.engine_environment(tmp_path)).exit_code == 0
        for shop in many.shops:
            assert own.roomclip.levels(shop.roomclip_shop) == codes_of(own, shop)
        assert not any(one.sync_now for one in own.roomclip.linkages())


def test_refuses_a_lab_that_has_something(lab, many):
    with pytest.raises(Conflict, match="zaikolab reset"):
        set_up_many(lab, companies=1, shops=1, skus_per_shop=1)
    assert lab.tempostar.counts()["shops"] == SHOPS


def test_a_refusal_of_one_end_leaves_the_other_as_it_was():
    lab = Lab()
    lab.roomclip.add_shop("もう一つ", "b@shop.example")
    with pytest.raises(Conflict, match="RoomClip"):
        set_up_many(lab, companies=1, shops=2, skus_per_shop=3)
    assert (lab.tempostar.counts()["shops"], lab.tempostar.ftp_account()) == (0, None)
    lab.stop()


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((3, 2, 1), "fewer than the 3 companies"),
        ((0, 1, 1), "companies=0"),
        ((1, 0, 1), "shops=0"),
        ((1, 1, 0), "skus_per_shop=0"),
        ((1, 80_000, 1), "from 1 to 79,999"),
        ((1, 2_000, 1_001), "1,000 SKUs of each at most"),
        ((True, 1, 1), "whole number"),
        ((1, "5", 1), "whole number"),
    ],
)
def test_refuses_numbers_that_cannot_be(numbers, said):
    with pytest.raises(BadValue) as refused:
        check_many(*numbers)
    assert said in str(refused.value)
