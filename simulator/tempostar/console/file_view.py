"""The bytes of a file of the FTPS area, as a person looks at them: encoding, line ends, rows, hexadecimal.

Pure. It shares no parser with what writes the files, or with any engine: it tells what is there, whole or broken.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from itertools import islice

READ_AT_MOST = 1024 * 1024
"""Bytes of a file that are looked at."""
ROWS_A_PAGE = 100
_BYTES_A_LINE = 16
_CODE_COLUMNS = ("商品コード", "SKUコード")
_STOCK_COLUMNS = ("在庫数", "想定在庫数")
_SHOWN = {0x0D: "\\r", 0x0A: "\\n", 0x09: "\\t"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's bytes as text. `codec`: "" when no encoding fits, and `text` has U+FFFD; `torn`: bytes at the end that
    are half a character."""

    text: str
    codec: str
    encoding: str
    torn: int


@dataclass(frozen=True, slots=True)
class LineEnds:
    """How often each line end stands in a file; `last_line_open`: nothing ends the last line."""

    crlf: int
    lf: int
    cr: int
    last_line_open: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows. `header`: () for a file without; `quoted`: every field of the first row stands in quotes;
    `problem`: why reading ended before the end, "" if it did not."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    quoted: bool
    problem: str

    def column(self, names: tuple[str, ...], else_place: int) -> int | None:
        """Where the column of one of the names stands; of a file without a header row, `else_place`."""
        if not self.header:
            return else_place
        return next((place for place, name in enumerate(self.header) if name in names), None)

    def levels(self) -> dict[str, str]:
        """SKUコード -> 在庫数 as it stands there, in the order of the rows; a code given twice has the last number."""
        code, stock = self.column(_CODE_COLUMNS, 0), self.column(_STOCK_COLUMNS, 1)
        if code is None or stock is None:
            return {}
        return {row[code]: row[stock] for row in self.rows if len(row) > max(code, stock)}


@dataclass(frozen=True, slots=True)
class HexLine:
    """Sixteen bytes. `text`: what they say in the encoding, a character standing where its last byte does."""

    offset: str
    octets: str
    text: str


def decode(content: bytes, *, whole: bool) -> Decoded:
    """Find the encoding out of the bytes alone. `whole`: the file ends here, else it was cut for reading."""
    if content.startswith(codecs.BOM_UTF8):
        found = _try("utf-8", content[len(codecs.BOM_UTF8) :], "utf-8-sig", "UTF-8(BOMあり)", whole)
    elif content.isascii():
        found = Decoded(content.decode("ascii"), "ascii", "ASCIIの文字のみ(CP932でもUTF-8でも同じバイト)", 0)
    else:
        found = _try("utf-8", content, "utf-8", "UTF-8(BOMなし)", whole) or _try(
            "cp932", content, "cp932", "CP932", whole
        )
    return found or Decoded(
        content.decode("cp932", "replace"), "", "不明(CP932でもUTF-8でも読めないバイトがあります)", 0
    )


def count_line_ends(content: bytes) -> LineEnds:
    """Line ends as bytes, wherever they stand."""
    crlf = content.count(b"\r\n")
    lf, cr = content.count(b"\n") - crlf, content.count(b"\r") - crlf
    return LineEnds(crlf, lf, cr, bool(content) and content[-1] not in b"\r\n")


def read_table(text: str) -> Table:
    """The rows of a comma-separated text; the first is the header row when it names a column that readers look for."""
    rows: list[tuple[str, ...]] = []
    problem = ""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows.extend(tuple(row) for row in reader if row)
    except csv.Error as error:
        problem = f"{reader.line_num}行目で読めなくなりました({error})"
    first = rows[0] if rows else ()
    known = {*_CODE_COLUMNS, *_STOCK_COLUMNS, "ショップ受注番号"}
    header = first if known & set(first) else ()
    first_line = text[: text.find("\n") + 1 or len(text)].rstrip("\r\n")
    quoted = bool(first) and first_line.startswith('"') and first_line.count('","') == len(first) - 1
    return Table(header, tuple(rows[1:] if header else rows), quoted, problem)


def dump(content: bytes, codec: str) -> list[HexLine]:
    """The bytes in hexadecimal, with what they say beside them. `codec`: "" shows them as CP932."""
    decoder = codecs.getincrementaldecoder(codec or "cp932")("replace")
    lines = []
    for offset in range(0, len(content), _BYTES_A_LINE):
        part = content[offset : offset + _BYTES_A_LINE]
        text = decoder.decode(part)
        shown = "".join(_SHOWN.get(ord(one), one if one.isprintable() else "·") for one in text)
        lines.append(HexLine(f"{offset:08x}", part.hex(" "), shown))
    return lines


def repeated_codes(table: Table) -> list[str]:
    """SKUコード that stand in more than one row, the first few."""
    code = table.column(_CODE_COLUMNS, 0)
    if code is None:
        return []
    counted = Counter(row[code] for row in table.rows if len(row) > code)
    return list(islice((one for one, times in counted.items() if times > 1), 20))


def _try(codec: str, content: bytes, name: str, encoding: str, whole: bool) -> Decoded | None:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        text = decoder.decode(content, final=False)
    except UnicodeDecodeError:
        return None
    torn = len(decoder.getstate()[0])
    return Decoded(text, name, encoding, torn if whole else 0)
