"""Addresses typed by hand, or by somebody who means no good: a page answers with what there is or what is amiss."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.web.app import create_app
from simulator.web.running import running
from tests.browser.pages import PAGES, Listed
from tests.browser.populated import Populated, populate

ODD = ("-1", f"{10**30}", "１", "%00", "' OR 1=1 --")
PARAMETERS = (
    *(
        "page",
        "before",
        "after",
        "size",
        "search",
        "sku",
        "code",
        "kind",
        "view",
        "text",
        "status",
        "stock",
        "in_stock",
    ),
    *("colour", "rows", "show", "hex", "secrets"),
)


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Populated]:
    with Lab() as lab:
        yield populate(lab, tmp_path_factory.mktemp("engine-state"))


@pytest.fixture
def client(populated: Populated) -> Iterator[FlaskClient]:
    app = create_app(populated.lab)
    yield app.test_client()
    for failure in running(app).failures:
        raise failure


def asked(path: str, names: tuple[str, ...], value: str) -> str:
    told = value if value.startswith("%") else quote(value)
    return f"{path}{'&' if '?' in path else '?'}{'&'.join(f'{name}={told}' for name in names)}"


@pytest.mark.parametrize("value", ODD)
def test_an_odd_value_breaks_no_page(client: FlaskClient, populated: Populated, value: str) -> None:
    for listed in (*PAGES, Listed("/lab/new"), Listed("/mail/new"), Listed("/lab/clock/time")):
        path = listed.address(populated.words)
        for names in (PARAMETERS, ("company",), ("number", "path", "product_code", "sku_code", "name", "sku", "code")):
            answer = client.get(asked(path, names, value))
            assert answer.status_code < 500, (path, names, value)


@pytest.mark.parametrize("number", ["0", "99999999", f"{10**30}", "-1", "x"])
def test_what_is_not_there_is_not_found(client: FlaskClient, number: str) -> None:
    for path in ("/lab/entries/", "/mail/", "/tempostar/settings/stock/", "/roomclip/shop/1/orders/"):
        assert client.get(path + number).status_code == 404, path
