"""Stock files as contract 2 has them, or nearly so, and a slow reader to compare the engine's with."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.properties.damage import damaged
from tests.properties.slow_csv import read_table

CODE_NAMES = ["商品コード", "SKUコード"]
STOCK_NAMES = ["在庫数", "想定在庫数"]
OTHER_NAMES = ["商品基本コード", "商品名", "属性1名", "属性2名", "メモ", "在庫数 ", "商品コード2", ""]
ENCODINGS = ["cp932", "utf-8", "utf-8-sig"]

# Among them: second bytes 5C and 7C, characters that only CP932 has of the Shift_JIS family, half-width kana, codes
# that differ in case, width, spaces or leading zeros only.
CODES = [
    "A-1", "a-1", "A-1 ", "Ａ－１", "A-2", "1", "01", "001", "00123", "ソ表能ポ", "ЪＡ", "ボ-ー", "①㈱髙", "ｿﾌｧｰ",
    "椅子", 'カンマ,と"引用"', "改行\r\nあり", "B-1,7\r\nB-2,8\r\nB-3", " ", "　", "7", "在庫数", "B-2",
]  # fmt: skip
"""Blank ones are no codes."""
LEVELS = ["0", "1", "7", "007", "12", "999999999", "0000000000001", "-3", "-0"]
ODD_NUMBERS = [
    "", " ", "+3", "1e3", "3.0", "３", " 3", "3 ", "1,000", "--3", "-", "1000000000", "1000000000000", "-1000000000000",
    "②", "三", "0x10", "1_0", "NaN", "在庫あり", "3\r\n", '"3"', "Infinity",
]  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a file says: None when it is to be refused. `bad`: the records that are left out or corrected, from 1."""

    levels: dict[str, int]
    bad: set[int]


def quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def encode_rows(rows: list[list[str]], encoding: str, *, all_quoted: bool) -> bytes:
    lines = [
        ",".join(quoted(value) if all_quoted or set(value) & set('",\r\n') else value for value in row) for row in rows
    ]
    return "".join(line + "\r\n" for line in lines).encode(encoding, "replace")


def is_one_encoding_only(text: str) -> bool:
    """Whether the CP932 bytes of a text are no UTF-8, so that a file without a header cannot be taken for such."""
    try:
        return text.isascii() or text.encode("cp932").decode("utf-8") is None
    except UnicodeDecodeError:
        return True


TEXTS = st.sampled_from(CODES) | st.text("Aa019-ＡーｱﾞソЪ①髙椅 　,\"'\r\n\t=@\x1a\x7f", max_size=5)


@st.composite
def rows_of(draw: st.DrawFn, numbers: list[str], width: int, code_at: int, stock_at: int) -> list[list[str]]:
    """Rows without a header; a code may come twice, with the same number or another."""
    rows = []
    for _ in range(draw(st.integers(0, 7))):
        row = [draw(TEXTS) for _ in range(width)]
        row[code_at], row[stock_at] = draw(TEXTS), draw(st.sampled_from(numbers))
        rows.append(row)
    return rows


@st.composite
def stock_files(draw: st.DrawFn, numbers: list[str] = LEVELS) -> bytes:
    """A file whose form is right; with `numbers` of another kind some rows are not."""
    encoding = draw(st.sampled_from(ENCODINGS))
    header = draw(st.booleans())
    names = [draw(st.sampled_from(CODE_NAMES)), draw(st.sampled_from(STOCK_NAMES))]
    others = draw(st.lists(st.sampled_from(OTHER_NAMES), max_size=4))
    columns = draw(st.permutations([*names, *others])) if header else [*names, *others]
    rows = draw(rows_of(numbers, len(columns), columns.index(names[0]), columns.index(names[1])))
    if not header:
        rows = [[value if is_one_encoding_only(value) else "x" for value in row] for row in rows]
    return encode_rows([columns, *rows] if header else rows, encoding, all_quoted=draw(st.booleans()))


@st.composite
def odd_tables(draw: st.DrawFn) -> bytes:
    """Columns doubled, missing or in no order, rows too short or too long, each field quoted or not as it comes."""
    others = draw(st.lists(st.sampled_from([*OTHER_NAMES, *CODE_NAMES, *STOCK_NAMES]), max_size=2))
    names = draw(st.permutations([draw(st.sampled_from(CODE_NAMES)), draw(st.sampled_from(STOCK_NAMES)), *others]))
    values = st.sampled_from(CODES) | st.sampled_from(LEVELS) | st.sampled_from(ODD_NUMBERS)
    rows = draw(st.lists(st.lists(values, min_size=len(names) - 1, max_size=len(names) + 1), max_size=5))
    table = [names[draw(st.sampled_from([0, 0, 0, 1])) :], *rows]
    lines = [",".join(quoted(value) if draw(st.booleans()) else value for value in row) for row in table]
    return "".join(line + draw(st.sampled_from(["\r\n", "\r\n", "\n"])) for line in lines).encode(
        draw(st.sampled_from(ENCODINGS)), "replace"
    )


def any_stock_file() -> st.SearchStrategy[bytes]:
    """Good ones, odd ones, and either after a mishap."""
    sound = stock_files() | stock_files(LEVELS * 2 + ODD_NUMBERS) | odd_tables() | stock_files()
    return sound | sound.flatmap(damaged)


def read_slowly(content: bytes) -> Reading | None:
    """What contract 2 makes of a file; None: it cannot be trusted as a whole.

    Choices of the engine where the contract is silent: LF or CR alone end records too; the encoding is the one under
    which the header names the key columns, UTF-8 first, and without a header UTF-8 where that is possible; the first
    record of a file without a header has a number in its second field; a file's last record has its line end.
    """
    if not content or content[-1:] != b"\n" or b"\0" in content:
        return None
    marked = content.startswith(codecs.BOM_UTF8)
    body = content[3:] if marked else content
    for encoding in ["utf-8"] if marked else ["utf-8", "cp932"]:
        records = read_table(body.decode(encoding, "replace"), quotes_anywhere=True).records
        first = records[0] if records else []
        if set(first) & set(CODE_NAMES) and set(first) & set(STOCK_NAMES):
            codes = [at for at, name in enumerate(first) if name in CODE_NAMES]
            stocks = [at for at, name in enumerate(first) if name in STOCK_NAMES]
            if len(codes) > 1 or len(stocks) > 1:
                return None
            return _read_body(body, encoding, codes[0], stocks[0], header=True)
    if len(first) < 2 or not is_number(first[1].removeprefix("-")):
        return None
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None if marked else _read_body(body, "cp932", 0, 1, header=False)
    return _read_body(body, "utf-8", 0, 1, header=False)


def is_number(text: str) -> bool:
    return text != "" and all(char in "0123456789" for char in text)


def _read_body(body: bytes, encoding: str, code_at: int, stock_at: int, *, header: bool) -> Reading | None:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        return None
    table = read_table(text, quotes_anywhere=False)
    if table.broken:
        return None
    said: dict[str, set[int]] = {}
    places: dict[str, set[int]] = {}
    bad = set()
    for number, record in enumerate(table.records, 1):
        if record == [] or (header and number == 1):
            continue
        if len(record) != len(table.records[0]) or record[code_at].strip() == "":
            bad.add(number)
            continue
        code, stock = record[code_at], record[stock_at]
        places.setdefault(code, set())
        if stock.startswith("-") and is_number(stock[1:]):
            said.setdefault(code, set()).add(0)
            places[code].add(number)
            if stock[1:].strip("0"):
                bad.add(number)
        elif is_number(stock) and len(stock.lstrip("0")) <= 9:
            said.setdefault(code, set()).add(int(stock))
            places[code].add(number)
        else:
            bad.add(number)
    for code, levels in said.items():
        if len(levels) > 1:
            bad |= places[code]
    return Reading({code: min(levels) for code, levels in said.items() if len(levels) == 1}, bad)
