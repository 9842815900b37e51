"""The record of a walk through the consoles, as a browser made it: `walk.json` with its pictures beside it.

    with writing_walk(WALK_FOLDER) as walk:
        walk.add(
            WalkedStep(
                section="1", action="「設定(歯車)」から「連携ショップ新規追加」を押す", statements=("1.1",),
                picture="010-add-shop.png", title=page.title(), path="/tempostar/shops/new",
                seen="入力欄が空で表示される",
            ),
            page.screenshot(),
        )

    {"schema": 1, "sources": "<digest>", "walked": "<ISO 8601, UTC>", "steps": [{"section", "action", "statements": [],
     "picture", "title", "path", "seen"}]}

A walk that did not come to its end leaves no walk.json.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.conformance.guide import statements
from simulator.conformance.source_digest import digest_sources
from simulator.errors import BadValue
from simulator.living_docs.folder import replace_folder
from simulator.living_docs.sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_VERSION = 1
WALK_FILE = "walk.json"
WALK_FOLDER = Path("build/walk")
"""Where the walk of a checkout is, relative to the checkout."""
WALK_AGAIN = "Walk again: pytest tests/browser/test_guide_walk.py"
WALK_FIRST = (
    "For pictures, in a checkout of zaikolab: pytest tests/browser/test_guide_walk.py, then build again with --walk"
)
_PNG = b"\x89PNG\r\n\x1a\n"
_PICTURE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\.png", re.ASCII)


@dataclass(frozen=True, slots=True)
class WalkedStep:
    """One thing done by the guide. `section`: "1", "2-1", "3-2-1" ...; `action`: what is done, in Japanese, with the
    guide's labels; `statements`: numbers of those it covers; `picture`: name of a PNG beside walk.json; `title` and
    `path`: of the page that the picture shows; `seen`: what is seen there, one Japanese sentence."""

    section: str
    action: str
    statements: tuple[str, ...]
    picture: str
    title: str
    path: str
    seen: str

    def __post_init__(self) -> None:
        """Refuse what no page could show. Raises: BadValue naming the field."""
        known = [section.id for section in SECTIONS]
        if self.section not in known:
            raise _bad("section", self.section, "no section of the guide", f"There are: {', '.join(known)}.")
        numbers = {one.id for one in statements()}
        for number in self.statements:
            if number not in numbers:
                raise _bad("statements", number, "no statement of the guide", "`zaikolab guide` lists them.")
        if not _PICTURE.fullmatch(self.picture):
            raise _bad("picture", self.picture, "no plain name of a PNG", "Name it like 010-add-shop.png.")
        if not self.path.startswith("/"):
            raise _bad("path", self.path, "no path of a page", "It begins with /.")
        for field in ("action", "title", "seen"):
            if not getattr(self, field).strip():
                raise _bad(field, getattr(self, field), "blank", "Say it in a few words.")


@dataclass(frozen=True, slots=True)
class Walk:
    """A whole walk. `folder`: where its pictures are; `sources`: the digest of what it walked on; `walked`: when."""

    folder: Path
    sources: str
    walked: datetime
    steps: tuple[WalkedStep, ...]

    @property
    def statements(self) -> frozenset[str]:
        """The numbers of all statements it covers."""
        return frozenset(number for step in self.steps for number in step.statements)

    def of(self, section: str) -> tuple[WalkedStep, ...]:
        """Its steps of one section, in order."""
        return tuple(step for step in self.steps if step.section == section)


class WalkWriter:
    """Takes the steps of a walk as they are made. `sources`: the digest of what is walked on."""

    def __init__(self, sources: str) -> None:
        self._sources = sources
        self._steps: list[WalkedStep] = []
        self._pictures: dict[str, bytes] = {}

    def add(self, step: WalkedStep, picture: bytes) -> None:
        """One more step, with its picture as PNG.

        Raises: BadValue when the picture is no PNG, or another step has its name.
        """
        if not picture.startswith(_PNG):
            raise _bad("picture", step.picture, "the bytes are no PNG", "Give what page.screenshot() returns.")
        if step.picture in self._pictures:
            raise _bad("picture", step.picture, "another step has this name", "Number the pictures.")
        self._pictures[step.picture] = picture
        self._steps.append(step)

    def files(self) -> dict[str, str | bytes]:
        """What the folder holds of the walk, at this moment."""
        return {**self._pictures, WALK_FILE: json.dumps(self._as_json(), ensure_ascii=False, indent=1) + "\n"}

    def _as_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA_VERSION,
            "sources": self._sources,
            "walked": datetime.now(UTC).isoformat(timespec="seconds"),
            "steps": [asdict(step) for step in self._steps],
        }


@contextlib.contextmanager
def writing_walk(folder: Path) -> Iterator[WalkWriter]:
    """Inside, a walk is made, of the sources as they are at its begin; where it comes to its end it replaces the folder
    whole, so that two at once do not mix. One that breaks off takes an earlier walk.json away: that is not to be shown.

    Raises: OSError.
    """
    writer = WalkWriter(digest_sources())
    try:
        yield writer
    except BaseException:
        (folder / WALK_FILE).unlink(missing_ok=True)
        raise
    replace_folder(folder, writer.files())


def read_walk(folder: Path) -> Walk:
    """The walk in a folder, every picture looked at.

    Raises: BadValue where there is none, or one that is broken.
    """
    file = folder / WALK_FILE
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["schema"] != SCHEMA_VERSION:
            raise _bad("walk", file, f"of schema {told['schema']}, and this version reads {SCHEMA_VERSION}", WALK_AGAIN)
        names = [field.name for field in fields(WalkedStep)]
        steps = tuple(
            WalkedStep(**{name: row[name] for name in names} | {"statements": tuple(row["statements"])})
            for row in told["steps"]
        )
        for step in steps:
            _look_at(folder / step.picture)
        return Walk(folder, str(told["sources"]), datetime.fromisoformat(told["walked"]), steps)
    except FileNotFoundError as error:
        name = Path(error.filename).name
        raise _bad("walk", folder, f"{name} is not there", WALK_AGAIN) from error
    except BadValue:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _bad("walk", file, f"broken ({type(error).__name__}: {error})", WALK_AGAIN) from error


def _look_at(picture: Path) -> None:
    with picture.open("rb") as opened:
        if opened.read(len(_PNG)) != _PNG:
            raise _bad("walk", picture.name, "no PNG", WALK_AGAIN)


def _bad(field: str, value: object, reason: str, next_step: str) -> BadValue:
    return BadValue(field, str(value), reason, next_step=next_step)
