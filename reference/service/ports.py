"""What a pass needs of the world, as protocols; `adapters` has the real ones, the tests have fakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from reference.domain.content import Content
    from reference.domain.letters import Letter
    from reference.domain.linkage import FileStamp, Linkage, Memory
    from reference.domain.linked_codes import Heard
    from reference.domain.matching import Variant
    from reference.domain.orders import Fate, Order
    from reference.domain.plan import Batch
    from reference.domain.report import LinkageReport


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A stock file received whole: as many bytes as announced, and the same file before and after.

    Its `content` can be read for as long as the visit lasts and no other file is fetched.
    """

    stamp: FileStamp
    content: Content


@dataclass(frozen=True, slots=True)
class Receipt:
    """The shop's answer to a batch; `rejected` are pairs of variant code and reason."""

    updated: int
    unchanged: int
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QueuedLetter:
    """A letter not handed over yet; `key` stays the same however often it is tried.

    `to` is the address the linkage has now: a merchant who corrects it gets what could not be handed over before.
    """

    key: str
    to: str
    letter: Letter


class Tell(Protocol):
    """Hears how far long work is: what is done, how much of it, and of how much."""

    def __call__(self, what: str, done: int, of: int, /) -> None:
        """Hear it; must be quick."""
        ...


def tell_nobody(_what: str, _done: int, _of: int, /) -> None:
    """Let nobody know."""


class StockFolder(Protocol):
    """The folder of one shop in the FTPS area, for as long as a visit lasts."""

    def list_files(self, known: Collection[FileStamp] = ()) -> tuple[FileStamp, ...]:
        """Return the stock files that are there; raises `FolderMissingError` or another `LinkageError`.

        What is just as `known` need not be asked about in full.
        """
        ...

    def fetch_file(self, name: str) -> FetchedFile:
        """Return a file received whole; raises `UntrustedFileError` when it was not, or another `LinkageError`."""
        ...

    def find_order_file(self, name: str) -> bytes | None:
        """Return the bytes of an order file that waits for intake or is in TEMPOSTAR's log folder, by its final name.

        Raises `OrderHandoverError` or another `LinkageError`.
        """
        ...

    def put_order_file(self, name: str, content: bytes) -> bool:
        """Put a complete order file under its final name, once; tell whether it is there or in the log folder now.

        False: the name is another file's, which was left alone. Raises `OrderHandoverError` or another `LinkageError`.
        """
        ...

    def read_fates(self, names: Iterable[str], refused: Collection[str]) -> Mapping[str, Fate]:
        """Return what TEMPOSTAR's log folder says of these order files; those it does not know of are left out.

        Of those `refused` before, that is not taken from a listing, which may have been cut short, but asked for.
        """
        ...


class StockArea(Protocol):
    """TEMPOSTAR's FTPS area."""

    def visit(self, linkage: Linkage) -> AbstractContextManager[StockFolder]:
        """Open the linkage's folder; nothing is contacted before the first question, all is closed at the end."""
        ...


class Shop(Protocol):
    """RoomClip's shop API; every method raises `ShopApiError` when the answer is missing or makes no sense."""

    def fetch_linkages(self) -> tuple[Linkage, ...]:
        """Return every linkage."""
        ...

    def fetch_variants(self, shop_id: str) -> Collection[Variant]:
        """Return all variants of a shop with their numbers of now.

        It may be asked in a thread of its own, while the shop is asked nothing else.
        """
        ...

    def fetch_orders(self, shop_id: str, after: int) -> tuple[Order, ...]:
        """Return the orders placed or cancelled after that seq, oldest change first."""
        ...

    def send_stock(self, shop_id: str, batch: Batch) -> Receipt:
        """Set absolute numbers; the same batch sent again does nothing twice."""
        ...

    def report_run(self, report: LinkageReport) -> None:
        """Tell the console what happened."""
        ...


class Mailer(Protocol):
    """Hands mails to a mail server."""

    def send(self, letter: QueuedLetter) -> None:
        """Hand one mail over; raises `MailError`."""
        ...


class State(Protocol):
    """What is kept between passes; every method is one transaction and raises `StateError`."""

    def recall(self, linkage_id: str) -> Memory | None:
        """Return what is remembered of a linkage."""
        ...

    def recall_all(self) -> tuple[Memory, ...]:
        """Return what is remembered of every linkage, by id."""
        ...

    def unpaused(self) -> frozenset[str]:
        """Return the ids of the linkages remembered as not paused."""
        ...

    def hold(self, linkage_id: str) -> AbstractContextManager[None]:
        """Keep every other pass off this linkage until the end; raises `PassAlreadyRunningError` at once."""
        ...

    def confirm(self) -> None:
        """See that what `hold` holds is still held; raises `StateError` when another pass may have it by now."""
        ...

    def save(self, memory: Memory, letters: Sequence[Letter] = (), heard: Heard | None = None) -> None:
        """Remember this of the linkage from now on, queue these letters, keep these codes: all of it, or nothing.

        Codes kept before stay, unless the linkage has moved to another shop, FTP user or shop code.
        """
        ...

    def linked_codes(
        self, linkage_id: str, heard_before: datetime | None = None, emptied_from: datetime | None = None
    ) -> frozenset[str]:
        """Return the codes kept of a linkage: all, or those last heard of in a file written before a time.

        With `emptied_from` only those that a file written then or later has set to 0 and none has set higher since.
        """
        ...

    def queued_letters(self, linkage_id: str | None = None) -> tuple[QueuedLetter, ...]:
        """Return the letters not handed over yet, of all linkages or of one, oldest first."""
        ...

    def claim(self, key: str) -> AbstractContextManager[bool]:
        """Hold a letter while it is handed over and marked; False when it is, or an earlier one is, another's."""
        ...

    def mark_sent(self, keys: Iterable[str]) -> None:
        """Take letters off the queue."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time in Japan, with its offset."""
        ...
