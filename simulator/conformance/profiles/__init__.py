"""The plausible services: where guide and public facts are silent, the lab can be any of them, each as a data file."""

from simulator.conformance.profiles.applying import applies, explain_inapplicable
from simulator.conformance.profiles.profile import (
    DEFAULT,
    EVERY,
    Profile,
    choose_profiles,
    find_profile,
    profiles,
    read_profile,
)

__all__ = [
    "DEFAULT",
    "EVERY",
    "Profile",
    "applies",
    "choose_profiles",
    "explain_inapplicable",
    "find_profile",
    "profiles",
    "read_profile",
]
