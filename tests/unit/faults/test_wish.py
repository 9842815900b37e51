"""What may be armed: everything of the catalogue, and nothing that could never fire."""

from __future__ import annotations

import pytest

from simulator.config import TlsMode
from simulator.errors import BadValue
from simulator.faults import control, data, http
from simulator.faults.catalogue import BY_NAME, CATALOGUE
from simulator.faults.kind import Layer
from simulator.faults.targets import route_of
from simulator.faults.wish import MOST_CALLS, Reach, Wish, check_wish

REACH = Reach(("20001", "20002"), TlsMode.EXPLICIT)


def wish(kind: str, *, on: str = "", path: str = "", nth: object = 1, times: object = 1, reach=REACH, **given) -> Wish:
    return check_wish(kind, on=on, path=path, nth=nth, times=times, parameters=given, reach=reach)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_every_kind_can_be_armed_at_each_of_its_targets_and_says_what_a_client_sees(kind):
    assert kind.layer.value == kind.name.split(".")[0]
    assert kind.summary.endswith(".")
    for target in kind.on:
        assert wish(kind.name, on=target).effect == kind.effect()


def test_the_catalogue_has_forty_kinds_and_more_over_six_layers_each_name_once():
    assert len(CATALOGUE) == len(BY_NAME) >= 40
    assert {kind.layer for kind in CATALOGUE} == set(Layer)
    assert len(Layer) == 6


def test_an_effect_carries_its_parameters_be_they_numbers_or_text_of_a_command_line():
    assert wish("data.cut", on="RETR", at=100).effect == data.Cut(at=100)
    assert wish("data.cut", on="retr", at="100").effect == data.Cut(at=100)
    assert wish("control.late", on="SIZE", seconds="0.5").effect == control.Late(seconds=0.5)
    assert wish("control.late", on="SIZE", seconds=2).effect == control.Late(seconds=2.0)
    assert wish("control.drop-before", on="RETR", how="reset").effect == control.DropBefore(how="reset")
    assert wish("http.status", on="get /api/v1/linkages", status=429).effect == http.Status(status=429)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "data.cutt", "on": "RETR"}, ["data.cutt", "Meant perhaps: data.cut"]),
        ({"kind": "moon.full"}, ["zaikolab fault list --catalogue"]),
        ({"kind": "data.cut"}, ["has to be said", "RETR, STOR, LIST, NLST, MLSD, or * for any"]),
        ({"kind": "data.cut", "on": "SIZE"}, ["could never fire there", "RETR, STOR, LIST"]),
        ({"kind": "control.busy", "on": "RETR"}, ["could never fire there", "strikes: CONNECT."]),
        (
            {"kind": "http.status", "on": "GET /api/v1/nothing"},
            ["could never fire", "POST /api/v1/shops/{shop_id}/stock"],
        ),
        ({"kind": "data.cut", "on": "RETR", "at": -1}, ["at=-1", "from 0 to 1,000,000,000 "]),
        ({"kind": "data.cut", "on": "RETR", "at": "1e3"}, ["at='1e3'", "a whole number"]),
        ({"kind": "data.cut", "on": "RETR", "at": True}, ["at=True", "a whole number"]),
        ({"kind": "data.cut", "on": "RETR", "at": 1.5}, ["at=1.5", "a whole number"]),
        ({"kind": "control.late", "on": "SIZE", "seconds": "nan"}, ["seconds='nan'", "a number from 0.01 to 3,600"]),
        ({"kind": "control.late", "on": "SIZE", "seconds": 0}, ["seconds=0", "from 0.01 to 3,600"]),
        ({"kind": "control.wrong-size", "by": 0}, ["by=0", "would do nothing"]),
        ({"kind": "control.late", "on": "SIZE", "seconds": "soon"}, ["seconds='soon'"]),
        ({"kind": "data.cut", "on": "RETR", "after": 1}, ["'after'", "It takes at."]),
        ({"kind": "control.busy", "code": 1}, ["'code'", "It takes text."]),
        ({"kind": "file.missing", "code": 1}, ["'code'", "It takes none."]),
        ({"kind": "control.drop-before", "on": "RETR", "how": "gently"}, ["how='gently'", "close, reset"]),
        ({"kind": "control.reply", "on": "RETR", "text": "a\r\nb"}, ["one line"]),
        ({"kind": "control.reply", "on": "RETR", "text": "x" * 401}, ["at most 400"]),
        ({"kind": "file.missing", "nth": 0}, ["nth=0", "from 1 to"]),
        ({"kind": "file.missing", "times": MOST_CALLS + 1}, ["times=", "from 1 to"]),
        ({"kind": "file.missing", "times": True}, ["times=True"]),
        ({"kind": "control.login-refused", "path": "/netstock/20001/x"}, ["calls of PASS have no path"]),
        ({"kind": "control.reply", "on": "PASS", "path": "/netstock/*/*"}, ["have no path", "RETR"]),
        ({"kind": "smtp.reply", "on": "MAIL", "path": "/x"}, ["have no path", "without a path"]),
        ({"kind": "data.cut", "on": "RETR", "path": "netstock/20001/stock.csv"}, ["/netstock/<ショップコード>/"]),
        ({"kind": "data.cut", "on": "RETR", "path": "/stock/20001/stock.csv"}, ["/netstock/<ショップコード>/"]),
        ({"kind": "data.cut", "on": "RETR", "path": "/netstock/20003/stock.csv"}, ["'20003'", "20001, 20002"]),
        ({"kind": "file.missing", "path": "/netorder/20001/a.csv"}, ["/netstock/"]),
        ({"kind": "file.missing", "path": "/netstock/20001"}, ["paths look like /netstock/<ショップコード>/<file>."]),
        (
            {"kind": "file.quota-full", "path": "/netstock/20001/a.csv"},
            ["look like /netorder/<ショップコード>/<file>."],
        ),
        (
            {"kind": "data.cut", "on": "STOR", "path": "/netorder/20001/log/a.csv"},
            ["/netorder/<ショップコード>/<file>."],
        ),
        (
            {"kind": "data.cut", "on": "RETR", "path": "/netstock/20001/old/stock.csv"},
            ["/netstock/<ショップコード>/<file>"],
        ),
        ({"kind": "data.cut", "on": "RETR", "path": "/**"}, ["/netstock/<ショップコード>/<file>"]),
        ({"kind": "data.cut", "on": "*", "path": "/netstock/20001/"}, ["paths look like"]),
        ({"kind": "control.reply", "on": "*", "path": "/netstock/20001/.."}, ["paths look like"]),
        ({"kind": "control.reply", "on": "*", "path": "/netstock/*/a\x1b"}, ["no control characters"]),
        ({"kind": "http.late", "on": "GET /api/v1/linkages", "path": "/api/v1/linkages"}, ["have no path"]),
        ({"kind": "http.late", "on": "GET /roomclip/stock-update/{token}", "path": "/roomclip/x"}, ["have no path"]),
        (
            {"kind": "http.late", "on": "POST /api/v1/shops/{shop_id}/stock", "path": "/api/v1/shop/1/stock"},
            ["requests of this route go to /api/v1/shops/{shop_id}/stock"],
        ),
    ],
    ids=str,
)
def test_what_could_never_fire_is_refused_with_what_could(given, told):
    with pytest.raises(BadValue) as refused:
        wish(**given)
    assert [one for one in told if one not in str(refused.value)] == []


def test_a_command_that_never_comes_under_implicit_tls_is_refused():
    with pytest.raises(BadValue, match="implicit"):
        wish("control.no-tls", reach=Reach((), TlsMode.IMPLICIT))


def test_a_path_before_there_is_a_shop_takes_a_star():
    none = Reach((), TlsMode.EXPLICIT)
    with pytest.raises(BadValue, match="there is no shop yet"):
        wish("data.cut", on="RETR", path="/netstock/20001/stock.csv", reach=none)
    assert wish("data.cut", on="RETR", path="/netstock/2000?/*", reach=REACH).path == "/netstock/2000?/*"


@pytest.mark.parametrize(
    "path", ["/netstock/20001/stock.csv", "/netstock/*/*", "/netorder/20002/log/x.done", "/*/20001/*", "/netstock", "/"]
)
def test_paths_of_the_area_may_narrow_it_down(path):
    assert wish("control.reply", on="*", path=path).path == path


def test_a_request_is_told_by_its_route():
    assert route_of("POST", "/api/v1/shops/7/stock") == "POST /api/v1/shops/{shop_id}/stock"
    assert route_of("GET", "/api/v1/shops/7/stock") is None
    assert route_of("GET", "/roomclip/stock-update/s3cret") == "GET /roomclip/stock-update/{token}"
    assert route_of("GET", "/api/v1/shops//orders") is None
    assert wish("http.late", on="POST /api/v1/shops/{shop_id}/stock", path="/api/v1/shops/1/stock").path
