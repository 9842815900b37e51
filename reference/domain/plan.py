"""What is to be sent to the shop: absolute numbers, only where the shop's own number differs, in small batches.

What is planned and kept are the file's numbers. What is held back for orders (`domain.orders`) is taken off each time a
batch is sent, because it may be more by then.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reference.domain.columns import (
    LARGEST,
    Rows,
    differing,
    frame_of_levels,
    is_available,
    lower_levels,
    rows_or_tuple,
    write_rows,
)
from reference.domain.orders import lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from reference.domain.matching import Matching

BATCH_ROWS = 1_000
LARGE_BATCH_ROWS = 5_000
LARGE_PLAN = 10_000


@dataclass(frozen=True, slots=True)
class Update:
    """Set the variant with this code to this stock, whatever it was before."""

    variant_code: str
    stock: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Updates that go in one request; the shop does nothing twice for one `key`. `written_at` is their file's time."""

    key: str
    updates: Sequence[Update]
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The updates of one file, sorted by code, and how many codes already stand as the file says."""

    updates: Sequence[Update]
    unchanged: int


def plan_updates(matching: Matching, held: Mapping[str, int], moved: Collection[str] = ()) -> Plan:
    """Update what differs from the number read in the same pass: a sale or an edit may have moved it since.

    `held` are the units held back per code; `moved` are codes of orders that came in while the shop's numbers were
    read, whose number is therefore not to be relied on.
    """
    if isinstance(matching.matched, Rows):
        differ = differing(matching.matched.frame, held, moved)
        return Plan(rows_or_tuple(differ, Update), len(matching.matched) - len(differ))
    updates = tuple(
        Update(match.variant_code, match.level)
        for match in matching.matched
        if match.variant_code in moved or lowered(match.level, held.get(match.variant_code, 0)) != match.shop_stock
    )
    return Plan(updates, len(matching.matched) - len(updates))


def rows_at_once(updates: int) -> int:
    """Return how many updates go in one request.

    What is sold while the shop carries out a request shows too high for so long, so requests are short where that costs
    nothing; for a plan of more than `LARGE_PLAN` updates requests are long, because it is over sooner by that.
    """
    return LARGE_BATCH_ROWS if updates > LARGE_PLAN else BATCH_ROWS


def cut_batches(
    plan: Plan, new_key: Callable[[], str], written_at: datetime, rows: int | None = None
) -> Iterator[Batch]:
    """Cut a plan into batches, each with an idempotency key of its own; by `rows_at_once` when `rows` is left out.

    A batch is kept with its key until the shop has answered: a repeated request carries the same key, while a later
    one that wants the same numbers again is not mistaken for a repetition.
    """
    rows = rows or rows_at_once(len(plan.updates))
    for start in range(0, len(plan.updates), rows):
        yield Batch(new_key(), plan.updates[start : start + rows], written_at)


def list_numbers(updates: Sequence[Update]) -> list[tuple[str, int]]:
    """Return code and stock of each update, to be written down."""
    return updates.values() if isinstance(updates, Rows) else [(one.variant_code, one.stock) for one in updates]


def read_numbers(numbers: Sequence[tuple[str, int]]) -> Sequence[Update]:
    """Return the updates that were listed so; a large batch as columns, for there may be a thousand of them."""
    if len(numbers) > BATCH_ROWS and is_available() and max(stock for _, stock in numbers) <= LARGEST:
        return Rows(frame_of_levels(*zip(*numbers, strict=True)), Update)
    return tuple(Update(*one) for one in numbers)


def write_numbers(updates: Sequence[Update]) -> str:
    """Write updates as the shop is asked for them (contract 3): a JSON list of objects, byte for byte alike."""
    if isinstance(updates, Rows):
        return write_rows(updates.frame, "variant_code", "stock")
    numbers = [{"variant_code": one.variant_code, "stock": one.stock} for one in updates]
    return json.dumps(numbers, ensure_ascii=False, separators=(",", ":"))


def hold_back(batch: Batch, held: Mapping[str, int]) -> Sequence[Update]:
    """Return the batch's updates with what is held back taken off."""
    if not held:
        return batch.updates
    if isinstance(batch.updates, Rows):
        return Rows(lower_levels(batch.updates.frame, held), Update)
    return tuple(
        replace(update, stock=lowered(update.stock, held[update.variant_code]))
        if update.variant_code in held
        else update
        for update in batch.updates
    )


def make_request(batch: Batch, updates: Sequence[Update], orders_until: int) -> Batch:
    """Return what is sent of a batch, under a key that stands for its numbers and for the last order they know.

    The same numbers after the same order, sent again because a pass was killed, do nothing twice. Other numbers, or the
    same after another order, are a request of their own.
    """
    digest = hashlib.sha256(write_numbers(updates).encode()).hexdigest()
    return replace(batch, key=f"{batch.key}-{orders_until}-{digest[:16]}", updates=updates)
