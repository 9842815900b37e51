"""Rows by the million as columns of polars: they read like the sequences and mappings that the rules take.

A row is made only when it is asked for, so a million of them cost some tens of bytes each and not some hundreds. The
functions here say what the plain ones in `matching`, `plan`, `brake` and `linked_codes` say, in sets instead of row by
row; those call them when they are handed columns. Codes are compared and sorted by their UTF-8 bytes, which is the
order of Python's strings.
"""

from __future__ import annotations

from collections.abc import ItemsView, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    import polars as pl

Row = TypeVar("Row")
FEW = 20_000
"""So many rows and fewer are kept as they are: columns are not worth their loading."""
LARGEST = 2**63 - 1
"""No column holds a larger number."""
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Sequence[Row], Generic[Row]):
    """A frame read as a sequence: `make` takes the columns of a row, in order; a slice is rows again."""

    frame: pl.DataFrame
    make: Callable[..., Row]

    def __len__(self) -> int:
        return len(self.frame)

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Rows[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | Rows[Row]:
        return Rows(self.frame[at], self.make) if isinstance(at, slice) else self.make(*self.frame.row(at))

    def __iter__(self) -> Iterator[Row]:
        for part in self.frame.iter_slices(_AT_ONCE):
            for row in part.rows():
                yield self.make(*row)

    def values(self) -> list[tuple[Any, ...]]:
        """Return what the rows are made of, and make none: for those that only write them down."""
        return list(zip(*(column.to_list() for column in self.frame), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class LevelColumns(Mapping[str, int]):
    """The levels of a file by code: a frame of `code`, sorted and each once, and `level`."""

    frame: pl.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def __iter__(self) -> Iterator[str]:
        for part in self.frame["code"].to_frame().iter_slices(_AT_ONCE):
            yield from part["code"].to_list()

    def __getitem__(self, code: str) -> int:
        at = self.frame["code"].search_sorted(code)
        if at == len(self.frame) or self.frame["code"][at] != code:
            raise KeyError(code)
        return int(self.frame["level"][at])

    def items(self) -> ItemsView[str, int]:
        """Return codes with their levels."""
        return _Items(self)


class _Items(ItemsView[str, int]):
    """Goes through the columns and does not look each code up."""

    _mapping: LevelColumns

    def __iter__(self) -> Iterator[tuple[str, int]]:
        for part in self._mapping.frame.iter_slices(_AT_ONCE):
            yield from part.rows()


def is_available() -> bool:
    """Tell whether polars is installed (the extra `fast`)."""
    try:
        return find_spec("polars") is not None
    except ValueError:  # it was taken away on purpose
        return False


def sorted_by_code(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame in order of `code`; one that is in order takes no memory for it."""
    return frame if frame["code"].is_sorted() else frame.sort("code")


def has_doubles(column: pl.Series) -> bool:
    """Tell whether a value of a sorted column comes twice."""
    return bool((column == column.shift()).any())


def column_of(codes: Iterable[str]) -> pl.Series:
    """Return codes as a column."""
    import polars as pl

    return pl.Series("code", list(codes), dtype=pl.String)


def levels_in_columns(levels: Mapping[str, int]) -> pl.DataFrame:
    """Return levels as a frame of `code`, sorted, and `level`."""
    return levels.frame if isinstance(levels, LevelColumns) else frame_of_levels(levels, levels.values()).sort("code")


def frame_of_levels(codes: Iterable[str], levels: Iterable[int]) -> pl.DataFrame:
    """Return a frame of `code` and `level`, in this order."""
    import polars as pl

    columns = {"code": list(codes), "level": list(levels)}
    return pl.DataFrame(columns, schema={"code": pl.String, "level": pl.Int64})


def levels_of(levels: Mapping[str, int], codes: Sequence[str]) -> dict[str, int]:
    """Return the levels of these codes of a file; columns are asked once, since a million questions take minutes."""
    if not (isinstance(levels, LevelColumns) and codes):
        return {code: levels[code] for code in codes}
    import polars as pl

    return dict(levels.frame.filter(pl.col("code").is_in(column_of(codes).implode())).rows())


def list_codes(codes: Sequence[str]) -> list[str]:
    """Return codes as a list; those in a column are not looked at one by one."""
    return codes.frame.to_series().to_list() if isinstance(codes, Rows) else [*codes]


def merge_codes(*kinds: Sequence[str]) -> Sequence[str]:
    """Return all of these codes, sorted; columns stay one."""
    frames = [codes.frame for codes in kinds if isinstance(codes, Rows)]
    if len(frames) < len(kinds):
        return sorted(code for codes in kinds for code in codes)
    import polars as pl

    return Rows(sorted_by_code(pl.concat(frames)), as_text)


def those_among(codes: Sequence[str], some: Sequence[str]) -> set[str]:
    """Return which of some codes are among others; a column of those is gone through once."""
    if not isinstance(codes, Rows):
        return set(some).intersection(codes)
    import polars as pl

    return set(codes.frame.filter(pl.col("code").is_in(column_of(some).implode())).to_series())


def lower_levels(levels: pl.DataFrame, held: Mapping[str, int]) -> pl.DataFrame:
    """Return `code` and `level` less what is held of a code, never below 0."""
    if not held:
        return levels
    import polars as pl

    units = levels_in_columns(held).rename({"level": "held"})
    left = (pl.col("level") - pl.col("held").fill_null(0)).clip(lower_bound=0)
    return levels.join(units, on="code", how="left", maintain_order="left").select("code", left.alias("level"))


def as_text(code: str) -> str:
    """Return a code: what `Rows` makes of a row of codes."""
    return code


def rows_or_tuple(frame: pl.DataFrame, make: Callable[..., Row]) -> Sequence[Row]:
    """Return the rows of a frame, as a tuple where they are few."""
    rows = Rows(frame, make)
    return tuple(rows) if len(frame) <= FEW else rows


def join_levels(levels: Mapping[str, int], variants: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[str], Sequence[str]]:
    """Match levels with variants (`code`, `stock`): those met once with their `stock`, codes not met, met often.

    All are sorted by code.
    """
    wanted = levels_in_columns(levels)
    coded = sorted_by_code(variants.select("code", "stock").drop_nulls("code"))
    codes = coded["code"]
    at = codes.search_sorted(wanted["code"], side="left")
    found = (codes.gather(at, null_on_oob=True) == wanted["code"]).fill_null(value=False)
    often = found & (codes == codes.shift(-1)).gather(at, null_on_oob=True).fill_null(value=False)
    once = found & ~often
    matched = wanted.filter(once).with_columns(stock=coded["stock"].gather(at.filter(once)))
    return matched, tuple(wanted["code"].filter(~found)), tuple(wanted["code"].filter(often))


def differing(matched: pl.DataFrame, held: Mapping[str, int], moved: Collection[str]) -> pl.DataFrame:
    """Return code and level of what is to be sent: where the level less what is held is not what the shop has."""
    levels = matched.select("code", "level")
    differs = lower_levels(levels, held)["level"] != matched["stock"]
    return levels.filter(differs | matched["code"].is_in(column_of(moved)))


def write_rows(frame: pl.DataFrame, *names: str) -> str:
    """Write rows as a JSON list of objects, their columns under these names."""
    return frame.rename(dict(zip(frame.columns, names, strict=True))).write_json()


def emptied(matched: pl.DataFrame) -> pl.Series:
    """Return the codes of `code`, `level`, `stock` that are set from above 0 to 0."""
    import polars as pl

    return matched.filter((pl.col("level") == 0) & (pl.col("stock") > 0))["code"]


def single_holders(variants: pl.DataFrame) -> LevelColumns:
    """Return the shop's number of every code that stands on exactly one variant."""
    import polars as pl

    coded = variants.filter(pl.col("code").is_not_null()).select("code", pl.col("stock").alias("level"))
    return LevelColumns(sorted_by_code(coded).filter(~_comes_again("code")))


@dataclass(frozen=True, slots=True)
class Zeros:
    """How many codes go to 0, or went lately, and of how many linked ones in stock."""

    zeros: int
    in_stock: int


def count_zeros(
    matched: pl.DataFrame,
    shop_stock: Mapping[str, int],
    held: Iterable[str],
    linked: Iterable[str],
    lately: Iterable[str],
) -> Zeros:
    """Count as `brake.judge` does; `held` and `lately` are codes that were to be, or were, set to 0 before."""
    import polars as pl

    shop = levels_in_columns(shop_stock)
    in_stock = shop.filter(pl.col("level") > 0).select("code")
    in_file = matched.select("code")
    still = _only(_only(column_of(held).to_frame(), in_file, having=False), in_stock)
    gone = _only(column_of(lately).to_frame(), shop.filter(pl.col("level") == 0))
    gone = _only(gone, matched.filter(pl.col("level") > 0), having=False)
    zeros = pl.concat([emptied(matched).to_frame(), still, gone])["code"].n_unique()
    counted = int((matched["stock"] > 0).sum())
    if counted < len(in_stock):  # else every one in stock is in the file, and what else is linked does not matter
        counted += len(_only(_only(in_stock, in_file, having=False), column_of(linked).to_frame()))
    return Zeros(zeros, counted + gone["code"].n_unique())


def _only(codes: pl.DataFrame, others: pl.DataFrame, *, having: bool = True) -> pl.DataFrame:
    """Return the codes that others have, or have not; for none nothing is asked."""
    return codes if codes.is_empty() else codes.join(others, on="code", how="semi" if having else "anti")


def _comes_again(column: str) -> pl.Expr:
    """Tell of each value of a sorted column whether it is there more than once."""
    import polars as pl

    code = pl.col(column)
    return (code == code.shift()).fill_null(value=False) | (code == code.shift(-1)).fill_null(value=False)
