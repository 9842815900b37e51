"""What the times of stock files tell beside their contents: news that may be lost, and news that does not come.

**Missed news.** A pass of TEMPOSTAR overwrites the file of the pass before, read or not, and a file of changes says
nothing of what the one before it said. So when more than one interval lies between the last look and a new file, a file
in between may be lost. The remedy is 一括同期. The notice is cleared when every code that ever came in this place's
files, and still stands on a variant, has come again.

**Overdue.** A quiet shop rightly gets no new file, so that none comes is an incident only where one has to come: an
order of ours was taken in, there never was a file at all, or this TEMPOSTAR writes at each pass whether anything has
changed or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from reference.domain.limits import Limits
    from reference.domain.linkage import FileStamp

REWRITES_THAT_PROVE = 3
PUNCTUAL = 1.1
"""Intervals from one look, or file, to the next that is on time: passes and timers are some seconds early or late."""
_OWN_NAME = re.compile(r"(?<![0-9])[0-9]{14}(?![0-9])")


@dataclass(frozen=True, slots=True)
class MissedNews:
    """Files written after `since` may be lost; a code heard of in a file of `heard_from` or later has caught up."""

    since: datetime
    heard_from: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of a linkage's files as they come and go.

    `active_since` is when the linkage was met or last resumed; `looked_at` when a pass last dealt with all that was in
    the area; `digest` is that of the last file's bytes, `rewrites` how often in a row they came again one interval
    later.
    """

    active_since: datetime | None = None
    looked_at: datetime | None = None
    missed: MissedNews | None = None
    digest: str = ""
    rewrites: int = 0


class Evidence(StrEnum):
    """Why a new file had to come."""

    NEVER_A_FILE = "there never was a stock file"
    ORDER_TAKEN_IN = "an order was taken in, which changes stock"
    WRITES_AT_EACH_PASS = "until then a file came at each pass"  # noqa: S105 - a reason, no password


@dataclass(frozen=True, slots=True)
class Overdue:
    """A file that had to come after `since` has not."""

    evidence: Evidence
    since: datetime


def is_overwritten(name: str) -> bool:
    """Tell whether the next pass writes under this name again: not when a time to the second is part of it (日時)."""
    return _OWN_NAME.search(name) is None


def last_known(watch: Watch, newest: FileStamp | None) -> datetime | None:
    """Return until when nothing can have been missed; None before the first look.

    A file that was taken in dates the look by the server's clock, should that be ahead of ours.
    """
    known = [at for at in (watch.looked_at, newest.modified_at if newest else None) if at is not None]
    return max(known, default=None)


def find_missed(known_until: datetime | None, newest: FileStamp | None, stamp: FileStamp, interval: timedelta) -> bool:
    """Tell whether a file may have been overwritten unread by this one.

    Each pass before it that lies after the last look may have written one: but none lies between the last file taken in
    and one that came punctually after it, be it seconds late. A second counts as a whole: a file written in the very
    second of a look is taken for seen.
    """
    if not is_overwritten(stamp.name) or known_until is None:
        return False
    follows = newest is not None and stamp.modified_at - newest.modified_at <= interval * PUNCTUAL
    return stamp.modified_at - interval > known_until and not follows


def find_vanished(
    watch: Watch, newest: FileStamp | None, listing: Iterable[FileStamp], looked_at: datetime, interval: timedelta
) -> bool:
    """Tell whether a file may have come and gone: TEMPOSTAR may take the last one away when nothing has changed.

    That takes two of its passes, so looks that are an interval apart, be it with some seconds more, see each file.
    """
    known_until = last_known(watch, newest)
    if newest is None or known_until is None or not is_overwritten(newest.name):
        return False
    gone = not any(is_overwritten(stamp.name) for stamp in listing)
    return gone and looked_at - interval * PUNCTUAL > known_until


def miss(watch: Watch, since: datetime, heard_from: datetime) -> Watch:
    """Open the notice, or extend the open one: whatever came before `heard_from` proves nothing."""
    return replace(watch, missed=MissedNews(watch.missed.since if watch.missed else since, heard_from))


def count_rewrite(watch: Watch, newest: FileStamp | None, stamp: FileStamp, digest: str, limits: Limits) -> Watch:
    """Remember a new file's bytes, and whether TEMPOSTAR is one that writes them again at each pass.

    That is proven by three times in a row, and forgotten when a file comes late.
    """
    gap = stamp.modified_at - newest.modified_at if newest else timedelta.max
    again = digest == watch.digest and gap <= limits.interval * 1.5
    proven = watch.rewrites >= REWRITES_THAT_PROVE and gap <= limits.patience
    rewrites = watch.rewrites + 1 if again else watch.rewrites if proven else 0
    return replace(watch, digest=digest, rewrites=min(rewrites, REWRITES_THAT_PROVE))


def find_overdue(
    watch: Watch,
    newest: FileStamp | None,
    taken_in_at: datetime | None,
    limits: Limits,
    now: datetime,
    *,
    told: bool = False,
) -> Overdue | None:
    """Tell which new file had to come for longer than three intervals, if one had to.

    `taken_in_at` is when the first order with linked codes was taken in that no file can know of yet. What was before
    a pause does not count, unless it is `told` already.
    """
    found: list[Overdue] = []
    if newest is None and watch.active_since:
        found.append(Overdue(Evidence.NEVER_A_FILE, watch.active_since))
    if taken_in_at:
        found.append(Overdue(Evidence.ORDER_TAKEN_IN, taken_in_at))
    if newest and watch.rewrites >= REWRITES_THAT_PROVE:
        found.append(Overdue(Evidence.WRITES_AT_EACH_PASS, newest.modified_at))
    for one in found:
        since = max(one.since, watch.active_since or one.since)
        if told or now - since > limits.patience:
            return replace(one, since=since)
    return None
