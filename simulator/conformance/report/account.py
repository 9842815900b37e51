"""What every report tells: a verification, how it was asked for, and what the feature files say."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.conformance.drivers import without_userinfo
from simulator.conformance.verify.summary import repeat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.conformance.verify.command import Wish
    from simulator.conformance.verify.results import Result, Verification

_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the verification ran on, in the words of the standard library's `platform`."""

    python: str = field(default_factory=platform.python_version)
    implementation: str = field(default_factory=platform.python_implementation)
    system: str = field(default_factory=platform.system)
    processor: str = field(default_factory=platform.machine)


@dataclass(frozen=True, slots=True)
class Account:
    """A verification with what the reports say beside it. `began`: in UTC; `command`: the line that was typed;
    `version`: zaikolab's; `features`: the text of each feature file that a result names; `sources_before` and
    `sources_after`: their digests when the verification began and when it was over.

    User and password in the engine's URL are told nowhere: engine, line typed and line that repeats have *** there.
    """

    verification: Verification
    wish: Wish
    began: datetime
    command: str
    version: str
    features: Mapping[str, str]
    machine: Machine = field(default_factory=Machine)
    sources_before: str = ""
    sources_after: str = ""

    def __post_init__(self) -> None:
        told = replace(self.verification, engine=without_userinfo(self.verification.engine))
        object.__setattr__(self, "verification", told)  # frozen, and no caller is to think of it
        object.__setattr__(self, "command", without_userinfo(self.command))

    @property
    def ended(self) -> datetime:
        """When the verification was over."""
        return self.began + timedelta(seconds=self.verification.seconds)

    @property
    def results(self) -> tuple[Result, ...]:
        """The results, by profile in the order asked for, file, line and row."""
        order = {name: number for number, name in enumerate(self.verification.profiles)}
        return tuple(
            sorted(
                self.verification.results,
                key=lambda one: (order.get(one.profile, len(order)), one.profile, one.file, one.line, one.row),
            )
        )

    def repeat(self, result: Result) -> str:
        """The one line that runs this scenario again; empty where nobody knows which it was."""
        return without_userinfo(repeat(self.wish, result)) if result.file else ""

    def began_at(self, result: Result) -> datetime:
        """When a case began; when the verification did, where nobody knows."""
        return datetime.fromtimestamp(result.began, UTC) if result.began else self.began


def writable(text: str) -> str:
    """The text with halves of characters (lone surrogates: bytes of a command line that are no UTF-8) replaced: UTF-8
    has none."""
    return _HALF_CHARACTERS.sub("\ufffd", text)
