"""The profiles as data: each differs and says so, what is wrong in a file is refused, and which scenarios apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.config import LabConfig, Settings, TlsMode
from simulator.conformance.guide import features_dir
from simulator.conformance.profiles import (
    DEFAULT,
    Profile,
    applies,
    choose_profiles,
    explain_inapplicable,
    find_profile,
    profiles,
    read_profile,
)
from simulator.conformance.sources import Owed, assumptions
from simulator.conformance.verify.selection import choose, read_scenarios
from simulator.errors import BadValue

OTHERS = tuple(profile for profile in profiles() if profile.name != DEFAULT)
MOST_MISSED = 5
"""Scenarios of level must and should that may say nothing under a profile; more would hide a narrow step."""


def test_there_are_at_least_eight_and_the_guides_comes_first() -> None:
    assert len(profiles()) >= 9
    assert profiles()[0].name == DEFAULT == "guide"


def test_the_guides_service_differs_in_nothing() -> None:
    guide = find_profile("guide")
    assert (guide.lab_config(), dict(guide.stock_settings), guide.replaces) == (LabConfig(), {}, ())


def test_no_two_are_the_same_service() -> None:
    services = [(profile.lab_config(), tuple(profile.stock_settings.items())) for profile in profiles()]
    assert [one for one in services if services.count(one) > 1] == []
    assert len({profile.text for profile in profiles()}) == len(profiles())


@pytest.mark.parametrize("profile", OTHERS, ids=lambda profile: profile.name)
def test_each_replaces_an_assumption_and_leaves_nearly_every_scenario_standing(profile: Profile) -> None:
    assert {*profile.replaces} <= {one.id for one in assumptions()}
    assert profile.replaces
    owed = choose(read_scenarios(features_dir()), Owed.SHOULD)
    missed = [one.name for one in owed if not applies(profile, one.tags)]
    assert len(missed) <= MOST_MISSED, missed


def test_every_setting_that_plays_another_service_is_played() -> None:
    """But for amounts, which scenarios set themselves, and deleting, which no statement of the guide asks for."""
    played = {name for profile in profiles() for name in profile.settings}
    unplayed = {"slice_size", "bulk_delay_minutes", "stock_file_deletable"}
    assert played == Settings().as_json().keys() - unplayed


def test_a_lab_config_has_the_settings_so_that_a_reset_goes_back_to_them() -> None:
    assert find_profile("bare").lab_config().settings == Settings().changed(
        {"encoding": "utf-8", "header": False, "quoting": "minimal"}
    )
    assert find_profile("implicit-tls").lab_config() == LabConfig(tls=TlsMode.IMPLICIT)


def test_profiles_are_chosen_by_name_each_once_and_all_of_them_by_all() -> None:
    assert [one.name for one in choose_profiles(["full", "delete", "full"])] == ["full", "delete"]
    assert {one.name for one in choose_profiles(["full", "all"])} == {one.name for one in profiles()}
    assert choose_profiles(["all"]) == profiles()
    assert choose_profiles([]) == ()


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(BadValue, match=r"profile='fulll': none of them. There are: guide, bare, dated-names"):
        choose_profiles(["full", "fulll"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text = ", "no TOML file"),
        ('text = "It."\ncolour = 1\n[settings]\ncontent = "full"', "own.toml: colour=1: unknown"),
        ('[settings]\ncontent = "full"', "own.toml: text=None: no sentence"),
        ('text = ""\n[settings]\ncontent = "full"', "own.toml: text='': no sentence"),
        ('text = "No dot"\n[settings]\ncontent = "full"', "own.toml: text='No dot': no sentence"),
        ('text = "Two\\nlines."\n[settings]\ncontent = "full"', "no sentence"),
        ('text = "It."\nsettings = "full"', "own.toml: settings='full': no table"),
        ('text = "It."\n[settings]\ncolour = 1', "own.toml: settings.colour=1: unknown"),
        ('text = "It."\n[settings]\ncontent = "some"', "own.toml: settings.content='some': not one of its values"),
        ('text = "It."\n[settings]\ncontent = "diff"', "own.toml: settings.content='diff': no difference"),
        ('text = "It."\ntls = "none"', "own.toml: tls='none': only 'implicit' differs"),
        ('text = "It."\ntls = "explicit"\nreplaces = ["tls"]', "own.toml: tls='explicit': only 'implicit' differs"),
        ('text = "It."\ntls = "implicit"', r"own.toml: replaces=\[\]: blank"),
        ('text = "It."\ntls = "implicit"\n[settings]\ncontent = "full"', r"own.toml: replaces=\[\]: blank"),
        ('text = "It."\ntls = "implicit"\nreplaces = ["tsl"]', r"own.toml: replaces=\['tsl'\]: no list of assumptions"),
        ('text = "It."\ntls = "implicit"\nreplaces = ["tls", "tls"]', "no list of assumptions, each once"),
        ('text = "It."\ntls = "implicit"\nreplaces = "tls"', "no list of assumptions"),
        ('text = "It."\nreplaces = ["content"]\n[settings]\ncontent = "full"', "one of them follows from a setting"),
        ('text = "It."\n[stock_settings]\nfile_suffix = "日時"', r"own.toml: replaces=\[\]: blank"),
        (
            'text = "It."\nreplaces = ["tls"]\n[stock_settings]\nfile_suffix = "なし"',
            "own.toml: stock_settings.file_suffix='なし': no difference",
        ),
        (
            'text = "It."\nreplaces = ["tls"]\n[stock_settings]\nsuffix = 1',
            "own.toml: stock_settings.suffix=1: unknown",
        ),
        ('text = "It."', "guide, and no other profile, differs in nothing"),
        ('text = "It."\nreplaces = ["tls"]', "guide, and no other profile, differs in nothing"),
    ],
)
def test_what_is_wrong_in_a_file_is_refused_with_file_and_field(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(BadValue, match=said):
        read_profile(tmp_path / "own.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('text = "It."\n[settings]\ncontent = "full"', "guide, and no other profile, differs in nothing"),
        ('text = "It."\nreplaces = ["tls"]', "of what differs in nothing every assumption holds"),
    ],
)
def test_the_guides_profile_may_not_differ(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "guide.toml").write_text(content, encoding="utf-8")
    with pytest.raises(BadValue, match=said):
        read_profile(tmp_path / "guide.toml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="no TOML file"):
        read_profile(tmp_path / "none.toml")


FULL, BARE = find_profile("full"), find_profile("bare")


def test_a_scenario_that_stands_on_what_a_profile_replaces_does_not_apply() -> None:
    assert not applies(FULL, {"guide-0.1", "assumption-content"})
    assert explain_inapplicable(FULL, {"guide-0.1", "assumption-content"}) == (
        "stands on assumption content, which profile full replaces"
    )
    assert applies(FULL, {"guide-0.1", "assumption-slice"})
    assert explain_inapplicable(FULL, {"guide-0.1", "assumption-slice"}) == ""
    assert applies(find_profile("guide"), {"assumption-content"})


def test_a_scenario_that_chooses_for_itself_applies() -> None:
    assert applies(FULL, {"assumption-content", "chooses-content"})
    assert not applies(BARE, {"assumption-header", "assumption-encoding", "chooses-header"})
    assert explain_inapplicable(BARE, {"assumption-header", "assumption-encoding"}) == (
        "stands on assumption header, encoding, which profile bare replaces"
    )
