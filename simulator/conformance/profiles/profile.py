"""Reads the profiles: one TOML file each, named for the profile.

text = "It writes every linked SKU into the file at each pass."     # which plausible service this is
tls = "implicit"                    # how an FTPS session becomes encrypted, where not explicitly
replaces = ["tls"]                  # assumptions that do not hold and follow from no setting

[settings]                          # of the lab, where they differ from the assumed ones
content = "full"

[stock_settings]                    # of a shop's 在庫管理設定, where they differ from the guide's
file_suffix = "日時"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.config import LabConfig, Settings, TlsMode
from simulator.conformance.guide_settings import GUIDE_STOCK_SETTINGS
from simulator.conformance.sources import assumptions
from simulator.errors import BadValue
from simulator.tempostar.reflection import StockSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT = "guide"
"""The service of guide and contract: it differs in nothing."""
EVERY = "all"
"""What stands for every profile where names are given."""
_HERE = Path(__file__).parent
_FIELDS = ("text", "tls", "replaces", "settings", "stock_settings")
_NAME_ONE = "Name those of assumptions.toml that do not hold then, by id."


@dataclass(frozen=True, slots=True)
class Profile:
    """One plausible service. `text`: which, as a sentence; `settings`: of the lab, and `stock_settings`: of a shop's
    在庫管理設定, names and values where they differ; `replaces`: the assumptions that do not hold, by id."""

    name: str
    text: str
    tls: TlsMode
    settings: Mapping[str, Any]
    stock_settings: Mapping[str, str]
    replaces: tuple[str, ...]

    def lab_config(self) -> LabConfig:
        """How a lab that plays this service is started, on free ports; a reset goes back to its settings."""
        return LabConfig(tls=self.tls, settings=Settings().changed(dict(self.settings)))


@cache
def profiles() -> tuple[Profile, ...]:
    """All profiles, the default first, then by name."""
    paths = sorted(_HERE.glob("*.toml"), key=lambda path: (path.stem != DEFAULT, path.stem))
    return tuple(map(read_profile, paths))


def choose_profiles(names: Iterable[str]) -> tuple[Profile, ...]:
    """The profiles of these names, each once, in the order given; `all` means every one.

    Raises: BadValue for a name there is none of.
    """
    chosen = [one for name in names for one in (profiles() if name == EVERY else [find_profile(name)])]
    return tuple({profile.name: profile for profile in chosen}.values())


def find_profile(name: str) -> Profile:
    """One profile.

    Raises: BadValue when none has the name.
    """
    known = {profile.name: profile for profile in profiles()}
    if name not in known:
        raise BadValue("profile", name, "none of them", next_step=f"There are: {', '.join(known)}.")
    return known[name]


def read_profile(path: Path) -> Profile:
    """The profile of one TOML file; its name is the file's.

    Raises: BadValue with file and field for whatever is wrong in it, also for a difference that is none, and for one of
    which nothing says which assumption it replaces.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadValue("profile", str(path), f"no TOML file ({error})", next_step="Mend the file.") from error
    for field, value in found.items():
        if field not in _FIELDS:
            raise _wrong(path, field, value, "unknown", f"There are: {', '.join(_FIELDS)}.")
    settings = _read_differences(path, "settings", found, Settings())
    stock_settings = _read_differences(path, "stock_settings", found, StockSettings().changed(GUIDE_STOCK_SETTINGS))
    tls = _read_tls(path, found)
    named = _read_replaced(path, found)
    following = tuple(one.id for one in assumptions() if one.setting in settings)
    told_by_none = bool(stock_settings) or tls is not TlsMode.EXPLICIT
    if bool(settings or told_by_none) is (path.stem == DEFAULT):
        raise _wrong(path, "settings", dict(settings), f"{DEFAULT}, and no other profile, differs in nothing")
    if {*named} & {*following}:
        raise _wrong(path, "replaces", list(named), "one of them follows from a setting", "Take it out.")
    if told_by_none and not named:
        raise _wrong(path, "replaces", [], "blank, and no setting tells of this difference", _NAME_ONE)
    if named and path.stem == DEFAULT:
        raise _wrong(path, "replaces", list(named), "of what differs in nothing every assumption holds", "Take it out.")
    return Profile(path.stem, _read_text(path, found), tls, settings, stock_settings, (*following, *named))


def _read_text(path: Path, found: Mapping[str, Any]) -> str:
    text = found.get("text")
    if not isinstance(text, str) or "\n" in text or not text.endswith("."):
        raise _wrong(path, "text", text, "no sentence", "Say in one English sentence which plausible service this is.")
    return text


def _read_tls(path: Path, found: Mapping[str, Any]) -> TlsMode:
    tls = found.get("tls")
    if tls not in (None, TlsMode.IMPLICIT.value):
        raise _wrong(path, "tls", tls, f"only {TlsMode.IMPLICIT.value!r} differs from what is assumed")
    return TlsMode(tls) if tls else TlsMode.EXPLICIT


def _read_differences(
    path: Path, field: str, found: Mapping[str, Any], assumed: Settings | StockSettings
) -> Mapping[str, Any]:
    given = found.get(field, {})
    if not isinstance(given, dict):
        raise _wrong(path, field, given, "no table of names and values")
    for name, value in given.items():
        try:
            changed = assumed.changed({name: value})
        except BadValue as error:
            raise _wrong(path, f"{field}.{name}", value, error.reason, error.next_step) from error
        if changed == assumed:
            raise _wrong(path, f"{field}.{name}", value, "no difference: it is assumed anyway", "Take it out.")
    return MappingProxyType(given)


def _read_replaced(path: Path, found: Mapping[str, Any]) -> tuple[str, ...]:
    named = found.get("replaces", [])
    known = [one.id for one in assumptions()]
    if not isinstance(named, list) or len(named) != len([one for one in known if one in named]):
        raise _wrong(path, "replaces", named, "no list of assumptions, each once", _NAME_ONE)
    return tuple(named)


def _wrong(path: Path, field: str, value: object, reason: str, next_step: str = "") -> BadValue:
    return BadValue(f"{path.name}: {field}", value, reason, next_step=next_step or "Mend the profile.")
