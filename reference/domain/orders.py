"""Orders of the shop: the file that takes them to TEMPOSTAR, and what is kept of them until it has taken them in.

**Hold-back.** A stock file written at F says what TEMPOSTAR knew then. The number to set for a SKU is the file's number
less the units of that SKU in orders that TEMPOSTAR had not yet taken in when it wrote the file, and never below 0:

- An order counts from the moment it is read from the shop until it is in the file. It is in the file when
  `log/<its order file>.done` is older than F by more than `LONGEST_WRITING`: the change of stock goes out with the pass
  after the intake. The file of the pass that took the order in does not have it, and F is when that file was complete:
  the same second, or later where files are written in place. Passes are a minute apart at least.
- An order cancelled before it was handed over gives its units back: TEMPOSTAR will never hear of it. One cancelled
  afterwards does not: TEMPOSTAR takes it in all the same, and its number counts.
- An order in a file that TEMPOSTAR refused (`.error`) stays held back until somebody has entered it there by hand and
  deleted the `.error` file; stock files written after that has been noticed are believed.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = (
    "ショップ受注番号", "受注日時", "注文者名", "注文者名カナ", "注文者郵便番号", "注文者住所", "注文者電話番号",
    "注文者FAX番号", "注文者メールアドレス", "支払方法名", "支払回数名", "デバイスタイプ", "ポイント", "クーポン",
    "商品計税抜", "消費税計", "商品計税込", "配送料計", "決済手数料計", "請求金額", "入金日付", "受注備考", "社内備考",
    "倉庫指示", "配送先名", "配送先名カナ", "配送先郵便番号", "配送先住所", "配送先電話番号", "配送先FAX番号",
    "配送方法名", "配送時間名", "配送毎配送料", "配送毎決済手数料", "配送毎ポイント", "配送毎クーポン",
    "配送毎請求金額", "ギフトフラグ", "出荷日", "配送日", "荷物番号", "配送毎連絡", "商品コード", "商品名",
    "項目選択肢", "数量", "税抜単価", "単品消費税", "税込単価", "商品連絡",
)  # fmt: skip


class OrderState(StrEnum):
    """Whether an order stands."""

    PLACED = "placed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought, kept only until the order is handed over; nothing of it shows in a repr."""

    name: str = field(default="", repr=False)
    name_kana: str = field(default="", repr=False)
    postal_code: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)


FORGOTTEN = Buyer()
LONGEST_WRITING = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; `unit_price` is in yen with tax."""

    variant_code: str | None
    name: str
    option: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop tells it; `seq` grows with every change of any order, `ordered_at` is in Japan."""

    seq: int
    order_id: str
    ordered_at: datetime
    state: OrderState
    payment_method: str
    shipping_method: str
    buyer: Buyer
    lines: tuple[OrderLine, ...]


class Stage(StrEnum):
    """How far an order file has come."""

    COMPOSED = "composed"
    HANDED_OVER = "handed over"
    REFUSED = "refused"
    TAKEN_IN = "taken in"


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file with its final name and orders, of which its bytes follow; `cancelled` are ids cancelled since."""

    name: str
    orders: tuple[Order, ...]
    stage: Stage = Stage.COMPOSED
    cancelled: frozenset[str] = frozenset()
    taken_in_at: datetime | None = None

    @property
    def standing(self) -> tuple[Order, ...]:
        """The orders that were not cancelled before the file was handed over."""
        return tuple(order for order in self.orders if order.order_id not in self.cancelled)


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The orders of one linkage that matter still.

    `after` is the last seq read; `named_at` the time in the name of the last order file; `waiting` are orders in no
    file yet; at most one file, the last, is merely composed.
    """

    after: int = 0
    named_at: datetime | None = None
    waiting: tuple[Order, ...] = ()
    files: tuple[OrderFile, ...] = ()

    @property
    def not_handed_over(self) -> tuple[Order, ...]:
        """The orders that are still to be handed over, oldest first."""
        composed = (order for file in self.files if file.stage is Stage.COMPOSED for order in file.standing)
        return (*composed, *self.waiting)


class FateKind(StrEnum):
    """What TEMPOSTAR's log folder says of an order file."""

    TAKEN_IN = "taken in"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an order file, when (MDTM, UTC), and for a refused one what TEMPOSTAR's log says."""

    kind: FateKind
    at: datetime
    told: str = field(default="", repr=False)


def compose_order_file(shop_code: str, orders: Iterable[Order]) -> bytes:
    """Write the order file: UTF-8, CRLF, every field quoted, one row per line of an order (contract 2)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_row(shop_code, order, line) for order in orders for line in order.lines)
    return text.getvalue().encode()


def order_number(shop_code: str, order: Order) -> str:
    """Return the ショップ受注番号, by which TEMPOSTAR knows an order again."""
    return f"{shop_code}-{order.order_id}"


def name_order_file(at: datetime) -> str:
    """Name an order file by a time in Japan."""
    return f"order{at:%Y%m%d%H%M%S}_IDutf8.csv"


def read_news(book: OrderBook, news: Iterable[Order]) -> OrderBook:
    """Take in what the shop tells of orders after `book.after`: new ones wait, cancelled ones need no handing over."""
    waiting = {order.order_id: order for order in book.waiting}
    files, after = book.files, book.after
    known = {order.order_id for file in files for order in file.orders}
    for order in news:
        after = max(after, order.seq)
        if order.state is OrderState.CANCELLED:
            waiting.pop(order.order_id, None)
            files = tuple(_with_cancelled(file, order.order_id) for file in files)
        elif order.order_id not in known:
            waiting[order.order_id] = order
    return replace(book, after=after, waiting=tuple(waiting.values()), files=files)


def compose_next(book: OrderBook, now: datetime) -> OrderBook:
    """Put the waiting orders into one file, named by the first free second from now."""
    at = _free_second(book, now)
    return replace(book, named_at=at, waiting=(), files=(*book.files, OrderFile(name_order_file(at), book.waiting)))


def rename_composed(book: OrderBook, file: OrderFile, now: datetime) -> tuple[OrderBook, OrderFile]:
    """Give a file whose name is somebody else's the next free one."""
    at = _free_second(book, now)
    renamed = replace(file, name=name_order_file(at))
    return replace_file(replace(book, named_at=at), file.name, renamed), renamed


def replace_file(book: OrderBook, name: str, file: OrderFile | None) -> OrderBook:
    """Put another state of a file in its place, or none."""
    files = (file if one.name == name else one for one in book.files)
    return replace(book, files=tuple(one for one in files if one is not None))


def mark_handed_over(file: OrderFile) -> OrderFile:
    """Return the file as handed over; who bought is forgotten, the units are not."""
    orders = tuple(replace(order, buyer=FORGOTTEN) for order in file.orders)
    return replace(file, stage=Stage.HANDED_OVER, orders=orders, cancelled=frozenset())


def settle_file(file: OrderFile, fate: Fate | None, now: datetime) -> OrderFile:
    """Return the file as TEMPOSTAR's log shows it; a refused one whose `.error` is gone was seen to by hand."""
    match file.stage, fate:
        case Stage.HANDED_OVER | Stage.REFUSED, Fate(kind=FateKind.TAKEN_IN, at=at):
            return replace(file, stage=Stage.TAKEN_IN, taken_in_at=at)
        case Stage.HANDED_OVER, Fate(kind=FateKind.REFUSED):
            return replace(file, stage=Stage.REFUSED)
        case Stage.REFUSED, None:
            return replace(file, stage=Stage.TAKEN_IN, taken_in_at=now)
        case _:
            return file


def forget_settled(book: OrderBook, newest_written_at: datetime) -> OrderBook:
    """Forget files that every stock file still to be applied has in its numbers."""
    return replace(book, files=tuple(file for file in book.files if not _is_in(file, newest_written_at)))


def held_units(book: OrderBook, written_at: datetime) -> Mapping[str, int]:
    """Return the units per SKU that a stock file written then does not know to be sold."""
    orders = [*book.waiting]
    for file in book.files:
        if not _is_in(file, written_at):
            orders += file.standing
    units: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            if line.variant_code:
                units[line.variant_code] += line.quantity
    return units


def changes_to_come(book: OrderBook) -> Mapping[str, datetime]:
    """Return the codes whose stock an intake has changed that no stock file knows of yet, with the time of the first.

    For a book without settled files (`forget_settled`).
    """
    return {
        line.variant_code: file.taken_in_at
        for file in reversed(book.files)
        if file.taken_in_at is not None
        for order in file.orders
        for line in order.lines
        if line.variant_code
    }


def lowered(level: int, held: int) -> int:
    """Return the number to set: what the file says less what is held back."""
    return max(0, level - held)


def _is_in(file: OrderFile, written_at: datetime) -> bool:
    return file.taken_in_at is not None and file.taken_in_at + LONGEST_WRITING < written_at


def _with_cancelled(file: OrderFile, order_id: str) -> OrderFile:
    if file.stage is Stage.COMPOSED and any(order.order_id == order_id for order in file.orders):
        return replace(file, cancelled=file.cancelled | {order_id})
    return file


def _free_second(book: OrderBook, now: datetime) -> datetime:
    at = now.replace(microsecond=0)
    return at if book.named_at is None else max(at, book.named_at + timedelta(seconds=1))


def _row(shop_code: str, order: Order, line: OrderLine) -> dict[str, str]:
    buyer = order.buyer
    total = sum(one.quantity * one.unit_price for one in order.lines)
    tax = line.unit_price // 11  # of a price with 10 % tax, cut to whole yen
    return {
        "ショップ受注番号": order_number(shop_code, order),
        "受注日時": f"{order.ordered_at:%Y/%m/%d %H:%M}",
        "注文者名": buyer.name,
        "注文者名カナ": buyer.name_kana,
        "注文者郵便番号": buyer.postal_code,
        "注文者住所": buyer.address,
        "注文者電話番号": buyer.phone,
        "注文者メールアドレス": buyer.mail,
        "支払方法名": order.payment_method,
        "デバイスタイプ": "P",
        "商品計税込": str(total),
        "請求金額": str(total),
        "配送先名": buyer.name,
        "配送先住所": buyer.address,
        "配送方法名": order.shipping_method,
        "配送時間名": "指定無し",
        "商品コード": line.variant_code or "",
        "商品名": line.name,
        "項目選択肢": line.option,
        "数量": str(line.quantity),
        "税抜単価": str(line.unit_price - tax),
        "単品消費税": str(tax),
        "税込単価": str(line.unit_price),
    }
