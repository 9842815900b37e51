"""The seeded defects as data: each is a small change to the source of the reference engine or of the lab, and what is
to notice it.

The engine is known by its package's name only: its source is copied, changed and run, never imported here.
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from simulator.conformance.feature_files import read_feature
from simulator.conformance.guide import features_dir, fixtures_dir
from simulator.errors import BadValue, CannotStart

_HERE = Path(__file__).parent


class Package(StrEnum):
    """What is wrong: the reference engine, or the lab that it is tried on."""

    ENGINE = "reference"
    LAB = "simulator"


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement in a file of the package; `old` has to stand there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Kill:
    """A scenario that is to turn red in a ならば; `because` is to stand in that step or in what it says."""

    feature: str
    scenario: str
    because: str

    @property
    def place(self) -> str:
        """Feature and scenario as people name them."""
        return f"{self.feature}: {self.scenario}"


@dataclass(frozen=True, slots=True)
class Defect:
    """An engine, or a lab, with one mistake: what its developer did wrong, as a sentence, as changes, and as red
    scenarios."""

    name: str
    mistake: str
    changes: tuple[Change, ...]
    killed_by: tuple[Kill, ...]
    package: Package = Package.ENGINE


class DidNotApply(Exception):
    """A change does not fit the source."""


@cache
def seeded_defects() -> tuple[Defect, ...]:
    """All defects, by file and in the order they stand there."""
    return tuple(defect for path in sorted(_HERE.glob("*.toml")) for defect in read_defects(path))


def read_defects(path: Path) -> tuple[Defect, ...]:
    """The defects of one TOML file: `package`, where it is not the engine's, and `[[defect]]` with the fields of
    `Defect`.

    Raises: BadValue when it is none, lacks something without which a defect would count as killed for nothing, or names
    a scenario that there is not.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        package = Package(table.get("package", Package.ENGINE))
        found = tuple(
            Defect(
                row["name"],
                row["mistake"],
                tuple(Change(**one) for one in row["changes"]),
                tuple(Kill(**one) for one in row["killed_by"]),
                package,
            )
            for row in table["defect"]
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        what = f"no file of defects ({type(error).__name__}: {error})"
        raise BadValue("file", str(path), what, next_step="Those of simulator/conformance/defects show how.") from error
    for defect in found:
        _check(defect)
    return found


def choose_defects(names: tuple[str, ...], among: tuple[Defect, ...]) -> tuple[Defect, ...]:
    """The defects of these names, or all.

    Raises: BadValue for a name there is none of.
    """
    known = {defect.name: defect for defect in among}
    for name in names:
        if name not in known:
            near = ", ".join(get_close_matches(name, known, n=3, cutoff=0.4))
            hint = f"Near it: {near}." if near else "docs/defects.md and `zaikolab defects --recorded` list them."
            raise BadValue("defect", name, "not among the seeded ones", next_step=hint)
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(known.values())


def find_package(package: Package) -> Path:
    """The folder of an installed package.

    Raises: CannotStart when it is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {package!r} is not installed, and the defects are changes to it.")
    return Path(spec.origin).parent


def seed(defect: Defect, into: Path) -> None:
    """Copy the package into a folder and make the changes of a defect there.

    Raises: DidNotApply; the copy is left as it is then.
    """
    copy = into / defect.package
    shutil.copytree(find_package(defect.package), copy, ignore=shutil.ignore_patterns("__pycache__"))
    for shipped in (features_dir(), fixtures_dir()):
        if shipped.parent == find_package(Package.LAB).parent:  # in a checkout they stand beside the package
            (into / shipped.name).symlink_to(shipped)
    for change in defect.changes:
        path = copy / change.file
        if not (path.is_file() and path.resolve().is_relative_to(copy.resolve())):
            raise DidNotApply(f"{defect.package} has no file {change.file}")
        source = path.read_text(encoding="utf-8")
        found = source.count(change.old)
        if found != 1:
            raise DidNotApply(f"{change.file} has the text to replace {found} times: {change.old.strip()!r}")
        path.write_text(source.replace(change.old, change.new), encoding="utf-8")


def feature_of(kill: Kill) -> Path:
    """The feature file in which the scenario of a kill stands.

    Raises: BadValue when there is no such scenario.
    """
    path = features_dir() / f"{kill.feature}.feature"
    if not path.is_file() or kill.scenario not in {one.name for one in read_feature(path).scenarios}:
        raise BadValue("scenario", kill.place, "in no feature file", next_step="Mend its name in the defect's data.")
    return path


def _check(defect: Defect) -> None:
    # The types are what is hoped for: TOML has others.
    said: list[object] = [defect.name, defect.mistake, *(kill.because for kill in defect.killed_by)]
    if not (defect.changes and defect.killed_by and all(isinstance(text, str) and text for text in said)):
        what = "blank in name, mistake, changes, killed_by or because"
        raise BadValue(
            "defect", defect.name, what, next_step="Say what was done wrong, where, and which ならば notices."
        )
    for kill in defect.killed_by:
        feature_of(kill)
