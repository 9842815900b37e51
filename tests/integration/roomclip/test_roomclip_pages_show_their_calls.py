"""Each form of RoomClipビジネス and of the storefront does what the call does that its note shows: a lab changed by the
pages and its twin changed by these calls come to the same."""

from __future__ import annotations

import html
import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from simulator.lab import Lab
from simulator.web.app import create_app
from tests.integration.roomclip.browser import Browser

FIXTURES = Path(__file__).parents[3] / "fixtures"
BUSINESS, SHOP = "/roomclip/business/1", "/roomclip/shop/1"
PASSWORD = "geheim"
CHAIR = {"item_number": "R-1", "name": "椅子 ①", "status": "公開"}
LINKAGE = {"ftp_user": "10001_0", "ftp_password": PASSWORD, "shop_code": "20001", "notify_to": "a@shop.example"}
EDIT = f"{BUSINESS}/items/edit?number=R-1"


class Twins:
    """One lab whose pages are used, and one that gets the calls these pages show."""

    def __init__(self, paged: Lab, called: Lab) -> None:
        self.labs = paged, called
        self.browser = Browser(create_app(paged).test_client())
        self.client: FlaskClient = create_app(called).test_client()

    def send(self, page: str, path: str, *, upload: Path | None = None, **fields: str) -> None:
        """Send a form, and make the call that the next page shows."""
        given: dict[str, object] = {**self.browser.fields(page, path), **fields}
        if upload is not None:
            given["file"] = (io.BytesIO(upload.read_bytes()), upload.name)
        answer = self.browser.client.post(path, data=given)
        assert answer.status_code == 303, html.unescape(answer.text)
        shown = self.browser.client.get(answer.headers["Location"]).text
        command = re.search(r"いまの操作をコマンドで.*?<code>(.*?)</code>", shown, re.DOTALL)
        assert command is not None, shown
        words = shlex.split(html.unescape(command[1]))
        assert words[:2] == ["zaikolab", "call"]
        self.call(*words[2:], upload=upload)
        assert self.state(0) == self.state(1)

    def call(self, method: str, path: str, body: str = "", *, upload: Path | None = None) -> None:
        if body.startswith("@"):
            assert upload is not None
            sent = {"data": upload.read_bytes(), "content_type": "text/csv"}
        else:
            # A password is never shown; whoever types the call puts it in.
            sent = {"json": json.loads(body.replace("********", PASSWORD))} if body else {}
        answer = self.client.open(f"/lab/v1{path}", method=method, **sent)
        assert answer.status_code < 300, answer.text

    def state(self, number: int) -> object:
        lab = self.labs[number]
        linkage = lab.roomclip.linkage("1")
        told = [entry for entry in lab.journal.read(limit=1000) if entry.service == "roomclip"]
        return (
            lab.roomclip.items("1"),
            None if linkage is None else (linkage.state, linkage.inputs, linkage.sync_now),
            lab.roomclip.orders("1"),
            [(entry.kind, entry.skus) for entry in told],
        )


@pytest.fixture
def twins() -> Iterator[Twins]:
    labs = Lab(), Lab()
    yield Twins(*labs)
    for lab in labs:
        lab.stop()


@pytest.fixture
def chair(twins: Twins) -> Twins:
    """Both labs with one 種類あり item, registered by the page and by its call."""
    rows = {"colour-0": "黒", "code-0": "A-1", "price-0": "980", "colour-1": "白", "size-1": "M", "code-1": "A-2"}
    new = f"{BUSINESS}/items/new"
    twins.send(f"{new}?kind=種類あり", new, kind="種類あり", **CHAIR, **rows)
    return twins


def test_registering_and_editing(chair):
    rows = {"colour-0": "黒", "code-0": "B-1", "price-0": "1", "colour-1": "白", "size-1": "M", "code-1": "A-2"}
    chair.send(EDIT, f"{BUSINESS}/items/edit", **(CHAIR | {"name": "机"}), kind="種類あり", **rows)
    assert chair.labs[1].roomclip.item("1", "R-1").name == "机"


def test_a_single_item(twins):
    new = f"{BUSINESS}/items/new"
    twins.send(new, new, kind="単品", **CHAIR, **{"code-0": " A-1 ", "price-0": "1", "stock-0": "2"})
    assert twins.labs[1].roomclip.levels("1") == {" A-1 ": 2}


def test_changing_the_status(chair):
    path = f"{BUSINESS}/items/status"
    chair.send(f"{BUSINESS}/items", path, item_number="R-1", status="非公開")
    assert chair.labs[1].roomclip.item("1", "R-1").status == "非公開"


def test_changing_stock_by_hand(chair):
    first = chair.labs[0].roomclip.variants("1").variants[0].variant_id
    page = chair.browser.open(EDIT)
    seen = re.search(rf'name="seen" value="(\w+)"><input type="hidden" name="variant_id" value="{first}"', page)
    assert seen is not None
    answer = chair.browser.send(EDIT, f"{BUSINESS}/items/stock?number=R-1", variant_id=first, stock="5", seen=seen[1])
    assert f"zaikolab call PUT /roomclip/shops/1/variants/{first}/stock" in answer
    chair.call("PUT", f"/roomclip/shops/1/variants/{first}/stock", '{"stock": 5}')
    assert chair.state(0) == chair.state(1)


def test_deleting(chair):
    chair.send(EDIT, f"{BUSINESS}/items/delete", item_number="R-1")
    assert chair.labs[1].roomclip.items("1").total == 0


def test_importing(twins):
    path = f"{BUSINESS}/items/import"
    twins.send(path, path, upload=FIXTURES / "items-warnings.csv")
    assert twins.labs[1].roomclip.items("1").total == 4
    records = [lab.roomclip.last_import("1") for lab in twins.labs]
    assert [one.file_name for one in records] == ["items-warnings.csv"] * 2
    assert records[0].warnings == records[1].warnings


def test_the_linkage_from_application_to_resuming(twins):
    page = f"{BUSINESS}/linkage"
    twins.send(page, f"{page}/apply", service="tempostar")
    save = {"page": page, "path": page}
    twins.send(**save, **LINKAGE)
    twins.send(page, f"{page}/pause")
    twins.send(page, f"{page}/resume")
    twins.send(**save, **(LINKAGE | {"shop_code": "20002"}))
    assert twins.labs[1].roomclip.linkage("1").inputs.shop_code == "20002"


def test_buying_and_cancelling(chair):
    for lab in chair.labs:
        lab.roomclip.set_stock("1", [("A-1", 3), ("A-2", 1)])
    chair.send(
        f"{SHOP}/item?number=R-1", f"{SHOP}/buy?number=R-1&colour=黒&size=", colour="黒", size="", quantity="2",
        payment_method="Amazon決済",
    )  # fmt: skip
    order = f"{SHOP}/orders/RC00000001"
    chair.send(order, f"{order}/cancel")
    assert chair.labs[1].roomclip.levels("1") == {"A-1": 3, "A-2": 1}
