"""Which codes a place's files have spoken of and met a variant with: a row per code, kept and asked in sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference.domain.brake import find_emptied
from reference.domain.columns import Rows, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import polars as pl

    from reference.domain.matching import Matching


@dataclass(frozen=True, slots=True)
class Heard:
    """The codes of one file that met a variant, by what their rows did; `written_at` is the file's time.

    `stocked` were set above 0, `emptied` from above 0 to 0; `others` stand at 0 anyhow, or are held.
    """

    written_at: datetime
    stocked: Sequence[str] = ()
    emptied: Sequence[str] = ()
    others: Sequence[str] = ()


def hear(matching: Matching, written_at: datetime, *, held: bool) -> Heard:
    """Sort a file's codes by what becomes of them."""
    if isinstance(matching.matched, Rows):
        return _hear_columns(matching.matched.frame, written_at, held=held)
    if held:
        return Heard(written_at, others=tuple(one.variant_code for one in matching.matched))
    emptied = find_emptied(matching)
    return Heard(
        written_at,
        tuple(one.variant_code for one in matching.matched if one.level > 0),
        tuple(sorted(emptied)),
        tuple(one.variant_code for one in matching.matched if one.level == 0 and one.variant_code not in emptied),
    )


def _hear_columns(matched: pl.DataFrame, written_at: datetime, *, held: bool) -> Heard:
    import polars as pl

    if held:
        return Heard(written_at, others=Rows(matched.select("code"), as_text))
    to_zero, in_stock = pl.col("level") == 0, pl.col("stock") > 0
    kinds = (~to_zero, to_zero & in_stock, to_zero & ~in_stock)
    return Heard(written_at, *(Rows(matched.filter(kind).select("code"), as_text) for kind in kinds))
