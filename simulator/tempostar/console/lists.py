"""What every list of the console takes from the address: search, page and how many rows a page has."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

SIZES = (50, 200, 500)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a list."""

    search: str
    page: int
    page_size: int

    def as_query(self) -> dict[str, str | int]:
        """What links to other parts of the same list keep, the page apart; what is usual is left out."""
        query: dict[str, str | int] = {"search": self.search} if self.search else {}
        return query | ({"size": self.page_size} if self.page_size != SIZES[0] else {})


def wanted_rows() -> Wanted:
    """What the address asks for; a size that is not offered is the usual one."""
    size = request.args.get("size", SIZES[0], type=int)
    page = request.args.get("page", 1, type=int)
    return Wanted(request.args.get("search", ""), page, size if size in SIZES else SIZES[0])
