"""What a pass decides about files beside their rows: may one be missed, is one to be held, has one to come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reference.domain.brake import LinkedStock, Verdict, count_from, find_emptied, judge
from reference.domain.content import digest_of
from reference.domain.letters import compose_missed_news
from reference.domain.matching import stock_by_code
from reference.domain.orders import changes_to_come
from reference.domain.watch import (
    Watch,
    count_rewrite,
    find_missed,
    find_overdue,
    find_vanished,
    last_known,
    miss,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from reference.domain.letters import Letter
    from reference.domain.limits import Limits
    from reference.domain.linkage import FileStamp, Memory
    from reference.domain.matching import Matching, Variant
    from reference.domain.watch import Overdue
    from reference.service.notebook import Notebook
    from reference.service.ports import Clock, FetchedFile, State

_MOMENT = timedelta(seconds=1)


@dataclass(slots=True)
class Watchman:
    """The watch over one linkage in one pass; `caught_up` tells that missed news have all come again in it."""

    state: State
    clock: Clock
    limits: Limits
    notebook: Notebook
    caught_up: bool = False
    first_look: bool = field(init=False)

    def __post_init__(self) -> None:
        self.first_look = last_known(self._memory.watch, self._memory.newest) is None

    @property
    def _memory(self) -> Memory:
        return self.notebook.memory

    def meet_file(self, fetched: FetchedFile, passed_over: Collection[FileStamp]) -> Watch:
        """Return the watch with a file taken in after these unreadable ones: what they said is lost, too.

        At the first look of all nothing was looked at before, so nothing can be said to be missed.
        """
        memory, stamp = self._memory, fetched.stamp
        digest = digest_of(fetched.content)
        watch = count_rewrite(memory.watch, memory.newest, stamp, digest, self.limits)
        known_until = last_known(memory.watch, memory.newest)
        lost = any(file not in memory.files for file in passed_over)
        if self.first_look or not (lost or find_missed(known_until, memory.newest, stamp, self.limits.interval)):
            return watch
        return miss(watch, known_until or stamp.modified_at, stamp.modified_at)

    def clear_missed(
        self, watch: Watch, stamp: FileStamp, matching: Matching, variants: Iterable[Variant]
    ) -> tuple[Watch, list[Letter]]:
        """Clear the notice when every code has come again, and write the mail when the notice is new.

        A file that raises the notice and has every code itself proves that nothing is lost, and nobody is mailed;
        unless no code was known before it: then files with codes never seen may be lost, and its own prove nothing.
        """
        missed = watch.missed
        if missed is None:
            return watch, []
        memory = self._memory
        if not self.state.linked_codes(memory.linkage_id):
            watch = miss(watch, missed.since, stamp.modified_at + _MOMENT)
        elif stamp.modified_at >= missed.heard_from:
            known = self.state.linked_codes(memory.linkage_id, missed.heard_from)
            unheard = known.difference(one.variant_code for one in matching.matched)
            if not unheard or unheard.isdisjoint(stock_by_code(variants)):
                self.caught_up = memory.watch.missed is not None
                return replace(watch, missed=None), []
        return watch, self._tell(watch)

    def look(self, listing: Collection[FileStamp], at: datetime) -> tuple[Watch, list[Letter]]:
        """Return the watch after all that was listed has been dealt with, and the mail about a file that is gone."""
        memory, interval = self._memory, self.limits.interval
        watch = memory.watch
        if find_vanished(watch, memory.newest, listing, at, interval):
            watch = miss(watch, last_known(watch, memory.newest) or at, at)
        return replace(watch, looked_at=at), self._tell(watch)

    def judge(self, stamp: FileStamp, matching: Matching, variants: Iterable[Variant]) -> Verdict:
        """Tell whether a file is to be held; asks for what is known of codes only when it could be."""
        if len(find_emptied(matching)) < self.limits.zero_least:
            return Verdict(holds=False)
        memory = self._memory
        since = count_from(memory.brake, stamp.modified_at)
        stock = LinkedStock(
            stock_by_code(variants),
            self.state.linked_codes(memory.linkage_id),
            self.state.linked_codes(memory.linkage_id, None, since),
        )
        return judge(memory.brake, matching, stock, self.limits)

    def find_overdue(self, *, told: bool) -> Overdue | None:
        """Return the file that had to come and has not; `told`: it was found overdue before, and none has come."""
        memory, now = self._memory, self.clock.now()
        taken_in_at = None
        if memory.newest:
            changed = changes_to_come(memory.orders)
            if told or any(now - at > self.limits.patience for at in changed.values()):
                linked = self.state.linked_codes(memory.linkage_id)
                taken_in_at = min((at for code, at in changed.items() if code in linked), default=None)
        return find_overdue(memory.watch, memory.newest, taken_in_at, self.limits, now, told=told)

    def _tell(self, watch: Watch) -> list[Letter]:
        if watch.missed is None or self._memory.watch.missed is not None:
            return []
        return [compose_missed_news(self._memory, watch.missed, self.clock.now())]
