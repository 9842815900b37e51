"""What the shop's catalogue answers: pages of variants and items, and what imports did. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values made here
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.roomclip.item_file import ItemProblem
    from simulator.roomclip.listing import Item, Variant

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
class VariantPage:
    """A stretch of variants. `next_cursor` None: this was the last; `revision`: the shop's when the first page was
    asked for, so that nothing changed while paging is missed by `changed_after`."""

    variants: tuple[Variant, ...]
    next_cursor: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of 商品管理; `pages` is at least 1."""

    items: tuple[Item, ...]
    page: int
    pages: int
    total: int
