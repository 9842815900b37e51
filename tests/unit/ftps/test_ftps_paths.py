from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tempostar.ftps.paths import Place, folders_in, is_file_name, place_of, resolve

SHOPS = ("20001",)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", Place.ROOT),
        ("/netstock", Place.NETSTOCK),
        ("/netstock/20001", Place.STOCK_FOLDER),
        ("/netstock/20001/stock.csv", Place.STOCK_FILE),
        ("/netstock/20001/log", Place.STOCK_FILE),
        ("/netorder", Place.NETORDER),
        ("/netorder/20001", Place.ORDER_FOLDER),
        ("/netorder/20001/order.csv", Place.ORDER_FILE),
        ("/netorder/20001/log", Place.LOG_FOLDER),
        ("/netorder/20001/log/order.csv.done", Place.LOG_FILE),
        ("/netstock/20002", Place.NOWHERE),
        ("/netstock/20002/stock.csv", Place.NOWHERE),
        ("/netstock/20001/a/b", Place.NOWHERE),
        ("/netorder/20001/other/a", Place.NOWHERE),
        ("/netorder/20001/log/a/b", Place.NOWHERE),
        ("/NETSTOCK/20001", Place.NOWHERE),
        ("/order", Place.NOWHERE),
    ],
)
def test_a_path_names_one_kind_of_place(path, place):
    assert place_of(path, SHOPS) is place


@pytest.mark.parametrize(
    ("path", "folders"),
    [
        ("/", ("netorder", "netstock")),
        ("/netstock", ("20001", "20003")),
        ("/netorder", ("20001", "20003")),
        ("/netstock/20001", ()),
        ("/netorder/20001", ("log",)),
        ("/netorder/20001/log", ()),
        ("/netstock/20002", None),
        ("/netstock/20001/stock.csv", None),
        ("/order", None),
    ],
)
def test_a_folder_holds_the_folders_of_the_contract(path, folders):
    assert folders_in(path, ("20003", "20001")) == folders


@pytest.mark.parametrize(
    ("cwd", "argument", "path"),
    [
        ("/", "", "/"),
        ("/netstock", "20001", "/netstock/20001"),
        ("/netstock", "/netorder", "/netorder"),
        ("/netstock", "..", "/"),
        ("/", "../../..", "/"),
        ("/netstock/20001", "../20002/./x", "/netstock/20002/x"),
        ("/", "//netstock", "/netstock"),
        ("/", "//", "/"),
        ("/", "///a", "/a"),
    ],
)
def test_a_clients_path_becomes_absolute_and_plain(cwd, argument, path):
    assert resolve(cwd, argument) == path


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_path_leads_outside_the_root(cwd, argument):
    path = resolve(cwd, argument)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert ".." not in path.split("/")
    assert resolve("/", path) == path


@given(st.text())
def test_a_path_of_the_area_never_has_another_companys_code_in_it(tail):
    assert place_of(resolve("/netstock/20002", tail.replace("..", "").replace("/", "")), SHOPS) is Place.NOWHERE


@pytest.mark.parametrize("name", ["stock.csv", "在庫ソ表①㈱.csv", "a b", "-x", "...", "あ" * 85, "log"])
def test_names_a_client_may_use(name):
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "a\x00b", "a\nb", "a\x7fb", "a\x85b", "a\u2028b", "あ" * 86, "a" * 256],
)
def test_names_a_client_may_not_use(name):
    assert not is_file_name(name)


def test_half_a_character_is_no_name():
    assert not is_file_name("\ud800")
