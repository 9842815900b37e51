"""The SKU codes that an entry of the journal names: each a row where there are few, one text where there are many.

A batch of stock updates names thousands, and a million rows an hour would cost more than the updates they tell of. A
text is looked into only where the code lies between its first and its last, which leaves one or two of the batches of a
pass, since engines send them sorted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.store import Store

MANY = 100
NAMES_IT = "sku = :sku"
"""Whether a row of journal_sku is the SKU's."""
LISTS_IT = "first <= :sku AND last >= :sku AND instr(skus, :listed)"
"""Whether a text of journal_list holds the SKU; `:listed` is what `listed` makes of its code."""
ENTRIES_OF_SKU = f"SELECT seq FROM journal_sku WHERE {NAMES_IT} UNION ALL SELECT seq FROM journal_list WHERE {LISTS_IT}"  # noqa: S608 - fixed text
"""The entries that name a SKU."""


def listed(sku: str) -> str:
    """The code as it stands in a text of many: JSON, which has no line break, on a line of its own."""
    return f"\n{json.dumps(sku, ensure_ascii=False)}\n"


def keep_skus(store: Store, seq: int, skus: Sequence[str]) -> None:
    """Keep the codes of an entry: sorted, each once."""
    if len(skus) <= MANY:
        store.execute_many("INSERT INTO journal_sku VALUES (?, ?)", [(sku, seq) for sku in skus])
        return
    lines = json.dumps(skus, ensure_ascii=False, separators=("\n", ":"))
    store.execute(
        "INSERT INTO journal_list VALUES (?, ?, ?, ?, ?)", (seq, skus[0], skus[-1], len(skus), f"\n{lines[1:-1]}\n")
    )


def skus_of(store: Store, seq: int) -> tuple[str, ...]:
    """The codes of an entry, sorted."""
    found = store.row("SELECT skus FROM journal_list WHERE seq = ?", (seq,))
    if found is not None:
        return tuple(json.loads(f"[{found['skus'].strip().replace(chr(10), ',')}]"))
    return tuple(sku for (sku,) in store.tuples("SELECT sku FROM journal_sku WHERE seq = ? ORDER BY sku", (seq,)))
