"""What may be told of why TEMPOSTAR refused an order file: rows and reasons, and nothing that stood in a field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROW = re.compile(r"row ([0-9]{1,9})\b.*: (.*)")
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that TEMPOSTAR did not take, the header being 1, and why."""

    row: int
    reason: str


def read_refusal(log: str) -> Iterator[RefusedRow]:
    """Find `row <n>: <reason>` and `row <n>, <column>=<value>: <reason>` in TEMPOSTAR's log; leave all else out.

    ASSUMPTION: the log's form, which the vendor does not publish. The field may be a buyer's name or address, and mails
    are no place for that: a reason is what stands behind the last colon, and a line of another form is not told.
    """
    for line in log.splitlines():
        if found := _ROW.fullmatch(line):
            yield RefusedRow(int(found[1]), found[2][:LONGEST_REASON])
