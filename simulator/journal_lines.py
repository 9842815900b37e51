"""The journal read backwards, for people: the newest entries first, filtered, a stretch at a time.

Each filter has its index; a text is looked for in at most SPAN entries at once, so that no page holds the lab up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.journal_service import Service
from simulator.journal_skus import LISTS_IT, NAMES_IT, listed, skus_of

if TYPE_CHECKING:
    from simulator.store import Store

SPAN = 100_000
"""Entries that one search for a text looks at."""
SHOWN_SKUS = 5
_HIGHEST = 2**62


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; "" leaves out a condition. `kind`: a whole kind or its first part; `sku`: exactly; `text`: part of
    the summary or the data."""

    service: str = ""
    kind: str = ""
    sku: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a list shows it: without its data, with the first SHOWN_SKUS SKU codes of `sku_count`."""

    seq: int
    at: str
    service: Service
    kind: str
    summary: str
    skus: tuple[str, ...]
    sku_count: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries, newest first. `older`: what `before` takes to go on, None at the journal's beginning."""

    lines: tuple[Line, ...]
    older: int | None


def read_newest(
    store: Store, wanted: Filter, *, before: int | None = None, after: int = 0, limit: int, span: int = SPAN
) -> Stretch:
    """At most `limit` entries with a number below `before` (None: from the newest on) and above `after`. `span`: how
    many entries a text is looked for in."""
    top = _HIGHEST if before is None else max(0, min(before, _HIGHEST))
    with store.lock:
        bottom = after
        if wanted.text:
            newest = store.row("SELECT max(seq) AS seq FROM journal WHERE seq < ?", (top,))
            bottom = max(after, (newest["seq"] or 0) - span) if newest else after
        found = _numbers(store, wanted, top, bottom, limit + 1)
        lines = tuple(_line(store, seq) for seq in found[:limit])
        older = found[limit - 1] if len(found) > limit else None
        if older is None and bottom > after and _any_below(store, bottom + 1):
            older = bottom + 1
        return Stretch(lines, older)


def list_kinds(store: Store) -> tuple[str, ...]:
    """The kinds that there are entries of, by name: found by leaping through the index from one to the next."""
    kinds: list[str] = []
    while (
        row := store.row("SELECT min(kind) AS kind FROM journal WHERE kind > ?", (kinds[-1] if kinds else "",))
    ) and row["kind"] is not None:
        kinds.append(row["kind"])
    return tuple(kinds)


def _numbers(store: Store, wanted: Filter, top: int, bottom: int, limit: int) -> list[int]:
    conditions, values = ["j.seq < :top", "j.seq > :bottom"], {"top": top, "bottom": bottom, "limit": limit}
    source = "journal AS j"
    named: dict[str, object] = {}
    if wanted.service:
        conditions.append("j.service = :service")
        named["service"] = wanted.service
    if wanted.text:
        conditions.append("(instr(j.summary, :text) OR instr(j.data, :text) OR instr(j.kind, :text))")
        named["text"] = wanted.text.replace("\0", "")
    if wanted.sku:
        return _numbers_of_sku(store, wanted, conditions, {**values, **named})[:limit]
    if not wanted.kind:
        return _select(store, source, conditions, "j.seq", {**values, **named})
    # An index gives each kind's entries in order; of all kinds together they would have to be sorted.
    kinds = [one for one in list_kinds(store) if one == wanted.kind or one.startswith(wanted.kind + ".")]
    found: list[int] = []
    for kind in kinds:
        found += _select(store, source, [*conditions, "j.kind = :kind"], "j.seq", {**values, **named, "kind": kind})
    return sorted(found, reverse=True)[:limit]


def _numbers_of_sku(store: Store, wanted: Filter, conditions: list[str], values: dict[str, object]) -> list[int]:
    sku = wanted.sku.replace("\0", "")
    values = {**values, "sku": sku, "listed": listed(sku), "kind": wanted.kind}
    if wanted.kind:
        conditions = [*conditions, "(j.kind = :kind OR substr(j.kind, 1, length(:kind) + 1) = :kind || '.')"]
    found: list[int] = []
    for table, named in (("journal_sku", NAMES_IT), ("journal_list", LISTS_IT)):
        # CROSS JOIN keeps this order: from the SKU's own numbers to their entries.
        source = f"{table} AS k CROSS JOIN journal AS j ON j.seq = k.seq"
        found += _select(store, source, [*conditions, named, "k.seq < :top"], "k.seq", values)
    return sorted(found, reverse=True)


def _select(store: Store, source: str, conditions: list[str], order: str, values: dict[str, object]) -> list[int]:
    rows = store.rows(
        f"SELECT j.seq FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {order} DESC LIMIT :limit",  # noqa: S608 - fixed text
        values,
    )
    return [row["seq"] for row in rows]


def _any_below(store: Store, seq: int) -> bool:
    return store.row("SELECT 1 FROM journal WHERE seq < ? LIMIT 1", (seq,)) is not None


def _line(store: Store, seq: int) -> Line:
    row = store.rows("SELECT seq, at, service, kind, summary FROM journal WHERE seq = ?", (seq,))[0]
    skus = skus_of(store, seq)
    return Line(
        row["seq"], row["at"], Service(row["service"]), row["kind"], row["summary"],
        skus[:SHOWN_SKUS], len(skus),
    )  # fmt: skip
