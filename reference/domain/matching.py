"""Which variants a stock file speaks of: equal codes and nothing else (guide 4.3).

Codes that nearly fit are never matched; they become a question to the merchant ("did you mean ...?").
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reference.domain.columns import Rows, join_levels, rows_or_tuple, single_holders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−ー－ｰ─"), "-")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of the shop as read in this pass; `variant_code` is 種類別の自社管理コード byte for byte."""

    variant_id: str
    variant_code: str | None
    stock: int
    listing_status: str


@dataclass(frozen=True, slots=True)
class Match:
    """A code that stands on exactly one variant, with the file's level and the shop's own number."""

    variant_code: str
    level: int
    shop_stock: int


@dataclass(frozen=True, slots=True)
class Matching:
    """The file's codes by what they meet in the shop, each sorted by code."""

    matched: Sequence[Match]
    unmatched: Sequence[str]
    ambiguous: Sequence[str]


class Difference(StrEnum):
    """What a merchant may have got wrong when copying a code."""

    CASE = "case"
    WIDTH = "width"
    SPACES = "spaces"
    LEADING_ZEROS = "leading zeros"
    HYPHEN = "hyphen"


_ALL = frozenset(Difference)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A code of the file that no variant has, and the variant code it was probably meant to be."""

    sku_code: str
    variant_code: str
    differences: tuple[Difference, ...]


def stock_by_code(variants: Iterable[Variant]) -> Mapping[str, int]:
    """Return the shop's number of every code that stands on exactly one variant."""
    if isinstance(variants, Rows):
        return single_holders(variants.frame)
    coded = [(one.variant_code, one.stock) for one in variants if one.variant_code is not None]
    holders = Counter(code for code, _ in coded)
    return {code: stock for code, stock in coded if holders[code] == 1}


def match_levels(levels: Mapping[str, int], variants: Iterable[Variant]) -> Matching:
    """Sort the file's codes into matched, unmatched and ambiguous; a blank variant code matches nothing."""
    if isinstance(variants, Rows):
        met, unmet, often = join_levels(levels, variants.frame)
        return Matching(rows_or_tuple(met, Match), unmet, often)
    levels = dict(levels.items())
    holders: dict[str, list[Variant]] = defaultdict(list)
    for variant in variants:
        if variant.variant_code is not None and variant.variant_code in levels:
            holders[variant.variant_code].append(variant)
    matched, unmatched, ambiguous = [], [], []
    for code in sorted(levels):
        match holders.get(code, []):
            case []:
                unmatched.append(code)
            case [variant]:
                matched.append(Match(code, levels[code], variant.stock))
            case _:
                ambiguous.append(code)
    return Matching(tuple(matched), tuple(unmatched), tuple(ambiguous))


def find_near_misses(unmatched: Iterable[str], variants: Iterable[Variant]) -> tuple[NearMiss, ...]:
    """For each unmatched code the first variant code, in code order, that only differs as `Difference` lists."""
    wanted = {code: fold_code(code) for code in sorted(unmatched)}
    if not wanted:
        return ()
    by_fold: dict[str, str] = dict.fromkeys(wanted.values(), "")
    for variant in variants:
        if variant.variant_code and (fold := fold_code(variant.variant_code)) in by_fold:
            by_fold[fold] = min(by_fold[fold] or variant.variant_code, variant.variant_code)
    found = []
    for code, fold in wanted.items():
        other = by_fold[fold] or None
        if other is not None and other != code:
            found.append(NearMiss(code, other, differences_of(code, other)))
    return tuple(found)


def differences_of(one: str, other: str) -> tuple[Difference, ...]:
    """Every kind of difference that must be blurred for two codes to become one.

    A slip that can be seen as either of two kinds (a full-width space is a space and a width) is given as both.
    """
    needed = tuple(kind for kind in Difference if fold_code(one, _ALL - {kind}) != fold_code(other, _ALL - {kind}))
    return needed or tuple(kind for kind in Difference if fold_code(one, {kind}) == fold_code(other, {kind}))


def fold_code(code: str, kinds: Collection[Difference] = _ALL) -> str:
    """Blur a code so that slips of these kinds disappear. For diagnosis only, never for matching."""
    folded = code
    if Difference.WIDTH in kinds:
        folded = unicodedata.normalize("NFKC", folded)
    if Difference.HYPHEN in kinds:
        folded = folded.translate(_HYPHENS)
    if Difference.SPACES in kinds:
        folded = "".join(folded.translate(_UNSEEN).split())
    if Difference.CASE in kinds:
        folded = folded.casefold()
    if Difference.LEADING_ZEROS in kinds:
        folded = folded.lstrip("0０") or "0"
    return folded
