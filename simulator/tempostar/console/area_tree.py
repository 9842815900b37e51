"""The folders of a company's FTPS area, for showing it outside FTPS (contract 2). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def folders_in(path: str, shop_codes: Sequence[str]) -> tuple[str, ...] | None:
    """Names of the folders directly in an absolute path; None when it is no folder."""
    match path.strip("/").split("/"):
        case [""]:
            return ("netorder", "netstock")
        case ["netstock" | "netorder"]:
            return tuple(shop_codes)
        case ["netstock", code] if code in shop_codes:
            return ()
        case ["netorder", code] if code in shop_codes:
            return ("log",)
        case ["netorder", code, "log"] if code in shop_codes:
            return ()
        case _:
            return None
