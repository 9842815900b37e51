"""Reads a TEMPOSTAR stock file: bytes in, stock levels and bad rows out.

The bytes are those of contract section 2. What the columns are called and how the file is encoded is an ASSUMPTION of
the project (the vendor publishes neither), so the columns are found by name, and CP932 told from UTF-8 by the header.
Codes are never trimmed, folded or cleaned: a code is the string between two separators and nothing else.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reference.errors import UntrustedFileError, UntrustedReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reference.domain.content import Content

CODE_COLUMNS = frozenset({"商品コード", "SKUコード"})
STOCK_COLUMNS = frozenset({"在庫数", "想定在庫数"})
LARGEST_STOCK = 999_999_999

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HEADER_WITHIN = 65_536
_WHOLE_NUMBER = re.compile(r"(-?)([0-9]+)")
_LARGEST_DIGITS = len(str(LARGEST_STOCK))
_BETWEEN_QUOTES = re.compile(r'"[^"]*"')
_MISPLACED_QUOTE = re.compile(r'[^,"\r\n]"|"[^,"\r\n]')


class RowReason(StrEnum):
    """What is wrong with one row, in the words of the golden vectors."""

    MISSING_CODE = "missing code"
    MISSING_STOCK = "missing stock"
    NOT_A_WHOLE_NUMBER = "not a whole number"
    OUT_OF_RANGE = "out of range"
    NEGATIVE = "negative, taken as 0"
    CONTRADICTING_DUPLICATE = "contradicting duplicate"
    WRONG_NUMBER_OF_FIELDS = "wrong number of fields"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was left out or corrected; `row` counts records, the first record of the file is 1."""

    row: int
    sku_code: str
    reason: RowReason


@dataclass(frozen=True, slots=True)
class StockFile:
    """What a stock file says: a level for each good code, and the rows that are not good.

    A code that is not among `levels` is no news, never 0.
    """

    levels: Mapping[str, int]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one file: its encoding, and where its two key columns stand."""

    encoding: str
    has_header: bool
    code_at: int
    stock_at: int
    width: int


def parse_stock_file(file: Content) -> StockFile:
    """Read a whole stock file, or raise `UntrustedFileError` when it cannot be trusted as a content.

    Refused are: no bytes, a last record without line end, quotes that do not add up, bytes that are not text, and a
    header that does not name each key column exactly once. A quote belongs at both ends of a field or, doubled, inside
    such a field. CR or LF alone end a record as CRLF does.
    """
    content = file[:]
    if not content:
        raise UntrustedFileError(UntrustedReason.EMPTY)
    if not content.endswith(b"\n"):
        raise UntrustedFileError(UntrustedReason.CUT)
    if b"\0" in content:
        raise UntrustedFileError(UntrustedReason.UNDECODABLE, "it holds zero bytes")
    body = content.removeprefix(BYTE_ORDER_MARK)
    layout = find_layout(body, marked=len(body) != len(content))
    try:
        text = body.decode(layout.encoding)
    except UnicodeDecodeError as error:
        raise UntrustedFileError(UntrustedReason.UNDECODABLE, f"byte {error.start} is not {layout.encoding}") from error
    return _read_rows(text, layout)


def find_layout(body: bytes, *, marked: bool) -> Layout:
    """Choose the encoding under which the header names the key columns; without a header, one that decodes at all."""
    encodings = ("utf-8",) if marked else ("utf-8", "cp932")
    first: list[str] = []
    for encoding in encodings:
        first = _first_record(body[:HEADER_WITHIN].decode(encoding, "replace"))
        layout = _layout_of_header(first, encoding)
        if layout is not None:
            return layout
    if len(first) >= 2 and _WHOLE_NUMBER.fullmatch(first[1]):
        return Layout(_encoding_that_decodes(body, encodings), False, 0, 1, len(first))
    raise UntrustedFileError(UntrustedReason.NO_KEY_COLUMNS)


def _first_record(text: str) -> list[str]:
    return next(read_records(text), [])


def _layout_of_header(header: list[str], encoding: str) -> Layout | None:
    codes = [at for at, name in enumerate(header) if name in CODE_COLUMNS]
    stocks = [at for at, name in enumerate(header) if name in STOCK_COLUMNS]
    if not codes or not stocks:
        return None
    if len(codes) > 1 or len(stocks) > 1:
        raise UntrustedFileError(UntrustedReason.DOUBLED_KEY_COLUMNS)
    return Layout(encoding, True, codes[0], stocks[0], len(header))


def _encoding_that_decodes(body: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings[:-1]:
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return encodings[-1]


def read_records(text: str) -> Iterator[list[str]]:
    """Return the records of a text, an empty line being `[]`; raises `UntrustedFileError`."""
    try:
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise UntrustedFileError(UntrustedReason.MALFORMED, str(error)) from error


def refuse_misplaced_quotes(text: str) -> None:
    """Raise `UntrustedFileError` where the csv module would not.

    It takes a quote within a field that began without one as a character.

    Such a field may have lost its first quote, and what it held, separators and line ends, would be read as rows.
    """
    if found := _MISPLACED_QUOTE.search(_BETWEEN_QUOTES.sub('"', text)):
        raise UntrustedFileError(UntrustedReason.MALFORMED, f"a quote stands within a field: {found[0]!r}")


def _read_rows(text: str, layout: Layout) -> StockFile:
    refuse_misplaced_quotes(text)
    good: list[tuple[int, str, int, bool]] = []
    problems: list[RowProblem] = []
    levels: dict[str, int] = {}
    contradicted: set[str] = set()
    for row, record in enumerate(read_records(text), start=1):
        if (row == 1 and layout.has_header) or not record:
            continue
        read = read_row(record, layout)
        code = record[layout.code_at] if len(record) > layout.code_at else ""
        if isinstance(read, RowReason):
            problems.append(RowProblem(row, code, read))
            continue
        level, negative = read
        good.append((row, code, level, negative))
        if levels.setdefault(code, level) != level:
            contradicted.add(code)
    for row, code, _level, negative in good:
        if code in contradicted:
            problems.append(RowProblem(row, code, RowReason.CONTRADICTING_DUPLICATE))
        elif negative:
            problems.append(RowProblem(row, code, RowReason.NEGATIVE))
    for code in contradicted:
        del levels[code]
    return StockFile(levels, tuple(sorted(problems, key=lambda problem: problem.row)))


def read_row(record: list[str], layout: Layout) -> tuple[int, bool] | RowReason:
    """Return the level and whether it was negative, or what is wrong with the row."""
    if len(record) != layout.width:
        return RowReason.WRONG_NUMBER_OF_FIELDS
    stock = record[layout.stock_at]
    number = _WHOLE_NUMBER.fullmatch(stock)
    digits = number[2].lstrip("0") if number else ""
    match bool(record[layout.code_at].strip()), bool(stock.strip()), number:
        case False, _, _:
            return RowReason.MISSING_CODE
        case _, False, _:
            return RowReason.MISSING_STOCK
        case _, _, None:
            return RowReason.NOT_A_WHOLE_NUMBER
        case _, _, re.Match() if number[1] and digits:
            return 0, True
    if len(digits) > _LARGEST_DIGITS:
        return RowReason.OUT_OF_RANGE
    return int(digits or "0"), False
