"""The decisions of a pass that can be replaced one by one, for a test or for an engine that is wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reference.domain.linkage import Linkage, LinkageState
from reference.domain.matching import Matching, Variant, match_levels
from reference.domain.orders import OrderBook, held_units
from reference.domain.stock_file import StockFile, parse_stock_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from reference.domain.content import Content

SERVICE = "tempostar"


def is_paused(linkage: Linkage) -> bool:
    """Tell whether the merchant has paused the link (guide 5.4)."""
    return linkage.state is LinkageState.PAUSED


@dataclass(frozen=True, slots=True)
class Rules:
    """The decisions of a pass as replaceable functions of values."""

    is_paused: Callable[[Linkage], bool] = is_paused
    parse: Callable[[Content], StockFile] = parse_stock_file
    match: Callable[[Mapping[str, int], Iterable[Variant]], Matching] = match_levels
    hold_back: Callable[[OrderBook, datetime], Mapping[str, int]] = held_units
