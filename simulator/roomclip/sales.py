"""Purchases and stock levels: what is sold, and what a stock update changes. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values made here
from enum import StrEnum
from itertools import compress
from operator import ne, not_
from typing import TYPE_CHECKING

from simulator.errors import BadValue, Conflict, Unknown
from simulator.roomclip.listing import MAX_NUMBER, ListingStatus, checked_number, checked_text, is_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.roomclip.listing import Variant

MAX_LINES = 100
MAX_QUANTITY = 9_999
MAX_UPDATES = 10_000


class OrderState(StrEnum):
    """Whether an order stands."""

    PLACED = "placed"
    CANCELLED = "cancelled"


class Rejection(StrEnum):
    """Why a stock update found no variant to change: no variant has the code, or more than one has."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys; the default person is invented. Never shown when an order is printed."""

    name: str = field(default="模擬　花子", repr=False)
    name_kana: str = field(default="モギ　ハナコ", repr=False)
    postal_code: str = field(default="000-0000", repr=False)
    address: str = field(default="模擬県模擬市１－１", repr=False)
    phone: str = field(default="00-0000-0000", repr=False)
    mail: str = field(default="hanako@buyer.example", repr=False)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order. `unit_price`: yen, as it was when bought."""

    variant_id: str
    variant_code: str | None
    name: str
    option: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `seq` grows with each change of any order of the shop; `order_id` holds no hyphen (facts.md 3.1)."""

    seq: int
    order_id: str
    ordered_at: datetime
    state: OrderState
    payment_method: str
    shipping_method: str
    buyer: Buyer
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of a shop's orders; `pages` is at least 1."""

    orders: tuple[Order, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class RejectedUpdate:
    """One code of a stock update that changed nothing."""

    variant_code: str
    reason: Rejection


@dataclass(frozen=True, slots=True)
class StockReport:
    """What a stock update did: how many variants changed, how many had the number already, which codes found none."""

    updated: int
    unchanged: int
    rejected: tuple[RejectedUpdate, ...] = ()


@dataclass(frozen=True, slots=True)
class GoodLevels:
    """The stock that codes are to have, column by column, since a request has thousands: nothing can be said against
    any, and each code is there once. `checked_updates` makes it, and `find_good`."""

    codes: Sequence[str]
    stocks: Sequence[int]


@dataclass(frozen=True, slots=True)
class Holders:
    """Variants that have codes, column by column."""

    codes: Sequence[str]
    variant_ids: Sequence[int]
    stocks: Sequence[int]


@dataclass(frozen=True, slots=True)
class VariantLevels:
    """The stock of variants, column by column."""

    variant_ids: Sequence[int]
    stocks: Sequence[int]


@dataclass(frozen=True, slots=True)
class StockPlan:
    """What to write, the codes it belongs to, and which of the variants sell out or come back; what is so already; what
    to answer."""

    writes: VariantLevels
    codes: Sequence[str]
    turned: Sequence[int]
    kept: VariantLevels
    report: StockReport


def wanted_quantities(lines: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Quantity per variant; lines of one variant are added up.

    Raises: BadValue for no line, more than MAX_LINES, a quantity outside 1 to MAX_QUANTITY.
    """
    if not 1 <= len(lines) <= MAX_LINES:
        raise BadValue("lines", f"{len(lines)} of them", f"from 1 to {MAX_LINES} are wanted")
    wanted: dict[str, int] = defaultdict(int)
    for variant_id, quantity in lines:
        wanted[variant_id] += checked_number("quantity", quantity, least=1, most=MAX_QUANTITY)
    return dict(wanted)


def plan_purchase(wanted: Mapping[str, int], present: Mapping[str, Variant]) -> tuple[OrderLine, ...]:
    """The lines of the order, all or none. `present`: the shop's variants by id.

    Raises: Unknown; Conflict when an item is not 公開 (guide 4.4.1) or has too little stock.
    """
    lines = []
    for variant_id, quantity in wanted.items():
        variant = present.get(variant_id)
        if variant is None:
            raise Unknown("variant", variant_id, next_step="The list of variants shows what the shop has.")
        title = " ".join(filter(None, (variant.name, variant.option)))
        if variant.listing_status is not ListingStatus.PUBLISHED:
            raise Conflict(
                f"{title} ({variant.item_number}) is {variant.listing_status} and cannot be bought.",
                next_step="An item sells once its 出品ステータス is 公開 (guide 4.4).",
            )
        if variant.stock < quantity:
            raise Conflict(
                f"{title} ({variant.item_number}) has {variant.stock} left, {quantity} are wanted; nothing was bought.",
                next_step="Buy fewer, or wait for stock.",
            )
        lines.append(OrderLine(variant_id, variant.variant_code, variant.name, variant.option, quantity, variant.price))
    return tuple(lines)


def checked_method(field: str, value: str) -> str:
    """A payment or shipping name: any text. Whether TEMPOSTAR knows it is TEMPOSTAR's affair.

    Raises: BadValue when blank.
    """
    return checked_text(field, value, wanted=True)


def checked_updates(updates: Sequence[tuple[str, int]]) -> GoodLevels:
    """Stock per code.

    Raises: BadValue outside 1 to MAX_UPDATES rows, for a blank code, a stock that is no whole number from 0, a code
    given twice (ASSUMPTION: the caller's mistake, and guessing which one is meant could oversell).
    """
    if not 1 <= len(updates) <= MAX_UPDATES:
        raise BadValue("updates", f"{len(updates)} rows", f"from 1 to {MAX_UPDATES:,} are possible")
    if good := find_good([code for code, _ in updates], [stock for _, stock in updates]):
        return good
    wanted = {}
    for code, stock in updates:
        if not checked_text("variant_code", code):
            raise BadValue("variant_code", code, "a code is wanted")
        if code in wanted:
            raise BadValue("variant_code", code, "given twice in one request", next_step="Send each code once.")
        wanted[code] = checked_number("stock", stock)
    return GoodLevels(list(wanted), list(wanted.values()))


def find_good(codes: Sequence[str], stocks: Sequence[int]) -> GoodLevels | None:
    """The levels, when nothing can be said against any code and stock, asked of all at once: in a request of thousands
    of rows to look at each costs more than to write it. None is for the slow way, which finds the row."""
    if not 1 <= len(codes) <= MAX_UPDATES or set(map(type, stocks)) != {int}:
        return None
    good = all(codes) and min(stocks) >= 0 and max(stocks) <= MAX_NUMBER and is_kept("".join(codes))
    return GoodLevels(codes, stocks) if good and len(set(codes)) == len(codes) else None


def plan_updates(wanted: GoodLevels, found: Holders) -> StockPlan:
    """Absolute levels to writes. `found`: variants, others among them are passed over; one holder gets the number, none
    or several reject the code. Column by column, since each step of a row would cost as much as its write."""
    codes, stocks, variant_ids, before = wanted.codes, wanted.stocks, found.variant_ids, found.stocks
    rejected: tuple[RejectedUpdate, ...] = ()
    if found.codes != codes:  # else each code has one holder, in the order of the codes, as where engines send them
        several = {code for code, count in Counter(found.codes).items() if count > 1}
        holder = {code: n for n, code in enumerate(found.codes) if code not in several}
        held = [code in holder for code in codes]
        rejected = tuple(
            RejectedUpdate(code, Rejection.AMBIGUOUS if code in several else Rejection.UNKNOWN)
            for code in compress(codes, map(not_, held))
        )
        codes, stocks = list(compress(codes, held)), list(compress(stocks, held))
        places = [holder[code] for code in codes]
        variant_ids, before = [variant_ids[place] for place in places], [before[place] for place in places]
    changed = list(map(ne, before, stocks))
    turned: Sequence[int] = ()
    if 0 in before or 0 in stocks:
        rows = zip(variant_ids, before, stocks, strict=True)
        turned = [variant_id for variant_id, was, is_ in rows if was != is_ and not (was and is_)]
    writes = VariantLevels(list(compress(variant_ids, changed)), list(compress(stocks, changed)))
    same = list(map(not_, changed))
    kept = VariantLevels(list(compress(variant_ids, same)), list(compress(stocks, same)))
    report = StockReport(len(writes.stocks), len(kept.stocks), rejected)
    return StockPlan(writes, list(compress(codes, changed)), turned, kept, report)
