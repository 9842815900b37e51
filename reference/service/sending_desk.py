"""Sends what is queued for the shop, and keeps what it answers.

**What an order takes is not put back.** The shop sets absolute numbers and has no condition to set them under, so a
purchase between the last reading of orders and the moment the shop carries out an update is overwritten: for that long
the shop may show units that are sold. The engine keeps that window to one request: it reads the orders right before
each batch, and again right after it; whatever came in is corrected at once. What is read right after a batch is what
is read right before the next one: one reading a batch, and one more. A pass killed between the two leaves the
correction to the next pass.

**Who has lost its turn sends nothing.** PostgreSQL may lose a session in mid-pass, and another worker then passes over
the linkage: that the turn is still one's own is asked before each request, and each upload of orders. What is under way
is not taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reference.domain.letters import compose_notice
from reference.domain.linkage import Linkage, Memory, Problem, tell
from reference.domain.plan import hold_back, make_request
from reference.domain.problems import find_problems
from reference.domain.report import Counts
from reference.errors import LinkageError
from reference.service.ports import tell_nobody

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reference.domain.letters import Letter
    from reference.domain.linked_codes import Heard
    from reference.domain.plan import Batch, Update
    from reference.service.notebook import Notebook
    from reference.service.order_desk import OrderDesk
    from reference.service.ports import Clock, Receipt, Shop, Tell
    from reference.service.rules import Rules

CORRECTIONS = 3


@dataclass(slots=True)
class SendingDesk:
    """The queue of updates of one linkage in one pass; `counts` is what became of the rows looked at."""

    shop: Shop
    clock: Clock
    rules: Rules
    linkage: Linkage
    notebook: Notebook
    desk: OrderDesk
    tell: Tell = tell_nobody
    counts: Counts = field(default_factory=Counts)
    _has_just_read: bool = field(init=False, default=False)

    @property
    def memory(self) -> Memory:
        """What is remembered of the linkage at this moment, be it only noted."""
        return self.notebook.memory

    def send_queue(self) -> bool:
        """Send the queued updates; return whether there were any. What the shop has answered leaves the queue."""
        queue = self.memory.queue
        self._has_just_read = False
        receipts: list[Receipt] = []
        try:
            for batch in queue:
                receipts.append(self._send(batch))
                self.tell("batches sent", len(receipts), len(queue))
        except LinkageError:
            self._settle(receipts)
            raise
        if queue:
            self._settle(receipts)
        return bool(queue)

    def _send(self, batch: Batch) -> Receipt:
        """Send a batch less what orders hold back, and what came in meanwhile once more, until nothing comes in."""
        if not self._has_just_read:
            self.desk.read_news()
        receipt = self._set(batch, self._lowered(batch))
        for _ in range(CORRECTIONS):
            news = self.desk.read_news()
            overtaken = tuple(update for update in self._lowered(batch) if update.variant_code in news) if news else ()
            self._has_just_read = not overtaken
            if not overtaken:
                break
            correction = self._set(batch, overtaken)
            receipt = replace(receipt, rejected=receipt.rejected + correction.rejected)
        return receipt

    def _set(self, batch: Batch, updates: Sequence[Update]) -> Receipt:
        """Set these numbers of a batch, as long as no other pass can have the linkage: its numbers may be newer."""
        self.notebook.state.confirm()
        return self.shop.send_stock(self.linkage.shop_id, make_request(batch, updates, self.memory.orders.after))

    def _lowered(self, batch: Batch) -> Sequence[Update]:
        """Return a batch's updates as they are to be sent now."""
        return hold_back(batch, self.rules.hold_back(self.memory.orders, batch.written_at))

    def _settle(self, receipts: list[Receipt]) -> None:
        """Take answered batches off the queue; rows the shop rejected wait like those that met no variant.

        Not so rows older than the newest file, which were held: what waits counts as said by the newest.
        """
        answered, newest = self.memory.queue[: len(receipts)], self.memory.newest
        reasons = {code: reason for receipt in receipts for code, reason in receipt.rejected}
        sent, of_newest = {}, set()
        for batch in answered if reasons else ():
            for update in batch.updates:
                if update.variant_code in reasons:
                    sent[update.variant_code] = update.stock
                    if newest and batch.written_at == newest.modified_at:
                        of_newest.add(update.variant_code)
        rejected = {code: reason for code, reason in reasons.items() if code in sent}
        ambiguous = sorted(code for code, reason in rejected.items() if reason == "ambiguous")
        unmatched = sorted(rejected.keys() - set(ambiguous))
        memory = replace(
            self.memory,
            queue=self.memory.queue[len(receipts) :],
            waiting={**self.memory.waiting, **{code: sent[code] for code in rejected if code in of_newest}},
        )
        self.save_and_tell(memory, find_problems((), (), unmatched, ambiguous), ())
        self.counts += Counts(
            updated=sum(receipt.updated for receipt in receipts),
            unchanged=sum(receipt.unchanged for receipt in receipts),
            unmatched=len(unmatched),
            ambiguous=len(ambiguous),
        )

    def save_and_tell(
        self,
        memory: Memory,
        problems: Mapping[Problem, str],
        settled: Iterable[str],
        letters: Iterable[Letter] = (),
        heard: Heard | None = None,
    ) -> None:
        """Remember this, with codes heard of, and queue these letters and one about problems not told before."""
        memory, fresh = tell(memory, problems, settled)
        lines = {problem: problems[problem] for problem in fresh}
        file_name = memory.newest.name if memory.newest else ""
        notices = [compose_notice(memory, lines, file_name, self.clock.now())] if lines else []
        self.notebook.save(memory, (*letters, *notices), heard)
