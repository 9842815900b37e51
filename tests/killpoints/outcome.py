"""What is left when all is over: what a merchant, a buyer, TEMPOSTAR and the next pass have before them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reference.adapters.state_sqlite import SqliteState
from simulator.demo import ROOMCLIP_SHOP
from simulator.tempostar.catalog import FIRST_COMPANY
from tests.killpoints.situation import Situation

Letter = tuple[tuple[str, ...], str, str]
"""Recipients, subject and body of a mail."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`things`: what must be equal, by kind and then by what tells one from another; `mails`: how often each came."""

    things: Mapping[str, Mapping[object, object]]
    mails: Counter[Letter]


def look_at(situation: Situation, state_dir: Path) -> Outcome:
    """See what the engine has left; then let TEMPOSTAR make its next pass, and see what it makes of it."""
    lab, code = situation.lab, situation.shop_code
    variants = lab.roomclip.variants(ROOMCLIP_SHOP, limit=10_000).variants
    with SqliteState.open(state_dir) as state:
        memories, letters = state.recall_all(), state.queued_letters()
        tables = _tables(state.connection)
    mails = Counter((mail.recipients, mail.subject, mail.body) for mail in lab.mailbox.mails())
    things: dict[str, Mapping[object, object]] = {
        "variant": {one.variant_id: (one.variant_code, one.stock, one.listing_status) for one in variants},
        "memory of linkage": {memory.linkage_id: memory for memory in memories},
        "letter still queued": {(one.to, one.letter.subject): one.letter.body for one in letters},
        "file handed over": _files(situation, f"/netorder/{code}"),
        **tables,
    }
    lab.next_pass()
    orders = lab.tempostar.orders(code, page_size=1000).rows
    taken = Counter(order.shop_order_number for order in orders)
    things |= {
        "order in TEMPOSTAR": {one.shop_order_number: (one.lines, one.progress, one.warnings) for one in orders},
        "how often TEMPOSTAR has order": taken,
        "TEMPOSTAR's stock of": lab.tempostar.levels(),
        "file taken in": _files(situation, f"/netorder/{code}/log"),
    }
    return Outcome(things, mails)


def differences(wanted: Outcome, found: Outcome, *, twice_allowed: int) -> Iterator[str]:
    """Say what is not as it should be: one sentence for each kind of thing and for each mail.

    `twice_allowed`: how many mails may have come once more than wanted.
    """
    for kind, expected in wanted.things.items():
        seen = found.things[kind]
        other = [key for key in {**expected, **seen} if expected.get(key) != seen.get(key)]
        if other:
            yield f"{kind} {other[0]}{_what_differs(expected, seen, other[0])} ({len(other)} in all)"
    for _, subject, _ in wanted.mails - found.mails:
        yield f"the mail {subject} is lost"
    for _, subject, _ in found.mails.keys() - wanted.mails.keys():
        yield f"the mail {subject} came and was not to come"
    again = sum(max(0, found.mails[letter] - many) for letter, many in wanted.mails.items())
    if again > twice_allowed:
        yield f"{again - twice_allowed} more mails came again than were on their way when the engine was killed"


def _what_differs(expected: Mapping[object, object], seen: Mapping[object, object], key: object) -> str:
    """Values are told where they are short; bytes of order files, which name the buyer, never."""
    if key not in seen:
        return " is missing"
    if key not in expected:
        return " was not to be there"
    told = f" is {seen[key]!r}, not {expected[key]!r}"
    return told if len(told) < 500 and not isinstance(seen[key], bytes) else " is another"


def _tables(connection: sqlite3.Connection) -> dict[str, Mapping[object, object]]:
    """Every row the engine keeps, by table and place; as bytes, for orders name their buyers."""
    kept: dict[str, Mapping[object, object]] = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        rows = sorted(repr(tuple(row)).encode() for row in connection.execute(f"SELECT * FROM {name}"))
        kept[f"row of the state's {name}"] = dict(enumerate(rows, 1))
    return kept


def _files(situation: Situation, folder: str) -> Mapping[object, object]:
    area = situation.lab.area
    return {file.path: area.read(FIRST_COMPANY, file.path) for file in area.files(FIRST_COMPANY, folder)}
