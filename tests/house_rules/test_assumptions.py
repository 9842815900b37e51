"""The list of assumptions is complete where that can be checked: each setting is one, each tells how to settle it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import simulator.conformance
from simulator.config import SETTING_NAMES

ASSUMPTIONS = tomllib.loads(
    (Path(simulator.conformance.__file__).parent / "assumptions.toml").read_text(encoding="utf-8")
)["assumption"]


def test_every_setting_stands_for_an_assumption_and_no_other_is_named() -> None:
    named = [one["setting"] for one in ASSUMPTIONS if one["setting"]]
    assert sorted(named) == sorted(SETTING_NAMES)


def test_every_assumption_has_a_name_a_place_a_text_and_a_way_to_settle_it() -> None:
    assert len({one["id"] for one in ASSUMPTIONS}) == len(ASSUMPTIONS)
    assert {one["on"] for one in ASSUMPTIONS} <= {"tempostar", "ftps", "roomclip", "mailbox", "lab", "engine"}
    assert [one["id"] for one in ASSUMPTIONS if not (one["text"] and one["settle"])] == []
