"""What a pass leaves in the area: names, idle passes, half-written files, codes that cannot be written."""

from datetime import timedelta

import pytest

from tests.integration.tempostar.office import NINE, written


def test_with_nothing_to_send_the_file_stays_time_and_all(office):
    office.register("A-1")
    office.start()
    office.advance(minutes=15)
    assert office.sent() == {"A-1": 1}
    assert office.mtime() == NINE + timedelta(minutes=5)
    assert [entry.data["unchanged"] for entry in office.told("reflection.nothing_to_send")] == ["keep", "keep"]


def test_with_nothing_to_send_a_file_without_rows_replaces_it_when_so_set(office):
    office.set(unchanged="header-only")
    office.register("A-1")
    office.start()
    office.advance(minutes=10)
    assert office.sent() == {}
    assert office.mtime() == NINE + timedelta(minutes=10)


@pytest.mark.parametrize("suffix", ["なし", "日付", "日時"])
def test_with_nothing_to_send_the_last_file_goes_when_so_set(office, suffix):
    office.set(unchanged="delete")
    office.tempostar.update_stock_settings(office.shop_code, file_suffix=suffix)
    office.register("A-1")
    office.start()
    office.advance(minutes=5)
    assert len(office.files()) == 1
    office.advance(minutes=10)
    assert office.files() == []


def test_a_file_with_the_date_is_overwritten_within_the_day(office):
    office.tempostar.update_stock_settings(office.shop_code, file_suffix="日付")
    office.register("A-1")
    office.start()
    office.advance(minutes=5)
    office.tempostar.set_stock("A-1", sellable=2)
    office.advance(minutes=5)
    assert office.files() == ["stock20260401.csv"]
    assert office.sent("stock20260401.csv") == {"A-1": 2}


def test_a_file_with_the_time_is_new_at_each_pass_and_the_old_ones_stay(office):
    office.tempostar.update_stock_settings(office.shop_code, file_suffix="日時", file_prefix="zaiko")
    office.register("A-1")
    office.start()
    office.advance(minutes=5)
    office.tempostar.set_stock("A-1", sellable=2)
    office.advance(minutes=5)
    assert office.files() == ["zaiko20260401090500.csv", "zaiko20260401091000.csv"]


def test_to_another_ftp_server_nothing_reaches_the_area(office):
    office.tempostar.update_stock_settings(office.shop_code, send_type="外部FTP")
    office.register("A-1")
    office.start()
    office.advance(minutes=10)
    assert office.files() == []
    (entry,) = office.told("reflection.sent_elsewhere")
    assert (entry.data["rows"], entry.data["remaining"], entry.skus) == (1, 0, ("A-1",))


def test_written_in_place_the_first_half_is_visible_for_two_seconds(office):
    office.register("A-1", "B-1", "C-1")
    office.start()
    office.advance(minutes=5)
    whole = office.content()
    office.set(writing="in-place")
    office.tempostar.request_full_sync(office.shop_code)
    office.advance(minutes=5)
    half = office.content()
    assert whole is not None
    assert half is not None
    assert whole.startswith(half)
    assert 0.3 < len(half) / len(whole) <= 0.5
    assert office.mtime() == NINE + timedelta(minutes=10)
    assert len(office.told("reflection.writing")) == 1
    assert written(office) == [3]
    office.advance(seconds=1)
    assert office.content() == half
    office.advance(seconds=1)
    assert office.content() == whole
    assert office.mtime() == NINE + timedelta(minutes=10, seconds=2)
    assert written(office) == [3, 3]
    assert office.told("reflection.written")[-1].skus == ("A-1", "B-1", "C-1")


def test_written_in_place_what_was_begun_is_completed_after_a_stop(office):
    office.set(writing="in-place")
    office.register("A-1")
    office.start()
    office.advance(minutes=5)
    office.tempostar.update_stock_settings(office.shop_code, reflection="停止")
    office.advance(seconds=2)
    assert office.sent() == {"A-1": 1}
    assert office.tempostar.next_due() is None


def test_a_file_written_at_once_is_told_of_at_once(office):
    office.register("A-1")
    office.start()
    office.advance(minutes=5)
    (entry,) = office.told("reflection.written")
    content = office.content()
    assert content is not None
    assert entry.data == {
        "shop_code": office.shop_code,
        "path": f"/netstock/{office.shop_code}/stock.csv",
        "rows": 1,
        "bytes": len(content),
        "remaining": 0,
        "content": "diff",
        "skipped": 0,
        "skipped_skus": [],
    }
    assert office.told("reflection.writing") == []


def test_a_code_that_cp932_lacks_is_left_out_named_and_does_not_block_the_queue(office):
    office.set(slice_size=1)
    office.register("A〜1", "B-1")
    office.start()
    office.advance(minutes=10)
    (skipped,) = office.told("reflection.nothing_to_send")
    assert (skipped.data["skipped"], skipped.data["skipped_skus"]) == (1, ["A〜1"])
    assert office.sent() == {"B-1": 1}


def test_a_code_that_cp932_lacks_goes_out_in_utf8(office):
    office.set(encoding="utf-8")
    office.register("A〜1")
    office.start()
    office.advance(minutes=5)
    content = office.content()
    assert content is not None
    assert "A〜1" in content.decode("utf-8")
