"""What the server takes for each page of a lab with many SKUs: the median of some requests over one kept connection."""

from __future__ import annotations

import statistics
import tempfile
import time

import urllib3

from reference.bootstrap import run_pass
from simulator.demo import ROOMCLIP_SHOP, set_up
from simulator.lab import Lab
from tests.browser.pages import PAGES
from tests.browser.populated import register_longest

SKUS = 100_000
LIMIT_MS = 50.0
_AGAIN = 5


def furnish(lab: Lab, skus: int) -> dict[str, str]:
    """The guide's shop with that many SKUs, synced, a sale, a failure mail; the words that addresses of pages take."""
    made = set_up(lab, skus=skus, seed=1, say=lambda _section, _sentence: None)
    register_longest(lab)
    with tempfile.TemporaryDirectory() as state:
        run_pass(lab.engine_environment(state))
        item = next(
            one for one in lab.roomclip.items(ROOMCLIP_SHOP, "", 1, status="公開").items if one.variants[0].stock
        )
        order = lab.roomclip.purchase(ROOMCLIP_SHOP, [(item.variants[0].variant_id, 1)])
        lab.tempostar.issue_ftp_password()  # RoomClip keeps the old one: the next pass fails
        run_pass(lab.engine_environment(state))
    sku = lab.tempostar.skus(search="", page=1).rows[0]
    return {
        "shop_code": made.shop_code,
        "sku": sku.sku_code,
        "product": sku.product_code,
        "folder": f"/netstock/{made.shop_code}",
        "file": f"/netstock/{made.shop_code}/stock.csv",
        "item": item.item_number,
        "order_id": order.order_id,
        "carrier": "その他",
        "payment": "クレジットカード",
        "entry": str(lab.journal.last_seq()),
        "mail": str(lab.mailbox.mails()[-1].seq),
    }


def page_times(skus: int = SKUS, again: int = _AGAIN) -> dict[str, float]:
    """Milliseconds for each page, by its path as `tests/browser/pages.py` lists it."""
    with Lab() as lab:
        words = furnish(lab, skus)
        pool = urllib3.PoolManager()
        took: dict[str, float] = {}
        for page in (page for page in PAGES if page.status == 200):
            url = f"{lab.endpoints.http_url}{page.address(words)}"
            times = [_request(pool, url) for _ in range(again + 1)][1:]  # the first may import and prepare
            took[page.path] = statistics.median(times)
    return took


def _request(pool: urllib3.PoolManager, url: str) -> float:
    began = time.perf_counter()
    answer = pool.request("GET", url)
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise SystemExit(f"{url}: {answer.status}")
    return took
