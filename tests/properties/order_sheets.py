"""Order files as contract 2 has them, or nearly so, and a slow reader to compare TEMPOSTAR's intake with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hypothesis import strategies as st

from tests.properties.damage import damaged
from tests.properties.slow_csv import read_table
from tests.properties.stock_files import quoted

SAMPLE = Path(__file__).parents[2] / "fixtures" / "order20260401090500_IDutf8.csv"
COLUMNS = SAMPLE.read_text(encoding="utf-8").splitlines()[0].strip('"').split('","')
NUMBER, ORDERED_AT, CODE, QUANTITY = "ショップ受注番号", "受注日時", "商品コード", "数量"
AMOUNTS = ["商品計税込", "配送料計", "決済手数料計", "請求金額", "税込単価"]
LONGEST = {NUMBER: 100, "注文者名": 255, "注文者メールアドレス": 255, "支払方法名": 255, "配送方法名": 255}
OF_THE_ORDER = [*COLUMNS[1:24], "配送方法名"]
GOOD = {
    NUMBER: ["20001-1", "20001-2", "20001-3", "20001-RC-9"],
    CODE: ["A-1", "A-1", "B-1", "a-1", "no such", "", 'A"1', "A\r\n1"],
    QUANTITY: ["1", "2", "007"],
    "税込単価": ["", "0", "1100"],
    "項目選択肢": ["", "カラー:ナラ サイズ:80cm", "①髙,～"],
}
ODD = {
    NUMBER: ["", "20001-", "20002-1", "20001- ", "２０００１-1", "20001-" + "9" * 300],
    ORDERED_AT: [
        "",
        "2026/4/1 9:03",
        "2026-04-01 09:03",
        "2026/02/30 09:03",
        "２０２６/04/01 09:03",
        "0000/01/01 00:00",
    ],
    QUANTITY: ["0", "", "0", "-1", "②", "1000000000"],
    "請求金額": ["-1", "1,000", "1" * 13, "１"],
    "注文者名": ["あ" * 256, "\0", "\x1b[2J"],
    "支払方法名": ["銀行振込"],
}


@dataclass
class Order:
    """What an order asks for: code and quantity, line by line."""

    lines: list[tuple[str, int]] = field(default_factory=list)


@st.composite
def order_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        row = {ORDERED_AT: "2026/04/01 09:03", "注文者名": "模擬　花子", "支払方法名": "クレジットカード"}
        rows.append(row | {column: draw(st.sampled_from(values)) for column, values in GOOD.items()})
    return rows


@st.composite
def odd_rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """Good rows with a wrong value here and there."""
    rows = draw(order_rows())
    for at in range(len(rows)):
        if draw(st.booleans()):
            column = draw(st.sampled_from([QUANTITY, *ODD]))
            rows[at] = rows[at] | {column: draw(st.sampled_from(ODD[column]))}
    return rows


@st.composite
def written(draw: st.DrawFn, rows: st.SearchStrategy[list[dict[str, str]]], *, ragged: bool = False) -> bytes:
    """Rows as a file; `ragged`: some have a field too few or too many."""
    columns = list(COLUMNS)
    if draw(st.booleans()):
        at, other = draw(st.integers(0, 49)), draw(st.integers(0, 49))
        columns[at], columns[other] = columns[other], columns[at]
    lines = [columns, *([row.get(column, "") for column in columns] for row in draw(rows))]
    if ragged:
        lines = [(line * 2)[: draw(st.sampled_from([50, 50, 50, 49, 51]))] for line in lines]
    text = "".join(",".join(map(quoted, line)) + "\r\n" for line in lines)
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig"])))


@st.composite
def odd_headers(draw: st.DrawFn) -> bytes:
    """A column that is missing, doubled or of another name."""
    other = draw(st.sampled_from([[], [COLUMNS[0]], ["メモ"], ["メモ\r\nrow 9: 注文者名"], ["\x1b[2J"], [""]]))
    at = draw(st.integers(0, 49))
    columns = [*COLUMNS[:at], *other, *COLUMNS[at + draw(st.integers(0, 1)) :]]
    return (",".join(map(quoted, columns)) + "\r\n").encode()


def good_order_files() -> st.SearchStrategy[bytes]:
    return written(order_rows())


def any_order_file() -> st.SearchStrategy[bytes]:
    """Good ones, odd ones, and either after a mishap."""
    sound = good_order_files() | written(odd_rows())
    return sound | written(order_rows(), ragged=True) | odd_headers() | sound.flatmap(damaged)


def read_slowly(data: bytes, shop_code: str) -> dict[str, Order] | None:
    """The orders of a file by ショップ受注番号; None: it is refused whole.

    That one error refuses a file, and every bound, are assumptions of the lab.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    records = strict_records(text)
    if not records or sorted(records[0]) != sorted(COLUMNS):
        return None
    orders: dict[str, Order] = {}
    firsts: dict[str, dict[str, str]] = {}
    for record in records[1:]:
        if len(record) != len(COLUMNS):
            return None
        row = dict(zip(records[0], record, strict=True))
        first = firsts.setdefault(row[NUMBER], row)
        if not is_good(row, shop_code) or any(row[column] != first[column] for column in OF_THE_ORDER):
            return None
        orders.setdefault(row[NUMBER], Order()).lines.append((row[CODE], int(row[QUANTITY])))
    return orders


def strict_records(text: str) -> list[list[str]] | None:
    """The records, if every field stands in quotes and CRLF ends every record."""
    table = read_table(text, quotes_anywhere=False)
    again = "".join(",".join(map(quoted, record)) + "\r\n" for record in table.records)
    return None if table.broken or again != text else table.records


def is_good(row: dict[str, str], shop_code: str) -> bool:
    def is_whole(value: str) -> bool:
        return 1 <= len(value) <= 12 and all(char in "0123456789" for char in value)

    begins, rest = row[NUMBER][: len(shop_code) + 1], row[NUMBER][len(shop_code) + 1 :]
    return (
        begins == f"{shop_code}-"
        and rest.strip() != ""
        and is_minute(row[ORDERED_AT])
        and is_whole(row[QUANTITY])
        and 1 <= int(row[QUANTITY]) <= 999_999_999
        and all(row[column] == "" or is_whole(row[column]) for column in AMOUNTS)
        and all(len(row[column]) <= longest for column, longest in LONGEST.items())
        and not any(is_control(char) for value in row.values() for char in value)
    )


def is_control(char: str) -> bool:
    return char not in "\t\r\n" and (ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0)


def is_minute(value: str) -> bool:
    if not value.isascii() or len(value) != 16:
        return False
    try:
        return datetime.strptime(value, "%Y/%m/%d %H:%M").strftime("%Y/%m/%d %H:%M") == value  # noqa: DTZ007 - its form
    except ValueError:
        return False
