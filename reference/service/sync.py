"""One pass over all linkages: gather, decide, apply, record, notify.

What makes a pass safe to kill at any point:

- A file is *taken in* by one transaction, which also queues its updates (with their idempotency keys), keeps its rows
  that meet no variant yet, and queues the mail about its problems.
- Queued updates are sent, and leave the queue once the shop has answered. A pass that finds a queue sends it first, as
  it is: the shop does nothing twice for one key, so a sale made in between is not undone.
- Mails are sent from a queue as well, and leave it once the mail server has taken them.

Nothing is ever deleted or written in the FTPS area. Files are applied in order of time. One that was received whole and
cannot be read is told to the merchant and passed over: those after it hold newer numbers. One that could not be
received whole holds back those after it, because it may yet come.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reference.domain.incident import Failure, Notice, after_failure, after_success
from reference.domain.letters import Letter, compose_failure, compose_notice, compose_recovery
from reference.domain.linkage import (
    FileStamp,
    Linkage,
    Memory,
    Problem,
    choose_files,
    forget_absent_files,
    meet,
    take_in,
    tell,
)
from reference.domain.matching import find_near_misses
from reference.domain.plan import cut_batches, plan_updates
from reference.domain.problems import find_problems
from reference.domain.report import Counts, LinkageReport, Outcome, PassReport
from reference.errors import LinkageError, MailError, ShopApiError, StaleFileError, UntrustedFileError
from reference.service.failures import classify_error
from reference.service.rules import SERVICE, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reference.domain.stock_file import RowProblem
    from reference.service.ports import Clock, FetchedFile, Mailer, Receipt, Shop, State, StockArea


@dataclass(frozen=True, slots=True)
class Sync:
    """The stock sync over its ports; `run_pass` may be called as often as one likes."""

    shop: Shop
    stock_area: StockArea
    mailer: Mailer
    state: State
    clock: Clock
    rules: Rules = field(default_factory=Rules)
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
            reports = tuple(_LinkagePass(self, linkage).run() for linkage in linkages)
        trouble += self.deliver_letters()
        notes = self._report_runs(reports)
        return PassReport(started_at, self.clock.now(), reports, tuple(trouble), tuple(notes))

    def deliver_letters(self) -> list[str]:
        """Send what waits in the mail queue; return a sentence for each mail that was not taken."""
        trouble = []
        for queued in self.state.queued_letters():
            try:
                self.mailer.send(queued)
            except MailError as error:
                trouble.append(str(error))
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
        now = self.clock.now()
        step = after_failure(memory.incident, failure.cause, now)
        letters = [compose_failure(memory, failure, now)] if step.notice is Notice.FAILED else []
        memory = replace(memory, incident=step.incident)
        self.state.save(memory, letters)
        return memory

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


@dataclass(slots=True)
class _LinkagePass:
    """One linkage in one pass; `memory` is what the state holds at each moment."""

    sync: Sync
    linkage: Linkage
    memory: Memory = field(init=False)
    unreadable: dict[FileStamp, UntrustedFileError] = field(init=False, default_factory=dict)
    counts: Counts = field(init=False, default_factory=Counts)

    def run(self) -> LinkageReport:
        """Sync the linkage, or find out why not; either way the state knows afterwards."""
        sync, linkage = self.sync, self.linkage
        started_at = sync.clock.now()
        left_alone = sync.rules.is_paused(linkage) or linkage.service != SERVICE
        known = sync.state.recall(linkage.id)
        self.memory = meet(linkage, known, paused=left_alone)
        if self.memory != known:
            sync.state.save(self.memory)
        failure = None
        if left_alone:
            outcome = Outcome.SKIPPED
        else:
            try:
                outcome = self._bring_over()
            except LinkageError as error:
                outcome, failure = Outcome.FAILED, self._record_failure(error)
            else:
                self._record_success()
        return LinkageReport(
            linkage.id, linkage.shop_id, linkage.shop_code, started_at, sync.clock.now(), outcome, self.counts, failure
        )

    def _bring_over(self) -> Outcome:
        """Finish what an earlier pass began, apply new files in order, then rows whose variant has appeared since."""
        moved = self._send_queue()
        with self.sync.stock_area.visit(self.linkage) as folder:
            listing = folder.list_files()
            reading = choose_files(self.memory, listing)
            for stamp in reading.unread:
                self._apply_file(folder.fetch_file(stamp.name))
        if self.unreadable:
            raise next(iter(self.unreadable.values()))
        if reading.stale:
            raise self._stale(reading.stale[0])
        if not reading.unread and self.memory.newest in listing:
            moved = self._apply_waiting(self.memory.newest) or moved
        self._save(forget_absent_files(self.memory, listing))
        if reading.unread or moved:
            return Outcome.SYNCED
        return Outcome.NOTHING_NEW if listing else Outcome.NO_FILE_YET

    def _apply_file(self, fetched: FetchedFile) -> None:
        """Take in and send what a file received whole says; one that cannot be read is told to the merchant."""
        try:
            stock_file = self.sync.rules.parse(fetched.content)
        except UntrustedFileError as error:
            self.unreadable[fetched.stamp] = error.of(fetched.stamp.name)
            self._record_failure(self.unreadable[fetched.stamp])
        else:
            self._apply(fetched.stamp, stock_file.levels, stock_file.problems)

    def _apply_waiting(self, standing: FileStamp) -> bool:
        """Look whether a variant has appeared for a row of the standing file (guide 4.0.1); return whether one has."""
        if not self.memory.waiting:
            return False
        before = self.counts
        self._apply(standing, self.memory.waiting)
        return (self.counts.updated, self.counts.unchanged) != (before.updated, before.unchanged)

    def _apply(self, stamp: FileStamp, levels: Mapping[str, int], bad_rows: tuple[RowProblem, ...] = ()) -> None:
        """Match and plan; record file, waiting rows, queue and mail about problems in one transaction; then send."""
        variants = self.sync.shop.fetch_variants(self.linkage.shop_id)
        matching = self.sync.rules.match(levels, variants)
        plan = plan_updates(matching)
        waiting = {code: levels[code] for code in (*matching.unmatched, *matching.ambiguous)}
        near_misses = find_near_misses(matching.unmatched, variants)
        problems = find_problems(bad_rows, near_misses, matching.unmatched, matching.ambiguous)
        taken = take_in(self.memory, stamp, waiting, cut_batches(plan, self.sync.new_key), self.unreadable)
        self._save_and_tell(taken, problems, (match.variant_code for match in matching.matched))
        self.counts += Counts(
            unchanged=plan.unchanged,
            unmatched=len(matching.unmatched),
            ambiguous=len(matching.ambiguous),
            bad_rows=len(bad_rows),
        )
        self._send_queue()

    def _send_queue(self) -> bool:
        """Send the queued updates; return whether there were any. What the shop has answered leaves the queue."""
        queue = self.memory.queue
        receipts: list[Receipt] = []
        try:
            for batch in queue:
                receipts.append(self.sync.shop.send_stock(self.linkage.shop_id, batch))  # noqa: PERF401 - kept when one fails
        except LinkageError:
            self._settle(receipts)
            raise
        if queue:
            self._settle(receipts)
        return bool(queue)

    def _settle(self, receipts: list[Receipt]) -> None:
        """Take answered batches off the queue; rows the shop rejected wait like those that met no variant."""
        answered = self.memory.queue[: len(receipts)]
        sent = {update.variant_code: update.stock for batch in answered for update in batch.updates}
        rejected = {code: reason for receipt in receipts for code, reason in receipt.rejected if code in sent}
        ambiguous = sorted(code for code, reason in rejected.items() if reason == "ambiguous")
        unmatched = sorted(rejected.keys() - set(ambiguous))
        memory = replace(
            self.memory,
            queue=self.memory.queue[len(receipts) :],
            waiting={**self.memory.waiting, **{code: sent[code] for code in rejected}},
        )
        self._save_and_tell(memory, find_problems((), (), unmatched, ambiguous), ())
        self.counts += Counts(
            updated=sum(receipt.updated for receipt in receipts),
            unchanged=sum(receipt.unchanged for receipt in receipts),
            unmatched=len(unmatched),
            ambiguous=len(ambiguous),
        )

    def _stale(self, stamp: FileStamp) -> StaleFileError:
        newest = self.memory.newest or stamp
        japan = self.sync.clock.now().tzinfo
        written, applied = (f"{one.modified_at.astimezone(japan):%Y-%m-%d %H:%M:%S}" for one in (stamp, newest))
        return StaleFileError(
            stamp.name,
            f"written {written}, but a file of {applied} was applied before; "
            "if the area was set up anew (a lab after reset), go on with an empty SYNC_STATE_DIR",
        )

    def _record_failure(self, error: LinkageError) -> Failure:
        failure = classify_error(error)
        self.memory = self.sync.record_failure(self.memory, failure)
        return failure

    def _record_success(self) -> None:
        now = self.sync.clock.now()
        incident = self.memory.incident
        step = after_success(incident)
        letters = [compose_recovery(self.memory, incident, now)] if incident and step.notice is Notice.RECOVERED else []
        self._save(replace(self.memory, incident=step.incident, last_success_at=now), letters)

    def _save_and_tell(self, memory: Memory, problems: Mapping[Problem, str], settled: Iterable[str]) -> None:
        memory, fresh = tell(memory, problems, settled)
        lines = {problem: problems[problem] for problem in fresh}
        file_name = memory.newest.name if memory.newest else ""
        letters = [compose_notice(memory, lines, file_name, self.sync.clock.now())] if lines else []
        self._save(memory, letters)

    def _save(self, memory: Memory, letters: Iterable[Letter] = ()) -> None:
        letters = tuple(letters)
        if memory != self.memory or letters:
            self.sync.state.save(memory, letters)
            self.memory = memory
