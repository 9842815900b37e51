"""商品CSV as contract 3 has them, or nearly so, and a slow importer to compare the shop's with."""

from __future__ import annotations

import codecs
import copy
from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.properties.damage import damaged
from tests.properties.slow_csv import read_table
from tests.properties.stock_files import CODES, ENCODINGS, TEXTS, quoted

COLUMNS = [
    "商品管理番号", "親子・単品フラグ", "商品名", "カラー", "サイズ", "種類別の自社管理コード", "販売価格", "在庫数",
    "出品ステータス",
]  # fmt: skip
NUMBER, FLAG, NAME, COLOUR, SIZE, CODE, PRICE, STOCK, STATUS = COLUMNS
STATUSES = ["公開", "下書き", "非公開"]
NUMBERS = ["R-1", "R-2", "R-3", "r-1", "R-1 ", "Ｒ－１", "001", "ソ表能ポ"]
ODD = {
    NUMBER: ["", " ", "　"],
    FLAG: ["", "3", "０", " 1", "1.0", "-1", "01"],
    NAME: ["", " ", "　"],
    PRICE: ["", "-1", "+1", "１", "1,000", "1000000000", "②"],
    STOCK: ["", "-1", "3.0", "３", "1000000000", "1 "],
    STATUS: ["公 開", " 公開", "PUBLISHED", "販売中"],
}
"""What refuses a file."""


@dataclass
class Variant:
    """What the shop knows of a variant."""

    code: str | None
    price: int
    stock: int


@dataclass
class Item:
    """What the shop knows of an item; its variants by colour and size."""

    name: str
    status: str
    parent: bool
    variants: dict[tuple[str, str], Variant] = field(default_factory=dict)


Catalogue = dict[str, Item]


@st.composite
def good_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """Items of different numbers; children stand somewhere below their parent."""
    rows: list[dict[str, str]] = []
    prices, stocks = st.sampled_from(["0", "100", "007", "999999999"]), st.sampled_from(["0", "0", "5"])
    for number in draw(st.lists(st.sampled_from(NUMBERS), unique=True, max_size=4)):
        name = f"商品{draw(TEXTS)}"
        head = {NUMBER: number, NAME: name, STATUS: draw(st.sampled_from(STATUSES)), CODE: draw(st.sampled_from(CODES))}
        if draw(st.booleans()):
            rows.append(head | {FLAG: "0", COLOUR: draw(TEXTS), PRICE: draw(prices), STOCK: draw(stocks)})
            continue
        rows.append(head | {FLAG: "1"})
        options = st.tuples(st.sampled_from(["", "黒", "ナラ"]), st.sampled_from(["", "S", "80cm"]))
        for colour, size in draw(st.lists(options, unique=True, min_size=1, max_size=3)):
            place = draw(st.integers(rows.index(rows[-1]) if rows[-1][NUMBER] == number else 0, len(rows)))
            place = max(place, 1 + max(at for at, row in enumerate(rows) if row[NUMBER] == number))
            child = {NUMBER: number, FLAG: "2", COLOUR: colour, SIZE: size, CODE: draw(st.sampled_from(["", *CODES]))}
            child |= {PRICE: draw(prices), STOCK: draw(stocks), STATUS: draw(st.sampled_from(["", *STATUSES]))}
            rows.insert(place, child)
    return rows


@st.composite
def odd_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """Good rows of which some were spoilt, lost, doubled or moved."""
    rows = draw(good_rows())
    for _ in range(draw(st.integers(1, 3))):
        if not rows:
            break
        at = draw(st.integers(0, len(rows) - 1))
        match draw(
            st.sampled_from(["spoil", "spoil", "lose", "double", "move", "renumber", "be a child", "be single"])
        ):
            case "spoil":
                column = draw(st.sampled_from(list(ODD)))
                rows[at] = rows[at] | {column: draw(st.sampled_from(ODD[column]))}
            case "lose":
                del rows[at]
            case "double":
                rows.insert(draw(st.integers(0, len(rows))), rows[at])
            case "move":
                rows.insert(draw(st.integers(0, len(rows) - 1)), rows.pop(at))
            case "renumber":
                rows[at] = rows[at] | {NUMBER: draw(st.sampled_from(rows))[NUMBER]}
            case "be a child":
                rows[at] = rows[at] | {FLAG: "2"}
            case _:
                rows[at] = rows[at] | {FLAG: "0", NAME: "椅子", STATUS: "公開", PRICE: "1", STOCK: "0"}
    return rows


@st.composite
def written(draw: st.DrawFn, rows: st.SearchStrategy[list[dict[str, str]]]) -> bytes:
    """Rows as a file in one of three encodings, the columns in any order and among others."""
    columns = draw(st.permutations([*COLUMNS, *draw(st.lists(st.sampled_from(["メモ", "備考", ""]), max_size=2))]))
    all_quoted = draw(st.booleans())
    lines = [columns, *([row.get(column, "") for column in columns] for row in draw(rows))]
    text = "".join(
        ",".join(quoted(value) if all_quoted or set(value) & set('",\r\n') else value for value in line) + "\r\n"
        for line in lines
    )
    return text.encode(draw(st.sampled_from(ENCODINGS)), "replace")


@st.composite
def odd_headers(draw: st.DrawFn) -> bytes:
    """Columns that are missing, doubled or spelt otherwise."""
    columns = draw(st.lists(st.sampled_from([*COLUMNS, "商品名 ", "在庫"]), max_size=11))
    return (",".join(columns) + "\r\nR-1,0\r\n").encode(draw(st.sampled_from(ENCODINGS)))


def good_item_files() -> st.SearchStrategy[bytes]:
    return written(good_rows())


def any_item_file() -> st.SearchStrategy[bytes]:
    """Good ones, odd ones, and either after a mishap."""
    sound = good_item_files() | written(odd_rows())
    return sound | sound | written(odd_rows()) | odd_headers() | sound.flatmap(damaged)


@dataclass
class Import:
    """What comes of an import: the catalogue after it, and the records (the header being 1) that refuse or warn."""

    after: Catalogue
    bad: set[int]
    doubtful: set[int]


def import_slowly(data: bytes, before: Catalogue) -> Import:
    """What contract 3 makes of a file.

    Choices of the shop where the contract is silent: LF or CR alone end records too, empty lines say nothing, a quote
    within a field that began without one is a character; numbers have nine digits at most; no item and no variant
    comes twice; 単品 and 種類あり cannot be exchanged; a child's status that is not its parent's is warned of.
    """
    table = read_table(decode_slowly(data), quotes_anywhere=True)
    bad = {len(table.records) + 1} if table.broken else set()
    header = table.records[0] if table.records else []
    if any(header.count(column) != 1 for column in COLUMNS):
        return Import(before, {1}, set())
    rows = []
    for number, record in enumerate(table.records[1:], 2):
        if record and (len(record) != len(header) or any(map(is_unreadable, record))):
            bad.add(number)
        elif record:
            rows.append((number, dict(zip(header, record, strict=True))))
    bad |= {number for at, (number, row) in enumerate(rows) if is_bad(row, rows[:at], rows[at + 1 :], before)}
    if bad:
        return Import(before, bad, set())
    after = copy.deepcopy(before)
    for _, row in rows:
        take_slowly(row, after)
    codes = [one.code for item in after.values() for one in item.variants.values()]
    return Import(after, bad, {number for number, row in rows if is_doubtful(row, after, codes)})


def take_slowly(row: dict[str, str], catalogue: Catalogue) -> None:
    """A good row; what stands in the shop keeps its stock."""
    if row[FLAG] != "2":
        item = catalogue.setdefault(row[NUMBER], Item("", "", row[FLAG] == "1"))
        item.name, item.status = row[NAME], row[STATUS]
    if row[FLAG] != "1":
        option = (row[COLOUR], row[SIZE]) if row[FLAG] == "2" else ("", "")
        variants = catalogue[row[NUMBER]].variants
        stock = variants[option].stock if option in variants else int(row[STOCK])
        variants[option] = Variant(row[CODE] if row[CODE].strip() else None, int(row[PRICE]), stock)


def is_doubtful(row: dict[str, str], after: Catalogue, codes: list[str | None]) -> bool:
    """Whether a good row is accepted with a warning."""
    blank = row[CODE].strip() == ""
    if row[STOCK].strip("0") != "":
        return True
    if row[FLAG] == "1":
        return not blank
    return (
        blank
        or row[CODE] != row[CODE].strip()
        or codes.count(row[CODE]) > 1
        or (row[FLAG] == "2" and row[STATUS] not in {"", after[row[NUMBER]].status})
    )


def decode_slowly(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "surrogateescape")
    found = {}
    for encoding in ["cp932", "utf-8"]:
        text = data.decode(encoding, "surrogateescape")
        records = read_table(text, quotes_anywhere=True).records
        found[encoding] = sum(name in COLUMNS for name in records[0]) if records else 0
    return data.decode("cp932" if found["cp932"] > found["utf-8"] else "utf-8", "surrogateescape")


def is_unreadable(value: str) -> bool:
    return "\0" in value or any("\udc80" <= char <= "\udcff" for char in value)


def is_amount(value: str) -> bool:
    return 1 <= len(value) <= 9 and all(char in "0123456789" for char in value)


def is_bad(
    row: dict[str, str],
    above: list[tuple[int, dict[str, str]]],
    below: list[tuple[int, dict[str, str]]],
    before: Catalogue,
) -> bool:
    """Whether a row refuses its file."""
    same_above = [other for _, other in above if other[NUMBER] == row[NUMBER]]
    heads_above = [other for other in same_above if other[FLAG] in {"0", "1"}]
    amounts_wanted = row[FLAG] != "1"
    if any(not is_amount(row[column]) for column in (PRICE, STOCK) if row[column] or amounts_wanted):
        return True
    if row[NUMBER].strip() == "" or row[FLAG] not in {"0", "1", "2"}:
        return True
    if row[FLAG] == "2":
        if not heads_above or heads_above[0][FLAG] != "1" or row[STATUS] not in {"", *STATUSES}:
            return True
        siblings = [other for other in same_above[same_above.index(heads_above[0]) :] if other[FLAG] == "2"]
        return any((other[COLOUR], other[SIZE]) == (row[COLOUR], row[SIZE]) for other in siblings)
    if row[NAME].strip() == "" or row[STATUS] not in STATUSES or heads_above:
        return True
    if row[NUMBER] in before and before[row[NUMBER]].parent != (row[FLAG] == "1"):
        return True
    return row[FLAG] == "1" and not any(o[NUMBER] == row[NUMBER] and o[FLAG] == "2" for _, o in below)
