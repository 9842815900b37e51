"""Which codes a place's files have spoken of and met a variant with: a row per code, kept and asked in sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference.domain.brake import find_emptied

if TYPE_CHECKING:
    from datetime import datetime

    from reference.domain.matching import Matching


@dataclass(frozen=True, slots=True)
class Heard:
    """The codes of one file that met a variant, by what their rows did; `written_at` is the file's time.

    `stocked` were set above 0, `emptied` from above 0 to 0; `others` stand at 0 anyhow, or are held.
    """

    written_at: datetime
    stocked: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def hear(matching: Matching, written_at: datetime, *, held: bool) -> Heard:
    """Sort a file's codes by what becomes of them."""
    if held:
        return Heard(written_at, others=tuple(one.variant_code for one in matching.matched))
    emptied = find_emptied(matching)
    return Heard(
        written_at,
        tuple(one.variant_code for one in matching.matched if one.level > 0),
        tuple(sorted(emptied)),
        tuple(one.variant_code for one in matching.matched if one.level == 0 and one.variant_code not in emptied),
    )
