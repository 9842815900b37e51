"""`python -m benchmarks.many [--companies N] [--shops N] [--skus N] [--engine]`: a lab of many companies, by hand.

What setting it up and its passes take, what the server takes for each page and for the calls an engine makes, each the
median of some requests over one kept connection; with --engine, one pass of the reference engine over all linkages,
after which every shop's stock has to be what TEMPOSTAR says. Seconds of CPU beside those of the clock on the wall: a
busy machine stretches the latter alone.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import urllib3

from benchmarks.pages import LIMIT_MS
from reference.bootstrap import run_pass
from simulator.lab import Lab
from simulator.many import Many, set_up_many
from tests.browser.pages import PAGES

_AGAIN = 7


@contextmanager
def told(what: str) -> Iterator[None]:
    """Print how long the inside took."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{what:<58} {time.perf_counter() - wall:8.2f} s   cpu {time.process_time() - cpu:8.2f} s", flush=True)


def median_ms(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of one call on the wall, and of CPU; the first may import and prepare, and does not count."""
    wall, cpu = [], []
    for _ in range(_AGAIN + 1):
        began, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return statistics.median(wall[1:]), statistics.median(cpu[1:])


def words(lab: Lab, many: Many) -> dict[str, str]:
    """What stands in the addresses of pages, taken from the last company's last shop where the page is not a shop's."""
    shop = many.shops[0].founded
    sku = lab.tempostar.skus(page_size=1).rows[0]
    item = next(one for one in lab.roomclip.items("1", "", 1, status="公開").items)
    lab.roomclip.set_stock("1", [(item.variants[0].variant_code or "", 5)])
    order = lab.roomclip.purchase("1", [(item.variants[0].variant_id, 1)])
    return {
        "shop_code": shop.shop_code,
        "sku": sku.sku_code,
        "product": sku.product_code,
        "folder": f"/netstock/{shop.shop_code}",
        "file": f"/netstock/{shop.shop_code}/stock.csv",
        "item": item.item_number,
        "order_id": order.order_id,
        "carrier": "その他",
        "payment": "クレジットカード",
        "entry": str(lab.journal.last_seq()),
    }


def pages(lab: Lab, many: Many) -> None:
    """Each page, slowest first."""
    pool, named, took = urllib3.PoolManager(), words(lab, many), {}
    paths = [page for page in PAGES if page.status == 200 and "{mail}" not in page.path and "WWW" not in page.path]
    token = lab.roomclip.linkages()[0].url_token
    addresses = {page.path: page.address(named) for page in paths}
    addresses |= {
        path: path
        for path in ("/roomclip/business/", "/roomclip/shop/", f"/roomclip/business/{many.shops[-1].roomclip_shop}/")
    }
    for path, address in addresses.items():
        size = 0

        def ask(address: str = address, path: str = path) -> None:
            nonlocal size
            if path == "/":  # its figures are counted anew when something has happened
                lab.roomclip.request_sync(token)
            answer = pool.request("GET", lab.endpoints.http_url + address)
            size = len(answer.data)
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")

        took[path] = (*median_ms(ask), size)
    for path, (wall, cpu, size) in sorted(took.items(), key=lambda one: -one[1][0]):
        mark = "  " if wall < LIMIT_MS else "! "
        print(f"{mark}{path:<56} {wall:8.1f} ms   cpu {cpu:7.1f} ms {size:>9,} bytes")


def calls(lab: Lab, many: Many) -> None:
    """What an engine asks the shop API for."""
    pool = urllib3.PoolManager(headers={"Authorization": f"Bearer {lab.roomclip.api_token()}"})
    url, shop, number = lab.endpoints.shop_api_url, many.shops[-1], count()
    code = next(iter(lab.roomclip.levels(shop.roomclip_shop)))
    now = lab.clock.now().isoformat()

    def post(path: str, body: object) -> None:
        answer = pool.request("POST", f"{url}/{path}", json=body)
        if answer.status >= 300:
            raise SystemExit(f"{path}: {answer.status} {answer.data!r}")

    for what, work in (
        ("GET linkages", lambda: pool.request("GET", f"{url}/linkages")),
        ("GET linkages, one of them", lambda: pool.request("GET", f"{url}/linkages?id={shop.roomclip_shop}")),
        ("GET variants", lambda: pool.request("GET", f"{url}/shops/{shop.roomclip_shop}/variants?limit=10000")),
        ("GET orders", lambda: pool.request("GET", f"{url}/shops/{shop.roomclip_shop}/orders?after=0")),
        (
            "POST stock, one row",
            lambda: post(
                f"shops/{shop.roomclip_shop}/stock", {"updates": [{"variant_code": code, "stock": next(number)}]}
            ),
        ),
        (
            "POST runs",
            lambda: post(
                f"linkages/{shop.roomclip_shop}/runs", {"started_at": now, "finished_at": now, "outcome": "ok"}
            ),
        ),
    ):
        wall, cpu = median_ms(work)
        print(f"  {what:<56} {wall:8.1f} ms   cpu {cpu:7.1f} ms")


def engine(lab: Lab, many: Many) -> None:
    """One pass over all linkages; every shop has to hold what TEMPOSTAR says."""
    with tempfile.TemporaryDirectory() as state, told(f"the engine's pass over {len(many.shops):,} linkages"):
        report = run_pass(lab.engine_environment(state))
    levels = {company: lab.tempostar.levels(company) for company in {one.founded.company_id for one in many.shops}}
    right = 0
    for shop in many.shops:
        held = lab.roomclip.levels(shop.roomclip_shop)
        right += all(levels[shop.founded.company_id][code] == stock for code, stock in held.items())
    print(f"exit {report.exit_code}: {right}/{len(many.shops)} shops in step")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    options.add_argument("--companies", type=int, default=50)
    options.add_argument("--shops", type=int, default=2000)
    options.add_argument("--skus", type=int, default=200, help="of each shop (200)")
    options.add_argument("--engine", action="store_true", help="run the reference engine over all linkages, too")
    chosen = options.parse_args()
    with Lab() as lab:
        with told("set up"):
            many = set_up_many(lab, companies=chosen.companies, shops=chosen.shops, skus_per_shop=chosen.skus)
        with told("first pass: every shop's file is written"):
            lab.next_pass()
        with told("a pass with nothing to send"):
            lab.next_pass()
        if chosen.engine:
            engine(lab, many)
        calls(lab, many)
        pages(lab, many)


if __name__ == "__main__":
    main()
