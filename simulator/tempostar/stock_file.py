"""The stock file: its name and its bytes (contract 2, guide 2.1.6 and 2.1.7).

Pure. Written without the csv module on purpose: quoting `all` and `minimal` are one line each, and every byte that
leaves TEMPOSTAR can be accounted for here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, assert_never

from simulator.config import Encoding, Quoting, StockColumn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_NEEDS_QUOTES = re.compile('[,"\r\n]')
_CODECS = {Encoding.CP932: "cp932", Encoding.UTF8: "utf-8", Encoding.UTF8_BOM: "utf-8-sig"}


class OutputColumns(StrEnum):
    """ファイル出力項目 (guide 2.1.7; 在庫数のみ is chosen, contract 2)."""

    ALL = "全項目と在庫"
    STOCK_ONLY = "在庫数のみ"


class FileSuffix(StrEnum):
    """The select behind the ファイル名 (guide 2.1.6 names なし; the others are chosen, contract 2)."""

    NONE = "なし"
    DATE = "日付"
    DATE_TIME = "日時"


_COLUMNS = {
    OutputColumns.ALL: tuple(StockColumn),
    OutputColumns.STOCK_ONLY: (StockColumn.SKU_CODE, StockColumn.STOCK),
}


class StockRow(NamedTuple):
    """One SKU as it goes out. `stock`: 在庫数, already clamped or not."""

    sku_code: str
    product_code: str
    name: str
    attribute1: str
    attribute2: str
    stock: int


PlainRow = tuple[str, str, str, str, str, int]
"""A `StockRow` without its names: a file may have a million, and each is read from the store as such."""

_FIELDS = {
    StockColumn.SKU_CODE: "sku_code",
    StockColumn.PRODUCT_CODE: "product_code",
    StockColumn.PRODUCT_NAME: "name",
    StockColumn.ATTRIBUTE_1: "attribute1",
    StockColumn.ATTRIBUTE_2: "attribute2",
    StockColumn.STOCK: "stock",
}


@dataclass(frozen=True, slots=True)
class FileFormat:
    """Everything that decides how rows become bytes: one shop's 出力項目 and four settings of the lab."""

    output_columns: OutputColumns = OutputColumns.ALL
    column_order: tuple[str, ...] = ()
    encoding: Encoding = Encoding.CP932
    quoting: Quoting = Quoting.ALL
    header: bool = True


def compose_file_name(prefix: str, suffix: FileSuffix, now: datetime) -> str:
    """The file's name at `now`, lab time: `stock.csv`, `stockYYYYMMDD.csv` or `stockYYYYMMDDhhmmss.csv` (guide
    2.1.6)."""
    match suffix:
        case FileSuffix.NONE:
            return f"{prefix}.csv"
        case FileSuffix.DATE:
            return f"{prefix}{now:%Y%m%d}.csv"
        case FileSuffix.DATE_TIME:
            return f"{prefix}{now:%Y%m%d%H%M%S}.csv"
        case _:
            assert_never(suffix)


def plan_columns(file_format: FileFormat) -> tuple[StockColumn, ...]:
    """The columns of the file from left to right.

    `column_order` comes first, the columns it leaves out follow in the contract's order; a name that is no column of
    this 出力項目 is passed over. Without a header row a reader knows columns by place only, so 商品コード stands first
    and 在庫数 second whatever the order (public: facts.md 1.4).
    """
    present = _COLUMNS[file_format.output_columns]
    first = [StockColumn(name) for name in file_format.column_order if name in present]
    ordered = (*first, *(column for column in present if column not in first))
    if file_format.header:
        return ordered
    keys = (StockColumn.SKU_CODE, StockColumn.STOCK)
    return (*keys, *(column for column in ordered if column not in keys))


def find_unwritable(sku_codes: Sequence[str], encoding: Encoding) -> tuple[str, ...]:
    """The SKU codes that would not come out of the file as they went in.

    CP932 has no byte for some characters; such a code must not be altered, for another SKU could have the altered one.
    """
    codec = _CODECS[encoding]
    if "".join(sku_codes).isascii():
        return ()
    return tuple(code for code in sku_codes if not code.isascii() and not _survives(code, codec))


def encode_beginning(file_format: FileFormat) -> bytes:
    """What stands before the rows: the header row, if files have one, and the mark of an encoding that has one."""
    header = _encode_columns([[column] for column in plan_columns(file_format)], file_format.quoting)
    return (header if file_format.header else "").encode(_CODECS[file_format.encoding], "replace")


def encode_rows(rows: Sequence[PlainRow], file_format: FileFormat) -> bytes:
    """The bytes of some rows, of any part of a file: comma, CRLF after each row.

    SKU codes must be writable (`find_unwritable`). Of the other texts, characters that the encoding lacks become "?"
    (ASSUMPTION): a name is there to be read, and must not cost the pass.
    """
    if not rows:
        return b""
    present = dict(zip(StockRow._fields, zip(*rows, strict=True), strict=True))
    columns = [present[_FIELDS[column]] for column in plan_columns(file_format)]
    text = _encode_columns([list(map(str, column)) for column in columns], file_format.quoting)
    return text.encode(_CODECS[file_format.encoding].removesuffix("-sig"), "replace")


def find_cut(content: bytes) -> int:
    """Where a file that is half written ends: at half its bytes, moved back until it lies inside a row.

    So the last visible row always lacks something, and no reader can take the half for a whole file by its rows alone.
    """
    cut = len(content) // 2
    while cut and (content[cut - 1] in b'\r\n"' or content[cut : cut + 1] == b"\r"):
        cut -= 1
    return cut


def _survives(code: str, codec: str) -> bool:
    try:
        return code.encode(codec).decode(codec) == code
    except UnicodeEncodeError:
        return False


def _encode_columns(columns: Sequence[Sequence[str]], quoting: Quoting) -> str:
    """Column by column: in most there is nothing to escape, which is seen at once for all rows."""
    match quoting:
        case Quoting.ALL:
            lines = zip(*map(_doubled, columns), strict=True)
            return '"' + '"\r\n"'.join(map('","'.join, lines)) + '"\r\n'
        case Quoting.MINIMAL:
            lines = zip(*map(_quoted_if_needed, columns), strict=True)
            return "\r\n".join(map(",".join, lines)) + "\r\n"
        case _:
            assert_never(quoting)


def _doubled(fields: Sequence[str]) -> Sequence[str]:
    return [field.replace('"', '""') for field in fields] if '"' in "".join(fields) else fields


def _quoted_if_needed(fields: Sequence[str]) -> Sequence[str]:
    if not _NEEDS_QUOTES.search("".join(fields)):
        return fields
    return ['"' + f.replace('"', '""') + '"' if _NEEDS_QUOTES.search(f) else f for f in fields]
