"""The brake: a file that would sell out much of the shop at once waits for the merchant's word that it is right.

A file is *held* when it sets at least `zero_least` SKUs that are in stock to 0, and they are, together with

- those that files still held would set to 0, and
- those that files of the last hour did set to 0 (a mass of zeros comes in slices of 2,000, one a pass),

more than `zero_share` of the linked stock: the SKUs known from files that are in stock, or were before those zeros.

Nothing of a held file is applied. It may be overwritten in the area, so its levels are kept with its time. Later files
are applied as ever, and their rows take the place of held rows of the same codes: they are newer. So a wrong file is
mended by 一括同期, and a right one is let through by `zaikosync release`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reference.domain.columns import Rows, count_zeros, emptied

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from reference.domain.limits import Limits
    from reference.domain.linkage import FileStamp
    from reference.domain.matching import Matching

WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HeldFile:
    """What is still held of a file: its levels, without codes that a later file spoke of."""

    stamp: FileStamp
    levels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Brake:
    """What is held of a linkage's files, oldest first.

    `zeros` of `in_stock` linked SKUs were to be set to 0 when the last of them was held. `released` is the merchant's
    word that they are right; the next pass lets them through. Zeros until `settled_at` were let through knowingly.
    """

    held: tuple[HeldFile, ...] = ()
    zeros: int = 0
    in_stock: int = 0
    released: bool = False
    settled_at: datetime | None = None

    @property
    def codes(self) -> int:
        """How many codes are held."""
        return sum(len(file.levels) for file in self.held)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file is held; `zeros` and `in_stock` are counted only where it could have been."""

    holds: bool
    zeros: int = 0
    in_stock: int = 0


@dataclass(frozen=True, slots=True)
class LinkedStock:
    """What the file is measured by: the shop's numbers by code, codes known from files, and those set to 0 lately."""

    shop_stock: Mapping[str, int]
    linked: Collection[str]
    emptied: Collection[str]


def find_emptied(matching: Matching) -> frozenset[str]:
    """Return the codes that a file sets to 0 and that are in stock."""
    if isinstance(matching.matched, Rows):
        return frozenset(emptied(matching.matched.frame))
    return frozenset(one.variant_code for one in matching.matched if one.level == 0 < one.shop_stock)


def judge(brake: Brake, matching: Matching, stock: LinkedStock, limits: Limits) -> Verdict:
    """Tell whether a file is to be held."""
    own = find_emptied(matching)
    if isinstance(matching.matched, Rows):
        to_zero = (code for file in brake.held for code, level in file.levels.items() if level == 0)
        count = count_zeros(matching.matched.frame, stock.shop_stock, to_zero, stock.linked, stock.emptied)
        too_many = len(own) >= limits.zero_least and count.zeros > limits.zero_share * count.in_stock
        return Verdict(too_many, count.zeros, count.in_stock)
    in_file = {one.variant_code for one in matching.matched}
    held = {
        code
        for file in brake.held
        for code, level in file.levels.items()
        if code not in in_file and level == 0 < stock.shop_stock.get(code, 0)
    }
    raised = {one.variant_code for one in matching.matched if one.level > 0}
    lately = {code for code in stock.emptied if stock.shop_stock.get(code) == 0 and code not in raised}
    linked = {*stock.linked, *in_file}
    in_stock = {code for code, number in stock.shop_stock.items() if number > 0 and code in linked} | lately
    zeros = len(own | held | lately)
    return Verdict(len(own) >= limits.zero_least and zeros > limits.zero_share * len(in_stock), zeros, len(in_stock))


def hold(brake: Brake, stamp: FileStamp, levels: Mapping[str, int], verdict: Verdict) -> Brake:
    """Hold these levels of a file, in place of older ones of the same codes."""
    held = (*supersede(brake, levels).held, HeldFile(stamp, dict(levels)))
    return replace(brake, held=held, zeros=verdict.zeros, in_stock=verdict.in_stock)


def supersede(brake: Brake, codes: Iterable[str]) -> Brake:
    """Give up held levels of codes that a newer file speaks of; with nothing held any more, all is over."""
    if not brake.held:
        return brake
    newer = frozenset(codes)
    left = (
        replace(file, levels={code: level for code, level in file.levels.items() if code not in newer})
        for file in brake.held
    )
    held = tuple(file for file in left if file.levels)
    return replace(brake, held=held) if held else Brake(settled_at=brake.settled_at)


def let_through(now: datetime) -> Brake:
    """Return the brake with nothing held; what was, the merchant has approved."""
    return Brake(settled_at=now)


def count_from(brake: Brake, written_at: datetime) -> datetime:
    """Return since when zeros set by earlier files are counted together with those of a file written then."""
    start = written_at - WINDOW
    return max(start, brake.settled_at) if brake.settled_at else start
