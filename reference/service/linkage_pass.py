"""One linkage in one pass: orders, queued updates, stock files, rows that waited."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reference.domain.brake import Brake, hold, let_through, supersede
from reference.domain.columns import levels_of
from reference.domain.incident import Cause, Failure, Notice, after_success
from reference.domain.letters import compose_recovery
from reference.domain.linkage import (
    FileStamp,
    Linkage,
    Memory,
    choose_files,
    forget_absent_files,
    meet,
    take_in,
)
from reference.domain.linked_codes import hear
from reference.domain.matching import find_near_misses
from reference.domain.orders import forget_settled
from reference.domain.plan import Plan, cut_batches, plan_updates
from reference.domain.problems import find_problems
from reference.domain.report import Counts, LinkageReport, Outcome
from reference.errors import (
    HeldFileError,
    LinkageError,
    OrderHandoverError,
    OverdueFileError,
    PassAlreadyRunningError,
    StaleFileError,
    UntrustedFileError,
)
from reference.service.ahead import begun
from reference.service.failures import classify_error
from reference.service.notebook import Notebook
from reference.service.order_desk import OrderDesk
from reference.service.rules import SERVICE
from reference.service.sending_desk import SendingDesk
from reference.service.watchman import Watchman

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from reference.domain.matching import Variant
    from reference.domain.plan import Batch
    from reference.domain.stock_file import RowProblem
    from reference.domain.watch import Watch
    from reference.service.ports import FetchedFile, StockFolder
    from reference.service.sync import Sync

    ReadVariants = Callable[[], Collection[Variant]]

LARGE_FILE = 1 << 20
"""A file of so many bytes takes long enough to be received that something else is done meanwhile."""


@dataclass(slots=True)
class LinkagePass:
    """One linkage in one pass."""

    sync: Sync
    linkage: Linkage
    notebook: Notebook = field(init=False)
    desk: OrderDesk = field(init=False)
    sending: SendingDesk = field(init=False)
    watchman: Watchman = field(init=False)
    unhanded: OrderHandoverError | None = field(init=False, default=None)
    unreadable: dict[FileStamp, UntrustedFileError] = field(init=False, default_factory=dict)

    @property
    def memory(self) -> Memory:
        """What is remembered of the linkage at this moment, be it only noted."""
        return self.notebook.memory

    def run(self) -> LinkageReport:
        """Sync the linkage, or find out why not; the state knows afterwards, unless another pass is on meanwhile."""
        started_at = self.sync.clock.now()
        try:
            with self.sync.state.hold(self.linkage.id):
                return self.run_while_held()
        except PassAlreadyRunningError:
            one, outcome = self.linkage, Outcome.LEFT_TO_ANOTHER
            return LinkageReport(one.id, one.shop_id, one.shop_code, started_at, self.sync.clock.now(), outcome)

    def run_while_held(self) -> LinkageReport:
        """Do the same, for a caller that keeps every other pass off the linkage itself."""
        sync, linkage, started_at = self.sync, self.linkage, self.sync.clock.now()
        left_alone = sync.rules.is_paused(linkage) or linkage.service != SERVICE
        known = sync.state.recall(linkage.id)
        met = meet(linkage, known, started_at, paused=left_alone)
        if met != known:
            sync.state.save(met)
        self.notebook = Notebook(sync.state, met)
        self.desk = OrderDesk(sync.shop, sync.clock, linkage, self.notebook)
        self.sending = SendingDesk(sync.shop, sync.clock, sync.rules, linkage, self.notebook, self.desk, sync.tell)
        self.watchman = Watchman(sync.state, sync.clock, sync.limits, self.notebook)
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
        self.sending.counts += Counts(orders=self.desk.handed_over)
        return LinkageReport(
            linkage.id,
            linkage.shop_id,
            linkage.shop_code,
            started_at,
            sync.clock.now(),
            outcome,
            self.sending.counts,
            failure,
            missed=self.memory.watch.missed,
            caught_up=self.watchman.caught_up,
        )

    def _bring_over(self) -> Outcome:
        """Finish what an earlier pass began, hand over orders, apply new files in order, then rows that waited.

        Rows that wait are those whose variant has appeared since. Orders that cannot be handed over hold up nothing.
        """
        self.desk.read_news()
        moved = self.sending.send_queue()
        moved = self._let_through() or moved
        with self.sync.stock_area.visit(self.linkage) as folder:
            looked_at = self.sync.clock.now()
            listing = folder.list_files(self.memory.files)
            self._hand_over(folder)
            reading = choose_files(self.memory, listing)
            for stamp in reading.unread:
                self._fetch_and_take_in(folder, stamp)
                self.sending.send_queue()
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
        self._finish(listing, looked_at)
        if self.unhanded:
            raise self.unhanded
        if self.memory.brake.held:
            raise self._held(self.memory.brake)
        self._wait_no_longer(news=bool(reading.unread))
        if reading.unread or moved:
            return Outcome.SYNCED
        return Outcome.NOTHING_NEW if listing else Outcome.NO_FILE_YET

    def _wait_no_longer(self, *, news: bool) -> None:
        """Raise when a new file had to come and has not; once that is told, only a new file ends it, not a pause."""
        told = self.memory.incident is not None and Cause.OVERDUE_FILE in self.memory.incident.told
        overdue = self.watchman.find_overdue(told=told and not news)
        if overdue:
            since = f"{overdue.since.astimezone(self.sync.clock.now().tzinfo):%Y-%m-%d %H:%M:%S}"
            raise OverdueFileError(f"No stock file was written since {since}, and {overdue.evidence.value}.")

    def _hand_over(self, folder: StockFolder) -> None:
        """Hand over orders; what keeps them from it is told when the stock is done, a refusal whatever comes then."""
        try:
            self.desk.hand_over(folder)
        except OrderHandoverError as error:
            self.unhanded = error
            self._record_failure(error)
        except LinkageError as error:
            self.unhanded = OrderHandoverError(str(error))

    def _finish(self, listing: tuple[FileStamp, ...], looked_at: datetime) -> None:
        """Remember the look; forget files that are gone, and orders that every number still to come has in it."""
        watch, letters = self.watchman.look(listing, looked_at)
        memory = replace(forget_absent_files(self.memory, listing), watch=watch)
        if memory.numbers_from:
            memory = replace(memory, orders=forget_settled(memory.orders, memory.numbers_from))
        self.notebook.note(memory, letters)  # however the pass ends now, that is saved

    def _fetch_and_take_in(self, folder: StockFolder, stamp: FileStamp) -> None:
        """Receive a file and take it in; beside a large one the shop's variants are asked for meanwhile.

        That is no earlier than the last reading of orders: what is sold from then on is found by the next one.
        """
        is_large = stamp.size >= LARGE_FILE
        with begun(self._read_variants) if is_large else nullcontext(self._read_variants) as read_variants:
            fetched = folder.fetch_file(stamp.name)
            self.desk.read_log(folder)
            self._take_in_file(fetched, read_variants)

    def _read_variants(self) -> Collection[Variant]:
        return self.sync.shop.fetch_variants(self.linkage.shop_id)

    def _take_in_file(self, fetched: FetchedFile, read_variants: ReadVariants) -> None:
        """Take in what a file received whole says; one that cannot be read is told to the merchant."""
        try:
            stock_file = self.sync.rules.parse(fetched.content)
        except UntrustedFileError as error:
            self.unreadable[fetched.stamp] = error.of(fetched.stamp.name)
            self._record_failure(self.unreadable[fetched.stamp])
        else:
            watch = self.watchman.meet_file(fetched, self.unreadable)
            self._take_in(fetched.stamp, stock_file.levels, watch, read_variants, stock_file.problems)

    def _apply_waiting(self, standing: FileStamp) -> bool:
        """Look whether a variant has appeared for a row of the standing file (guide 4.0.1); return whether one has."""
        if not self.memory.waiting:
            return False
        before = self.sending.counts
        self._apply(standing, self.memory.waiting, self.memory.watch)
        return (self.sending.counts.updated, self.sending.counts.unchanged) != (before.updated, before.unchanged)

    def _apply(self, stamp: FileStamp, levels: Mapping[str, int], watch: Watch) -> None:
        """Take in and send what is known of a file already."""
        self._take_in(stamp, levels, watch, self._read_variants)
        self.sending.send_queue()

    def _take_in(
        self,
        stamp: FileStamp,
        levels: Mapping[str, int],
        watch: Watch,
        read_variants: ReadVariants,
        bad_rows: tuple[RowProblem, ...] = (),
    ) -> None:
        """Match, judge and plan; record file, rows that wait or are held, queue and mails in one transaction.

        What it needs for that may be large; none of it is left when the queue is sent.
        """
        variants = read_variants()
        moved = self.desk.read_news()
        matching = self.sync.rules.match(levels, variants)
        verdict = self.watchman.judge(stamp, matching, variants)
        brake = supersede(self.memory.brake, levels)
        plan = Plan((), 0)
        if verdict.holds:
            brake = hold(brake, stamp, {one.variant_code: one.level for one in matching.matched}, verdict)
        else:
            plan = plan_updates(matching, self.sync.rules.hold_back(self.memory.orders, stamp.modified_at), moved)
        waiting = levels_of(levels, (*matching.unmatched, *matching.ambiguous))
        near_misses = find_near_misses(matching.unmatched, variants)
        problems = find_problems(bad_rows, near_misses, matching.unmatched, matching.ambiguous)
        watch, letters = self.watchman.clear_missed(watch, stamp, matching, variants)
        queue = cut_batches(plan, self.sync.new_key, stamp.modified_at)
        taken = take_in(replace(self.memory, watch=watch, brake=brake), stamp, waiting, queue, self.unreadable)
        if verdict.holds:
            taken, asking = self.sync.tell_failure(taken, classify_error(self._held(brake)))
            letters += asking
        heard = hear(matching, stamp.modified_at, held=verdict.holds)
        self.sending.save_and_tell(taken, problems, (match.variant_code for match in matching.matched), letters, heard)
        self.sending.counts += Counts(
            unchanged=plan.unchanged,
            unmatched=len(matching.unmatched),
            ambiguous=len(matching.ambiguous),
            bad_rows=len(bad_rows),
        )

    def _let_through(self) -> bool:
        """Apply what was held and has been released, each file's rows by its own time; tell whether there was any.

        What met a variant when it was held and meets none any more is dropped: it was no news of this variant's.
        """
        brake = self.memory.brake
        if not (brake.released and brake.held):
            return False
        variants = self._read_variants()
        moved = self.desk.read_news()
        queue: list[Batch] = []
        for file in brake.held:
            matching = self.sync.rules.match(file.levels, variants)
            held_back = self.sync.rules.hold_back(self.memory.orders, file.stamp.modified_at)
            plan = plan_updates(matching, held_back, moved)
            queue += cut_batches(plan, self.sync.new_key, file.stamp.modified_at)
            self.sending.counts += Counts(unchanged=plan.unchanged)
        after = let_through(self.sync.clock.now())
        self.notebook.save(replace(self.memory, brake=after, queue=(*self.memory.queue, *queue)))
        self.sending.send_queue()
        return True

    def _stale(self, stamp: FileStamp) -> StaleFileError:
        newest = self.memory.newest or stamp
        japan = self.sync.clock.now().tzinfo
        written, applied = (f"{one.modified_at.astimezone(japan):%Y-%m-%d %H:%M:%S}" for one in (stamp, newest))
        return StaleFileError(
            stamp.name,
            f"written {written}, but a file of {applied} was applied before; "
            "if the area was set up anew (a lab after reset), go on with an empty SYNC_STATE_DIR",
        )

    def _held(self, brake: Brake) -> HeldFileError:
        return HeldFileError(brake.held[-1].stamp.name, brake.zeros, brake.in_stock)

    def _record_failure(self, error: LinkageError) -> Failure:
        failure = classify_error(error)
        self.notebook.take(self.sync.record_failure(self.memory, failure))
        return failure

    def _record_success(self) -> None:
        now = self.sync.clock.now()
        incident = self.memory.incident
        step = after_success(incident)
        letters = [compose_recovery(self.memory, incident, now)] if incident and step.notice is Notice.RECOVERED else []
        self.notebook.save(replace(self.memory, incident=step.incident, last_success_at=now), letters)
