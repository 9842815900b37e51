"""The bytes of an order file as rows, and where they cannot be read. Pure.

The form is the contract's: UTF-8 (a BOM may stand first), CRLF after every row, every field in double quotes, a header
row of exactly the 50 columns. They are found by name, so that their order does not matter.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COLUMNS = (
    "ショップ受注番号", "受注日時", "注文者名", "注文者名カナ", "注文者郵便番号", "注文者住所", "注文者電話番号",
    "注文者FAX番号", "注文者メールアドレス", "支払方法名", "支払回数名", "デバイスタイプ", "ポイント", "クーポン",
    "商品計税抜", "消費税計", "商品計税込", "配送料計", "決済手数料計", "請求金額", "入金日付", "受注備考", "社内備考",
    "倉庫指示", "配送先名", "配送先名カナ", "配送先郵便番号", "配送先住所", "配送先電話番号", "配送先FAX番号",
    "配送方法名", "配送時間名", "配送毎配送料", "配送毎決済手数料", "配送毎ポイント", "配送毎クーポン",
    "配送毎請求金額", "ギフトフラグ", "出荷日", "配送日", "荷物番号", "配送毎連絡", "商品コード", "商品名",
    "項目選択肢", "数量", "税抜単価", "単品消費税", "税込単価", "商品連絡",
)  # fmt: skip
"""The 50 columns, in the order of the file (public: facts.md 3.1)."""
NUMBER, ORDERED_AT = COLUMNS[:2]
CODE, ITEM_NAME, OPTION, QUANTITY = COLUMNS[42:46]
UNIT_PRICE = COLUMNS[48]

_FIELD = re.compile(r'"([^"]*(?:""[^"]*)*)"(,|\r\n)')
_NOT_IN_FIELDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SHOWN = 100
_DAMAGED = "is not a quoted field with a comma or CRLF behind it"


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column names. `row` counts rows, the header being 1."""

    row: int
    fields: Mapping[str, str]


def problem(row: Row, column: str, reason: str) -> RowProblem:
    """What is wrong with a field of a row."""
    return RowProblem(row.row, column, row.fields[column][:_SHOWN], reason)


def read_rows(data: bytes) -> tuple[list[Row], list[RowProblem]]:
    """The rows of a file whose form is right, and what is wrong with its form.

    After a damaged field nobody knows where the next row begins: reading ends there.
    """
    content = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        row = len(_records(content[: error.start].decode())[0]) + 1
        shown = "".join(f"\\x{byte:02x}" for byte in content[error.start : error.end])
        place = error.start + len(data) - len(content)
        return [], [RowProblem(row, "", shown, f"byte {place} ({shown}) is not UTF-8")]
    records, damage = _records(text)
    if not records:
        return [], [damage or RowProblem(1, "", "", "there is no header row")]
    header, *body = records
    problems = [*_header_problems(header)]
    if problems:
        return [], problems
    for number, values in enumerate(body, 2):
        if len(values) != len(header):
            problems.append(RowProblem(number, "", "", f"has {len(values)} fields, not {len(header)}"))
    if damage is not None:
        problems.append(damage)
    rows = [
        Row(number, dict(zip(header, values, strict=True)))
        for number, values in enumerate(body, 2)
        if len(values) == len(header)
    ]
    return rows, problems


def find_problems(row: Row, longest: Mapping[str, int]) -> Iterator[RowProblem]:
    """Fields that are longer than `longest` has it, or hold control characters other than tab and line breaks."""
    for column, limit in longest.items():
        if len(row.fields[column]) > limit:
            yield problem(row, column, f"at most {limit} characters are possible")
    for column, value in row.fields.items():
        if _NOT_IN_FIELDS.search(value):
            yield RowProblem(row.row, column, ascii(value[:_SHOWN]), "control characters are not possible")


def _records(text: str) -> tuple[list[list[str]], RowProblem | None]:
    records: list[list[str]] = []
    values: list[str] = []
    place = 0
    while place < len(text):
        found = _FIELD.match(text, place)
        if found is None:
            return records, _damage(text, place, records, values)
        values.append(found[1].replace('""', '"'))
        place = found.end()
        if found[2] != ",":
            records.append(values)
            values = []
    return records, _damage(text, place, records, values) if values else None


def _damage(text: str, place: int, records: Sequence[Sequence[str]], values: Sequence[str]) -> RowProblem:
    header = records[0] if records else ()
    column = header[len(values)] if len(values) < len(header) else ""
    shown = text[place : place + _SHOWN].split("\r\n", maxsplit=1)[0]
    return RowProblem(len(records) + 1, column, shown, f"field {len(values) + 1} {_DAMAGED}")


def _header_problems(header: Sequence[str]) -> Iterator[RowProblem]:
    for column in COLUMNS:
        if header.count(column) != 1:
            yield RowProblem(1, column, "", "duplicate column" if column in header else "missing column")
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            yield RowProblem(1, column[:_SHOWN], "", "unknown column")
