"""The bytes of a 商品CSV as records: which encoding it is in, and where it cannot be read. Pure.

CP932, UTF-8 and UTF-8 with BOM are told apart by their column names (contract 3): the right encoding is the one under
which they are found.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.errors import RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD = 64 * 1024
_UNDECODED = re.compile("[\udc80-\udcff]")


class Reason(StrEnum):
    """What can be wrong with a row; errors first, then what is accepted with a warning, in the order they are told."""

    UNREADABLE = "unreadable bytes"
    BROKEN_QUOTES = "unterminated or misplaced quote"
    WRONG_LENGTH = "wrong number of fields"
    MISSING_COLUMN = "missing column"
    DUPLICATE_COLUMN = "duplicate column"
    MISSING_NUMBER = "missing item number"
    UNKNOWN_FLAG = "unknown flag"
    CHILD_WITHOUT_PARENT = "child without parent"
    PARENT_WITHOUT_CHILD = "parent without child"
    ITEM_TWICE = "item given twice"
    VARIANT_TWICE = "colour and size given twice"
    KIND_CHANGED = "single and parent cannot be exchanged"
    MISSING_NAME = "missing name"
    UNKNOWN_STATUS = "unknown status"
    NOT_A_NUMBER = "not a whole number from 0"
    CODE_ON_PARENT = "code on a parent row"
    BLANK_CODE = "blank code"
    STOCK_NOT_ZERO = "stock is not 0"
    SPACES_IN_CODE = "spaces around the code"
    AMBIGUOUS_CODE = "ambiguous code"
    OTHER_STATUS = "status of the parent row holds"


_SENTENCES = {
    Reason.UNREADABLE: "文字として読めないバイトがあります。Shift_JIS(CP932)またはUTF-8で保存し直してください。",
    Reason.BROKEN_QUOTES: 'ダブルクォーテーション(")が閉じられていないか、位置が正しくありません。',
    Reason.WRONG_LENGTH: "項目の数が見出し行と一致しません。",
    Reason.MISSING_COLUMN: "この列が見出し行にありません。",
    Reason.DUPLICATE_COLUMN: "この列が見出し行に2つ以上あります。",
    Reason.MISSING_NUMBER: "商品管理番号を入力してください。",
    Reason.UNKNOWN_FLAG: "親子・単品フラグは 0（単品）・1（親）・2（子）のいずれかです。",
    Reason.CHILD_WITHOUT_PARENT: "同じ商品管理番号の親商品の行（フラグ1）が、この行より上にありません。",
    Reason.PARENT_WITHOUT_CHILD: "この親商品には子商品の行(フラグ2)がありません。",
    Reason.ITEM_TWICE: "同じ商品管理番号の商品がファイル内に2つあります。",
    Reason.VARIANT_TWICE: "同じカラー・サイズの子商品が2つあります。",
    Reason.KIND_CHANGED: "登録済みの商品の種類(単品・種類あり)は変更できません。",
    Reason.MISSING_NAME: "商品名を入力してください。",
    Reason.UNKNOWN_STATUS: "出品ステータスは 公開・下書き・非公開 のいずれかです。",
    Reason.NOT_A_NUMBER: "0から999,999,999までの半角の整数で入力してください。",
    Reason.CODE_ON_PARENT: "親商品の行のコードは在庫連携に使われません。子商品の行に入力してください。",
    Reason.BLANK_CODE: "コードが空欄のため、この商品の在庫は連携されません。",
    Reason.STOCK_NOT_ZERO: "在庫数は0で登録してください。在庫連携が数を入れます。",
    Reason.SPACES_IN_CODE: "コードの前後に空白があります。空白もコードの一部として扱われます。",
    Reason.AMBIGUOUS_CODE: "同じコードの商品がほかにもあるため、どちらの在庫も連携されません。",
    Reason.OTHER_STATUS: "子商品の出品ステータスは使われません。親商品のものが有効です。",
}


@dataclass(frozen=True, slots=True)
class ItemProblem(RowProblem):
    """One thing wrong in a row of the file. `reason`: a Reason; `sentence`: the same in Japanese, for the merchant."""

    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One row by column names. `row` counts records, the header being 1."""

    row: int
    fields: dict[str, str]


def item_problem(row: int, column: str, value: str, reason: Reason) -> ItemProblem:
    """A problem with its sentence; bytes that are no character are shown as `\\x81`."""
    shown = _UNDECODED.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", value)
    return ItemProblem(row, column, shown, reason, _SENTENCES[reason])


def read_records(data: bytes, columns: Sequence[str]) -> tuple[tuple[Record, ...], tuple[ItemProblem, ...]]:
    """The readable rows of a file, and what is wrong with the others. Columns not asked for are left out, rows without
    anything in them are passed over (ASSUMPTION)."""
    rows = _rows(_decode(data, columns))
    header = next(rows, (1, []))[1]
    if isinstance(header, ItemProblem):
        return (), (header,)
    problems = tuple(
        item_problem(1, column, "", Reason.DUPLICATE_COLUMN if column in header else Reason.MISSING_COLUMN)
        for column in columns
        if header.count(column) != 1
    )
    if problems and _is_unreadable(",".join(header)):
        # UTF-16, say: that no column was found is only what follows from it.
        problems = (item_problem(1, "", ",".join(header)[:100], Reason.UNREADABLE), *problems)
    return ((), problems) if problems else _read_body(rows, header, columns)


def _is_unreadable(text: str) -> bool:
    return "\0" in text or _UNDECODED.search(text) is not None


def _read_body(
    rows: Iterator[tuple[int, list[str] | ItemProblem]], header: list[str], columns: Sequence[str]
) -> tuple[tuple[Record, ...], tuple[ItemProblem, ...]]:
    places = {column: header.index(column) for column in columns}
    records: list[Record] = []
    problems: list[ItemProblem] = []
    for row, values in rows:
        if isinstance(values, ItemProblem):
            problems.append(values)
        elif not values:
            continue
        elif len(values) != len(header):
            problems.append(item_problem(row, "", ",".join(values)[:100], Reason.WRONG_LENGTH))
        elif unreadable := [place for place, value in enumerate(values) if _is_unreadable(value)]:
            problems += (item_problem(row, header[place], values[place], Reason.UNREADABLE) for place in unreadable)
        else:
            records.append(Record(row, {column: values[place] for column, place in places.items()}))
    return tuple(records), tuple(problems)


def _rows(text: str) -> Iterator[tuple[int, list[str] | ItemProblem]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    while True:
        row += 1
        try:
            yield row, next(reader)
        except StopIteration:
            return
        except csv.Error:
            # After a misplaced quote nobody knows where the next row begins.
            yield row, item_problem(row, "", "", Reason.BROKEN_QUOTES)
            return


def _decode(data: bytes, columns: Sequence[str]) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :].decode("utf-8", "surrogateescape")
    return data.decode(max(("utf-8", "cp932"), key=lambda name: _found(data, name, columns)), "surrogateescape")


def _found(data: bytes, encoding: str, columns: Sequence[str]) -> int:
    header = next(_rows(data[:_HEAD].decode(encoding, "surrogateescape")), (1, []))[1]
    return 0 if isinstance(header, ItemProblem) else sum(name in columns for name in header)
