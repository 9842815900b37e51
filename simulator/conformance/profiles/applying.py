"""Which scenarios say something about an engine under a profile. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.conformance.sources import ASSUMPTION, CHOICE

if TYPE_CHECKING:
    from collections.abc import Collection

    from simulator.conformance.profiles.profile import Profile


def applies(profile: Profile, tags: Collection[str]) -> bool:
    """Whether a scenario of these tags (without `@`) is to hold under a profile.

    One that stands on an assumption which the profile replaces says nothing about an engine there, unless it chooses
    for itself (`@chooses-<assumption>`): then it brings the service it needs along.
    """
    return not _missed(profile, tags)


def explain_inapplicable(profile: Profile, tags: Collection[str]) -> str:
    """Why a scenario does not apply, for a report; empty when it does."""
    missed = _missed(profile, tags)
    return f"stands on assumption {', '.join(missed)}, which profile {profile.name} replaces" if missed else ""


def _missed(profile: Profile, tags: Collection[str]) -> list[str]:
    return [one for one in profile.replaces if f"{ASSUMPTION}{one}" in tags and f"{CHOICE}{one}" not in tags]
