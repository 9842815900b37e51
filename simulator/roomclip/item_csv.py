"""商品CSV: rows to items, with everything that is wrong or doubtful about them (contract 3). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.roomclip.item_file import ItemProblem, Reason, Record, item_problem, read_records
from simulator.roomclip.listing import ItemInput, ItemKind, ListingStatus, VariantInput, registered_code

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NUMBER = "商品管理番号"
FLAG = "親子・単品フラグ"
NAME = "商品名"
COLOUR = "カラー"
SIZE = "サイズ"
CODE = "種類別の自社管理コード"
PRICE = "販売価格"
STOCK = "在庫数"
STATUS = "出品ステータス"
COLUMNS = (NUMBER, FLAG, NAME, COLOUR, SIZE, CODE, PRICE, STOCK, STATUS)

_NUMBER_DIGITS = 9
_KINDS = {"0": ItemKind.SINGLE, "1": ItemKind.OPTIONS}


@dataclass(frozen=True, slots=True)
class CodeRow:
    """Where a code stands in the file."""

    row: int
    code: str


@dataclass(frozen=True, slots=True)
class ParsedItems:
    """What a file says. `rows`: the row of each item (its parent row); `codes`: the codes that link something.

    With any problem the file is refused whole, `items` is then what could be understood.
    """

    items: tuple[ItemInput, ...]
    rows: tuple[int, ...]
    codes: tuple[CodeRow, ...]
    problems: tuple[ItemProblem, ...]
    warnings: tuple[ItemProblem, ...]


def parse_items(data: bytes) -> ParsedItems:
    """Read a 商品CSV in CP932, UTF-8 or UTF-8 with BOM."""
    records, problems = read_records(data, COLUMNS)
    reading = _Reading(list(problems))
    for record in records:
        reading.take(record)
    return reading.result()


def kind_problems(parsed: ParsedItems, kinds: Mapping[str, ItemKind]) -> tuple[ItemProblem, ...]:
    """The items that the shop has as the other kind. `kinds`: by 商品管理番号, of the shop's items."""
    return tuple(
        item_problem(row, FLAG, "01"[item.kind is ItemKind.OPTIONS], Reason.KIND_CHANGED)
        for item, row in zip(parsed.items, parsed.rows, strict=True)
        if kinds.get(item.item_number, item.kind) is not item.kind
    )


def ambiguity_warnings(parsed: ParsedItems, ambiguous: Collection[str]) -> tuple[ItemProblem, ...]:
    """The rows whose code more than one variant of the shop has. `ambiguous`: these codes."""
    return tuple(
        item_problem(place.row, CODE, place.code, Reason.AMBIGUOUS_CODE)
        for place in parsed.codes
        if place.code in ambiguous
    )


def in_order(problems: Collection[ItemProblem]) -> tuple[ItemProblem, ...]:
    """Sorted by row, within a row in the order of Reason."""
    order = list(Reason)
    return tuple(sorted(problems, key=lambda problem: (problem.row, order.index(Reason(problem.reason)))))


def compose_template() -> bytes:
    """An empty 商品CSV to fill in: the header row, CP932."""
    return (",".join(f'"{column}"' for column in COLUMNS) + "\r\n").encode("cp932")


class _Reading:
    """Takes the rows one after the other."""

    def __init__(self, problems: list[ItemProblem]) -> None:
        self._problems = problems
        self._warnings: list[ItemProblem] = []
        self._codes: list[CodeRow] = []
        self._heads: dict[str, tuple[Record, ItemKind]] = {}
        self._variants: dict[str, dict[tuple[str, str], VariantInput]] = {}

    def take(self, record: Record) -> None:
        number, flag = record.fields[NUMBER], record.fields[FLAG]
        if not number.strip():
            self._refuse(record, NUMBER, Reason.MISSING_NUMBER)
        if flag not in {"0", "1", "2"}:
            self._refuse(record, FLAG, Reason.UNKNOWN_FLAG)
        elif flag == "2":
            self._take_child(record)
        else:
            self._take_head(record, _KINDS[flag])

    def result(self) -> ParsedItems:
        for number, (record, _) in self._heads.items():
            if not self._variants[number]:
                self._refuse(record, FLAG, Reason.PARENT_WITHOUT_CHILD)
        items = tuple(
            ItemInput(number, record.fields[NAME], tuple(self._variants[number].values()), record.fields[STATUS], kind)
            for number, (record, kind) in self._heads.items()
        )
        return ParsedItems(
            items,
            tuple(record.row for record, _ in self._heads.values()),
            tuple(self._codes),
            in_order(self._problems),
            in_order(self._warnings),
        )

    def _take_head(self, record: Record, kind: ItemKind) -> None:
        number = record.fields[NUMBER]
        if not record.fields[NAME].strip():
            self._refuse(record, NAME, Reason.MISSING_NAME)
        if record.fields[STATUS] not in set(ListingStatus):
            self._refuse(record, STATUS, Reason.UNKNOWN_STATUS)
        twice = number in self._heads
        if twice:
            self._refuse(record, NUMBER, Reason.ITEM_TWICE)
        else:
            self._heads[number] = record, kind
            self._variants[number] = {}
        if kind is ItemKind.SINGLE:
            variant = self._variant(record, ("", ""))
            if not twice:  # else it would pass for a child of the item above
                self._variants[number][variant.option] = variant
            return
        if record.fields[CODE].strip():
            self._warn(record, CODE, Reason.CODE_ON_PARENT)
        for column in (PRICE, STOCK):
            if record.fields[column]:
                self._number(record, column)

    def _take_child(self, record: Record) -> None:
        number, status = record.fields[NUMBER], record.fields[STATUS]
        head, kind = self._heads.get(number, (None, None))
        if head is None or kind is not ItemKind.OPTIONS:
            self._refuse(record, FLAG, Reason.CHILD_WITHOUT_PARENT)
        if status and status not in set(ListingStatus):
            self._refuse(record, STATUS, Reason.UNKNOWN_STATUS)
        elif status and head is not None and status != head.fields[STATUS]:
            self._warn(record, STATUS, Reason.OTHER_STATUS)
        option = record.fields[COLOUR], record.fields[SIZE]
        if option in self._variants.get(number, ()):
            self._refuse(record, COLOUR, Reason.VARIANT_TWICE)
        self._variants.setdefault(number, {})[option] = self._variant(record, option)

    def _variant(self, record: Record, option: tuple[str, str]) -> VariantInput:
        price, stock = self._number(record, PRICE), self._number(record, STOCK)
        written = record.fields[CODE]
        code = registered_code(written)
        if code is None:
            self._warn(record, CODE, Reason.BLANK_CODE)
        else:
            self._codes.append(CodeRow(record.row, code))
            if code != code.strip():
                self._warn(record, CODE, Reason.SPACES_IN_CODE)
        return VariantInput(code, price, stock, *option)

    def _number(self, record: Record, column: str) -> int:
        text = record.fields[column]
        if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS):
            self._refuse(record, column, Reason.NOT_A_NUMBER)
            return 0
        if column == STOCK and int(text):
            self._warn(record, column, Reason.STOCK_NOT_ZERO)
        return int(text)

    def _refuse(self, record: Record, column: str, reason: Reason) -> None:
        self._problems.append(item_problem(record.row, column, record.fields[column], reason))

    def _warn(self, record: Record, column: str, reason: Reason) -> None:
        self._warnings.append(item_problem(record.row, column, record.fields[column], reason))
