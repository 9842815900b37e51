from __future__ import annotations

import queue
import re
import threading

import pytest

from simulator.config import LabConfig
from simulator.control.lab_routes import MOST_WAITS
from simulator.lab import Lab
from simulator.web.app import create_app
from simulator.web.running import MAX_BODY
from tests.unit.tempostar.order_files import ROW, order_file


def mail(lab, subject="件名", to="owner@shop.example"):
    return lab.mailbox.receive("a@b.example", (to,), f"Subject: {subject}\r\n\r\nbody".encode())


def test_state_and_journal_tell_no_password_and_no_token(client, lab):
    password = lab.tempostar.issue_ftp_password().password
    told = client.get("/lab/v1/state").text + client.get("/lab/v1/journal").text
    assert password not in told
    assert lab.roomclip.api_token() not in told


def test_credentials_give_what_an_engine_needs(client, lab):
    before = client.get("/lab/v1/credentials").json
    assert "TEMPOSTAR_FTP_PASSWORD" not in before["environment"]
    account = lab.tempostar.issue_ftp_password()
    answer = client.get("/lab/v1/credentials").json
    assert answer["lab_id"] == lab.lab_id()
    assert (
        answer["environment"].items()
        >= {
            "SYNC_SHOP_TOKEN": lab.roomclip.api_token(),
            "SYNC_NOW": "2026-04-01T09:00:00+09:00",
            "TEMPOSTAR_FTP_USER": account.user,
            "TEMPOSTAR_FTP_PASSWORD": account.password,
        }.items()
    )
    assert "SYNC_STATE_DIR" not in answer["environment"]


def test_a_running_clock_gives_no_time_that_would_be_past_at_once(client):
    client.put("/lab/v1/clock", json={"mode": "running"})
    assert "SYNC_NOW" not in client.get("/lab/v1/credentials").json["environment"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "clock", {"now": "2020-01-01T00:00:00+09:00"}, 409),
        ("PUT", "clock", {"now": "2026-04-01 09:00"}, 422),
        ("PUT", "clock", {"rate": -1}, 422),
        ("PUT", "clock", {"mode": "fast"}, 422),
        ("POST", "clock/advance", {"minutes": -1}, 422),
        ("POST", "clock/advance", {"minutes": 1e300}, 422),
        ("POST", "clock/next-pass", None, 409),
        ("PATCH", "settings", {"content": "some"}, 422),
        ("PATCH", "settings", {"self": 1}, 422),
        ("POST", "seed", {"skus": 0}, 422),
        ("POST", "snapshots/.hidden", None, 422),
        ("POST", "snapshots/none/restore", None, 404),
        ("GET", "journal?service=nothing", None, 422),
        ("GET", "journal?after=-1", None, 422),
        ("GET", f"journal?after={10**30}", None, 422),
        ("GET", "journal/wait?timeout=61", None, 422),
        ("GET", "journal/wait?kind=no.such&timeout=0", None, 504),
        ("GET", "mail/99", None, 404),
        ("GET", "tempostar/shops/99999", None, 404),
        ("PATCH", "tempostar/shops/99999/stock-settings", {"reflection": "起動"}, 404),
        ("GET", "tempostar/stock?sku_code=none", None, 404),
        ("GET", "tempostar/stock", None, 422),
        ("GET", "tempostar/skus?page=0", None, 422),
        ("GET", "tempostar/area?path=/netstock/99999", None, 404),
        ("GET", "tempostar/area?path=/../etc", None, 404),
        ("GET", "tempostar/area/content?path=/etc/passwd", None, 404),
        ("POST", "tempostar/companies/99999/ftp-password", None, 404),
        ("POST", "tempostar/shops", {"name": "", "short_name": "x"}, 422),
        ("PUT", "tempostar/stock", {"sku_code": "A", "sellable": "5"}, 422),
        ("GET", "roomclip/shops/9/items", None, 404),
        ("POST", "roomclip/shops/1/items/csv", None, 422),
        ("POST", "roomclip/shops/1/linkage/pause", None, 409),
        ("POST", "roomclip/shops/1/purchases", {"lines": []}, 422),
        ("GET", "nothing", None, 404),
        ("DELETE", "state", None, 405),
    ],
)
def test_what_cannot_be_done_is_refused_as_a_problem(client, method, path, body, status):
    options = {} if body is None else {"json": body}
    answer = client.open(f"/lab/v1/{path}", method=method, **options)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    assert answer.json["status"] == status
    assert answer.json["detail"]


def test_changes_of_many_stocks_are_whole_or_not_at_all(client, lab):
    body = {"product_code": "P", "name": "N", "skus": [{"sku_code": "A"}]}
    assert client.post("/lab/v1/tempostar/products", json=body).status_code == 201
    changes = [{"sku_code": "A", "sellable": 7}, {"sku_code": "none", "sellable": 1}]
    assert client.put("/lab/v1/tempostar/stock/bulk", json={"changes": changes}).status_code == 404
    assert lab.tempostar.stock("A").sellable == 0


def test_a_refused_csv_names_every_row(client):
    csv = "商品管理番号,親子・単品フラグ\r\n"
    answer = client.post("/lab/v1/roomclip/shops/1/items/csv?file_name=my.csv", data=csv.encode())
    assert answer.status_code == 422
    assert "my.csv" in answer.json["detail"]
    assert answer.json["problems"]


def test_a_file_over_16_mib_is_refused(client):
    answer = client.post("/lab/v1/roomclip/shops/1/items/csv", data=b" " * (MAX_BODY + 1))
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


def test_a_snapshot_brings_back_what_was_there(client, lab):
    lab.tempostar.add_shop("one", "one")
    client.post("/lab/v1/snapshots/one")
    client.post("/lab/v1/reset")
    assert lab.tempostar.shops() == ()
    client.post("/lab/v1/snapshots/one/restore")
    assert len(lab.tempostar.shops()) == 1


def test_mail_is_listed_filtered_and_shown_with_its_source(client, lab):
    mail(lab, "first")
    mail(lab, "second", "Other@shop.example")
    listed = client.get("/lab/v1/mail?to=other@shop.example").json["mails"]
    assert [one["subject"] for one in listed] == ["second"]
    assert client.get("/lab/v1/mail?after=1").json["mails"] == listed
    assert client.get("/lab/v1/mail?subject=fir").json["mails"][0]["seq"] == 1
    assert client.get("/lab/v1/mail/1").json["body"] == "body"
    assert client.get("/lab/v1/mail/1/source").data == b"Subject: first\r\n\r\nbody"


def test_waiting_for_mail_ends_as_soon_as_it_is_there(client, lab):
    answers = []
    wait = threading.Thread(target=lambda: answers.append(client.get("/lab/v1/mail/wait?subject=late&timeout=20")))
    wait.start()
    mail(lab, "early")
    mail(lab, "late")
    wait.join(10)
    assert answers[0].json["subject"] == "late"


def test_more_waits_than_can_be_served_are_turned_away_and_end_when_the_lab_stops(client, lab):
    statuses: queue.Queue[int] = queue.Queue()

    def wait():
        statuses.put(client.get("/lab/v1/journal/wait?kind=never&timeout=30").status_code)

    threads = [threading.Thread(target=wait) for _ in range(MOST_WAITS + 1)]
    for thread in threads:
        thread.start()
    assert statuses.get(timeout=10) == 503
    lab.journal.end_waits()
    assert [statuses.get(timeout=10) for _ in range(MOST_WAITS)] == [504] * MOST_WAITS
    for thread in threads:
        thread.join(10)


def test_waits_that_are_over_make_room_for_others(client):
    for _ in range(MOST_WAITS + 1):
        assert client.get("/lab/v1/journal/wait?kind=never&timeout=0").status_code == 504


@pytest.mark.parametrize("path", ["/api/v1/linkages", "/openapi.json", "/roomclip/stock-update/x"])
def test_engines_may_call_it_by_any_name(client, path):
    assert client.get(path, headers={"Host": "lab.container.example"}).status_code in (200, 401, 404)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "lab.localhost", "192.0.2.7"])
def test_answers_to_addresses_and_to_localhost(client, host):
    assert client.get("/lab/v1/clock", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/lab/v1/clock", "/", "/mail/", "/tempostar/", "/nothing"])
def test_does_not_answer_to_a_foreign_name(client, path):
    answer = client.get(path, headers={"Host": "attacker.example"})
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")


@pytest.mark.parametrize("origin", ["http://attacker.example", "http://localhost:1", "null", "http://["])
def test_a_page_of_another_site_changes_nothing(client, lab, origin):
    lab.tempostar.add_shop("one", "one")
    for path in ("/lab/v1/reset", "/lab/v1/seed", "/tempostar/"):
        answer = client.post(path, headers={"Origin": origin, "Content-Type": "text/plain"}, data='{"skus": 1}')
        assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert lab.tempostar.counts()["shops"] == 1
    assert client.post("/lab/v1/reset", headers={"Origin": "http://localhost"}).status_code == 200


@pytest.mark.parametrize("path", ["/lab/v1/nothing", "/lab/v1/mail/1", "/api/v1/linkages", "/roomclip/stock-update/x"])
def test_apis_answer_problems_whatever_the_client_accepts(client, path):
    accept = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"  # what Java's own client sends
    assert client.get(path, headers={"Accept": accept}).content_type == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/mail/", "/lab/v1/clock", "/nothing", "/lab/v1/nothing"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_only_requests_of_engines_are_journalled_without_secrets(client, lab):
    client.get("/lab/v1/clock")
    client.get("/")
    client.get("/api/v1/linkages?x=query-secret", headers={"Authorization": "Bearer header-secret"})
    client.get("/roomclip/stock-update/url-secret?Code=A")
    entries = lab.journal.read(kind="http.request")
    assert [entry.data["path"] for entry in entries] == ["/api/v1/linkages", "/roomclip/stock-update/***"]
    assert [entry.data["method"] for entry in entries] == ["GET", "GET"]
    assert all(isinstance(entry.data["status"], int) for entry in entries)
    client.get("/api/v1/" + "x" * 5000)
    assert len(lab.journal.read(kind="http.request")[-1].data["path"]) == 300
    assert "secret" not in str(entries)


def test_pages_of_the_inbox_show_mail_as_text_and_escape_it(client, lab):
    assert "メールはありません" in client.get("/mail/").text
    mail(lab, "<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/mail/").text
    assert "&lt;script&gt;alert" in client.get("/mail/1").text
    source = client.get("/mail/1/source")
    assert source.content_type == "text/plain; charset=utf-8"
    for number in (2, 0, 10**30):
        refused = client.get(f"/mail/{number}", headers={"Accept": "text/html"})
        assert refused.status_code == 404
        assert f"メール「{number}」は見つかりません。" in refused.text


def test_the_list_of_mails_goes_on_to_older_ones(client, lab):
    for number in range(51):
        mail(lab, f"number {number}")
    first = client.get("/mail/").text
    assert "number 50" in first
    assert "number 0<" not in first
    assert "number 0<" in client.get("/mail/?before=2").text
    assert "number 50" in client.get(f"/mail/?before={10**30}").text
    assert "メールはありません" in client.get(f"/mail/?before=-{10**30}").text


def test_the_start_page_leads_to_every_part_of_the_lab(client):
    links = re.findall(r'href="(/[^"]*)"', client.get("/").text)
    assert {"/tempostar/", "/roomclip/business/", "/roomclip/shop/", "/mail/", "/openapi.json"} <= set(links)
    for link in links:
        with client.get(link, follow_redirects=True) as answer:
            assert answer.status_code == 200, link


def test_orders_taken_in_are_listed_as_values(client, lab):
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
    lab.tempostar.update_stock_settings(shop, order_intake="起動")
    lab.area.write(10001, f"/netorder/{shop}/order20260401090000_IDutf8.csv", order_file(ROW | {"請求金額": "1980"}))
    lab.next_pass()
    answer = client.get(f"/lab/v1/tempostar/orders?shop_code={shop}").json
    assert (answer["total"], answer["page"], answer["pages"]) == (1, 1, 1)
    [order] = answer["orders"]
    assert order["lines"] == [
        {
            "sku_code": "A-1", "name": "", "option": "", "quantity": 1, "unit_price": None, "matched": False,
            "lowered": False,
        }
    ]  # fmt: skip
    assert order["amounts"] == {"goods_total": None, "shipping_fee": None, "payment_fee": None, "billed": 1980}
    assert (order["ordered_at"], order["taken_in_at"]) == ("2026-04-01T09:03:00+09:00", "2026-04-01T09:05:00+09:00")
    assert (order["payment"], order["payment_name"], order["progress"]) == ("", "クレジットカード", "手動")
    assert order["warnings"] == ["支払方法変換エラー", "配送方法変換エラー", "配送日エラー"]
    assert client.get("/lab/v1/tempostar/orders?shop_code=29999").status_code == 404
    assert client.get("/lab/v1/tempostar/orders?page_size=0").status_code == 422


def test_an_exposed_lab_answers_to_the_name_it_was_given():
    lab = Lab(LabConfig(expose=True, host="0.0.0.0", name="Lab.test"))
    try:
        asked = create_app(lab).test_client()
        answers = [asked.get("/mail/", headers={"Host": host}).status_code for host in ("lab.test:80", "other.test")]
        assert answers == [200, 403]
    finally:
        lab.stop()
