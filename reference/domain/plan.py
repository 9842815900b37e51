"""What is to be sent to the shop: absolute numbers, only where the shop's own number differs, in small batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reference.domain.matching import Matching

BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Update:
    """Set the variant with this code to this stock, whatever it was before."""

    variant_code: str
    stock: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Updates that go in one request; the shop does nothing twice for one `key`."""

    key: str
    updates: tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The updates of one file, sorted by code, and how many codes already stand as the file says."""

    updates: tuple[Update, ...]
    unchanged: int


def plan_updates(matching: Matching) -> Plan:
    """Update what differs from the number read in the same pass: a sale or an edit may have moved it since."""
    updates = tuple(
        Update(match.variant_code, match.level) for match in matching.matched if match.level != match.shop_stock
    )
    return Plan(updates, len(matching.matched) - len(updates))


def cut_batches(plan: Plan, new_key: Callable[[], str], rows: int = BATCH_ROWS) -> Iterator[Batch]:
    """Cut a plan into batches, each with an idempotency key of its own.

    A batch is kept with its key until the shop has answered: a repeated request carries the same key, while a later
    one that wants the same numbers again is not mistaken for a repetition.
    """
    for start in range(0, len(plan.updates), rows):
        yield Batch(new_key(), plan.updates[start : start + rows])
