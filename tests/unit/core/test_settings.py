"""Settings take plain JSON values or text, and refuse the rest by name."""

from __future__ import annotations

import pytest

from simulator.config import Content, Settings
from simulator.errors import BadValue


def test_settings_are_changed_by_name() -> None:
    changed = Settings().changed(
        {"content": "full", "header": "false", "slice_size": "10", "column_order": "在庫数,商品コード"}
    )
    assert changed.content is Content.FULL
    assert changed.header is False
    assert changed.slice_size == 10
    assert changed.column_order == ("在庫数", "商品コード")


def test_settings_survive_json() -> None:
    settings = Settings().changed({"encoding": "utf-8-bom", "column_order": ["在庫数"]})
    assert Settings().changed(settings.as_json()) == settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("contents", "full", "Known settings: .*content"),
        ("content", "half", "Allowed: diff, full"),
        ("header", "maybe", "true or false"),
        ("slice_size", 0, "whole number from 1"),
        ("slice_size", True, "whole number from 1"),
        ("bulk_delay_minutes", -1, "whole number from 0"),
        ("bulk_delay_minutes", "１", "whole number from 0"),
        ("slice_size", 2**63, "whole number from 1 to 1000000"),
        ("slice_size", "9" * 5000, "whole number from 1 to 1000000"),
        ("bulk_delay_minutes", 10**12, "whole number from 0 to 1440"),
        ("column_order", 5, "list of column names"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_wrong_setting_is_refused_with_what_is_possible(name: str, value: object, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        Settings().changed({name: value})


@pytest.mark.parametrize(("name", "value"), [("slice_size", 1_000_000), ("bulk_delay_minutes", "1440")])
def test_a_setting_is_taken_at_its_upper_bound(name: str, value: object) -> None:
    assert getattr(Settings().changed({name: value}), name) == int(str(value))
