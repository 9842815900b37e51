"""In-memory sides of the engine's ports, and a small world that puts them together."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from reference.adapters.clock import JAPAN
from reference.domain.limits import Limits
from reference.domain.linkage import FileStamp, Linkage, LinkageState
from reference.domain.matching import Variant
from reference.domain.orders import Buyer, Fate, FateKind, Order, OrderLine, OrderState
from reference.domain.plan import Batch
from reference.domain.report import LinkageReport, PassReport
from reference.errors import (
    FolderMissingError,
    LinkageError,
    MailError,
    ShopApiError,
    UntrustedFileError,
    UntrustedReason,
)
from reference.service.linkage_pass import LARGE_FILE
from reference.service.ports import FetchedFile, QueuedLetter, Receipt
from reference.service.sync import Sync
from tests.unit.reference.engine_fake_state import FakeState

OPENING = datetime(2026, 4, 1, 9, 0, tzinfo=JAPAN)
LINKAGE = Linkage(
    id="1",
    shop_id="7",
    service="tempostar",
    state=LinkageState.ACTIVE,
    ftp_user="10001_0",
    ftp_password="never-shown",
    shop_code="20001",
    notify_to="owner@shop.example",
)

BUYER = Buyer("模擬　花子", "モギ　ハナコ", "000-0000", "模擬県模擬市１－１", "00-0000-0000", "hanako@buyer.example")


class Killed(BaseException):
    """The process died here."""


@dataclass
class FakeClock:
    at: datetime = OPENING

    def now(self) -> datetime:
        return self.at

    def advance(self, minutes: int = 5) -> None:
        self.at += timedelta(minutes=minutes)


@dataclass
class FakeShop:
    """Keeps variants and does nothing twice for one key, as the contract asks."""

    linkages: list[Linkage] = field(default_factory=lambda: [LINKAGE])
    variants: dict[str, Variant] = field(default_factory=dict)
    answered: dict[str, Receipt] = field(default_factory=dict)
    requests: list[Batch] = field(default_factory=list)
    runs: list[LinkageReport] = field(default_factory=list)
    trouble: LinkageError | None = None
    send_trouble: BaseException | None = None
    kill_after_send: bool = False
    vanished: str | None = None
    takes: int | None = None
    rejects: str | None = None
    report_trouble: ShopApiError | None = None
    orders: dict[str, Order] = field(default_factory=dict)
    seq: int = 0
    order_trouble: ShopApiError | None = None
    before_send: Callable[[], object] | None = None
    asked: list[str] = field(default_factory=list)

    def buy(self, code: str, quantity: int = 1, *others: tuple[str, int]) -> str:
        """Place an order as a buyer would; the stock is lower at once."""
        lines = ((code, quantity), *others)
        for one, count in lines:
            (stock,) = self.stock_of(one)
            assert stock >= count, f"{one} is sold out"
            self.set_stock(one, stock - count)
        self.seq += 1
        order_id = f"RC{self.seq}"
        bought = tuple(OrderLine(one, f"商品{one}", "", count, 1_100) for one, count in lines)
        self.orders[order_id] = Order(
            self.seq, order_id, OPENING, OrderState.PLACED, "クレジットカード", "その他", BUYER, bought
        )
        return order_id

    def cancel(self, order_id: str) -> None:
        self.seq += 1
        order = replace(self.orders[order_id], seq=self.seq, state=OrderState.CANCELLED)
        self.orders[order_id] = order
        for line in order.lines:
            self.set_stock(line.variant_code, self.stock_of(line.variant_code)[0] + line.quantity)

    def fetch_orders(self, shop_id: str, after: int) -> tuple[Order, ...]:
        self.asked.append("orders")
        if self.order_trouble:
            raise self.order_trouble
        return tuple(sorted((one for one in self.orders.values() if one.seq > after), key=lambda one: one.seq))

    def add(self, code: str | None, stock: int = 0, status: str = "公開") -> None:
        variant_id = str(len(self.variants) + 1)
        self.variants[variant_id] = Variant(variant_id, code, stock, status)

    def stock_of(self, code: str) -> list[int]:
        return [variant.stock for variant in self.variants.values() if variant.variant_code == code]

    def set_stock(self, code: str, stock: int) -> None:
        for variant_id, variant in self.variants.items():
            if variant.variant_code == code:
                self.variants[variant_id] = replace(variant, stock=stock)

    def fetch_linkages(self) -> tuple[Linkage, ...]:
        if self.trouble:
            raise self.trouble
        return tuple(self.linkages)

    def fetch_variants(self, shop_id: str) -> tuple[Variant, ...]:
        return tuple(self.variants.values())

    def send_stock(self, shop_id: str, batch: Batch) -> Receipt:
        self.asked.append("stock")
        if self.before_send:
            self.before_send()
        if self.send_trouble:
            raise self.send_trouble
        if self.takes is not None and len(self.requests) >= self.takes:
            raise SHOP_IS_DOWN
        self.requests.append(batch)
        if self.vanished is not None:
            self.variants = {key: one for key, one in self.variants.items() if one.variant_code != self.vanished}
        if batch.key not in self.answered:
            self.answered[batch.key] = self._work(batch)
        if self.kill_after_send:
            self.kill_after_send = False
            raise Killed
        return self.answered[batch.key]

    def report_run(self, report: LinkageReport) -> None:
        if self.report_trouble:
            raise self.report_trouble
        self.runs.append(report)

    def _work(self, batch: Batch) -> Receipt:
        held = Counter(variant.variant_code for variant in self.variants.values())
        wanted = {update.variant_code: update.stock for update in batch.updates}
        self.variants = {
            key: replace(one, stock=wanted[one.variant_code])
            if one.variant_code in wanted and held[one.variant_code] == 1
            else one
            for key, one in self.variants.items()
        }
        rejected = tuple((code, "ambiguous" if held[code] else "unknown") for code in wanted if held[code] != 1)
        unasked = ((self.rejects, "unknown"),) if self.rejects else ()
        return Receipt(len(wanted) - len(rejected), 0, rejected + unasked)


@dataclass
class FakeArea:
    """Holds files per shop code; `trouble` is raised by the next questions."""

    folders: dict[str, dict[str, FetchedFile]] = field(default_factory=lambda: {"20001": {}})
    trouble: LinkageError | None = None
    visits: int = 0
    short: str = ""
    fetched: list[str] = field(default_factory=list)
    order_files: dict[str, bytes] = field(default_factory=dict)
    order_log: dict[str, tuple[datetime, bytes]] = field(default_factory=dict)
    uploads: list[str] = field(default_factory=list)
    order_trouble: LinkageError | None = None
    large: bool = False
    """Every stock file says that it is large."""

    def take_in(self, at: datetime, *, refused: str = "") -> list[bytes]:
        """Move the order files to the log as TEMPOSTAR does, and return what they say."""
        files, self.order_files = self.order_files, {}
        for name, content in files.items():
            self.order_log[f"{name}.error" if refused else f"{name}.done"] = (at.replace(microsecond=0), content)
            if refused:
                self.order_log[f"{name}.log"] = (at, refused.encode())
        return [files[name] for name in sorted(files)]

    def handed_over(self) -> list[str]:
        """The ショップ受注番号 of every row in every order file there is, in the log or out of it."""
        logged = [content for name, (_, content) in self.order_log.items() if not name.endswith(".log")]
        files = [*self.order_files.values(), *logged]
        return sorted(row["ショップ受注番号"] for content in files for row in read_order_file(content))

    def put(self, content: bytes, at: datetime, name: str = "stock.csv", shop_code: str = "20001") -> None:
        size = len(content) + LARGE_FILE * self.large
        stamp = FileStamp(at.astimezone(UTC).replace(microsecond=0), name, size)
        self.folders[shop_code][name] = FetchedFile(stamp, content)

    @contextmanager
    def visit(self, linkage: Linkage) -> Iterator[FakeFolder]:
        yield FakeFolder(self, linkage)


@dataclass
class FakeFolder:
    area: FakeArea
    linkage: Linkage

    def list_files(self, known: Collection[FileStamp] = ()) -> tuple[FileStamp, ...]:
        self.area.visits += 1
        if self.area.trouble:
            raise self.area.trouble
        if self.linkage.shop_code not in self.area.folders:
            raise FolderMissingError("no folder")
        return tuple(sorted(file.stamp for file in self.area.folders[self.linkage.shop_code].values()))

    def fetch_file(self, name: str) -> FetchedFile:
        self.area.fetched.append(name)
        if name == self.area.short:
            raise UntrustedFileError(UntrustedReason.SHORT, file_name=name)
        return self.area.folders[self.linkage.shop_code][name]

    def find_order_file(self, name: str) -> bytes | None:
        if self.area.order_trouble:
            raise self.area.order_trouble
        log = self.area.order_log
        logged = [log[name + ending][1] for ending in (".done", ".error") if name + ending in log]
        return self.area.order_files.get(name, logged[0] if logged else None)

    def put_order_file(self, name: str, content: bytes) -> bool:
        found = self.find_order_file(name)
        if found is None:
            self.area.uploads.append(name)
            self.area.order_files[name] = content
        return found in {None, content}

    def read_fates(self, names: Iterable[str], refused: Collection[str]) -> dict[str, Fate]:
        log = self.area.order_log
        fates = {}
        for name in names:
            if f"{name}.done" in log:
                fates[name] = Fate(FateKind.TAKEN_IN, log[f"{name}.done"][0])
            elif f"{name}.error" in log:
                fates[name] = Fate(FateKind.REFUSED, log[f"{name}.error"][0], log[f"{name}.log"][1].decode())
        return fates


@dataclass
class FakeMailer:
    sent: list[QueuedLetter] = field(default_factory=list)
    refusing: bool = False
    refused_once: str = ""
    """Part of a subject that is refused the next time it comes."""

    def send(self, letter: QueuedLetter) -> None:
        if self.refused_once and self.refused_once in letter.letter.subject:
            self.refused_once = ""
            raise MailError("451 try again later")
        if self.refusing:
            raise MailError("the mail server is down")
        self.sent.append(letter)

    @property
    def subjects(self) -> list[str]:
        return [letter.letter.subject for letter in self.sent]


def die() -> None:
    raise Killed


@dataclass
class Reaper:
    """Lets the process die right after its `nth` call of any port, which is also right before the next call.

    Or lets something else happen there.
    """

    nth: int
    calls: int = 0
    deed: Callable[[], None] = die

    def watch(self, port: object) -> Watched:
        return Watched(port, self)


@dataclass
class Watched:
    """A port, or a folder in a port, whose calls are counted."""

    port: object
    reaper: Reaper

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            answer = getattr(self.port, name)(*arguments)
            self.reaper.calls += 1
            if self.reaper.calls == self.reaper.nth:
                self.reaper.deed()
            return answer

        return call

    @contextmanager
    def visit(self, linkage: Linkage) -> Iterator[Watched]:
        with self.port.visit(linkage) as folder:
            yield self.reaper.watch(folder)


@dataclass
class World:
    """One company, one shop, one engine; `tick` writes a file as TEMPOSTAR would, `run` makes a pass."""

    shop: FakeShop = field(default_factory=FakeShop)
    area: FakeArea = field(default_factory=FakeArea)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    state: FakeState = field(default_factory=FakeState)
    clock: FakeClock = field(default_factory=FakeClock)
    limits: Limits = field(default_factory=Limits)

    def tick(self, *rows: tuple[str, object], name: str = "stock.csv") -> None:
        self.clock.advance()
        self.area.put(stock_csv(*rows), self.clock.at, name)

    @property
    def sync(self) -> Sync:
        return Sync(self.shop, self.area, self.mailer, self.state, self.clock, limits=self.limits)

    def run(self) -> PassReport:
        return self.sync.run_pass()

    def run_until_killed(self, nth: int) -> bool:
        """Make a pass that dies right after its nth call of a port; tell whether it had that many."""
        try:
            self.run_with(nth, die)
        except Killed:
            return True
        return False

    def run_with(self, nth: int, deed: Callable[[], None]) -> None:
        """Make a pass in which something happens right after its nth call of a port."""
        reaper = Reaper(nth, deed=deed)
        ports = (self.shop, self.area, self.mailer, self.state)
        Sync(*(reaper.watch(port) for port in ports), self.clock, limits=self.limits).run_pass()

    def release(self) -> None:
        """Do what `zaikosync release` does."""
        memory = self.state.recall("1")
        if memory and memory.brake.held:
            self.state.save(replace(memory, brake=replace(memory.brake, released=True)))

    def relink(self, **changes: object) -> None:
        self.shop.linkages = [replace(self.shop.linkages[0], **changes)]

    def last_mail(self) -> str:
        return self.mailer.sent[-1].letter.body


def read_order_file(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def stock_csv(*rows: tuple[str, object]) -> bytes:
    lines = ['"商品コード","在庫数"', *(f'"{code}","{stock}"' for code, stock in rows)]
    return "".join(line + "\r\n" for line in lines).encode("cp932")


SHOP_IS_DOWN = ShopApiError("The shop API did not answer.")
