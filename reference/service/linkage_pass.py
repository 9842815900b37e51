"""One linkage in one pass: orders, queued updates, stock files, rows that waited.

**What an order takes is not put back.** The shop sets absolute numbers and has no condition to set them under, so a
purchase between the last reading of orders and the moment the shop carries out an update is overwritten: for that long
the shop may show units that are sold. The engine keeps that window to one request: it reads the orders right before
each batch, and again right after it; whatever came in is corrected at once. A pass killed between the two leaves the
correction to the next pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reference.domain.incident import Failure, Notice, after_success
from reference.domain.letters import compose_notice, compose_recovery
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
from reference.domain.orders import forget_settled
from reference.domain.plan import cut_batches, hold_back, make_request, plan_updates
from reference.domain.problems import find_problems
from reference.domain.report import Counts, LinkageReport, Outcome
from reference.errors import LinkageError, OrderHandoverError, StaleFileError, UntrustedFileError
from reference.service.failures import classify_error
from reference.service.notebook import Notebook
from reference.service.order_desk import OrderDesk
from reference.service.rules import SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reference.domain.plan import Batch, Update
    from reference.domain.stock_file import RowProblem
    from reference.service.ports import FetchedFile, Receipt, StockFolder
    from reference.service.sync import Sync

CORRECTIONS = 3


@dataclass(slots=True)
class LinkagePass:
    """One linkage in one pass."""

    sync: Sync
    linkage: Linkage
    notebook: Notebook = field(init=False)
    desk: OrderDesk = field(init=False)
    unhanded: OrderHandoverError | None = field(init=False, default=None)
    unreadable: dict[FileStamp, UntrustedFileError] = field(init=False, default_factory=dict)
    counts: Counts = field(init=False, default_factory=Counts)

    @property
    def memory(self) -> Memory:
        """What the state holds of the linkage at this moment."""
        return self.notebook.memory

    def run(self) -> LinkageReport:
        """Sync the linkage, or find out why not; either way the state knows afterwards."""
        sync, linkage = self.sync, self.linkage
        started_at = sync.clock.now()
        left_alone = sync.rules.is_paused(linkage) or linkage.service != SERVICE
        known = sync.state.recall(linkage.id)
        met = meet(linkage, known, paused=left_alone)
        if met != known:
            sync.state.save(met)
        self.notebook = Notebook(sync.state, met)
        self.desk = OrderDesk(sync.shop, sync.clock, linkage, self.notebook)
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
        self.counts += Counts(orders=self.desk.handed_over)
        return LinkageReport(
            linkage.id, linkage.shop_id, linkage.shop_code, started_at, sync.clock.now(), outcome, self.counts, failure
        )

    def _bring_over(self) -> Outcome:
        """Finish what an earlier pass began, hand over orders, apply new files in order, then rows that waited.

        Rows that wait are those whose variant has appeared since. Orders that cannot be handed over hold up nothing.
        """
        self.desk.read_news()
        moved = self._send_queue()
        with self.sync.stock_area.visit(self.linkage) as folder:
            listing = folder.list_files()
            self._hand_over(folder)
            reading = choose_files(self.memory, listing)
            for stamp in reading.unread:
                fetched = folder.fetch_file(stamp.name)
                self.desk.read_log(folder)
                self._apply_file(fetched)
            if not reading.unread:
                self.desk.read_log(folder)
        if self.unhanded:
            self._record_failure(self.unhanded)
        if self.unreadable:
            raise next(iter(self.unreadable.values()))
        if reading.stale:
            raise self._stale(reading.stale[0])
        if not reading.unread and self.memory.newest in listing:
            moved = self._apply_waiting(self.memory.newest) or moved
        self._forget(listing)
        if self.unhanded:
            raise self.unhanded
        if reading.unread or moved:
            return Outcome.SYNCED
        return Outcome.NOTHING_NEW if listing else Outcome.NO_FILE_YET

    def _hand_over(self, folder: StockFolder) -> None:
        """Hand over orders; whatever keeps them from it is told when the stock is done."""
        try:
            self.desk.hand_over(folder)
        except LinkageError as error:
            self.unhanded = OrderHandoverError(str(error))

    def _forget(self, listing: tuple[FileStamp, ...]) -> None:
        """Forget files that are gone, and orders that every number still to come has in it."""
        memory = forget_absent_files(self.memory, listing)
        if memory.newest:
            memory = replace(memory, orders=forget_settled(memory.orders, memory.newest.modified_at))
        self.notebook.save(memory)

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
        moved = self.desk.read_news()
        matching = self.sync.rules.match(levels, variants)
        plan = plan_updates(matching, self.sync.rules.hold_back(self.memory.orders, stamp.modified_at), moved)
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
                receipts.append(self._send(batch))  # noqa: PERF401 - kept when one fails
        except LinkageError:
            self._settle(receipts)
            raise
        if queue:
            self._settle(receipts)
        return bool(queue)

    def _send(self, batch: Batch) -> Receipt:
        """Send a batch less what orders hold back, and what came in meanwhile once more, until nothing comes in."""
        shop, shop_id = self.sync.shop, self.linkage.shop_id
        self.desk.read_news()
        receipt = shop.send_stock(shop_id, make_request(batch, self._lowered(batch), self.memory.orders.after))
        for _ in range(CORRECTIONS):
            news = self.desk.read_news()
            overtaken = tuple(update for update in self._lowered(batch) if update.variant_code in news)
            if not overtaken:
                break
            correction = shop.send_stock(shop_id, make_request(batch, overtaken, self.memory.orders.after))
            receipt = replace(receipt, rejected=receipt.rejected + correction.rejected)
        return receipt

    def _lowered(self, batch: Batch) -> tuple[Update, ...]:
        """Return a batch's updates as they are to be sent now; what is queued is of the newest file."""
        newest = self.memory.newest
        assert newest is not None  # noqa: S101 - a file is taken in together with its updates
        return hold_back(batch, self.sync.rules.hold_back(self.memory.orders, newest.modified_at))

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
        self.notebook.memory = self.sync.record_failure(self.memory, failure)
        return failure

    def _record_success(self) -> None:
        now = self.sync.clock.now()
        incident = self.memory.incident
        step = after_success(incident)
        letters = [compose_recovery(self.memory, incident, now)] if incident and step.notice is Notice.RECOVERED else []
        self.notebook.save(replace(self.memory, incident=step.incident, last_success_at=now), letters)

    def _save_and_tell(self, memory: Memory, problems: Mapping[Problem, str], settled: Iterable[str]) -> None:
        memory, fresh = tell(memory, problems, settled)
        lines = {problem: problems[problem] for problem in fresh}
        file_name = memory.newest.name if memory.newest else ""
        letters = [compose_notice(memory, lines, file_name, self.sync.clock.now())] if lines else []
        self.notebook.save(memory, letters)
