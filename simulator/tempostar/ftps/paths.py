"""Where a path of the FTPS area leads, and which names a file may have. Pure.

The tree of one company (contract 2; `/netstock/<code>/` is public, the name `/netorder` is an ASSUMPTION):

    /netstock/<shop code>/<file>         stock files: read, delete
    /netorder/<shop code>/<file>         order files: all but append
    /netorder/<shop code>/log/<file>     what became of them: read, delete

Everything else is nowhere: there are no links, and `..` is resolved before a path is looked at.
"""

from __future__ import annotations

import posixpath
import unicodedata
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

LOG = "log"
MAX_NAME_BYTES = 255


class Place(Enum):
    """What kind of thing a path names, whether it exists or not."""

    ROOT = auto()
    NETSTOCK = auto()
    STOCK_FOLDER = auto()
    STOCK_FILE = auto()
    NETORDER = auto()
    ORDER_FOLDER = auto()
    ORDER_FILE = auto()
    LOG_FOLDER = auto()
    LOG_FILE = auto()
    NOWHERE = auto()

    @property
    def is_folder(self) -> bool:
        """True for a folder, all of which exist as long as their shop does."""
        return self in _FOLDERS

    @property
    def is_file(self) -> bool:
        """True where a file may stand."""
        return self in _FILES


_FOLDERS = frozenset(
    {Place.ROOT, Place.NETSTOCK, Place.STOCK_FOLDER, Place.NETORDER, Place.ORDER_FOLDER, Place.LOG_FOLDER}
)
_FILES = frozenset({Place.STOCK_FILE, Place.ORDER_FILE, Place.LOG_FILE})


def resolve(cwd: str, argument: str) -> str:
    """The absolute, normalised path that `argument` means in `cwd`; `..` stops at the root."""
    path = posixpath.normpath(posixpath.join("/", cwd, argument))
    return "/" + path.lstrip("/")  # POSIX keeps a leading double slash


def is_file_name(name: str) -> bool:
    """True for a name a client may use: no separators of any system, no control characters, at most 255 bytes."""
    return (
        0 < len(name.encode("utf-8", "surrogatepass")) <= MAX_NAME_BYTES
        and name not in {".", ".."}
        and not any(c in "/\\" or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in name)
    )


def place_of(path: str, shop_codes: Container[str]) -> Place:
    """What the absolute, normalised `path` names for a company with these shops."""
    match path.strip("/").split("/"):
        case [""]:
            return Place.ROOT
        case ["netstock"]:
            return Place.NETSTOCK
        case ["netstock", code] if code in shop_codes:
            return Place.STOCK_FOLDER
        case ["netstock", code, name] if code in shop_codes and is_file_name(name):
            return Place.STOCK_FILE
        case ["netorder"]:
            return Place.NETORDER
        case ["netorder", code] if code in shop_codes:
            return Place.ORDER_FOLDER
        case ["netorder", code, name] if code in shop_codes and name == LOG:
            return Place.LOG_FOLDER
        case ["netorder", code, name] if code in shop_codes and is_file_name(name):
            return Place.ORDER_FILE
        case ["netorder", code, folder, name] if code in shop_codes and folder == LOG and is_file_name(name):
            return Place.LOG_FILE
        case _:
            return Place.NOWHERE


def folders_in(path: str, shop_codes: Iterable[str]) -> tuple[str, ...] | None:
    """Names of the folders directly in an absolute, normalised path, sorted; None when it is no folder."""
    codes = tuple(sorted(shop_codes))
    match place_of(path, codes):
        case Place.ROOT:
            return ("netorder", "netstock")
        case Place.NETSTOCK | Place.NETORDER:
            return codes
        case Place.ORDER_FOLDER:
            return (LOG,)
        case place:
            return () if place.is_folder else None
