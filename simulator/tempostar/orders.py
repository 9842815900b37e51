"""受注取込: what an order file says, and how TEMPOSTAR names what it takes in (guide 2.1.2, 2.2, 2.3; contract 2).

Pure. The 50 columns and their forms are public (facts.md 3.1); that a file with anything wrong in its form is refused
whole is an ASSUMPTION, and so is every bound here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.tempostar.catalog import LONGEST_CODE, LONGEST_NAME
from simulator.tempostar.order_file import (
    CODE,
    COLUMNS,
    ITEM_NAME,
    NUMBER,
    OPTION,
    ORDERED_AT,
    QUANTITY,
    UNIT_PRICE,
    Row,
    find_problems,
    problem,
    read_rows,
)
from simulator.tempostar.stock import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.errors import RowProblem
    from simulator.tempostar.catalog import Carrier, Payment

BUYER = "注文者名"
BUYER_MAIL = "注文者メールアドレス"
PAYMENT = "支払方法名"
CARRIER = "配送方法名"
GOODS_TOTAL = "商品計税込"
SHIPPING_FEE = "配送料計"
PAYMENT_FEE = "決済手数料計"
BILLED = "請求金額"

_ORDER_COLUMNS = (*COLUMNS[1:24], CARRIER)
"""What one order says once: its rows have to agree on it."""
_AMOUNTS = (GOODS_TOTAL, SHIPPING_FEE, PAYMENT_FEE, BILLED, UNIT_PRICE)
_LONGEST = {BUYER: LONGEST_NAME, BUYER_MAIL: 255, PAYMENT: LONGEST_NAME, CARRIER: LONGEST_NAME}
_MOST_DIGITS = 12
_MOST_TOLD = 1000
_FILE_NAME = re.compile(r"order[0-9]{14}_ID.{0,50}\.csv")
_MINUTE = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}")
_JAPAN = timezone(timedelta(hours=9))


class OrderWarning(StrEnum):
    """警告 of an order (public: facts.md 3.3)."""

    PAYMENT = "支払方法変換エラー"
    CARRIER = "配送方法変換エラー"
    DELIVERY_DATE = "配送日エラー"


class Progress(StrEnum):
    """進捗: 手動 waits for a person (public: facts.md 3.3)."""

    AUTOMATIC = "自動"
    MANUAL = "手動"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What TEMPOSTAR makes of a shop's words. `payment`, `carrier`: names of its own, "" where nothing matches."""

    payment: str
    carrier: str
    warnings: tuple[OrderWarning, ...]
    progress: Progress


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """One row of an order. `unit_price`: yen with tax, None when blank."""

    sku_code: str
    name: str
    option: str
    quantity: int
    unit_price: int | None


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an order costs, yen with tax; None where the file leaves it blank."""

    goods_total: int | None
    shipping_fee: int | None
    payment_fee: int | None
    billed: int | None


@dataclass(frozen=True, slots=True)
class IncomingOrder:
    """One order as the file has it. `payment_name`, `carrier_name`: the shop's own words; `ordered_at`: Japan time."""

    shop_order_number: str
    ordered_at: datetime
    buyer_name: str = field(repr=False)
    payment_name: str
    carrier_name: str
    amounts: Amounts
    lines: tuple[IncomingLine, ...]


@dataclass(frozen=True, slots=True)
class ParsedOrders:
    """What a file says: orders in the order of their first rows. With any problem there are none: it is refused."""

    orders: tuple[IncomingOrder, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class OrderLine(IncomingLine):
    """A line as taken in. `matched`: its 商品コード is a SKUコード of the company; `lowered`: 想定在庫数 went down by
    its quantity, which takes a SKU that the shop carries and has linked (public: 停止 cuts both ways)."""

    matched: bool
    lowered: bool


@dataclass(frozen=True, slots=True)
class TempostarOrder:
    """A row of 受注一覧. `system_order_number`: システム受注番号, counted from 1 over all companies (ASSUMPTION);
    `taken_in_at`: lab time."""

    system_order_number: int
    shop_code: str
    shop_order_number: str
    ordered_at: datetime
    taken_in_at: datetime
    buyer_name: str = field(repr=False)
    payment: str
    payment_name: str
    carrier: str
    carrier_name: str
    warnings: tuple[OrderWarning, ...]
    progress: Progress
    amounts: Amounts
    lines: tuple[OrderLine, ...]


def is_order_file(name: str) -> bool:
    """Whether a file in a shop's order folder is for 受注取込: `order<YYYYMMDDhhmmss>_ID*.csv`, 50 characters at most
    for the `*`; every other is left alone (contract 2)."""
    return _FILE_NAME.fullmatch(name) is not None


def parse_orders(data: bytes, shop_code: str) -> ParsedOrders:
    """Read an order file of a shop: UTF-8 with or without BOM, CRLF, every field quoted, the 50 columns by name.

    Rows of one ショップ受注番号 are one order, adjacent or not. It begins with `<shop code>-`. 数量 is a whole number
    from 1, amounts are blank or whole numbers from 0, 受注日時 is `yyyy/MM/dd HH:mm`. A blank 商品コード is possible:
    it matches nothing.
    """
    rows, problems = read_rows(data)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        problems.extend(_row_problems(row, shop_code))
        groups.setdefault(row.fields[NUMBER], []).append(row)
    for first, *others in groups.values():
        for row in others:
            problems.extend(
                problem(row, column, "differs from the first row of this order")
                for column in _ORDER_COLUMNS
                if row.fields[column] != first.fields[column]
            )
    if problems:
        return ParsedOrders((), tuple(sorted(problems, key=lambda one: one.row)))
    return ParsedOrders(tuple(_order(group) for group in groups.values()), ())


def resolve_names(
    payment_name: str, carrier_name: str, shop_code: str, payments: Sequence[Payment], carriers: Sequence[Carrier]
) -> Resolution:
    """Turn a shop's words into TEMPOSTAR's by the shop's column of 支払方法設定 and 配送業者設定, exactly (guide 2.2.2,
    2.3.2, 2.3.3).

    No payment: 支払方法変換エラー and 進捗 手動; no carrier: 配送方法変換エラー and 配送日エラー (public).
    """
    payment, carrier = _find(payments, shop_code, payment_name), _find(carriers, shop_code, carrier_name)
    warnings = [] if payment else [OrderWarning.PAYMENT]
    warnings += [] if carrier else [OrderWarning.CARRIER, OrderWarning.DELIVERY_DATE]
    return Resolution(payment, carrier, tuple(warnings), Progress.AUTOMATIC if payment else Progress.MANUAL)


def compose_log(file_name: str, problems: Sequence[RowProblem]) -> bytes:
    """The text beside a refused file: one line for each problem, the first 1,000 of them, UTF-8, CRLF."""
    lines = [f"{file_name} was refused, no order was taken in.", *map(str, problems[:_MOST_TOLD])]
    if len(problems) > _MOST_TOLD:
        lines.append(f"and {len(problems) - _MOST_TOLD} more")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _find(rows: Sequence[Payment] | Sequence[Carrier], shop_code: str, shop_name: str) -> str:
    return next((row.name for row in rows if shop_name and row.shop_names.get(shop_code) == shop_name), "")


def _row_problems(row: Row, shop_code: str) -> Iterator[RowProblem]:
    number = row.fields[NUMBER]
    if not number.startswith(f"{shop_code}-") or not number.removeprefix(f"{shop_code}-").strip():
        yield problem(row, NUMBER, f"does not begin with {shop_code}- and go on")
    elif len(number) > LONGEST_CODE:
        yield problem(row, NUMBER, f"at most {LONGEST_CODE} characters are possible")
    if _minute(row.fields[ORDERED_AT]) is None:
        yield problem(row, ORDERED_AT, "is no time of the form yyyy/MM/dd HH:mm")
    quantity = _whole(row.fields[QUANTITY])
    if quantity is None or not 1 <= quantity <= HIGHEST:
        yield problem(row, QUANTITY, f"is no whole number from 1 to {HIGHEST}")
    for column in _AMOUNTS:
        if row.fields[column] and _whole(row.fields[column]) is None:
            yield problem(row, column, f"is neither blank nor a whole number of at most {_MOST_DIGITS} digits")
    yield from find_problems(row, _LONGEST)


def _order(rows: Sequence[Row]) -> IncomingOrder:
    fields = rows[0].fields
    ordered_at = _minute(fields[ORDERED_AT])
    assert ordered_at is not None  # noqa: S101 - rows with problems come no further
    amounts = Amounts(*(_whole(fields[column]) for column in _AMOUNTS[:4]))
    lines = tuple(
        IncomingLine(
            row.fields[CODE],
            row.fields[ITEM_NAME],
            row.fields[OPTION],
            int(row.fields[QUANTITY]),
            _whole(row.fields[UNIT_PRICE]),
        )
        for row in rows
    )
    return IncomingOrder(
        fields[NUMBER], ordered_at, fields[BUYER], fields[PAYMENT], fields[CARRIER], amounts, lines
    )  # fmt: skip


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _minute(text: str) -> datetime | None:
    if not _MINUTE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y/%m/%d %H:%M").replace(tzinfo=_JAPAN)
    except ValueError:
        return None
