"""Gathers a shop's variants page by page: one page as it is, more of them as columns where polars is installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING, Any

from reference.domain.columns import LARGEST, Rows, is_available
from reference.domain.matching import Variant

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from reference.adapters.json_answer import Answer

_FIELDS: dict[str, type | tuple[type, ...]] = {
    "variant_id": str,
    "variant_code": (str, NoneType),
    "stock": int,
    "listing_status": str,
}


@dataclass(slots=True)
class VariantPages:
    """The pages of one reading, in order; `in_columns`: keep more than one page as columns."""

    in_columns: bool = field(default_factory=is_available)
    _variants: dict[str, Variant] = field(default_factory=dict)
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _first_ids: set[str] = field(default_factory=set)
    _count: int = 0

    def add(self, answer: Answer) -> int:
        """Take a page and return its rows; raises `ShopApiError` when a variant_id is given twice."""
        columns = _read_columns(answer)
        rows = len(columns[0])
        if self.in_columns and (self._frames or answer.optional_text("next_cursor") is not None):
            self._add_frame(answer, columns)
        else:
            self._variants |= {row[0]: Variant(*row) for row in zip(*columns, strict=True)}
            self._count += rows
            if len(self._variants) != self._count:
                raise _twice(answer)
        return rows

    def gathered(self, answer: Answer) -> Collection[Variant]:
        """Return all variants; `answer` was the last page's."""
        if not self._frames:
            return tuple(self._variants.values())
        import polars as pl

        frame = pl.concat(self._frames, rechunk=True)
        numbers = frame["variant_id"].cast(pl.UInt64, strict=False)
        in_order = numbers.null_count() == 0 and bool((numbers.shift(-1) > numbers).all())
        if not in_order and frame["variant_id"].n_unique() != len(frame):
            raise _twice(answer)
        return Rows(frame, Variant)

    def _add_frame(self, answer: Answer, columns: list[list[Any]]) -> None:
        """Take a page as columns; a page that comes again would never end, so its first row is enough to look at."""
        import polars as pl

        first = columns[0][:1]
        if not self._first_ids.isdisjoint(first):
            raise _twice(answer)
        self._first_ids.update(first)
        schema: dict[str, pl.DataType] = {
            "variant_id": pl.String(),
            "code": pl.String(),
            "stock": pl.Int64(),
            "listing_status": pl.Categorical(),
        }
        self._frames.append(pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema))


def _twice(answer: Answer) -> Exception:
    return answer.wrong("variants", "gives a variant_id twice")


def read_rows(answer: Answer) -> list[tuple[Any, ...]]:
    """Read a page as rows of the fields of `Variant`."""
    return list(zip(*_read_columns(answer), strict=True))


def _read_columns(answer: Answer) -> list[list[Any]]:
    """Read a page; what is well is read quickly, for there may be a million, and what is not is named."""
    columns = answer.columns_if("variants", _FIELDS)
    if columns is None or min(columns[2], default=0) < 0:
        rows = [
            (one.text("variant_id"), one.optional_text("variant_code"), one.count("stock"), one.text("listing_status"))
            for one in answer.list_of("variants")
        ]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _FIELDS]
    if max(columns[2], default=0) > LARGEST:  # no column could hold it
        raise answer.wrong("stock", "is a number beyond 64 bits")
    return columns
