"""One SKU's row in a stock file as it stands in the area, whatever its columns, order and encoding. Pure."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.config import StockColumn

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class FileRow:
    """`stock`: the text in the file, which a file that is cut or damaged need not have whole."""

    row: int
    stock: str


def find_row(content: bytes, sku_code: str) -> FileRow | None:
    """The last row of a SKU code, rows counted from 1 with the header; None when the file has no news of it."""
    written = sku_code.replace('"', '""')
    if not any(written.encode(encoding, "replace") in content for encoding in ("utf-8", "cp932")):
        return None  # of a million rows that is told in a moment; reading them takes seconds
    code_at, stock_at, found = 0, 1, None
    for number, fields in enumerate(_rows(content), 1):
        if number == 1 and StockColumn.SKU_CODE in fields and StockColumn.STOCK in fields:
            code_at, stock_at = fields.index(StockColumn.SKU_CODE), fields.index(StockColumn.STOCK)
        elif len(fields) > code_at and fields[code_at] == sku_code:
            found = FileRow(number, fields[stock_at] if len(fields) > stock_at else "")
    return found


def _rows(content: bytes) -> Iterator[list[str]]:
    """The rows, as far as they are some: a damaged file may end in bytes that no reader takes."""
    with suppress(csv.Error):
        yield from csv.reader(io.StringIO(_decoded(content), newline=""))


def _decoded(content: bytes) -> str:
    """UTF-8 where it is that, else CP932: hardly any text is both."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932", "replace")
