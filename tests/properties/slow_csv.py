"""CSV read one character at a time, to compare the readers with: plain code that shares nothing with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto


class Place(Enum):
    """Where in a field a reader stands."""

    BEFORE = auto()
    BARE = auto()
    QUOTED = auto()
    BEHIND_QUOTES = auto()


@dataclass
class Table:
    """The records of a text, an empty line being `[]`; `broken`: behind them the quotes do not add up."""

    records: list[list[str]] = field(default_factory=list)
    broken: bool = False


def read_table(text: str, *, quotes_anywhere: bool) -> Table:
    """Read a CSV. CR, LF and CRLF end a record, the last one may lack its end.

    `quotes_anywhere`: a quote inside a field that began without one is a character like any other, not damage.
    """
    table, record, value, place = Table(), [], "", Place.BEFORE
    at = 0
    while at < len(text):
        char, two = text[at], text[at : at + 2]
        at += 1
        if place is Place.QUOTED:
            if two == '""':
                value += '"'
                at += 1
            elif char == '"':
                place = Place.BEHIND_QUOTES
            else:
                value += char
        elif char == ",":
            record.append(value)
            value, place = "", Place.BEFORE
        elif char in "\r\n":
            if two == "\r\n":
                at += 1
            table.records.append([*record, value] if record or place is not Place.BEFORE else [])
            record, value, place = [], "", Place.BEFORE
        elif char == '"' and place is Place.BEFORE:
            place = Place.QUOTED
        elif place is Place.BEHIND_QUOTES or (char == '"' and not quotes_anywhere):
            table.broken = True
            return table
        else:
            value += char
            place = Place.BARE
    if place is Place.QUOTED:
        table.broken = True
    elif record or place is not Place.BEFORE:
        table.records.append([*record, value])
    return table
