"""The shop API adapter against a real HTTP server whose answers the test writes."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import pytest

from reference.adapters.clock import JAPAN
from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.domain.matching import Variant
from reference.domain.orders import Order, OrderLine, OrderState
from reference.domain.plan import Batch, Update
from reference.domain.report import Counts, LinkageReport, Outcome
from reference.errors import ShopApiError, ShopTokenRefusedError
from reference.service.ports import Receipt
from tests.unit.reference.engine_fakes import BUYER, OPENING

TOKEN = "token-never-shown"
QUICK = HttpPatience(timeout=60.0, backoff_factor=0.0)
LINKAGE = {
    "id": "1",
    "shop_id": "1",
    "service": "tempostar",
    "state": "active",
    "ftp_user": "10001_0",
    "ftp_password": "never-shown",
    "shop_code": "20001",
    "notify_to": "owner@shop.example",
    "saved_at": "2026-04-01T09:00:00+09:00",
    "sync_now": True,
}
DROP = (0, {}, b"")


def variant(variant_id: str, code: str | None = "A", stock: object = 1):
    return {"variant_id": variant_id, "variant_code": code, "stock": stock, "listing_status": "公開"}


def ok(body: object, status: int = 200, **headers: str):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return status, headers, content


@dataclass
class Script:
    """Answers in turn, the last one for ever; `seen` are the requests."""

    answers: list = field(default_factory=list)
    seen: list = field(default_factory=list)


@pytest.fixture
def server():
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.seen.append((self.command, self.path, dict(self.headers), body))
            status, headers, content = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            if not status:
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name http.server calls

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        with HttpShop.open(f"http://127.0.0.1:{httpd.server_port}/api/v1/", TOKEN, QUICK) as shop:
            yield script, shop
        httpd.shutdown()
        thread.join()


def test_asks_for_one_linkage_once_and_finds_it_in_whatever_list_comes(server):
    script, shop = server
    script.answers = [ok({"linkages": [{**LINKAGE, "id": "2"}, LINKAGE]}), ok({"linkages": []}), ok({}, 429)]
    assert (shop.fetch_linkage("1").id, shop.fetch_linkage("1")) == ("1", None)
    with pytest.raises(ShopApiError, match="429"):
        shop.fetch_linkage("a b")
    assert [seen[1] for seen in script.seen] == [f"/api/v1/linkages?id={name}" for name in ("1", "1", "a+b")]


def test_reads_linkages_with_the_token_and_shows_no_secret(server):
    script, shop = server
    script.answers = [ok({"linkages": [LINKAGE]})]
    (linkage,) = shop.fetch_linkages()
    assert (linkage.shop_code, linkage.ftp_password, linkage.sync_now) == ("20001", "never-shown", True)
    assert "never-shown" not in f"{linkage!r}{shop!r}"
    assert script.seen[0][1:3][0] == "/api/v1/linkages"
    assert script.seen[0][2]["Authorization"] == f"Bearer {TOKEN}"


def test_reads_every_page_of_variants(server):
    script, shop = server
    script.answers = [
        ok({"variants": [variant("1", "A ")], "next_cursor": "c/1", "revision": 4}),
        ok({"variants": [variant("2", None)], "next_cursor": None, "revision": 4}),
    ]
    assert tuple(shop.fetch_variants("7")) == (Variant("1", "A ", 1, "公開"), Variant("2", None, 1, "公開"))
    assert script.seen[1][1] == "/api/v1/shops/7/variants?limit=10000&cursor=c%2F1"


def test_the_next_page_is_asked_for_while_the_present_one_is_read(server):
    script, shop = server
    script.answers = [ok({"variants": [variant("1", code=3)], "next_cursor": "c"}), ok({}, 500)]
    with pytest.raises(ShopApiError, match="variant_code is not text"):
        shop.fetch_variants("7")
    assert [seen[1].partition("cursor=")[2] for seen in script.seen] == ["", "c"]
    assert not any(one.name.startswith("ahead") for one in threading.enumerate()), "nobody waits for it any more"


def test_trouble_with_a_later_page_is_told_like_that_with_the_first(server):
    script, shop = server
    script.answers = [ok({"variants": [variant("1")], "next_cursor": "c"}), ok({"title": "Not today"}, 500)]
    with pytest.raises(ShopApiError, match=r"answered GET /shops/7/variants with 500 \(Not today\)"):
        shop.fetch_variants("7")


def order(seq: int = 4, **changes: object):
    return {
        "seq": seq,
        "order_id": "RC1",
        "ordered_at": "2026-04-01T00:03:00+00:00",
        "state": "placed",
        "payment_method": "Amazon決済",
        "shipping_method": "その他",
        "buyer": asdict(BUYER),
        "lines": [{"variant_code": "A", "name": "椅子", "option": "", "quantity": 2, "unit_price": 100}],
    } | changes


def test_reads_every_page_of_orders_until_one_is_empty(server):
    script, shop = server
    script.answers = [ok({"orders": [order(4), order(7, state="cancelled")]}), ok({"orders": []})]
    first, second = shop.fetch_orders("7", 3)
    at = datetime(2026, 4, 1, 9, 3, tzinfo=JAPAN)
    lines = (OrderLine("A", "椅子", "", 2, 100),)
    assert first == Order(4, "RC1", at, OrderState.PLACED, "Amazon決済", "その他", BUYER, lines)
    assert (f"{first.ordered_at:%H:%M}", second.seq, second.state) == ("09:03", 7, OrderState.CANCELLED)
    assert [path for _, path, _, _ in script.seen] == [
        "/api/v1/shops/7/orders?after=3&limit=1000",
        "/api/v1/shops/7/orders?after=7&limit=1000",
    ]


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([order(3)], "seq that is not after"),
        ([order(5), order(4)], "seq that is not after"),
        ([order(state="lost")], "state is neither placed nor cancelled"),
        ([order(ordered_at="yesterday")], "ordered_at is not a time"),
        ([order(ordered_at="2026-04-01T09:03:00")], "without its offset"),
        ([order(buyer=None)], "buyer is not an object"),
        ([order(buyer={})], "name is missing"),
        ([order(lines=[])], "lines is empty"),
        ([order(lines=[{"variant_code": "A", "name": "", "option": "", "quantity": -1}])], "quantity is not a whole"),
    ],
    ids=repr,
)
def test_orders_that_make_no_sense_are_refused_and_nobodys_address_is_shown(server, orders, words):
    script, shop = server
    script.answers = [ok({"orders": orders})]
    with pytest.raises(ShopApiError, match=words) as refusal:
        shop.fetch_orders("7", 3)
    assert BUYER.address not in str(refusal.value)


def test_sends_absolute_numbers_with_an_idempotency_key(server):
    script, shop = server
    script.answers = [ok({"updated": 1, "unchanged": 1, "rejected": [{"variant_code": "ソ", "reason": "unknown"}]})]
    receipt = shop.send_stock("7", Batch("key-1", (Update("A", 3), Update("ソ", 0)), OPENING))
    assert receipt == Receipt(1, 1, (("ソ", "unknown"),))
    method, path, headers, body = script.seen[0]
    assert (method, path, headers["Idempotency-Key"]) == ("POST", "/api/v1/shops/7/stock", "key-1")
    assert json.loads(body) == {"updates": [{"variant_code": "A", "stock": 3}, {"variant_code": "ソ", "stock": 0}]}


def test_reports_a_run_in_the_contracts_words(server):
    script, shop = server
    script.answers = [ok(b"", 201)]
    shop.report_run(LinkageReport("1", "7", "20001", OPENING, OPENING, Outcome.NOTHING_NEW, Counts(unmatched=1)))
    body = json.loads(script.seen[0][3])
    assert (script.seen[0][1], body["outcome"]) == ("/api/v1/linkages/1/runs", "ok")
    assert body["counts"] == {"updated": 0, "unchanged": 0, "unmatched": 1, "ambiguous": 0, "bad_rows": 0, "orders": 0}


@pytest.mark.parametrize(
    "trouble",
    [ok({}, 429, Retry_After="0"), ok({}, 503), ok({}, 503, Retry_After="0"), DROP],
    ids=["429", "503", "503b", "drop"],
)
@pytest.mark.parametrize("ask", ["read", "write"])
def test_tries_again_after_what_passes_by_itself(server, trouble, ask):
    script, shop = server
    script.answers = [trouble, trouble, ok({"linkages": [], "updated": 0, "unchanged": 0, "rejected": []})]
    if ask == "read":
        shop.fetch_linkages()
    else:
        shop.send_stock("7", Batch("key-1", (Update("A", 3),), OPENING))
    assert len(script.seen) == 3
    assert len({headers.get("Idempotency-Key") for _, _, headers, _ in script.seen}) == 1


@pytest.mark.parametrize("trouble", [ok({"title": "busy"}, 503), DROP], ids=["503", "drop"])
def test_gives_up_after_bounded_tries(server, trouble):
    script, shop = server
    script.answers = [trouble]
    with pytest.raises(ShopApiError, match="GET /linkages"):
        shop.fetch_linkages()
    assert len(script.seen) == 1 + QUICK.retries


@pytest.mark.parametrize("wait", ["31", "86400", "Fri, 31 Dec 2999 23:59:59 GMT", "9" * 5_000])
@pytest.mark.parametrize("status", [429, 503])
def test_a_longer_wait_than_a_pass_may_take_is_left_to_the_next_pass(server, status, wait):
    script, shop = server
    script.answers = [ok({"title": "Later"}, status, Retry_After=wait)]
    with pytest.raises(ShopApiError):
        shop.fetch_linkages()
    assert len(script.seen) == 1


@pytest.mark.parametrize("wait", ["1", "Wed, 01 Apr 2026 09:00:00 GMT"])
def test_comes_back_after_the_wait_it_was_asked_for(server, wait):
    script, shop = server
    script.answers = [ok({}, 429, Retry_After=wait), ok({"linkages": []})]
    started = monotonic()
    assert shop.fetch_linkages() == ()
    assert monotonic() - started >= (1 if wait == "1" else 0)


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 500, 302])
def test_other_statuses_are_errors_at_once(server, status):
    script, shop = server
    script.answers = [ok({"title": "Not today"}, status, Location="/elsewhere")]
    with pytest.raises(ShopApiError, match=rf"{status} \(Not today\)"):
        shop.fetch_variants("7")
    assert len(script.seen) == 1


def test_a_refused_token_says_what_to_do(server):
    script, shop = server
    script.answers = [ok({}, 401)]
    with pytest.raises(ShopTokenRefusedError, match="SYNC_SHOP_TOKEN") as refusal:
        shop.fetch_linkages()
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not an object"),
        (b"[" * 100_000, "not JSON"),
        (b"{}", "variants is missing"),
        ({"variants": 3}, "variants is not a list"),
        ({"variants": [3]}, "variants is not a list"),
        ({"variants": [{}]}, "variant_id is missing"),
        ({"variants": [variant("1", stock="3")]}, "stock is not a whole number"),
        ({"variants": [variant("1", stock=True)]}, "stock is not a whole number"),
        ({"variants": [variant("1", stock=-1)]}, "stock is not a whole number"),
        ({"variants": [variant("1", stock=2**63)]}, "stock is a number beyond 64 bits"),
        ({"variants": [variant("1", code="\ud800")]}, "variant_code is not text"),
        ({"variants": [variant("1")]}, "next_cursor is missing"),
        ({"variants": [], "next_cursor": "c"}, "would never end"),
        ({"variants": [variant("1")], "next_cursor": "c"}, "variant_id twice"),
    ],
    ids=repr,
)
def test_nonsense_is_refused_with_the_field_that_is_wrong(server, content, words):
    script, shop = server
    script.answers = [ok(content)]
    with pytest.raises(ShopApiError, match=words) as refusal:
        shop.fetch_variants("7")
    assert "GET /shops/7/variants" in str(refusal.value)


@pytest.mark.parametrize("second", [("3", "2"), ("2", "3"), ("0", "1")])
def test_a_variant_that_comes_again_on_a_later_page_is_refused(server, second):
    script, shop = server
    pages = [("1", "2"), second]
    script.answers = [
        ok({"variants": [variant(one) for one in page], "next_cursor": following})
        for page, following in zip(pages, ("c", None), strict=True)
    ]
    with pytest.raises(ShopApiError, match="variant_id twice"):
        shop.fetch_variants("7")


def test_an_unknown_state_of_a_linkage_is_not_taken_for_active(server):
    script, shop = server
    script.answers = [ok({"linkages": [{**LINKAGE, "state": "weird"}]})]
    with pytest.raises(ShopApiError, match="state is neither active nor paused"):
        shop.fetch_linkages()


def test_a_lone_surrogate_is_told_as_ever(server):
    """orjson does not take it; what it does not take is read by json."""
    script, shop = server
    script.answers = [
        ok(b'{"variants": [{"variant_id": "1", "variant_code": "\\ud800", "stock": 1, "listing_status": ""}]}')
    ]
    with pytest.raises(ShopApiError, match="variant_code is not text"):
        shop.fetch_variants("7")
