"""What the journal tells of an engine's request: no token, no secret of a 在庫更新用URL, no query, no body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.journal import Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.journal import Journal

API = "/api/v1"
STOCK_UPDATE = "/roomclip/stock-update"
_LONGEST_PATH = 300


def is_below(path: str, parts: Sequence[str]) -> bool:
    """Whether a path is one of these parts, or lies below one."""
    return any(path == part or path.startswith(f"{part}/") for part in parts)


def path_to_tell(path: str) -> str | None:
    """A request's path without secrets; None for requests the journal does not tell of."""
    if is_below(path, (STOCK_UPDATE,)):
        return f"{STOCK_UPDATE}/***"
    return path[:_LONGEST_PATH] if is_below(path, (API,)) else None


def tell_request(journal: Journal, method: str, path: str, status: int | None, *, remark: str = "") -> None:
    """Write the one entry of a request: what the client gets. `status`: None when it gets no answer."""
    told = path_to_tell(path)
    if told is None:
        return
    became = "was not answered" if status is None else f"was answered {status}"
    journal.record(
        Service.HTTP, "http.request", f"{method} {told} {became}{remark}.", method=method, path=told, status=status
    )
