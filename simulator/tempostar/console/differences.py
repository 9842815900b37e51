"""What a stock file tells otherwise than the one before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What became of a SKU from one file to the next."""

    ADDED = "追加"
    CHANGED = "変更"
    GONE = "今回なし"
    SAME = "同じ"


@dataclass(frozen=True, slots=True)
class Difference:
    """One SKU in two files. `old`, `new`: its 在庫数 as written, None where the file does not have it."""

    kind: Kind
    sku_code: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs: what was added or changed, in the order of the new file, then what is gone. `same`: how many
    SKUs stand in both with the same number."""

    rows: tuple[Difference, ...]
    same: int

    def count(self, kind: Kind) -> int:
        """How many SKUs are of a kind."""
        return self.same if kind is Kind.SAME else sum(1 for row in self.rows if row.kind is kind)


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> Differences:
    """Two files' SKUコード -> 在庫数. A SKU that the new one lacks is "no news" in a differential file, never 0."""
    rows = [
        Difference(Kind.CHANGED if code in old else Kind.ADDED, code, old.get(code), stock)
        for code, stock in new.items()
        if old.get(code) != stock
    ]
    gone = [Difference(Kind.GONE, code, stock, None) for code, stock in old.items() if code not in new]
    return Differences((*rows, *gone), len(new) - len(rows))
