"""Faults of the area's files that strike while a client reads or writes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyftpdlib.exceptions import FilesystemError

from simulator.faults.kind import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.faults.armed import Take
    from simulator.faults.file import ReplacedWhileRead
    from simulator.tempostar.ftps.filesystem import Grounds

Replace: TypeAlias = "Callable[[str, str], bool]"
"""Has TEMPOSTAR write the stock file of a shop code at a path anew; False when it would not."""


class QuotaFull(FilesystemError):  # type: ignore[misc]  # pyftpdlib has no types
    """There is no room for an upload."""


def nothing_replaced(_shop_code: str, _path: str) -> bool:
    """What a server without a back office does."""
    return False


def replace_while_read(grounds: Grounds, company_id: int, path: str, content: bytes) -> bytes:
    """What a client gets that opened a file with `content`: bytes of two files, when a fault strikes."""
    firing = grounds.take(Layer.FILE, "RETR", path)
    if firing is None:
        return content
    effect: ReplacedWhileRead = firing.effect
    with grounds.area.transaction():
        shop_code = path.split("/")[2]
        if len(content) <= effect.at or not grounds.replace(shop_code, path):
            firing.miss()
            return content
        firing.fire()
        return content[: effect.at] + (grounds.area.read(company_id, path) or b"")[effect.at :]


def fill_quota(take: Take, path: str) -> None:
    """Refuse a complete upload, when a fault strikes.

    Raises: QuotaFull.
    """
    firing = take(Layer.FILE, "STOR", path)
    if firing is not None:
        firing.fire()
        raise QuotaFull("The quota of the area is used up; nothing was kept")
