"""What faults can strike: commands, transfers, routes and stages, and the paths their calls have.

These lists are data for whoever arms a fault; tests hold them against the servers' own.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ANY = "*"
CONNECT = "CONNECT"

PATH_COMMANDS = ("CWD", "DELE", "LIST", "MDTM", "MLSD", "MLST", "NLST", "RETR", "RNFR", "RNTO", "SIZE", "STAT", "STOR")
PLAIN_COMMANDS = (
    "ABOR", "AUTH", "CDUP", "EPSV", "FEAT", "NOOP", "OPTS", "PASS", "PASV", "PBSZ", "PROT", "PWD", "QUIT", "REST",
    "SYST", "TYPE", "USER",
)  # fmt: skip
COMMANDS = (*PATH_COMMANDS, *PLAIN_COMMANDS)
TRANSFERS = ("RETR", "STOR", "LIST", "NLST", "MLSD")
REFLECTION = "REFLECTION"
CHANNELS = ("CONTROL", "DATA", "SMTP")
STAGES = ("CONNECT", "EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "DATA", "END-OF-DATA", "RSET", "NOOP", "QUIT")
ROUTES = (
    "GET /api/v1/linkages",
    "GET /api/v1/shops/{shop_id}/variants",
    "POST /api/v1/shops/{shop_id}/stock",
    "GET /api/v1/shops/{shop_id}/orders",
    "POST /api/v1/linkages/{linkage_id}/runs",
    "GET /roomclip/stock-update/{token}",
)
_SECRET = "{token}"  # noqa: S105 - the name of a part of an address

_SHOP, _FILE = "<ショップコード>", "<file>"
STOCK_FILES = (f"/netstock/{_SHOP}/{_FILE}",)
ORDER_FILES = (f"/netorder/{_SHOP}/{_FILE}",)
FILES = (*STOCK_FILES, *ORDER_FILES, f"/netorder/{_SHOP}/log/{_FILE}")
PLACES = (*FILES, "/", "/netstock", f"/netstock/{_SHOP}", "/netorder", f"/netorder/{_SHOP}", f"/netorder/{_SHOP}/log")
"""What a path of the area may lead to."""


def has_path(target: str) -> bool:
    """Whether a call of this target has a path that a fault can be narrowed to."""
    if target in ROUTES:
        return "{" in target and _SECRET not in target
    return target in PATH_COMMANDS or target in (REFLECTION, ANY)


def matches(pattern: str, path: str) -> bool:
    """Whether a path is meant; `*` and `?` stand for characters within one part of it. An empty pattern means any."""
    if not pattern:
        return True
    wanted, found = pattern.split("/"), path.split("/")
    return len(wanted) == len(found) and all(map(fnmatchcase, found, wanted))


def route_of(method: str, path: str) -> str | None:
    """The route a request is for; None for those that cannot be struck."""
    for route in ROUTES:
        verb, _, template = route.partition(" ")
        if verb == method and _fits(template, path):
            return route
    return None


def find_fault_in_path(pattern: str, target: str, shop_codes: Iterable[str], places: Sequence[str]) -> str:
    """Why no call of this target could ever be struck at a path like this; "" when one could. `places`: where in the
    area it could."""
    if target in ROUTES:
        template = target.partition(" ")[2]
        return "" if _fits(template, pattern) else f"requests of this route go to {template}"
    return _find_fault_in_area_path(pattern, places, tuple(shop_codes))


def _fits(template: str, path: str) -> bool:
    wanted, found = template.split("/"), path.split("/")
    return len(wanted) == len(found) and all(
        bool(one) if part.startswith("{") else fnmatchcase(part, one) for part, one in zip(wanted, found, strict=True)
    )


def _find_fault_in_area_path(pattern: str, places: Sequence[str], shop_codes: tuple[str, ...]) -> str:
    wanted = pattern.split("/")
    alike = [place for place in (one.split("/") for one in places) if _leads_to(wanted, place)]
    if not alike:
        return f"paths look like {' or '.join(places)}"
    if all(_SHOP in place for place in alike) and not any(fnmatchcase(code, wanted[2]) for code in shop_codes):
        present = f"the shops have {', '.join(shop_codes)}" if shop_codes else "there is no shop yet"
        return f"no shop has the code {wanted[2]!r}; {present}; * stands for any"
    return ""


def _leads_to(wanted: list[str], place: list[str]) -> bool:
    return len(wanted) == len(place) and all(
        one not in {"", ".", ".."} if part in {_SHOP, _FILE} else fnmatchcase(part, one)
        for part, one in zip(place, wanted, strict=True)
    )
