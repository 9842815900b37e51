"""What the shop says of a linkage now: asked of that one, or, where it does not answer that, found in its list.

The list is asked for once by all the passes of a worker that need it at about the same time: it is long where there are
many shops, and a shop API that answers nobody is not asked by each of them again and again.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from reference.errors import ShopApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reference.domain.linkage import Linkage


@dataclass(slots=True)
class LinkageList:
    """What the shop last said, or why it did not; `now` is a clock that all workers share, in seconds.

    An answer serves whoever can do with one that old, and nobody for longer than `keep` seconds after it came: by
    `ticks`, for a shared clock may be set, and from when it came, or each pass would wait anew for a shop that is slow.
    """

    now: Callable[[], float]
    keep: float
    ticks: Callable[[], float] = monotonic
    _asked_at: float = field(init=False, default=float("-inf"))
    _came_at: float = field(init=False, default=float("-inf"))
    _answer: Mapping[str, Linkage] | ShopApiError = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def find(
        self,
        linkage_id: str,
        not_before: float,
        ask: Callable[[str], Linkage | None],
        fetch: Callable[[], tuple[Linkage, ...]],
    ) -> Linkage | None:
        """Return the linkage as the shop had it at `not_before` or later; raises `ShopApiError`.

        `ask` asks the shop for it alone, `fetch` for its list; None when the shop has none of that id.
        """
        with suppress(ShopApiError):
            return ask(linkage_id)
        with self._lock:
            if self._asked_at < not_before or self._is_old():
                now = self.now()
                try:
                    answer: Mapping[str, Linkage] | ShopApiError = {one.id: one for one in fetch()}
                except ShopApiError as error:
                    answer = error
                self._asked_at, self._came_at, self._answer = now, self.ticks(), answer
            if isinstance(self._answer, ShopApiError):
                raise self._answer
            return self._answer.get(linkage_id)

    def take(self, linkages: tuple[Linkage, ...], asked_at: float) -> None:
        """Keep an answer that somebody else has asked for, unless it is older than the one kept."""
        with self._lock:
            if asked_at > self._asked_at or self._is_old():
                self._asked_at, self._came_at = asked_at, self.ticks()
                self._answer = {one.id: one for one in linkages}

    def _is_old(self) -> bool:
        return self.ticks() - self._came_at > self.keep
