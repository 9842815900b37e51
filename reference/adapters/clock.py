"""The time in Japan, from the machine or given from outside (SYNC_NOW)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")
"""Asia/Tokyo, which has had no other offset since 1951: no time zone database has to be installed for it."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time of now in Japan."""
        return datetime.now(JAPAN)


@dataclass(frozen=True, slots=True)
class GivenClock:
    """A clock that stands at the time it was given."""

    at: datetime

    def now(self) -> datetime:
        """Return the given time in Japan."""
        return self.at.astimezone(JAPAN)
