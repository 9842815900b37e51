"""One SKU's row in a stock file as it stands in the area, whatever its columns, order and encoding. Pure."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from simulator.config import StockColumn


@dataclass(frozen=True, slots=True)
class FileRow:
    """`stock`: the text in the file, which a file that is cut or damaged need not have whole."""

    row: int
    stock: str


def find_row(content: bytes, sku_code: str) -> FileRow | None:
    """The last row of a SKU code, rows counted from 1 with the header; None when the file has no news of it."""
    text = _decoded(content)
    if sku_code not in text.replace('""', '"'):
        return None
    code_at, stock_at, found = 0, 1, None
    for number, fields in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
        if number == 1 and StockColumn.SKU_CODE in fields and StockColumn.STOCK in fields:
            code_at, stock_at = fields.index(StockColumn.SKU_CODE), fields.index(StockColumn.STOCK)
        elif len(fields) > code_at and fields[code_at] == sku_code:
            found = FileRow(number, fields[stock_at] if len(fields) > stock_at else "")
    return found


def _decoded(content: bytes) -> str:
    """UTF-8 where it is that, else CP932: hardly any text is both."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932", "replace")
