"""Faults: each button arms what it says, the catalogue arms the rest, the list tells and clears."""

from __future__ import annotations

import pytest

from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Layer
from simulator.lab_pages.one_click import BY_KEY
from tests.integration.lab_pages.conftest import lines


@pytest.fixture
def sites(sites):
    """Labs with a shop and nothing else, which is all that faults ask for."""

    def make():
        site = sites(empty=True)
        site.lab.tempostar.add_shop("RoomClipShopping", "RCs")
        return site

    return make


@pytest.fixture
def site(sites):
    return sites()


def states(site):
    return [(one.kind, one.on, one.path, one.nth, one.times, one.parameters) for one in site.lab.faults.all()]


@pytest.mark.parametrize("key", BY_KEY)
def test_each_button_arms_its_fault_and_its_command_the_same(site, sites, key):
    one, twin = BY_KEY[key], sites()
    page = site.note(site.send("/lab/faults", "/lab/faults/one-click", containing=f'"{key}"'))
    (fault,) = site.lab.faults.all()
    assert (fault.kind, fault.times, fault.armed) == (one.kind, one.times, one.times)
    assert one.on in {fault.on, ""}
    assert {name: fault.parameters[name] for name in one.parameters} == dict(one.parameters)
    assert f"「{one.label}」を仕掛けました。" in page
    twin.call(lines(page)[0])
    assert states(twin) == states(site)


def test_there_is_a_button_for_every_layer():
    kinds = {kind.name: kind.layer for kind in CATALOGUE}
    assert {kinds[one.kind] for one in BY_KEY.values()} == set(Layer)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_every_kind_has_a_form_that_arms_it_with_what_it_shows(site, kind):
    path = f"/lab/faults/catalogue/{kind.name}"
    page = site.open(path)
    assert kind.summary in page
    given = {f"parameter-{one.name}": str(one.default) for one in kind.parameters}
    answer = site.client.post(
        path, data={**site.hidden(path, path), "on": kind.on[0], "nth": "2", "times": "3", **given}
    )
    assert answer.status_code == 303
    (fault,) = site.lab.faults.all()
    assert (fault.kind, fault.on, fault.nth, fault.times) == (kind.name, kind.on[0], 2, 3)
    assert fault.parameters == {one.name: one.default for one in kind.parameters}


@pytest.mark.parametrize(
    ("kind", "fields", "beside"),
    [
        ("data.cut", {"on": "RETR", "parameter-at": "-1"}, "field-parameter-at-problem"),
        ("data.cut", {"on": "RETR", "parameter-at": "x<script>"}, "field-parameter-at-problem"),
        ("data.cut", {"on": ""}, "field-on-problem"),
        ("data.cut", {"on": "RETR", "nth": "0"}, "field-nth-problem"),
        ("data.cut", {"on": "RETR", "times": "many"}, "field-times-problem"),
        ("data.cut", {"on": "RETR", "path": "/nowhere"}, "field-path-problem"),
        ("control.wrong-size", {"parameter-by": "0"}, "field-parameter-by-problem"),
        ("http.status", {"on": "*", "parameter-status": "200"}, "field-parameter-status-problem"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_says_why_beside_the_field(site, kind, fields, beside):
    path = f"/lab/faults/catalogue/{kind}"
    answer = site.client.post(path, data={**site.hidden(path, path), **fields})
    assert answer.status_code == 422
    assert f'id="{beside}"' in answer.text
    assert '<summary>詳しい理由（英語）</summary><p lang="en">' in answer.text
    assert "<script>" not in answer.text.replace('<script src="', "")
    assert site.lab.faults.all() == ()


def test_the_form_has_japanese_labels_for_what_a_fault_takes(site):
    assert ">バイト数(at)</label>" in site.open("/lab/faults/catalogue/data.cut")


def test_a_form_of_the_catalogue_does_what_its_command_does(site, sites):
    twin, path = sites(), "/lab/faults/catalogue/data.cut"
    fields = {"on": "RETR", "path": "/netstock/20001/*", "nth": "2", "times": "3", "parameter-at": "40"}
    answer = site.client.post(path, data={**site.hidden(path, path), **fields})
    twin.call(lines(site.note(answer))[0])
    assert states(site) == states(twin) == [("data.cut", "RETR", "/netstock/20001/*", 2, 3, {"at": 40})]


def test_the_list_tells_how_each_stands_and_clears_it(site):
    site.lab.faults.arm("http.late", {"seconds": 5}, on="*", times=2)
    second = site.lab.faults.arm("tls.expired", on="SMTP")
    page = site.open("/lab/faults")
    assert "あと 2 回" in page
    assert "0 / 2" in page
    site.send("/lab/faults", f"/lab/faults/{second.id}/clear")
    assert [one.kind for one in site.lab.faults.all()] == ["http.late"]
    site.send("/lab/faults", "/lab/faults/clear")
    assert site.lab.faults.all() == ()


def test_what_was_cleared_before_is_told(site):
    fault = site.lab.faults.arm("tls.expired", on="SMTP")
    form = site.hidden("/lab/faults", f"/lab/faults/{fault.id}/clear")
    fault.clear()
    answer = site.client.post(f"/lab/faults/{fault.id}/clear", data=form)
    assert answer.status_code == 404
    assert "見つかりません" in answer.text
    site.open("/lab/faults/catalogue/nothing", 404)
