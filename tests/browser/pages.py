"""All pages of the lab, one line each. A route that no line opens, and that is not in NO_PAGES, turns a test red."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.browser.populated import CODES, FROM_RIGHT, LONG, LONGER, ODD_CODE, SCRIPT, VENDOR


@dataclass(frozen=True, slots=True)
class Listed:
    """A page. `path`: its address, with words of `Populated` in braces; `shows`: texts that have to be read on it;
    `status`: what it is answered with."""

    path: str
    shows: tuple[str, ...] = ()
    status: int = 200

    def __init__(self, path: str, *shows: str, status: int = 200) -> None:
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "shows", shows)
        object.__setattr__(self, "status", status)

    def address(self, words: dict[str, str]) -> str:
        """The path with its words filled in."""
        return self.path.format_map({name: quote(word, safe="/") for name, word in words.items()})


PAGES = (
    Listed("/"),
    Listed("/no/such/page", status=404),
    Listed("/tempostar/"),
    Listed("/tempostar/settings"),
    Listed("/tempostar/settings/shops", SCRIPT, VENDOR, LONG, FROM_RIGHT),
    Listed("/tempostar/settings/shops/new"),
    Listed("/tempostar/settings/stock", SCRIPT),
    Listed("/tempostar/settings/stock/{shop_code}", SCRIPT),
    Listed("/tempostar/settings/stock/99999", status=404),
    Listed("/tempostar/settings/carriers", SCRIPT),
    Listed("/tempostar/settings/carriers/new", FROM_RIGHT),
    Listed("/tempostar/settings/carriers/edit?name={carrier}", FROM_RIGHT),
    Listed("/tempostar/settings/payments", VENDOR),
    Listed("/tempostar/settings/payments/edit?name={payment}", VENDOR),
    Listed("/tempostar/settings/payments/new", FROM_RIGHT),
    Listed("/tempostar/settings/ftp-password"),
    Listed("/tempostar/settings/ftp-password?show=1"),
    Listed("/tempostar/products", SCRIPT, VENDOR, FROM_RIGHT, LONG),
    Listed("/tempostar/products/new"),
    Listed("/tempostar/products/edit?product_code={product}", SCRIPT, ODD_CODE),
    Listed("/tempostar/products/carrying?product_code={product}", SCRIPT),
    Listed("/tempostar/products/stock?product_code={product}", SCRIPT, ODD_CODE),
    Listed("/tempostar/products/links?product_code={product}", SCRIPT, ODD_CODE),
    Listed("/tempostar/stock", SCRIPT, VENDOR, FROM_RIGHT, LONG, *CODES),
    Listed("/tempostar/stock?search={sku}", ODD_CODE),
    Listed("/tempostar/orders", SCRIPT),
    Listed("/tempostar/area"),
    Listed("/tempostar/area?path={folder}", "stock.csv"),
    Listed("/tempostar/area/view?path={file}", "CP932"),
    Listed("/roomclip/business/1/"),
    Listed("/roomclip/business/1/items", SCRIPT, VENDOR, FROM_RIGHT, LONG),
    Listed("/roomclip/business/1/items?search=" + LONGER, LONGER),
    Listed("/roomclip/business/1/items/edit?number=" + LONGER, LONGER),
    Listed("/roomclip/business/1/items/import", f"{SCRIPT}.csv"),
    Listed("/roomclip/business/1/items/new"),
    Listed("/roomclip/business/1/items/new?kind=種類あり"),
    Listed("/roomclip/business/1/items/edit?number={item}", SCRIPT, ODD_CODE),
    Listed("/roomclip/business/1/linkage"),
    Listed("/roomclip/business/1/runs"),
    Listed("/roomclip/shop/1/", SCRIPT, VENDOR, FROM_RIGHT, LONG),
    Listed("/roomclip/shop/1/item?number=" + LONGER, LONGER),
    Listed("/roomclip/shop/1/item?number={item}", SCRIPT),
    Listed("/roomclip/shop/1/orders"),
    Listed("/roomclip/shop/1/orders/{order_id}", SCRIPT),
    Listed("/mail/"),
    Listed("/mail/{mail}"),
    Listed("/lab/"),
    Listed("/lab/entries/{entry}"),
    Listed("/lab/sku?code={sku}", ODD_CODE, "在庫一覧で見る"),
    Listed("/lab/faults"),
    Listed("/lab/faults/1"),
    Listed("/lab/faults/catalogue"),
    Listed("/lab/faults/catalogue/data.cut"),
    Listed("/lab/settings"),
    Listed("/lab/states"),
    Listed("/lab/engine"),
)

NO_PAGES = {
    "/roomclip/business/": "leads on to the first shop",
    "/roomclip/shop/": "leads on to the first shop",
    "/roomclip/business/<shop_id>/items/template.csv": "a file",
    "/tempostar/area/file": "a file",
    "/tempostar/products/bulk-carrying": "leads back to the list whose form makes the page; test_forms.py looks at it",
    "/tempostar/stock/bulk-links": "leads back to the list whose form makes the page; test_forms.py looks at it",
    "/mail/<int:seq>/source": "plain text",
    "/mail/<int:seq>/raw": "a file",
    "/mail/new": "a part of the inbox",
    "/lab/new": "a part of the timeline",
    "/lab/clock/time": "a part of every page",
}
"""Routes that answer GET and are no pages: the rule, and what they are instead."""
