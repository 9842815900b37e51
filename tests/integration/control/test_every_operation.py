"""One walk through the whole API: what is documented answers, and what answers is documented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from simulator.faults.catalogue import CATALOGUE

CSV = (
    "商品管理番号,親子・単品フラグ,商品名,カラー,サイズ,種類別の自社管理コード,販売価格,在庫数,出品ステータス\r\n"
    "C-1,0,髙級椅子①,,,C1,100,0,公開\r\n"
)
VARIANT = "0000000001"
SHOP, COMPANY = "tempostar/shops/20001", "tempostar/companies"
STORE = "roomclip/shops/1"


@dataclass
class Walk:
    client: FlaskClient
    made: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        answer = self.client.open(f"/lab/v1/{path}", method=method, **options)
        assert answer.status_code == status, (method, path, answer.text)
        self.made.add((method.lower(), f"/lab/v1/{path}".split("?")[0]))
        return answer.json if answer.is_json else answer.data


def test_every_operation_answers_as_documented(client):
    walk = Walk(client)
    walk_lab_before(walk)
    walk_tempostar(walk)
    walk_roomclip(walk)
    walk_lab_after(walk)
    document = client.get("/lab/v1/openapi.json").json
    documented = {(method, path) for path, methods in document["paths"].items() for method in methods}
    walked = {(method, rule) for method, path in walk.made for rule in matching(method, path, documented)}
    assert walked == documented


def matching(method: str, path: str, documented: set[tuple[str, str]]) -> list[str]:
    fits = [
        rule
        for one, rule in documented
        if one == method and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(rule)), path)
    ]
    return [min(fits, key=lambda rule: rule.count("{"))] if fits else []


def walk_lab_before(walk: Walk) -> None:
    assert walk("GET", "state")["clock"] == {"mode": "frozen", "rate": 1.0}
    assert walk("GET", "settings")["settings"]["content"] == "diff"
    assert walk("PATCH", "settings", {"slice_size": 100, "bulk_delay_minutes": 2})["settings"]["slice_size"] == 100
    assert walk("GET", "clock")["now"] == "2026-04-01T09:00:00+09:00"
    assert walk("PUT", "clock", {"now": "2026-04-01T09:01:00+09:00"})["now"] == "2026-04-01T09:01:00+09:00"
    walk_faults(walk)
    assert walk("POST", "clock/advance", {"minutes": 1.5, "seconds": 30})["now"] == "2026-04-01T09:03:00+09:00"


def walk_faults(walk: Walk) -> None:
    kinds = walk("GET", "faults/catalogue")["kinds"]
    assert [kind["name"] for kind in kinds] == [kind.name for kind in CATALOGUE]
    wish = {"kind": "data.cut", "on": "RETR", "nth": 2, "times": 3, "parameters": {"at": 10}}
    armed = walk("POST", "faults", wish, status=201)
    assert armed == {**wish, "id": 1, "path": "", "armed": 3, "matched": 0, "fired": 0}
    walk("POST", "faults", {"kind": "file.missing"}, status=201)
    assert walk("GET", "faults")["faults"][0] == armed
    walk("DELETE", "faults/1")
    walk("DELETE", "faults/1", status=404)
    assert walk("DELETE", "faults") == {"cleared": 1}
    refused = walk("POST", "faults", {**wish, "on": "SIZE"}, status=422)
    assert (refused["field"], "RETR, STOR, LIST" in refused["next_step"]) == ("on", True)


def walk_tempostar(walk: Walk) -> None:
    assert walk("POST", COMPANY, status=201) == {"company_id": 10002, "ftp_user": "10002_0"}
    assert len(walk("GET", COMPANY)["companies"]) == 2
    assert walk("GET", f"{COMPANY}/10001/ftp-account") == {"user": "10001_0", "password": None}
    issued = walk("POST", f"{COMPANY}/10001/ftp-password")
    assert walk("GET", f"{COMPANY}/10001/ftp-account") == issued
    shop = walk("POST", "tempostar/shops", {"name": "RoomClipShopping", "short_name": "RCs"}, status=201)
    assert (shop["shop_code"], shop["stock"]["reflection"]) == ("20001", "停止")
    assert [one["shop_code"] for one in walk("GET", "tempostar/shops?company_id=10001")["shops"]] == ["20001"]
    changed = walk("PATCH", f"{SHOP}/stock-settings", {"reflection": "起動", "file_suffix": "なし"})
    assert (changed["stock"]["file_suffix"], changed["state"]["next_pass"]) == ("なし", "2026-04-01T09:08:00+09:00")
    names = {"20001": "その他"}
    walk("POST", "tempostar/carriers", {"name": "その他", "console_name": "その他", "shop_names": names}, status=201)
    assert walk("GET", "tempostar/carriers")["carriers"][0]["shop_names"] == names
    walk("POST", "tempostar/payments", {"name": "Amazon決済", "shop_names": {"20001": "Amazon決済"}}, status=201)
    assert walk("GET", "tempostar/payments")["payments"][0]["name"] == "Amazon決済"
    named = {"name": "Amazon決済", "shop_names": {"20001": "AmazonPay"}}
    assert walk("PUT", "tempostar/payments", named)["shop_names"] == {"20001": "AmazonPay"}
    assert walk("PUT", "tempostar/carriers", {"name": "その他", "shop_names": {"20001": ""}})["shop_names"] == {}
    skus = [{"sku_code": "A/1", "sellable": 5, "held_back": 2}, {"sku_code": "A 2"}]
    walk("POST", "tempostar/products", {"product_code": "P", "name": "椅子", "skus": skus}, status=201)
    more = {"products": [{"product_code": "Q", "name": "机", "skus": [{"sku_code": "B1"}]}]}
    assert walk("POST", "tempostar/products/bulk", more, status=201) == {"added": 1}
    assert walk("GET", "tempostar/products?search=P")["products"][0]["sku_codes"] == ["A 2", "A/1"]
    walk("PUT", f"{SHOP}/carrying", {"product_code": "P"})
    walk("PUT", f"{SHOP}/carrying/bulk", {"product_codes": ["Q"]})
    walk("PUT", f"{SHOP}/links", {"sku_code": "A/1"})
    walk("PUT", f"{SHOP}/links/bulk", {"sku_codes": ["A 2", "B1"]})
    row = walk("GET", "tempostar/skus?search=A%2F1")["skus"][0]
    assert (row["stock"], row["shops"]) == (3, [{"shop_code": "20001", "carried": True, "linked": True}])
    assert walk("PUT", "tempostar/stock", {"sku_code": "A/1", "sellable": 9})["stock"] == 7
    both = {"changes": [{"sku_code": "A 2", "sellable": 1}, {"sku_code": "B1", "held_back": 1}]}
    assert [one["stock"] for one in walk("PUT", "tempostar/stock/bulk", both)["skus"]] == [1, 0]
    assert walk("GET", "tempostar/stock?sku_code=A%2F1")["held_back"] == 2
    assert walk("POST", f"{SHOP}/full-sync")["state"]["queued"] == 2
    walk("POST", "clock/next-pass")
    assert walk("GET", SHOP)["state"] == {
        "next_pass": "2026-04-01T09:13:00+09:00",
        "queued": 0,
        "last_path": "/netstock/20001/stock.csv",
    }
    assert walk("GET", "tempostar/area") == {"path": "/", "folders": ["netorder", "netstock"], "files": []}
    [file] = walk("GET", "tempostar/area?path=/netstock/20001/")["files"]
    assert file["name"] == "stock.csv"
    assert len(walk("GET", f"tempostar/area/content?path={file['path']}")) == file["size"]
    empty = {"orders": [], "total": 0, "page": 1, "pages": 1}
    assert walk("GET", "tempostar/orders?shop_code=20001&page_size=10") == empty
    walk("DELETE", "tempostar/skus?sku_code=B1")


def walk_roomclip(walk: Walk) -> None:
    assert walk("POST", "roomclip/shops", {"name": "別", "owner_mail": "o@x.example"}, status=201)["shop_id"] == "2"
    assert len(walk("GET", "roomclip/shops")["shops"]) == 2
    item = {"item_number": "I-1", "name": "椅子", "status": "公開", "variants": [{"code": "A/1", "price": 100}]}
    assert walk("POST", f"{STORE}/items", item, status=201)["variants"][0]["variant_id"] == VARIANT
    assert walk("PUT", f"{STORE}/items", {**item, "name": "椅子２"})["name"] == "椅子２"
    imported = walk("POST", f"{STORE}/items/csv", data=CSV.encode("cp932"), content_type="text/csv")
    assert (imported["imported"], imported["warnings"]) == (1, [])
    assert walk("GET", f"{STORE}/items?search=髙級")["items"][0]["variants"][0]["variant_code"] == "C1"
    found = {left: walk("GET", f"{STORE}/items?in_stock={left}")["total"] for left in ("true", "false")}
    assert found == {"true": 0, "false": 2}
    status = {"item_number": "C-1", "status": "非公開"}
    assert walk("PUT", f"{STORE}/items/listing-status", status)["status"] == "非公開"
    assert walk("PUT", f"{STORE}/variants/{VARIANT}/stock", {"stock": 3})["stock"] == 3
    assert [one["stock"] for one in walk("GET", f"{STORE}/variants?code=A%2F1")["variants"]] == [3]
    order = walk("POST", f"{STORE}/purchases", {"lines": [{"variant_id": VARIANT, "quantity": 2}]}, status=201)
    assert walk("GET", f"{STORE}/orders")["orders"] == [order]
    assert walk("POST", f"{STORE}/orders/{order['order_id']}/cancel")["state"] == "cancelled"
    assert walk("GET", f"{STORE}/linkage") == {"linkage": None}
    walk("POST", f"{STORE}/linkage/application", {"service": "tempostar"}, status=201)
    saved = walk(
        "PUT", f"{STORE}/linkage", {"ftp_user": "10001_0", "ftp_password": "secret-word", "shop_code": "20001"}
    )
    assert (saved["state"], saved["notify_to"]) == ("active", "owner@shop.example")
    assert "secret-word" not in str(saved)
    assert walk("POST", f"{STORE}/linkage/pause")["state"] == "paused"
    assert walk("POST", f"{STORE}/linkage/resume")["sync_now"] is True
    assert len(walk("GET", "roomclip/linkages")["linkages"]) == 1
    assert walk("GET", f"{STORE}/runs") == {"runs": []}
    walk("DELETE", f"{STORE}/items?item_number=I-1")


def walk_lab_after(walk: Walk) -> None:
    walk("POST", "snapshots/before")
    assert walk("GET", "snapshots") == {"snapshots": ["before"]}
    assert walk("POST", "seed", {"skus": 20, "seed": 3})["skus"] == 20
    written = walk("GET", "journal?kind=reflection.written&service=tempostar&sku=A%2F1")["entries"]
    assert [entry["kind"] for entry in written] == ["reflection.written"]
    entry = walk("GET", "journal/wait?kind=lab&timeout=0")
    assert entry["kind"] == "lab.seeded"
    walk("GET", "mail/wait?timeout=0", status=504)
    assert walk("GET", "mail") == {"mails": []}
    walk("GET", "mail/1", status=404)
    walk("GET", "mail/1/source", status=404)
    credentials = walk("GET", "credentials")
    assert credentials["environment"]["SYNC_SHOP_TOKEN"] == credentials["api_token"]
    assert credentials["environment"]["TEMPOSTAR_SHOP_CODE"] == "20001"
    walk("POST", "snapshots/before/restore")
    assert walk("GET", "tempostar/skus")["total"] == 2
    wish = {"companies": 2, "shops": 3, "skus_per_shop": 4}
    walk("POST", "many", wish, status=409)
    walk("POST", "reset")
    assert walk("GET", "tempostar/skus")["total"] == 0
    walk("POST", "many", {**wish, "shops": 1}, status=422)
    made = walk("POST", "many", wish)
    assert made == {"companies": 2, "shops": 3, "skus": 12, "next_due": "2026-04-01T09:05:00+09:00"}
    walk("POST", "reset")
