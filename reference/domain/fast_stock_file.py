"""Reads a large stock file a block at a time with polars, and says exactly what `parse_stock_file` says.

**Why it is exact.** Take a block's first quote, each `","`, each `"CRLF"` and its last `"CRLF` away. The block is
*sure* when all quotes that are left stand in pairs, and no CR is left. Then it is a CSV of quoted fields with these
contents, and a CSV can be read in one way only. The separators are replaced by control bytes that the block does not
have, and a seal behind each record proves its width. No second byte of CP932 is a quote, comma, CR or LF, so all this
may be done before decoding.

What is not sure goes to the plain code: a row (its number odd, a quote or no ASCII letter or digit in its code) to
`read_row`, a block to `read_records`, and the whole file as soon as anything is wrong with it, so that every refusal is
the plain reader's own. Traps of polars met here: it drops CR at the end of fields and a byte order mark at the
beginning, takes "" for null, and does not notice rows that are too long when few columns are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from reference.domain.columns import LevelColumns, has_doubles, is_available, sorted_by_code
from reference.domain.stock_file import (
    BYTE_ORDER_MARK,
    HEADER_WITHIN,
    RowProblem,
    RowReason,
    StockFile,
    find_layout,
    parse_stock_file,
    read_records,
    read_row,
    refuse_misplaced_quotes,
)
from reference.errors import UntrustedFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from reference.domain.content import Content
    from reference.domain.stock_file import Layout

BLOCK = 4 << 20
LONG_FIELD = 1 << 16
"""A field of so many bytes may be longer than csv takes one (131,072 characters): its block is not sure."""
HALVED = 64
"""A block that is not sure is halved until its parts are; a part of so small a share of a block is read plainly."""
WORTH_IT = 1 << 20
"""From so many bytes on polars is quicker than loading it."""

_FIELD, _RECORD, _SEAL = b"\x01", b"\x02", b"\x03"


class Reader(StrEnum):
    """How stock files are read (SYNC_CSV): `auto` is fast where that pays and polars is installed."""

    AUTO = "auto"
    PLAIN = "plain"
    FAST = "fast"


def choose_reader(reader: Reader) -> Callable[[Content], StockFile]:
    """Return the function that reads stock files."""
    match reader:
        case Reader.PLAIN:
            return parse_stock_file
        case Reader.FAST:
            return parse_fast
        case Reader.AUTO:
            return parse_by_size
        case _:
            assert_never(reader)


def parse_by_size(file: Content) -> StockFile:
    """Read a file fast where that pays and polars is installed, plainly otherwise."""
    return parse_fast(file) if len(file) >= WORTH_IT and is_available() else parse_stock_file(file)


def parse_fast(file: Content, *, block: int = BLOCK) -> StockFile:
    """Read a whole stock file, or raise `UntrustedFileError`, as `parse_stock_file` does."""
    read = _try_fast(file, block)
    return parse_stock_file(file) if read is None else read


def _try_fast(file: Content, block: int) -> StockFile | None:
    """Return what the file says, or None when the plain reader has to look at it."""
    head = file[: HEADER_WITHIN + len(BYTE_ORDER_MARK)]
    body = head.removeprefix(BYTE_ORDER_MARK)
    if not head or file[len(file) - 1 :] != b"\n":
        return None
    try:
        layout = find_layout(body, marked=len(body) != len(head))
        if not layout.has_header:  # its encoding shows in the whole file only
            return None
        rows = _Rows(layout, max(block // HALVED, 64))
        for part in _cut(file, len(head) - len(body), block):
            if b"\0" in part:
                return None
            rows.add(part)
    except (UntrustedFileError, UnicodeDecodeError):
        return None
    return rows.say()


def _cut(file: Content, start: int, block: int) -> Iterator[bytes]:
    """Cut the file behind line ends that follow a quote, else behind any: `read_records` refuses a wrong cut."""
    rest = b""
    while start < len(file):
        part = rest + file[start : start + block]
        start += block
        end = len(part) if start >= len(file) else part.rfind(b'"\r\n') + 3
        if end < 3:
            end = part.rfind(b"\n") + 1
        rest = part[end:]
        if end:
            yield part[:end]


@dataclass(slots=True)
class _Rows:
    """The rows read so far; `count` of them, the header being one. Parts of `smallest` bytes are not halved."""

    layout: Layout
    smallest: int
    count: int = 0
    sure: list[pl.DataFrame] = field(default_factory=list)
    good: list[tuple[int, str, int, bool]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def add(self, part: bytes) -> None:
        """Read a part that ends with a line; raises `UntrustedFileError` or `UnicodeDecodeError`."""
        text = part.decode(self.layout.encoding)
        if self._add_sure(part):
            return
        middle = part.rfind(b'"\r\n', 0, len(part) // 2) + 3
        if len(part) > self.smallest and middle >= 3:  # an odd row makes only its neighbours slow
            self.add(part[:middle])
            self.add(part[middle:])
        else:
            refuse_misplaced_quotes(text)
            for record in read_records(text):
                self.count += 1
                if record and self.count > 1:
                    self._add_row(self.count, record)

    def say(self) -> StockFile:
        """Put everything together: codes given twice, and the rows told of."""
        import polars as pl

        columns = list(zip(*self.good, strict=True)) or [(), (), (), ()]
        names = {"row": pl.Int64, "code": pl.String, "level": pl.Int64, "negative": pl.Boolean}
        odd = pl.DataFrame(dict(zip(names, columns, strict=True)), schema=names)
        rows = sorted_by_code(pl.concat([*self.sure, odd]))
        self.sure.clear()
        contradicted: set[str] = set()
        if has_doubles(rows["code"]):
            said = rows.group_by("code").agg(pl.col("level").n_unique())
            contradicted = set(said.filter(pl.col("level") > 1)["code"])
            rows = rows.with_columns(lost=pl.col("code").is_in(list(contradicted)))
            lost = rows.filter(pl.col("lost")).select("row", "code").iter_rows()
            self.problems += [RowProblem(row, code, RowReason.CONTRADICTING_DUPLICATE) for row, code in lost]
            rows = rows.filter(~pl.col("lost")).unique("code").sort("code")
        self.problems += [
            RowProblem(row, code, RowReason.NEGATIVE)
            for row, code, _level, negative in self.good
            if negative and code not in contradicted
        ]
        levels = LevelColumns(rows.select("code", "level"))
        return StockFile(levels, tuple(sorted(self.problems, key=lambda problem: problem.row)))

    def _add_row(self, number: int, record: list[str]) -> None:
        read = read_row(record, self.layout)
        code = record[self.layout.code_at] if len(record) > self.layout.code_at else ""
        if isinstance(read, RowReason):
            self.problems.append(RowProblem(number, code, read))
        else:
            self.good.append((number, code, *read))

    def _add_sure(self, part: bytes) -> bool:
        """Read a part that is sure; tell whether it was."""
        import polars as pl

        frame = _read_sure(part, self.layout)
        if frame is None:
            return False
        frame = frame.with_row_index("row", self.count + 1).with_columns(pl.col("row").cast(pl.Int64))
        if self.count == 0:
            frame = frame[1:]
        self.count = self.count + len(frame) + (self.count == 0)
        is_plain = (
            pl.col("code").str.contains(r'\A[^"]*[0-9A-Za-z][^"]*\z') & pl.col("stock").str.contains(r"\A[0-9]{1,9}\z")
        ).fill_null(value=False)
        for row, code, stock in frame.filter(~is_plain).iter_rows():
            record = [""] * self.layout.width
            record[self.layout.code_at], record[self.layout.stock_at] = _inside(code), _inside(stock)
            self._add_row(row, record)
        level = pl.col("stock").cast(pl.Int64)
        self.sure.append(
            frame.filter(is_plain).select("row", "code", level.alias("level"), pl.lit(value=False).alias("negative"))
        )
        return True


def _inside(text: str | None) -> str:
    """Return what stands between the quotes of a field."""
    return (text or "").replace('""', '"')


def _read_sure(part: bytes, layout: Layout) -> pl.DataFrame | None:
    """Return code and stock of a part's records as text, "" as null, or None when it is not sure."""
    if part[:1] != b'"' or part[-3:] != b'"\r\n' or any(one in part for one in (_FIELD, _RECORD, _SEAL)):
        return None
    end = _FIELD + _SEAL + _RECORD
    fields = part[1:-3].replace(b'","', _FIELD).replace(b'"\r\n"', end) + _FIELD + _SEAL
    if b"\r" in fields or fields.startswith(BYTE_ORDER_MARK):
        return None
    if any(fields.find(_FIELD, at, at + LONG_FIELD) < 0 for at in range(0, len(fields) - LONG_FIELD, LONG_FIELD)):
        return None
    if b'"' in fields and b'"' in fields.replace(b'""', b""):
        return None
    if layout.encoding == "utf-8":
        return _split(fields, layout)
    # Only the two columns have to be text. Where both are ASCII, what became of the others does not matter.
    frame = _split(fields, layout, encoding="utf8-lossy")
    if frame is not None and any(column.str.len_bytes().sum() != column.str.len_chars().sum() for column in frame):
        return _split(fields.decode(layout.encoding).encode(), layout)
    return frame


def _split(fields: bytes, layout: Layout, *, encoding: str = "utf8") -> pl.DataFrame | None:
    import polars as pl

    try:
        frame = pl.read_csv(
            fields,
            separator=_FIELD.decode(),
            eol_char=_RECORD.decode(),
            quote_char=None,
            has_header=False,
            infer_schema=False,
            columns=[layout.code_at, layout.stock_at, layout.width],
            encoding=encoding,
        )
    except pl.exceptions.PolarsError:
        return None
    code, stock, seal = (frame[f"column_{at}"] for at in (layout.code_at, layout.stock_at, layout.width))
    if len(frame) != fields.count(_RECORD) + 1 or not seal.eq_missing(_SEAL.decode()).all():
        return None
    return pl.DataFrame({"code": code, "stock": stock})
