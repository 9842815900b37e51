"""A linkage as the merchant saved it, and what the engine remembers of it from pass to pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from reference.domain.brake import Brake
from reference.domain.orders import OrderBook
from reference.domain.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from reference.domain.incident import Incident
    from reference.domain.plan import Batch


class LinkageState(StrEnum):
    """Whether the merchant wants the link to run (guide 5.4)."""

    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Linkage:
    """What was saved at 在庫連携設定 (guide 5.2); the password never shows in a repr."""

    id: str
    shop_id: str
    service: str
    state: LinkageState
    ftp_user: str
    ftp_password: str = field(repr=False)
    shop_code: str
    notify_to: str
    sync_now: bool = False


@dataclass(frozen=True, slots=True, order=True)
class FileStamp:
    """What tells one write of a stock file from another; ordered by time (MDTM, UTC), then name."""

    modified_at: datetime
    name: str
    size: int


class ProblemKind(StrEnum):
    """What a merchant can be told about single codes."""

    BAD_ROW = "bad row"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to tell the merchant about one code, once."""

    kind: ProblemKind
    sku_code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is kept of a linkage between passes.

    `files` are the files in the area that were taken in, `newest` the newest ever. `waiting` are rows of the standing
    file that met no single variant yet; `queue` are updates decided but not yet confirmed by the shop, with their
    file's numbers before anything is held back; `told` are problems mailed before; `orders` are orders on their way to
    TEMPOSTAR; `watch` is about when files came, `brake` about files that wait for the merchant's word.
    """

    linkage_id: str
    shop_id: str
    ftp_user: str
    shop_code: str
    notify_to: str
    paused: bool = False
    files: tuple[FileStamp, ...] = ()
    newest: FileStamp | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    queue: tuple[Batch, ...] = ()
    told: frozenset[Problem] = frozenset()
    incident: Incident | None = None
    last_success_at: datetime | None = None
    orders: OrderBook = field(default_factory=OrderBook)
    watch: Watch = field(default_factory=Watch)
    brake: Brake = field(default_factory=Brake)

    @property
    def numbers_from(self) -> datetime | None:
        """When the oldest file was written whose numbers may still be sent, once the queue has been."""
        if self.newest is None:
            return None
        held = (file.stamp.modified_at for file in self.brake.held)
        return min((self.newest.modified_at, *held))


def meet(linkage: Linkage, memory: Memory | None, now: datetime, *, paused: bool) -> Memory:
    """Bring the memory up to what the shop says now; another FTP user or shop code starts the memory of files anew.

    So does it with what is held and watched, and with order files: orders not handed over yet go to the new place,
    under its shop code; those handed over are the old place's. Only another shop makes the orders be read from the
    beginning. What is due is waited for anew after a pause.
    """
    fresh = Memory(
        linkage.id, linkage.shop_id, linkage.ftp_user, linkage.shop_code, linkage.notify_to, paused, watch=Watch(now)
    )
    if memory is None:
        return fresh
    if (memory.ftp_user, memory.shop_code, memory.shop_id) != (linkage.ftp_user, linkage.shop_code, linkage.shop_id):
        orders = _move(memory.orders) if memory.shop_id == linkage.shop_id else OrderBook()
        return replace(fresh, incident=memory.incident, last_success_at=memory.last_success_at, orders=orders)
    watch = replace(memory.watch, active_since=now) if memory.paused and not paused else memory.watch
    return replace(memory, notify_to=linkage.notify_to, paused=paused, watch=watch)


def _move(book: OrderBook) -> OrderBook:
    return replace(book, waiting=book.not_handed_over, files=())


@dataclass(frozen=True, slots=True)
class Reading:
    """Which of the files in the area are to be read, in order, and which are older than what was applied."""

    unread: tuple[FileStamp, ...]
    stale: tuple[FileStamp, ...]


def choose_files(memory: Memory, listing: Iterable[FileStamp]) -> Reading:
    """Take every file once, oldest first; a file never seen that is older than the newest applied one is stale."""
    unknown = sorted(stamp for stamp in listing if not is_known(memory, stamp))
    newest = memory.newest
    stale = tuple(stamp for stamp in unknown if newest is not None and stamp.modified_at < newest.modified_at)
    return Reading(tuple(stamp for stamp in unknown if stamp not in stale), stale)


def is_known(memory: Memory, stamp: FileStamp) -> bool:
    """Tell whether this very write of the file was taken in before."""
    return stamp in memory.files or stamp == memory.newest


def take_in(
    memory: Memory,
    stamp: FileStamp,
    waiting: Mapping[str, int],
    queue: Iterable[Batch],
    passed_over: Iterable[FileStamp] = (),
) -> Memory:
    """Remember a file as taken in: its updates are queued, its rows without a variant wait instead of older ones.

    `passed_over` are unreadable files before this one; they are not looked at again.
    """
    by_name = {known.name: known for known in (*memory.files, *passed_over, stamp)}
    return replace(
        memory,
        files=tuple(sorted(by_name.values())),
        newest=stamp,
        waiting=dict(waiting),
        queue=(*memory.queue, *queue),
    )


def forget_absent_files(memory: Memory, listing: Iterable[FileStamp]) -> Memory:
    """Forget files whose name is no longer in the area; the newest is always remembered.

    Not by a listing without the newest, which may have been cut short: an old file would be taken for one put back.
    """
    names = {stamp.name for stamp in listing}
    if memory.newest and memory.newest.name not in names:
        return memory
    return replace(memory, files=tuple(stamp for stamp in memory.files if stamp.name in names))


def tell(memory: Memory, problems: Iterable[Problem], settled: Iterable[str]) -> tuple[Memory, tuple[Problem, ...]]:
    """Return the problems not told before; a told one whose code has been applied well since is forgotten."""
    current = frozenset(problems)
    asked = {problem.sku_code for problem in memory.told}
    well = {code for code in settled if code in asked} if asked else asked
    kept = frozenset(problem for problem in memory.told if problem in current or problem.sku_code not in well)
    fresh = tuple(sorted(current - kept))
    return replace(memory, told=kept | current), fresh
