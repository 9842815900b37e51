"""Each profile is played: what its text says is seen from outside in its lab, and not in the guide's."""

from __future__ import annotations

import ftplib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from reference.bootstrap import run_pass
from simulator.config import TlsMode
from simulator.conformance.drivers import CallableEngine
from simulator.conformance.engine_under_test import EngineUnderTest
from simulator.conformance.profiles import DEFAULT, Profile, find_profile, profiles
from simulator.conformance.stock_folder import COMPANY
from simulator.conformance.world import World
from simulator.ftps_clients import ImplicitFtpTls
from simulator.lab import Lab
from simulator.tempostar.catalog import ProductInput, SkuInput
from simulator.tempostar.reflection import WRITE_SECONDS

TIMEOUT = 30.0
REFERENCE = CallableEngine(lambda environment: run_pass(environment).exit_code)


def begin(lab: Lab, profile: Profile, engine: EngineUnderTest | None = None) -> World:
    """A shop as the profile's merchant has it, two SKUs linked, one of them held back beyond what there is."""
    lab.reset()
    world = World(lab, cast("EngineUnderTest", engine), profile.stock_settings)
    world.finish_setup()
    skus = (SkuInput("ISU-01", sellable=5), SkuInput("ISU-02", sellable=2, held_back=5))
    lab.tempostar.add_products([ProductInput("ISU", "木の椅子", skus)])
    lab.tempostar.carry(world.shop_code, "ISU")
    for sku in skus:
        lab.tempostar.link(world.shop_code, sku.sku_code)
    return world


def change_one(world: World) -> None:
    world.lab.tempostar.set_stock("ISU-01", sellable=4)
    world.wait_for_pass()


def names(world: World) -> list[str]:
    return [file.name for file in world.lab.area.files(COMPANY, f"/netstock/{world.shop_code}")]


def lines(world: World) -> list[bytes]:
    return world.stock_content().splitlines()


def writes_every_sku(world: World) -> bool:
    world.wait_for_pass()
    change_one(world)
    return len(lines(world)) == 3


def shows_half_a_file(world: World) -> bool:
    world.go_to_pass()
    half = world.stock_content()
    world.lab.advance(seconds=WRITE_SECONDS)
    return world.stock_content().startswith(half) and half != world.stock_content()


def leaves_a_header_row(world: World) -> bool:
    world.wait_for_pass()
    world.wait_for_pass()
    return [len(lines(world)), names(world)] == [1, ["stock.csv"]]


def takes_the_file_away(world: World) -> bool:
    world.wait_for_pass()
    before = names(world)
    world.wait_for_pass()
    return [before, names(world)] == [["stock.csv"], []]


def begins_with_a_mark(world: World) -> bool:
    world.wait_for_pass()
    return world.stock_content().startswith('\ufeff"商品コード",'.encode())


def is_bare(world: World) -> bool:
    world.wait_for_pass()
    return lines(world) == [line.encode() for line in ("ISU-01,5,ISU,木の椅子,,", "ISU-02,0,ISU,木の椅子,,")]


def has_the_stock_first_and_the_code_last(world: World) -> bool:
    world.wait_for_pass()
    (header, row, _) = lines(world)
    columns = header.decode("cp932").replace('"', "").split(",")
    return [columns[0], columns[-1], row[:4], row[-8:]] == ["在庫数", "商品コード", b'"5",', b'"ISU-01"']


def log_in(client: ftplib.FTP_TLS, lab: Lab) -> None:
    account = lab.tempostar.ftp_account()
    assert account is not None
    client.connect(lab.endpoints.host, lab.endpoints.ftps_port)
    client.login(account.user, account.password)
    client.prot_p()


def refuses_a_session_of_its_own(world: World) -> bool:
    world.wait_for_pass()
    with ftplib.FTP_TLS(context=trust(world.lab), timeout=TIMEOUT) as client:
        log_in(client, world.lab)
        try:
            client.retrbinary(f"RETR {world.stock_path()}", lambda block: None)
        except (ftplib.error_perm, ftplib.error_temp) as refusal:
            return str(refusal).startswith("522")
        except (ssl.SSLError, OSError):  # it may close the data channel before its 522 is read
            return client.getresp().startswith("522")
    return False


def speaks_tls_with_the_first_byte(world: World) -> bool:
    client = ImplicitFtpTls(context=trust(world.lab), timeout=TIMEOUT)
    try:
        log_in(client, world.lab)
    except ssl.SSLError:
        return False
    finally:
        client.close()
    return world.lab.endpoints.tls is TlsMode.IMPLICIT


def adds_a_file_at_each_pass(world: World) -> bool:
    world.wait_for_pass()
    change_one(world)
    return names(world) == ["stock20260401090500.csv", "stock20260401091000.csv"]


def writes_a_number_below_zero(world: World) -> bool:
    world.wait_for_pass()
    return world.stock_rows()[1]["在庫数"] == "-3"


def trust(lab: Lab) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(lab.endpoints.ca_file))


PLAYED: dict[str, Callable[[World], bool]] = {
    "bare": is_bare,
    "dated-names": adds_a_file_at_each_pass,
    "delete": takes_the_file_away,
    "full": writes_every_sku,
    "header-only": leaves_a_header_row,
    "implicit-tls": speaks_tls_with_the_first_byte,
    "in-place": shows_half_a_file,
    "other-columns": has_the_stock_first_and_the_code_last,
    "raw-negatives": writes_a_number_below_zero,
    "session-reuse": refuses_a_session_of_its_own,
    "utf-8-bom": begins_with_a_mark,
}


@pytest.fixture(scope="module")
def guides() -> Iterator[Lab]:
    with Lab(find_profile(DEFAULT).lab_config()) as lab:
        yield lab


def test_every_profile_has_its_sign() -> None:
    assert {profile.name for profile in profiles()} - {DEFAULT} == PLAYED.keys()


@pytest.mark.parametrize("name", PLAYED)
def test_its_lab_shows_what_the_guides_does_not_and_the_reference_engine_copes(
    guides: Lab, name: str, tmp_path: Path
) -> None:
    shows, profile = PLAYED[name], find_profile(name)
    with Lab(profile.lab_config()) as lab:
        assert shows(begin(lab, profile))
        world = begin(lab, profile, EngineUnderTest(REFERENCE, lab, tmp_path))
        assert carry_over(world) == [{"ISU-01": 5, "ISU-02": 0}, {"ISU-01": 3, "ISU-02": 0}]
    assert not shows(begin(guides, find_profile(DEFAULT)))


def carry_over(world: World) -> list[dict[str, int]]:
    """What the shop has after a first pass, and after a quiet one and an order that TEMPOSTAR takes in."""
    world.import_items([{"種類別の自社管理コード": code} for code in ("ISU-01", "ISU-02")])
    world.wait_for_pass()
    world.sync()
    seen = [world.levels()]
    world.wait_for_pass()
    world.sync()
    world.send_orders([{"受注番号": "1", "商品コード": "ISU-01", "数量": "2"}])
    for _ in range(2):
        world.wait_for_pass()
        world.sync()
    assert [run.exit_code for run in world.engine.runs] == [0, 0, 0, 0]
    return [*seen, world.levels()]


def test_a_reset_goes_back_to_the_service_of_the_profile() -> None:
    with Lab(find_profile("full").lab_config()) as lab:
        lab.change_settings(content="diff")
        assert writes_every_sku(begin(lab, find_profile("full")))
