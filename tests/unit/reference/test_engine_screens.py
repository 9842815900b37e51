"""What `zaikosync once` shows where there is nothing to make a table of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reference.domain.report import PassReport
from reference.screens import show_report

AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_where_nothing_is_linked_the_next_step_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    show_report(PassReport(AT, AT, ()), as_json=False)
    told = capsys.readouterr()
    assert "No linkage is registered" in told.out
    assert "保存する" in told.out
    assert told.err == ""


def test_where_the_list_was_not_read_the_trouble_is_told_and_nothing_is_said_of_the_shop(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_report(PassReport(AT, AT, (), ("The shop does not answer.",)), as_json=False)
    told = capsys.readouterr()
    assert "registered" not in told.out
    assert "The shop does not answer." in told.err
