"""Faults of the area's files: what a client finds there, what the next pass tells, and what becomes of an upload."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from simulator.errors import BadValue
from simulator.faults.armed import Fault
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Layer
from simulator.lab import Lab
from tests.integration.faults.ftps_clients import Place, outcome, retrieve

Armed: TypeAlias = Callable[..., Fault]


@dataclass(frozen=True)
class Seen:
    """What a client sees of the stock file: its bytes, size and time; the bytes are None when it is not there."""

    content: bytes | None
    size: int | None
    time: str

    @property
    def rows(self) -> dict[str, int]:
        text = (self.content or b"").decode("cp932")
        return {row["商品コード"]: int(row["在庫数"]) for row in csv.DictReader(io.StringIO(text, newline=""))}


@pytest.fixture
def place(lab: Lab) -> Place:
    """A shop whose first file told of three SKUs."""
    place = Place.set_up(lab)
    set_stock(place, *(f"{place.codes[n]}=1" for n in range(3)))
    lab.next_pass()
    return place


def look(place: Place) -> Seen:
    with place.session() as client:
        how = outcome(lambda: client.size(place.stock))
        if how != "went well":
            assert how.startswith("error_perm: 550")
            return Seen(None, None, "")
        return Seen(retrieve(client, place.stock), client.size(place.stock), client.sendcmd(f"MDTM {place.stock}")[4:])


def set_stock(place: Place, *changes: str) -> None:
    for change in changes:
        code, _, number = change.partition("=")
        place.lab.tempostar.set_stock(code, sellable=int(number))


def change(place: Place, number: int) -> str:
    """Another number for one SKU, to be told by the pass to come; its code."""
    set_stock(place, f"{place.codes[0]}={number}")
    return place.codes[0]


def pass_after(place: Place, code: str, number: int) -> None:
    """The next pass tells what the struck one had to tell, and what came since."""
    assert [entry.data["remaining"] for entry in place.lab.journal.read(kind="reflection.failed")] == [1]
    set_stock(place, f"{place.codes[1]}=9")
    place.lab.next_pass()
    assert look(place).rows == {code: number, place.codes[1]: 9}
    assert place.lab.tempostar.reflection_state(place.shop_code).queued == 0


def check_partial(place: Place, arm: Armed) -> None:
    code = change(place, 5)
    arm("file.partial")
    place.lab.next_pass()
    half = look(place)
    assert half.content is not None
    assert not half.content.endswith(b"\r\n")
    place.lab.advance(seconds=29)
    assert look(place) == half
    place.lab.advance(seconds=1)
    whole = look(place)
    assert whole.rows == {code: 5}
    assert (whole.content or b"").startswith(half.content)
    set_stock(place, f"{place.codes[1]}=9")
    place.lab.next_pass()
    assert look(place).rows == {place.codes[1]: 9}


def struck(place: Place, arm: Armed, kind: str, **parameters: Any) -> tuple[Seen, Seen]:
    """The file before and after a pass that is struck."""
    before = look(place)
    change(place, 5)
    arm(kind, **parameters)
    place.lab.next_pass()
    return before, look(place)


def check_cut_short(place: Place, arm: Armed) -> None:
    before, after = struck(place, arm, "file.cut-short", at=60)
    assert (after.size, len(after.content or b"")) == (60, 60)
    assert after.time > before.time
    pass_after(place, place.codes[0], 5)


def check_zero_bytes(place: Place, arm: Armed) -> None:
    before, after = struck(place, arm, "file.zero-bytes")
    assert (after.content, after.size) == (b"", 0)
    assert after.time > before.time
    pass_after(place, place.codes[0], 5)


def check_header_only(place: Place, arm: Armed) -> None:
    before, after = struck(place, arm, "file.header-only")
    assert after.content == (before.content or b"").splitlines(keepends=True)[0]
    assert after.time > before.time
    pass_after(place, place.codes[0], 5)


def check_missing(place: Place, arm: Armed) -> None:
    _, after = struck(place, arm, "file.missing")
    assert after == Seen(None, None, "")
    pass_after(place, place.codes[0], 5)


def check_not_written(place: Place, arm: Armed) -> None:
    before, after = struck(place, arm, "file.not-written")
    assert after == before
    pass_after(place, place.codes[0], 5)


def check_garbage(place: Place, arm: Armed) -> None:
    before, after = struck(place, arm, "file.garbage")
    assert after.time > before.time
    assert after.content is not None
    for codec in ("cp932", "utf-8"):
        assert "\ufffd" in after.content.decode(codec, "replace")
    place.lab.next_pass()
    assert (look(place).rows, look(place).size) == ({place.codes[0]: 5}, after.size)


def check_old_file(place: Place, arm: Armed) -> None:
    oldest = look(place)
    code = change(place, 4)
    place.lab.next_pass()
    last, after = struck(place, arm, "file.old-file")
    assert last != oldest
    assert after == oldest, "bytes and time"
    pass_after(place, code, 5)


def check_replaced_while_read(place: Place, arm: Armed) -> None:
    code = change(place, 700)
    place.lab.next_pass()
    set_stock(place, f"{code}=800")
    before = look(place)
    arm("file.replaced-while-read", at=20, path=place.stock)
    with place.session() as client:
        mixed = retrieve(client, place.stock)
    after = look(place)
    assert after.rows == {code: 800}
    assert mixed == (before.content or b"")[:20] + (after.content or b"")[20:]
    assert mixed != before.content
    assert after.time > before.time
    assert place.lab.tempostar.reflection_state(place.shop_code).queued == 0


def check_quota_full(place: Place, arm: Armed) -> None:
    path = f"{place.orders}/order.csv"
    arm("file.quota-full")
    with place.session() as client:
        how = outcome(lambda: client.storbinary(f"STOR {path}", io.BytesIO(b"order")))
        assert how.startswith("error_perm: 552")
        assert client.nlst(place.orders) == ["log"]
        client.storbinary(f"STOR {path}", io.BytesIO(b"order"))
        assert retrieve(client, path) == b"order"


CHECKS: dict[str, Callable[[Place, Armed], None]] = {
    "file.partial": check_partial,
    "file.cut-short": check_cut_short,
    "file.zero-bytes": check_zero_bytes,
    "file.header-only": check_header_only,
    "file.missing": check_missing,
    "file.not-written": check_not_written,
    "file.garbage": check_garbage,
    "file.old-file": check_old_file,
    "file.replaced-while-read": check_replaced_while_read,
    "file.quota-full": check_quota_full,
}


@pytest.mark.parametrize("kind", CHECKS)
def test_each_fault_is_seen_and_what_comes_after_it_is_as_ever(place, kind):
    armed: list[Fault] = []

    def arm(kind: str, **wanted: Any) -> Fault:
        armed.append(place.lab.fault(kind, **wanted))
        return armed[-1]

    CHECKS[kind](place, arm)
    (fault,) = armed
    assert fault.fired == 1
    assert [entry.data["fault"] for entry in place.lab.journal.read(kind="fault.fired")] == [fault.id]


@pytest.mark.parametrize("kind", CHECKS)
def test_each_check_notices_a_dead_fault(place, kind):
    with pytest.raises(AssertionError):
        CHECKS[kind](place, lambda kind, **wanted: place.lab.fault(kind, **wanted, nth=1_000_000))


def test_every_kind_is_tried():
    assert set(CHECKS) == {kind.name for kind in CATALOGUE if kind.layer is Layer.FILE}


def test_strikes_the_nth_pass_and_so_many_after_it_at_its_path_only(place):
    code, lab = place.codes[0], place.lab
    other = lab.tempostar.add_shop("RoomClipShopping2", "RCs2").shop_code
    lab.tempostar.update_stock_settings(other, reflection="起動", file_suffix="なし")
    for product in {sku.product_code for sku in lab.tempostar.skus().rows}:
        lab.tempostar.carry(other, product)
    lab.tempostar.link_in_bulk(other, place.codes)
    lab.next_pass()
    with lab.fault("file.not-written", path=f"/netstock/{place.shop_code}/*", nth=2, times=2) as fault:
        seen = []
        for number in (11, 12, 13, 14):
            set_stock(place, f"{code}={number}")
            lab.advance(minutes=5)
            told = lab.journal.read(kind="reflection.written")[-2:]
            assert other in {entry.data["shop_code"] for entry in told}
            seen.append(look(place).rows[code])
        assert seen == [11, 11, 11, 14]
        assert (fault.matched, fault.fired) == (3, 2)


@pytest.mark.parametrize("content", ["diff", "full"])
def test_a_pass_that_failed_several_times_has_forgotten_nothing(place, content):
    place.lab.change_settings(content=content)
    with place.lab.fault("file.zero-bytes", times=3):
        for n, code in enumerate(place.codes):
            set_stock(place, f"{code}={100 + n}")
            place.lab.next_pass()
            assert look(place).content == b""
    place.lab.next_pass()
    assert look(place).rows == {code: 100 + n for n, code in enumerate(place.codes)}
    assert place.lab.tempostar.reflection_state(place.shop_code).queued == 0


def test_of_a_slice_all_waits_on_in_its_order(place):
    place.lab.change_settings(slice_size=1)
    with place.lab.fault("file.missing"):
        for code in reversed(place.codes):
            change_to = f"{code}=55"
            set_stock(place, change_to)
        place.lab.next_pass()
    told = []
    for _ in place.codes:
        place.lab.next_pass()
        told.extend(look(place).rows)
    assert told == [*reversed(place.codes)]


@pytest.mark.parametrize(("kind", "parameters"), [("file.cut-short", {"at": 100_000}), ("file.old-file", {})])
def test_what_cannot_come_about_waits_for_another_pass(lab, kind, parameters):
    place = Place.set_up(lab)
    code = change(place, 5)
    with lab.fault(kind, **parameters) as fault:
        lab.next_pass()
        assert (look(place).rows, fault.matched, fault.fired) == ({code: 5}, 1, 0)
        assert lab.journal.read(kind="reflection.failed") == ()


def test_a_file_that_is_just_as_long_as_it_would_be_cut_is_not_struck(place):
    change(place, 5)
    place.lab.next_pass()
    change(place, 6)
    with place.lab.fault("file.cut-short", at=look(place).size) as fault:
        place.lab.next_pass()
        assert (fault.matched, fault.fired) == (1, 0)


def test_a_file_of_another_name_that_was_written_wrong_is_the_last_one_of_its_shop(place):
    place.lab.tempostar.update_stock_settings(place.shop_code, file_suffix="日時")
    change(place, 5)
    with place.lab.fault("file.zero-bytes") as fault:
        place.lab.next_pass()
        (struck_at,) = place.lab.journal.read(kind="fault.fired")
        assert place.lab.tempostar.reflection_state(place.shop_code).last_path == struck_at.data["path"] != place.stock
        assert fault.fired == 1


def test_a_file_without_a_header_row_is_left_without_a_byte(place):
    place.lab.change_settings(header=False)
    change(place, 5)
    with place.lab.fault("file.header-only"):
        place.lab.next_pass()
    assert look(place).content == b""


def test_a_file_that_is_read_is_replaced_by_all_that_is_linked_when_nothing_waits(place):
    before = look(place)
    with place.lab.fault("file.replaced-while-read", at=1):
        mixed = look(place).content
    after = look(place)
    assert after.rows == dict.fromkeys(place.codes, 1)
    assert mixed == (before.content or b"")[:1] + (after.content or b"")[1:]
    assert int(after.time) == int(before.time) + 1


def test_a_download_that_goes_on_gets_the_new_file_from_there_on(place):
    change(place, 700)
    with place.lab.fault("file.replaced-while-read", at=4), place.session() as client:
        rest = retrieve(client, place.stock, rest=10)
    assert rest == (look(place).content or b"")[10:]


@pytest.mark.parametrize("why", ["停止", "another name", "short", "half written"])
def test_a_file_that_no_pass_would_write_now_is_not_replaced(place, why):
    lab, at = place.lab, 0
    match why:
        case "停止":
            lab.tempostar.update_stock_settings(place.shop_code, reflection="停止")
        case "another name":
            lab.tempostar.update_stock_settings(place.shop_code, file_prefix="zaiko")
        case "short":
            at = len(place.content or b"")
        case _:
            change(place, 5)
            with lab.fault("file.partial"):
                lab.next_pass()
    before = place.content
    with lab.fault("file.replaced-while-read", at=at) as fault:
        assert look(place).content == before == place.content
        assert (fault.matched, fault.fired) == (1, 0)


def test_an_order_file_that_is_read_is_not_replaced(place):
    path = f"{place.orders}/order.csv"
    with place.session() as client, place.lab.fault("file.replaced-while-read") as fault:
        client.storbinary(f"STOR {path}", io.BytesIO(b"order"))
        assert retrieve(client, path) == b"order"
        assert fault.fired == 0


def test_the_half_of_a_file_is_no_version_of_its_own(place):
    oldest = look(place)
    place.lab.change_settings(writing="in-place")
    change(place, 4)
    place.lab.next_pass()
    change(place, 5)
    with place.lab.fault("file.old-file"):
        place.lab.next_pass()
    assert look(place) == oldest


def test_a_file_that_was_deleted_can_come_back(place):
    last = look(place)
    with place.session() as client:
        client.delete(place.stock)
    change(place, 5)
    with place.lab.fault("file.old-file", times=2):
        for _ in range(2):
            place.lab.next_pass()
            assert look(place) == last


@pytest.mark.parametrize(
    ("kind", "folder"),
    [("file.replaced-while-read", "netorder"), ("file.quota-full", "netstock"), ("file.old-file", "netorder")],
)
def test_is_refused_for_folders_where_it_could_never_strike(place, kind, folder):
    with pytest.raises(BadValue, match="could never fire there: paths look like /net"):
        place.lab.fault(kind, path=f"/{folder}/{place.shop_code}/*")


def test_curl_is_told_that_the_quota_is_full(place, tmp_path):
    (tmp_path / "order.csv").write_bytes(b"order")
    upload = (f"{place.orders}/order.csv", "-T", str(tmp_path / "order.csv"))
    with place.lab.fault("file.quota-full", path=f"{place.orders}/*") as fault:
        got = place.curl(*upload)
        assert (got.returncode, fault.fired) == (70, 1), got.stderr  # CURLE_REMOTE_DISK_FULL
    assert place.curl(*upload).returncode == 0
