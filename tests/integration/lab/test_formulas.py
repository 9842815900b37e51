"""Codes and names that a spreadsheet would run, or a browser: pages show them as text, the sync carries every byte.

Stock files and order files are read by programs: nothing is put before a code that begins with `=`. What people open in
a spreadsheet is the template of the 商品CSV, and that holds no text of anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import urllib3

import reference
from simulator.lab import Lab
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.sales import Buyer
from simulator.tempostar.catalog import ProductInput, SkuInput

CODES = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("https://x.example")',
    "<script>alert(1)</script>",
)
NAME = "=1+1<img src=x onerror=alert(1)>"
RAW = re.compile(r"<script>alert|<img src=x|HYPERLINK\(\"")
STORE = "/roomclip/business/1"
PAGES = (
    "/tempostar/", "/tempostar/settings/shops", "/tempostar/settings/stock/20001", "/tempostar/settings/payments/new",
    "/tempostar/products", "/tempostar/products/edit?product_code=P", "/tempostar/products/carrying?product_code=P",
    "/tempostar/products/stock?product_code=P", "/tempostar/products/links?product_code=P", "/tempostar/stock",
    "/tempostar/orders", "/tempostar/area", "/tempostar/area/view?path=/netstock/20001/stock.csv&hex=1",
    f"{STORE}/items", f"{STORE}/items/edit?number=%3D1", f"{STORE}/items/import", f"{STORE}/linkage", f"{STORE}/runs",
    "/roomclip/shop/1/", "/roomclip/shop/1/item?number=%3D1", "/roomclip/shop/1/orders/RC00000001", "/mail/", "/mail/1",
    "/tempostar/settings/stock/%3Cscript%3Ealert(1)", "/roomclip/shop/1/item?number=%3Cscript%3Ealert(1)",
)  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Synced by the reference engine, with one order of all codes that went round."""
    with Lab() as lab:
        shop = lab.tempostar.add_shop(NAME, "RCs").shop_code
        lab.tempostar.update_stock_settings(shop, reflection="起動", order_intake="起動", file_suffix="なし")
        skus = tuple(SkuInput(code, sellable=number + 5) for number, code in enumerate(CODES))
        lab.tempostar.add_products([ProductInput("P", NAME, skus)])
        lab.tempostar.carry(shop, "P")
        lab.tempostar.link_in_bulk(shop, CODES)
        variants = tuple(VariantInput(code=code, price=100, colour=f"{NAME}{n}") for n, code in enumerate(CODES))
        lab.roomclip.register_item("1", ItemInput("=1", NAME, variants, "公開"))
        lab.mailbox.receive("a@b.example", ("c@d.example",), f"Subject: {NAME}\r\n\r\n{NAME} {CODES}".encode())
        account = lab.tempostar.issue_ftp_password()
        lab.roomclip.apply_for_linkage("1")
        lab.roomclip.save_linkage("1", ftp_user=account.user, ftp_password=account.password, shop_code=shop)
        lab.next_pass()
        environment = lab.engine_environment(tmp_path_factory.mktemp("engine"))
        assert reference.run_pass(environment).exit_code == 0
        assert lab.roomclip.levels("1") == lab.tempostar.levels()
        lines = [(variant.variant_id, 1) for variant in lab.roomclip.variants("1").variants]
        lab.roomclip.purchase("1", lines, buyer=Buyer(name=NAME, address=CODES[0]))
        for _ in range(3):
            environment["SYNC_NOW"] = lab.clock.now().isoformat()
            assert reference.run_pass(environment).exit_code == 0
            lab.next_pass()
        assert reference.run_pass(environment).exit_code == 0
        yield lab


def test_every_code_is_synced_and_ordered_as_it_is(lab):
    assert lab.roomclip.levels("1") == lab.tempostar.levels() == {code: n + 4 for n, code in enumerate(CODES)}
    (order,) = lab.tempostar.orders().rows
    assert {line.sku_code for line in order.lines} == set(CODES)


def test_the_stock_file_holds_every_code_byte_for_byte(lab):
    content = lab.area.read(10001, "/netstock/20001/stock.csv").decode("cp932")
    for code in CODES:
        assert '"' + code.replace('"', '""') + '",' in content


@pytest.mark.parametrize("path", PAGES)
def test_pages_show_text_as_text(lab, path):
    answer = urllib3.request("GET", lab.endpoints.http_url + path, headers={"Accept": "text/html"}, timeout=30)
    page = answer.data.decode("utf-8")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.status == (404 if "script" in path else 200)
    assert RAW.search(page) is None


def test_the_pages_do_show_it(lab):
    """Or nothing above would be shown."""
    shown = "".join(urllib3.request("GET", lab.endpoints.http_url + path, timeout=30).data.decode() for path in PAGES)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "=cmd|&#39; /C calc&#39;!A0" in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_the_template_for_a_spreadsheet_has_no_text_of_anybody(lab):
    template = urllib3.request("GET", f"{lab.endpoints.http_url}{STORE}/items/template.csv", timeout=30).data
    assert not [cell for cell in re.split(r'[",\r\n]+', template.decode("cp932")) if cell[:1] in set("=+-@\t")]
