"""Lines of LIST, MLSD and MLST. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

RECENT = timedelta(days=180)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FACTS = ("type", "perm", "size", "modify")


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One line to come. `permissions`: the letters of RFC 3659 (MLSD); `mode`: those of ls."""

    name: str
    is_folder: bool
    size: int
    mtime: datetime
    permissions: str
    mode: str


def list_line(entry: ListEntry, now: datetime) -> str:
    """As `ls -l` writes it, in the zone of `now`: with the time of day for the last 180 days, with the year for
    anything older, or later than now.

    ASSUMPTION: LIST shows Japan's time. MDTM, MLSD and MLST are UTC, as RFC 3659 wants.
    """
    local = entry.mtime.astimezone(now.tzinfo)
    recent = timedelta(0) <= now - local <= RECENT
    when = f"{local:%H:%M}" if recent else f"{local.year:5d}"
    return (
        f"{entry.mode}   1 tempostar tempostar {entry.size:>10} "
        f"{_MONTHS[local.month - 1]} {local.day:02d} {when} {entry.name}\r\n"
    )


def facts_line(entry: ListEntry, wanted: Container[str]) -> str:
    """As MLSD and MLST write it (RFC 3659): the facts wanted, then the name."""
    facts = {
        "modify": f"{entry.mtime.astimezone(UTC):%Y%m%d%H%M%S}",
        "perm": entry.permissions,
        "size": str(entry.size),
        "type": "dir" if entry.is_folder else "file",
    }
    told = "".join(f"{name}={value};" for name, value in facts.items() if name in wanted)
    return f"{told} {entry.name}\r\n"
