from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from simulator.clock import JST
from simulator.tempostar.ftps.listing import FACTS, ListEntry, facts_line, list_line

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=JST)


def entry(mtime: datetime = NOW, *, is_folder: bool = False) -> ListEntry:
    return ListEntry("在庫 1.csv", is_folder, 1234, mtime, "dr", "-r--r-----")


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(0), "Apr 01 09:00"),
        (timedelta(days=180), "Oct 03 09:00"),
        (timedelta(days=180, seconds=1), "Oct 03  2025"),
        (timedelta(days=365), "Apr 01  2025"),
        (timedelta(days=-1), "Apr 02  2026"),
    ],
)
def test_the_time_of_day_is_shown_for_half_a_year_and_the_year_otherwise(age, shown):
    assert list_line(entry(NOW - age), NOW) == f"-r--r-----   1 tempostar tempostar       1234 {shown} 在庫 1.csv\r\n"


def test_facts_are_in_utc_and_only_those_wanted():
    assert facts_line(entry(), FACTS) == "modify=20260401000000;perm=dr;size=1234;type=file; 在庫 1.csv\r\n"
    assert facts_line(entry(is_folder=True), ("type",)) == "type=dir; 在庫 1.csv\r\n"
    assert facts_line(entry(), ()) == " 在庫 1.csv\r\n"
