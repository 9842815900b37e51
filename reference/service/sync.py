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
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from reference.domain.incident import Failure, Notice, after_failure
from reference.domain.letters import compose_failure
from reference.domain.limits import Limits
from reference.domain.report import LinkageReport, Outcome, PassReport, name_other_pass
from reference.errors import MailError, PassAlreadyRunningError, ShopApiError
from reference.service.failures import classify_error
from reference.service.linkage_pass import LinkagePass
from reference.service.ports import tell_nobody
from reference.service.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reference.domain.letters import Letter
    from reference.domain.linkage import Linkage, Memory
    from reference.service.ports import Clock, Mailer, QueuedLetter, Shop, State, StockArea, Tell


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
        """Sync every linkage, hand over the mails, tell the console; raises only `StateError`.

        A linkage that another pass holds is left to it, and told of in the report's `trouble`.
        """
        started_at = self.clock.now()
        trouble: list[str] = []
        reports: tuple[LinkageReport, ...] = ()
        try:
            linkages = self.shop.fetch_linkages()
        except ShopApiError as error:
            trouble.append(str(error))
            for linkage_id in sorted(self.state.unpaused()):
                self._unless_held(linkage_id, partial(self._fail_known, linkage_id, error))
        else:
            for linkage_id in sorted(self.state.unpaused() - {linkage.id for linkage in linkages}):
                self._unless_held(linkage_id, partial(self._leave_alone, linkage_id))
            reports = tuple(LinkagePass(self, linkage).run() for linkage in linkages)
            trouble += [name_other_pass(one.linkage_id) for one in reports if one.outcome is Outcome.LEFT_TO_ANOTHER]
        trouble += self.deliver_letters()
        notes = self._report_runs(reports)
        return PassReport(started_at, self.clock.now(), reports, tuple(trouble), tuple(notes))

    def run_linkage(self, linkage_id: str, find: Callable[[str], Linkage | None]) -> PassReport:
        """Sync one linkage, hand over its mails, tell the console; raises `StateError`, `PassAlreadyRunningError`.

        `find` tells what the shop says of the linkage now: None when it has none of that id; it may raise
        `ShopApiError`, which the linkage then fails with.
        """
        started_at = self.clock.now()
        trouble: list[str] = []
        reports: tuple[LinkageReport, ...] = ()
        with self.state.hold(linkage_id):
            try:
                linkage = find(linkage_id)
            except ShopApiError as error:
                trouble.append(str(error))
                self._fail_known(linkage_id, error)
            else:
                if linkage is None:
                    self._leave_alone(linkage_id)
                else:
                    reports = (LinkagePass(self, linkage).run_while_held(),)
            trouble += self.deliver_letters(linkage_id)
        notes = self._report_runs(reports)
        return PassReport(started_at, self.clock.now(), reports, tuple(trouble), tuple(notes))

    def deliver_letters(self, linkage_id: str | None = None) -> list[str]:
        """Send what waits in the mail queue, all or one linkage's; return a sentence for each mail that was not taken.

        What was not taken, or is being sent elsewhere, holds back later mails to the same address: nobody is told of a
        recovery before the failure.
        """
        trouble: list[str] = []
        refused: set[str] = set()
        for queued in self.state.queued_letters(linkage_id):
            if queued.to in refused:
                continue
            try:
                is_mine = self._hand_over(queued)
            except MailError as error:
                trouble.append(str(error))
                refused.add(queued.to)
            else:
                refused |= set() if is_mine else {queued.to}
        return trouble

    def _hand_over(self, queued: QueuedLetter) -> bool:
        """Send a mail and take it off the queue; False when another worker does. Raises `MailError`."""
        with self.state.claim(queued.key) as is_mine:
            if is_mine:
                self.mailer.send(queued)
                self.state.mark_sent([queued.key])
        return is_mine

    def _unless_held(self, linkage_id: str, do: Callable[[], None]) -> None:
        """Do it while no other pass works on the linkage; one that does finds out for itself."""
        with suppress(PassAlreadyRunningError), self.state.hold(linkage_id):
            do()

    def _leave_alone(self, linkage_id: str) -> None:
        """A linkage the shop no longer has is remembered like a paused one: nobody is mailed for it."""
        memory = self.state.recall(linkage_id)
        if memory and not memory.paused:
            self.state.save(replace(memory, paused=True))

    def _fail_known(self, linkage_id: str, error: ShopApiError) -> None:
        """The shop's list cannot be read: tell whom it concerns at the address known from before, unless paused."""
        memory = self.state.recall(linkage_id)
        if memory and not memory.paused:
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
            if report.outcome in {Outcome.SKIPPED, Outcome.LEFT_TO_ANOTHER}:
                continue
            try:
                self.shop.report_run(report)
            except ShopApiError as error:
                notes.append(f"The run of linkage {report.linkage_id} is not in 連携履歴: {error}")
        return notes
