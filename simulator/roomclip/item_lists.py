"""What the shop's catalogue answers: pages of variants and items, and what imports did. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values made here
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.roomclip.item_file import ItemProblem
    from simulator.roomclip.listing import Item, ListingStatus, Variant

KEPT_WARNINGS = 1000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: items and variants read, and what is doubtful, row by row."""

    imported: int
    variants: int
    warnings: tuple[ItemProblem, ...]


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """A shop's last import, for the page that shows it. `warnings`: the first KEPT_WARNINGS of `warned`."""

    imported_at: datetime
    file_name: str
    imported: int
    warned: int
    warnings: tuple[ItemProblem, ...]


@dataclass(frozen=True, slots=True)
class CatalogueStanding:
    """How far a shop's catalogue is on the guide's way. `by_status`: items by 出品ステータス; `coded`, `blank`: whether
    any variant has a code, and whether any has none."""

    by_status: Mapping[ListingStatus, int]
    coded: bool
    blank: bool

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class VariantPage:
    """A stretch of variants. `next_cursor` None: this was the last; `revision`: the shop's when the first page was
    asked for, so that nothing changed while paging is missed by `changed_after`."""

    variants: tuple[Variant, ...]
    next_cursor: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class JsonPage:
    """A stretch of variants as a JSON array in UTF-8; the rest as in `VariantPage`."""

    variants: bytes
    next_cursor: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of 商品管理; `pages` is at least 1."""

    items: tuple[Item, ...]
    page: int
    pages: int
    total: int
