from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest

from simulator.roomclip.api import models

STOCK = "/api/v1/shops/1/stock"
VARIANTS = "/api/v1/shops/1/variants"
RUN = {
    "started_at": "2026-04-01T09:00:00+09:00",
    "finished_at": "2026-04-01T00:00:02Z",
    "outcome": "ok",
    "summary": "2 updated",
    "counts": {"updated": 2},
}


def assert_problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    content = answer.get_json(force=True)
    assert content["status"] == status
    assert content["detail"]
    return content


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer ü"])
def test_wants_its_token(api, given):
    answer = api.get("/api/v1/linkages", headers={"Authorization": given})
    assert_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")


def test_lists_a_saved_linkage_as_the_contract_words_it(api, linked):
    assert api.get("/api/v1/linkages").get_json() == {
        "linkages": [
            {
                "id": "1",
                "shop_id": "1",
                "service": "tempostar",
                "state": "active",
                "ftp_user": "10001_0",
                "ftp_password": "geheim",
                "shop_code": "20001",
                "notify_to": "owner@shop.example",
                "saved_at": "2026-04-01T09:00:00+09:00",
                "sync_now": True,
            }
        ]
    }


def test_lists_no_linkage_that_was_only_applied_for(api, roomclip):
    roomclip.apply_for_linkage("1")
    assert api.get("/api/v1/linkages").get_json() == {"linkages": []}


def test_lists_variants_with_codes_byte_for_byte(api, register):
    for code in ("A-1", " a-1 ", "Ａ－１", "00123", None):
        register(code, number=f"N{code}")
    answer = api.get(VARIANTS).get_json()
    assert [one["variant_code"] for one in answer["variants"]] == ["A-1", " a-1 ", "Ａ－１", "00123", None]
    assert set(answer) == {"variants", "next_cursor", "revision"}
    assert answer["next_cursor"] is None
    assert set(answer["variants"][0]) == {"variant_id", "variant_code", "stock", "listing_status"}
    ids = [one["variant_id"] for one in answer["variants"]]
    assert ids == sorted(ids) == sorted(ids, key=int)


def test_pages_through_variants_with_a_cursor(api, register):
    for number in range(5):
        register(f"C-{number}")
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(VARIANTS, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).get_json()
        seen.append([one["variant_code"] for one in page["variants"]])
        cursor = page["next_cursor"]
    assert seen == [["C-0", "C-1"], ["C-2", "C-3"], ["C-4"]]


def test_a_change_while_paging_is_found_by_the_revision_of_any_page(api, register, roomclip):
    first = register("C-0")
    for number in range(1, 4):
        register(f"C-{number}")
    page = api.get(VARIANTS, query_string={"limit": 2}).get_json()
    roomclip.edit_stock("1", first, 9)
    last = api.get(VARIANTS, query_string={"limit": 2, "cursor": page["next_cursor"]}).get_json()
    changed = api.get(VARIANTS, query_string={"changed_after": last["revision"]}).get_json()
    assert [one["variant_code"] for one in changed["variants"]] == ["C-0"]


def test_filters_by_several_exact_codes(api, register):
    for code in ("A-1", "a-1", "B-1"):
        register(code)
    found = api.get(f"{VARIANTS}?code=A-1&code=B-1").get_json()["variants"]
    assert [one["variant_code"] for one in found] == ["A-1", "B-1"]
    assert api.get(f"{VARIANTS}?code=A").get_json()["variants"] == []


def test_lists_what_changed_since_a_revision_deleted_ones_too(api, register, roomclip):
    for code in ("SOLD", "EDITED", "SYNCED", "HIDDEN", "DELETED", "SAME"):
        register(code, stock=5)
    ids = {one.variant_code: one.variant_id for one in roomclip.variants("1").variants}
    revision = api.get(VARIANTS).get_json()["revision"]
    roomclip.purchase("1", [(ids["SOLD"], 1)])
    roomclip.edit_stock("1", ids["EDITED"], 1)
    roomclip.set_stock("1", [("SYNCED", 1), ("SAME", 5)])
    roomclip.set_listing_status("1", "R-HIDDEN", "非公開")
    roomclip.delete_item("1", "R-DELETED")
    register("NEW")
    changed = api.get(VARIANTS, query_string={"changed_after": revision}).get_json()["variants"]
    by_code = {one["variant_code"]: one for one in changed}
    assert set(by_code) == {"SOLD", "EDITED", "SYNCED", "HIDDEN", "DELETED", "NEW"}
    assert by_code["DELETED"]["deleted"] is True
    assert all("deleted" not in one for code, one in by_code.items() if code != "DELETED")
    assert "DELETED" not in {one["variant_code"] for one in api.get(VARIANTS).get_json()["variants"]}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=10001", "limit=x", "limit=1&limit=2", "cursor=x", "cursor=%C3%BC", "cursor=!",
     "changed_after=-1", "changed_after=x", "changed_after=99999999999999999999", "unknown=1", "Limit=1"],
)  # fmt: skip
def test_refuses_queries_it_does_not_document(api, query):
    assert_problem(api.get(f"{VARIANTS}?{query}"), 422)


@pytest.mark.parametrize("path", ["/api/v1/linkages?x=1", f"{STOCK}?x=1", "/api/v1/shops/1/orders?limit=10001"])
def test_refuses_unknown_parameters_everywhere(api, path):
    send = api.post if path.startswith(STOCK) else api.get
    assert_problem(send(path), 422)


def test_sets_stock_and_says_what_became_of_each_code(api, register):
    for code, number in (("A-1", "1"), ("B-1", "2"), ("TWICE", "3"), ("TWICE", "4")):
        register(code, number=number)
    updates = [("A-1", 3), ("B-1", 0), ("TWICE", 9), ("a-1", 9)]
    answer = api.post(STOCK, json={"updates": [{"variant_code": code, "stock": stock} for code, stock in updates]})
    assert answer.get_json() == {
        "updated": 1,
        "unchanged": 1,
        "rejected": [{"variant_code": "TWICE", "reason": "ambiguous"}, {"variant_code": "a-1", "reason": "unknown"}],
    }
    levels = {one["variant_code"]: one["stock"] for one in api.get(VARIANTS).get_json()["variants"]}
    assert levels == {"A-1": 3, "B-1": 0, "TWICE": 0}


@pytest.mark.parametrize("stock", [-1, 1.5, 3.0, "3", True, None, 1_000_000_000, [], 1e400])
def test_one_wrong_stock_refuses_the_whole_request(api, register, roomclip, stock):
    register("A-1")
    register("B-1")
    body = json.dumps(
        {"updates": [{"variant_code": "A-1", "stock": 3}, {"variant_code": "B-1", "stock": stock}]}
    ).replace("Infinity", "1e400")
    assert_problem(api.post(STOCK, data=body, content_type="application/json"), 422)
    assert roomclip.levels("1") == {"A-1": 0, "B-1": 0}


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"x"', '{"updates": []}', "{}", '{"updates": {}}', "\xff\xfe",
     '{"updates": [{"variant_code": "A-1", "stock": 1}], "more": 1}', '{"updates": [{"variant_code": "A-1"}]}',
     '{"updates": [{"variant_code": "A-1", "stock": 1, "x": 1}]}', '{"updates": [{"variant_code": "", "stock": 1}]}',
     '{"updates": [{"variant_code": 1, "stock": 1}]}', '{"updates": [{"variant_code": null, "stock": 1}]}',
     '{"updates": [{"variant_code": "\\ud800", "stock": 1}]}',
     '{"updates": [{"variant_code": "a\\u0000b", "stock": 1}]}',
     '{"updates": [{"variant_code": "A-1", "stock": 1}, {"variant_code": "A-1", "stock": 1}]}'],
)  # fmt: skip
def test_refuses_bodies_it_does_not_document(api, register, roomclip, body):
    register("A-1", stock=7)
    assert_problem(api.post(STOCK, data=body.encode("latin-1"), content_type="application/json"), 422)
    assert roomclip.levels("1") == {"A-1": 7}


def test_takes_ten_thousand_rows_and_no_more(api, register):
    register("A-1")
    rows = [{"variant_code": f"X-{number}", "stock": 1} for number in range(9_999)]
    last = {"variant_code": "A-1", "stock": 1}
    answer = api.post(STOCK, json={"updates": [*rows, last]}).get_json()
    assert (answer["updated"], len(answer["rejected"])) == (1, 9_999)
    assert_problem(api.post(STOCK, json={"updates": [*rows, last, {"variant_code": "Y", "stock": 1}]}), 422)


def test_takes_gzip_and_bounds_what_it_unpacks_to(api, register, roomclip):
    register("A-1")
    body = json.dumps({"updates": [{"variant_code": "A-1", "stock": 3}]}).encode()
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert api.post(STOCK, data=gzip.compress(body), headers=headers).status_code == 200
    assert roomclip.levels("1") == {"A-1": 3}
    bomb = gzip.compress(body + b" " * 17 * 1024 * 1024)
    assert_problem(api.post(STOCK, data=bomb, headers=headers), 413)
    assert_problem(api.post(STOCK, data=b"not gzip", headers=headers), 422)


def test_refuses_a_body_above_16_mib(api):
    assert_problem(api.post(STOCK, data=b" " * (16 * 1024 * 1024 + 1), content_type="application/json"), 413)


def test_the_same_key_answers_the_same_and_does_nothing_twice(api, register, roomclip, ground):
    variant = register("A-1")
    body = {"updates": [{"variant_code": "A-1", "stock": 3}, {"variant_code": "?", "stock": 1}]}
    first = api.post(STOCK, json=body, headers={"Idempotency-Key": "k-1"}).get_json()
    roomclip.edit_stock("1", variant, 8)
    synced = len(ground.journal.read(kind="stock.synced"))
    assert api.post(STOCK, json=body, headers={"Idempotency-Key": "k-1"}).get_json() == first
    assert first["updated"] == 1
    assert roomclip.levels("1") == {"A-1": 8}
    assert len(ground.journal.read(kind="stock.synced")) == synced
    for other in (
        {"updates": [{**one, "stock": one["stock"] + 1} for one in body["updates"]]},
        {"updates": [{**one, "variant_code": one["variant_code"] + "x"} for one in body["updates"]]},
        {"updates": body["updates"][:1]},
    ):
        assert_problem(api.post(STOCK, json=other, headers={"Idempotency-Key": "k-1"}), 422)
    assert api.post(STOCK, json=body, headers={"Idempotency-Key": "k-2"}).get_json()["updated"] == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a b"])
def test_refuses_an_unusable_key(api, register, key):
    register("A-1")
    body = {"updates": [{"variant_code": "A-1", "stock": 3}]}
    assert_problem(api.post(STOCK, json=body, headers={"Idempotency-Key": key}), 422)


def test_takes_stock_whatever_the_listing_status_and_while_paused(api, register, linked):
    for status in ("公開", "下書き", "非公開"):
        register(status, status=status)
    linked.pause("1")
    updates = [{"variant_code": status, "stock": 4} for status in ("公開", "下書き", "非公開")]
    assert api.post(STOCK, json={"updates": updates}).get_json()["updated"] == 3
    shown = {one["listing_status"]: one["stock"] for one in api.get(VARIANTS).get_json()["variants"]}
    assert shown == {"公開": 4, "下書き": 4, "非公開": 4}


def test_lists_orders_as_the_contract_words_them(api, register, roomclip):
    order = roomclip.purchase("1", [(register("A-1", stock=5, price=980), 2)], "Amazon決済")
    answer = api.get("/api/v1/shops/1/orders").get_json()
    assert answer["last_seq"] == order.seq
    [shown] = answer["orders"]
    buyer = shown.pop("buyer")
    assert buyer["mail"] == "hanako@buyer.example"
    assert shown == {
        "seq": order.seq,
        "order_id": order.order_id,
        "ordered_at": "2026-04-01T09:00:00+09:00",
        "state": "placed",
        "payment_method": "Amazon決済",
        "shipping_method": "その他",
        "lines": [{"variant_code": "A-1", "name": "商品 R-A-1", "option": "", "quantity": 2, "unit_price": 980}],
    }
    assert api.get(f"/api/v1/shops/1/orders?after={order.seq}").get_json() == {"orders": [], "last_seq": order.seq}


def test_a_reported_run_ends_the_wish_for_one_and_is_shown_in_the_history(api, linked):
    answer = api.post("/api/v1/linkages/1/runs", json=RUN)
    assert answer.status_code == 201
    assert linked.linkage("1").sync_now is False
    [record] = linked.runs("1")
    assert record.run.finished_at - record.run.started_at == timedelta(seconds=2)
    assert (record.run.outcome, record.run.counts) == ("ok", {"updated": 2})


@pytest.mark.parametrize(
    "change",
    [{"outcome": "fine"}, {"started_at": "2026-04-01T09:00:00"}, {"finished_at": "2026-04-01T08:00:00+09:00"},
     {"counts": {"updated": "2"}}, {"counts": {"updated": 2.0}}, {"summary": "x" * 4001},
     {"more": 1}, {"started_at": 0}],
)  # fmt: skip
def test_refuses_a_run_it_cannot_keep(api, linked, change):
    assert_problem(api.post("/api/v1/linkages/1/runs", json=RUN | change), 422)
    assert linked.runs("1") == ()


@pytest.mark.parametrize(
    "path",
    ["/api/v1/shops/2/variants", "/api/v1/shops/01/variants", "/api/v1/shops/x/orders",
     "/api/v1/shops/%EF%BC%91/orders", "/api/v1/shops/99999999999999999999/orders", "/api/v1/nothing"],
)  # fmt: skip
def test_an_unknown_shop_or_path_is_404(api, path):
    assert_problem(api.get(path), 404)


def test_an_unknown_shop_or_linkage_is_404_for_reports_too(api):
    assert_problem(api.post("/api/v1/shops/2/stock", json={"updates": [{"variant_code": "A", "stock": 1}]}), 404)
    assert_problem(api.post("/api/v1/linkages/1/runs", json=RUN), 404)
    assert_problem(api.post("/api/v1/linkages/x/runs", json=RUN), 404)


def test_a_wrong_method_is_405(api):
    assert_problem(api.delete(VARIANTS), 405)
    assert_problem(api.get(STOCK), 405)


def test_the_document_describes_every_operation_with_its_errors(api):
    answer = api.get("/openapi.json", headers={"Authorization": ""})
    document = answer.get_json()
    assert document["openapi"].startswith("3.1")
    operations = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    assert set(operations) == {"list_linkages", "report_run", "list_variants", "set_stock", "list_orders"}
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}
    assert document["security"] == [{"token": []}]
    for operation in operations.values():
        assert {"401", "422", "429", "503"} <= set(operation["responses"])
        for status, content in operation["responses"].items():
            expected = "application/json" if status.startswith("2") else "application/problem+json"
            assert list(content["content"]) == [expected], (operation["operationId"], status)
    assert {"404", "413"} <= set(operations["set_stock"]["responses"])
    assert "Idempotency-Key" in {one["name"] for one in operations["set_stock"]["parameters"]}


def test_every_answer_is_what_the_document_says_and_no_more(api, register, linked):
    variant = register("A-1", stock=5)
    register(None, number="R-0")
    before = api.get(VARIANTS).get_json()["revision"]
    linked.cancel_order("1", linked.purchase("1", [(variant, 2)]).order_id)
    linked.delete_item("1", "R-0")
    updates = {"updates": [{"variant_code": "A-1", "stock": 3}, {"variant_code": "?", "stock": 1}]}
    for model, answer in (
        (models.LinkagesAnswer, api.get("/api/v1/linkages")),
        (models.VariantsAnswer, api.get(f"{VARIANTS}?changed_after={before}")),
        (models.VariantsAnswer, api.get(f"{VARIANTS}?limit=1&changed_after={before}")),
        (models.OrdersAnswer, api.get("/api/v1/shops/1/orders")),
        (models.StockAnswer, api.post(STOCK, json=updates)),
        (models.RunAnswer, api.post("/api/v1/linkages/1/runs", json=RUN)),
    ):
        read = model.model_validate_json(answer.get_data(), strict=True)
        assert read.model_dump(mode="json", exclude_unset=True) == answer.get_json()
