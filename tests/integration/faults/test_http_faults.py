"""Faults of requests to the shop: what a client meets, what the shop has done, what the journal tells of it."""

from __future__ import annotations

import http.client as http_client
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import pytest
import urllib3
from urllib3.exceptions import ProtocolError

from simulator.faults import http
from simulator.faults.armed import Fault
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Layer
from simulator.faults.targets import ROUTES
from simulator.lab import Lab
from simulator.roomclip.listing import ItemInput, VariantInput
from tests.integration.faults.dead import Arm, arming_dead

CODE = "A-1"
STOCK = "POST /api/v1/shops/{shop_id}/stock"
LINKAGES = "GET /api/v1/linkages"
LIMIT = 30.0
"""Seconds that nothing takes, however busy the machine is."""

Answer: TypeAlias = urllib3.BaseHTTPResponse


@pytest.fixture
def lab(lab: Lab) -> Lab:
    stock(lab)
    return lab


def stock(lab: Lab) -> None:
    lab.roomclip.register_item("1", ItemInput("R-1", "商品", (VariantInput(CODE, 1000, 1),), "公開"))


def ask(lab: Lab, method: str, path: str, **options: Any) -> Answer:
    """One request on a connection of its own, tried once."""
    with urllib3.PoolManager(retries=False, timeout=LIMIT) as client:
        headers = {"Authorization": f"Bearer {lab.roomclip.api_token()}"}
        return client.request(method, lab.endpoints.http_url + path, headers=headers, **options)


def send(lab: Lab, number: int, **options: Any) -> Answer:
    """Set the stock of the one variant there is."""
    body = {"updates": [{"variant_code": CODE, "stock": number}]}
    return ask(lab, "POST", "/api/v1/shops/1/stock", json=body, **options)


def how_it_ended(lab: Lab, number: int) -> str:
    """What becomes of a request that is not answered."""
    try:
        return f"answered {send(lab, number).status}"
    except ProtocolError as error:
        return type(error.args[1]).__name__


def held(lab: Lab) -> int:
    return lab.roomclip.levels("1")[CODE]


def told(lab: Lab) -> list[int | None]:
    """The journal's word on each request."""
    return [entry.data["status"] for entry in lab.journal.read(kind="http.request")]


@contextmanager
def struck(lab: Lab, arm: Arm, kind: str, *, told_as: int | None, worked: bool, **parameters: Any) -> Iterator[Fault]:
    """Inside, one request sets the stock to 5; it is struck, journalled once, and the one after it is as ever."""
    with arm(kind, on=STOCK, **parameters) as fault:
        yield fault
        assert (fault.matched, fault.fired) == (1, 1)
        assert held(lab) == (5 if worked else 1)
        assert told(lab) == [told_as]
        assert (send(lab, 7).json(), held(lab)) == ({"updated": 1, "unchanged": 0, "rejected": []}, 7)
        assert told(lab) == [told_as, 200]


def is_problem(answer: Answer, status: int) -> None:
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


def check_status(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.status", told_as=429, worked=False, status=429, retry_after=7):
        answer = send(lab, 5)
        is_problem(answer, 429)
        assert answer.headers["Retry-After"] == "7"


def check_status_after(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.status-after", told_as=500, worked=True):
        answer = send(lab, 5)
        is_problem(answer, 500)
        assert "Retry-After" not in answer.headers


def check_late(lab: Lab, arm: Arm) -> None:
    with held_back(lab, arm=arm) as (fault, [waiting]):
        assert [ask(lab, "GET", "/api/v1/linkages").status for _ in range(10)] == [200] * 10
        assert (waiting.done(), told(lab)) == (False, [200] * 10), "others are answered, this one is not"
        assert (fault.matched, fault.fired, held(lab)) == (1, 1, 5)
        fault.clear()
        assert waiting.result(LIMIT).status == 200
    with arm("http.late", on=STOCK, seconds=0.1) as fault:
        began = time.monotonic()
        assert send(lab, 6).status == 200
        assert time.monotonic() - began >= 0.1
        assert (fault.matched, fault.fired, held(lab)) == (1, 1, 6)


def check_drop_before(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.drop-before", told_as=None, worked=False):
        assert how_it_ended(lab, 5) == "RemoteDisconnected"


def check_drop_after(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.drop-after", told_as=None, worked=True):
        assert how_it_ended(lab, 5) == "RemoteDisconnected"


def check_malformed(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.malformed", told_as=200, worked=True):
        answer = send(lab, 5)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        whole = '{"updated": 1, "unchanged": 0, "rejected": []}'.replace(" ", "")
        seen = answer.data.decode().replace(" ", "")
        assert whole.startswith(seen)
        assert seen != whole


def check_cut_body(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.cut-body", told_as=200, worked=True):
        answer = send(lab, 5, preload_content=False)
        whole, seen = int(answer.headers["Content-Length"]), b""
        with suppress(ProtocolError):
            for byte in answer.stream(1):
                seen += byte
        assert (answer.status, len(seen)) == (200, whole // 2)


def check_not_json(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.not-json", told_as=200, worked=False):
        answer = send(lab, 5)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert b"<html>" in answer.data


def check_empty_body(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.empty-body", told_as=200, worked=True):
        answer = send(lab, 5)
        assert (answer.status, answer.headers["Content-Length"], answer.data) == (200, "0", b"")


def check_wrong_shape(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.wrong-shape", told_as=200, worked=True):
        answer = send(lab, 5)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        assert set(answer.json()) & {"updated", "unchanged", "rejected"} == set()


def check_redirect(lab: Lab, arm: Arm) -> None:
    with struck(lab, arm, "http.redirect", told_as=302, worked=False):
        answer = send(lab, 5)
        assert (answer.status, answer.headers.get("Location")) == (302, "http://elsewhere.invalid/")


CHECKS: dict[str, Callable[[Lab, Arm], None]] = {
    "http.status": check_status,
    "http.status-after": check_status_after,
    "http.late": check_late,
    "http.drop-before": check_drop_before,
    "http.drop-after": check_drop_after,
    "http.malformed": check_malformed,
    "http.cut-body": check_cut_body,
    "http.not-json": check_not_json,
    "http.empty-body": check_empty_body,
    "http.wrong-shape": check_wrong_shape,
    "http.redirect": check_redirect,
}


@pytest.mark.parametrize("kind", CHECKS)
def test_each_fault_is_seen(lab, kind):
    CHECKS[kind](lab, lab.fault)


@pytest.mark.parametrize("kind", CHECKS)
def test_each_check_notices_a_dead_fault(lab, kind):
    with pytest.raises(AssertionError):
        CHECKS[kind](lab, arming_dead(lab, http.Late(0.0)))


def test_no_kind_is_without_its_check():
    assert set(CHECKS) == {kind.name for kind in CATALOGUE if kind.layer is Layer.HTTP}


@pytest.mark.parametrize(("kind", "worked"), [("http.drop-before", False), ("http.drop-after", True)])
def test_a_drop_may_be_a_reset(lab, kind, worked):
    with struck(lab, lab.fault, kind, told_as=None, worked=worked, how="reset"):
        assert how_it_ended(lab, 5) == "ConnectionResetError"


def test_a_redirect_leads_where_it_is_told(lab):
    with lab.fault("http.redirect", on=LINKAGES, location="http://127.0.0.1:9/店"):
        assert ask(lab, "GET", "/api/v1/linkages", redirect=False).headers["Location"] == "http://127.0.0.1:9/%E5%BA%97"


def curl(lab: Lab, *options: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed; on Debian: apt-get install curl")
    url = f"{lab.endpoints.shop_api_url}/linkages"
    command = ["curl", "-sS", "--max-time", str(LIMIT), "-H", f"Authorization: Bearer {lab.roomclip.api_token()}", url]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def test_curl_comes_back_after_the_time_it_is_told(lab):
    with lab.fault("http.status", on=LINKAGES, retry_after=1) as fault:
        began = time.monotonic()
        assert curl(lab, "--retry", "1").stdout.endswith('{"linkages": []}')
        assert time.monotonic() - began >= 1.0
    assert (fault.matched, fault.fired, told(lab)) == (1, 1, [503, 200])


@pytest.mark.parametrize(("kind", "code"), [("http.cut-body", 18), ("http.drop-before", 52)])
def test_curl_names_a_torn_connection(lab, kind, code):
    with lab.fault(kind, on=LINKAGES):
        assert curl(lab).returncode == code


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_can_be_struck_and_no_secret_is_told(lab, route):
    lab.roomclip.apply_for_linkage("1")
    linkage = lab.roomclip.save_linkage("1", ftp_user="10001_0", ftp_password="geheim", shop_code="20001")
    secret = linkage.stock_update_path.rpartition("/")[2]
    method, _, template = route.partition(" ")
    path = template.format(shop_id=1, linkage_id=1, token=secret)
    with lab.fault("http.status", on=route, status=418) as fault:
        assert ask(lab, method, path).status == 418
        assert ask(lab, method, path).status != 418
    assert (fault.matched, fault.fired) == (1, 1)
    assert secret not in str(lab.journal.read()) + str(fault.state)


def test_only_the_calls_meant_are_struck(lab):
    with lab.fault("http.status", on="*", path="/api/v1/shops/1/*", nth=2, times=2) as fault:
        ask(lab, "GET", "/api/v1/linkages")
        ask(lab, "GET", "/api/v1/shops/2/variants")
        ask(lab, "HEAD", "/api/v1/shops/1/variants")
        ask(lab, "OPTIONS", "/api/v1/shops/1/stock")
        assert fault.matched == 0
        seen = [ask(lab, "GET", f"/api/v1/shops/1/{name}").status for name in ("variants", "orders") * 2]
    assert seen == [200, 503, 503, 200]
    assert (fault.matched, fault.fired) == (3, 2)


@contextmanager
def held_back(
    lab: Lab, count: int = 1, times: int = 100, arm: Arm | None = None
) -> Iterator[tuple[Fault, list[Future[Answer]]]]:
    """`count` requests that have been carried out and wait for their answer."""
    arm = arm or lab.fault
    with ThreadPoolExecutor(count) as threads, arm("http.late", on=STOCK, times=times, seconds=3600) as fault:
        waiting = [threads.submit(send, lab, 5) for _ in range(count)]
        last = 0
        for _ in waiting:
            last = lab.journal.wait("fault.fired", after=last, timeout=LIMIT).seq
        yield fault, waiting


def test_what_is_held_back_goes_on_at_once_when_the_fault_is_cleared(lab):
    with held_back(lab) as (fault, [waiting]):
        assert (ask(lab, "GET", "/api/v1/linkages").status, waiting.done()) == (200, False)
        fault.clear()
        assert waiting.result(LIMIT).status == 200
    assert (fault.fired, held(lab), sorted(told(lab))) == (1, 5, [200, 200])


def test_what_is_held_back_goes_on_at_once_when_the_lab_is_reset(lab):
    with held_back(lab) as (fault, [waiting]):
        assert ask(lab, "POST", "/lab/v1/reset").status == 200
        assert waiting.result(LIMIT).status == 200
    assert (fault.fired, lab.faults.all()) == (1, ())


def test_what_is_held_back_ends_with_the_lab():
    others = set(threading.enumerate())
    lab = Lab().start()
    stock(lab)
    with held_back(lab) as (_, [waiting]):
        lab.stop()
        waiting.exception(LIMIT)
    for thread in set(threading.enumerate()) - others:
        thread.join(LIMIT)
        assert not thread.is_alive()


def test_no_more_are_held_back_than_leave_others_their_answer(lab):
    with (
        held_back(lab, http.MOST_HELD) as (holding, waiting),
        lab.fault("http.late", on=LINKAGES, seconds=0.01) as next_one,
    ):
        assert ask(lab, "GET", "/api/v1/linkages").status == 200
        assert (next_one.matched, next_one.fired, any(one.done() for one in waiting)) == (1, 0, False)
        holding.clear()
        assert {one.result(LIMIT).status for one in waiting} == {200}
        ask(lab, "GET", "/api/v1/linkages")
        assert (next_one.matched, next_one.fired) == (2, 1), "there is a place for it again"


def test_who_has_gone_was_not_answered(lab):
    with lab.fault("http.late", on=STOCK, seconds=3600):
        client = http_client.HTTPConnection(lab.endpoints.host, lab.endpoints.http_port, timeout=LIMIT)
        headers = {"Authorization": f"Bearer {lab.roomclip.api_token()}", "Content-Type": "application/json"}
        body = json.dumps({"updates": [{"variant_code": CODE, "stock": 5}]})
        client.request("POST", "/api/v1/shops/1/stock", body, headers)
        lab.journal.wait("fault.fired", timeout=LIMIT)
        client.close()
        lab.faults.clear_all()
        entry = lab.journal.wait("http.request", timeout=LIMIT)
    assert (entry.data["status"], entry.summary) == (None, "POST /api/v1/shops/1/stock was not answered.")


def test_a_body_that_was_cut_is_told_so(lab):
    with lab.fault("http.cut-body", on=LINKAGES), pytest.raises(ProtocolError):
        ask(lab, "GET", "/api/v1/linkages")
    [entry] = lab.journal.read(kind="http.request")
    assert entry.summary == "GET /api/v1/linkages was answered 200, cut half way."
