"""One pass over all linkages: gather, decide, apply, record, notify.

What makes a pass safe to kill at any point:

- A file is *taken in* by one transaction, which also queues its updates (with their idempotency keys), keeps its rows
  that meet no variant yet, and queues the mail about its problems.
- Queued updates are sent, and leave the queue once the shop has answered. A pass that finds a queue sends it first. The
  queue holds the file's numbers; what orders have taken since is taken off at each sending (`domain.orders`), so a sale
  made in between is not undone; and the shop does nothing twice for one key.
- Mails are sent from a queue as well, and leave it once the mail server has taken them.

- Orders go the other way as `service.order_desk` says; what they take is not put back (`service.sending_desk`).
- Files that would sell out much of the shop at once are kept and wait for the merchant's word (`domain.brake`); that a
  file may be lost, or does not come, is noticed by the times of files (`domain.watch`).

Nothing is ever deleted in the FTPS area, and only order files are written there. Stock files are applied in order of
time. One that was received whole and cannot be read is told to the merchant and passed over: those after it hold newer
numbers. One that could not be received whole holds back those after it, because it may yet come.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reference.domain.incident import Failure, Notice, after_failure
from reference.domain.letters import compose_failure
from reference.domain.limits import Limits
from reference.domain.report import LinkageReport, Outcome, PassReport
from reference.errors import MailError, ShopApiError
from reference.service.failures import classify_error
from reference.service.linkage_pass import LinkagePass
from reference.service.ports import tell_nobody
from reference.service.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reference.domain.letters import Letter
    from reference.domain.linkage import Linkage, Memory
    from reference.service.ports import Clock, Mailer, Shop, State, StockArea, Tell


@dataclass(frozen=True, slots=True)
class Sync:
    """The stock sync over its ports; `run_pass` may be called as often as one likes."""

    shop: Shop
    stock_area: StockArea
    mailer: Mailer
    state: State
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    limits: Limits = field(default_factory=Limits)
    tell: Tell = tell_nobody
    new_key: Callable[[], str] = lambda: uuid.uuid4().hex

    def run_pass(self) -> PassReport:
        """Sync every linkage, hand over the mails, tell the console; raises only `StateError`."""
        started_at = self.clock.now()
        trouble: list[str] = []
        reports: tuple[LinkageReport, ...] = ()
        try:
            linkages = self.shop.fetch_linkages()
        except ShopApiError as error:
            trouble.append(str(error))
            self._fail_known_linkages(error)
        else:
            self._leave_alone_all_but(linkages)
            reports = tuple(LinkagePass(self, linkage).run() for linkage in linkages)
        trouble += self.deliver_letters()
        notes = self._report_runs(reports)
        return PassReport(started_at, self.clock.now(), reports, tuple(trouble), tuple(notes))

    def deliver_letters(self) -> list[str]:
        """Send what waits in the mail queue; return a sentence for each mail that was not taken.

        What was not taken holds back later mails to the same address: nobody is told of a recovery before the failure.
        """
        trouble: list[str] = []
        refused: set[str] = set()
        for queued in self.state.queued_letters():
            if queued.to in refused:
                continue
            try:
                self.mailer.send(queued)
            except MailError as error:
                trouble.append(str(error))
                refused.add(queued.to)
            else:
                self.state.mark_sent([queued.key])
        return trouble

    def _leave_alone_all_but(self, linkages: Iterable[Linkage]) -> None:
        """A linkage the shop no longer has is remembered like a paused one: nobody is mailed for it."""
        listed = {linkage.id for linkage in linkages}
        for memory in self.state.recall_all():
            if memory.linkage_id not in listed and not memory.paused:
                self.state.save(replace(memory, paused=True))

    def _fail_known_linkages(self, error: ShopApiError) -> None:
        """The shop's list cannot be read: tell those whose address is known from before, unless they were paused."""
        for memory in self.state.recall_all():
            if not memory.paused:
                self.record_failure(memory, classify_error(error))

    def record_failure(self, memory: Memory, failure: Failure) -> Memory:
        """Remember that a linkage failed, and queue the mail if the merchant does not know yet; stock is untouched."""
        memory, letters = self.tell_failure(memory, failure)
        self.state.save(memory, letters)
        return memory

    def tell_failure(self, memory: Memory, failure: Failure) -> tuple[Memory, list[Letter]]:
        """Return the memory with the failure, and the mail if the merchant does not know of it yet."""
        now = self.clock.now()
        step = after_failure(memory.incident, failure.cause, now)
        letters = [compose_failure(memory, failure, now)] if step.notice is Notice.FAILED else []
        return replace(memory, incident=step.incident), letters

    def _report_runs(self, reports: Iterable[LinkageReport]) -> list[str]:
        """Tell the console; return a sentence for each run it did not take, and no more (contract 3: optional)."""
        notes = []
        for report in reports:
            if report.outcome is Outcome.SKIPPED:
                continue
            try:
                self.shop.report_run(report)
            except ShopApiError as error:
                notes.append(f"The run of linkage {report.linkage_id} is not in 連携履歴: {error}")
        return notes
