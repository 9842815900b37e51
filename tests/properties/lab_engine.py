"""The reference engine in this process, one pass at a time, with deeds in the middle of one if wanted.

What it does inside is not looked at; only its calls of the outer world are counted, so that "the third thing it does"
can be said, and so that a purchase can be told that fell between the reading of orders and the update after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from reference import run_pass
from reference.adapters.state_sqlite import SqliteState
from reference.adapters.tempostar_ftps import FtpsArea, FtpsPatience
from reference.domain.linkage import Linkage
from reference.errors import ConnectionFailedError, MailError, ShopApiError
from reference.service.sync import Sync
from simulator.lab import Lab

Adjust = Callable[[Sync], Sync]
Deed = Callable[[str], None]

_LOST = {
    **dict.fromkeys(("fetch_linkages", "fetch_variants", "fetch_orders", "send_stock", "report_run"), ShopApiError),
    **dict.fromkeys(("list_files", "fetch_file", "find_order_file", "put_order_file"), ConnectionFailedError),
    **dict.fromkeys(("read_fates",), ConnectionFailedError),
    "send": MailError,
}


class Killed(BaseException):
    """The process died here."""


class Ending(StrEnum):
    """How a pass ended: exit code 0, exit code 1, or not at all."""

    WELL = "well"
    NOT_WELL = "not well"
    KILLED = "killed"


@dataclass(frozen=True)
class Pass:
    """One pass as it went; `calls` are the names of the calls it made, those that failed among them, in order."""

    ending: Ending
    calls: tuple[str, ...]

    def overwrites_after(self, nth: int) -> bool:
        """Tell whether the first shop call about numbers after call `nth` was an update, not a reading of orders."""
        later = (name for name in self.calls[nth:] if name in {"fetch_orders", "send_stock"})
        return next(later, "") == "send_stock"


def die(_name: str) -> None:
    """Let the process die right after the call."""
    raise Killed


def lose_the_answer(name: str) -> None:
    """Let the answer of the call that was just carried out get lost; calls of the engine's own state lose nothing."""
    if name in _LOST:
        raise _LOST[name](f"the answer to {name} was lost")


def make_pass(
    lab: Lab, state_dir: Path, *, adjust: Adjust | None = None, deeds: Mapping[int, Deed] | None = None
) -> Pass:
    """Make one pass; each deed happens right after the engine's call of that number, which is right before the next."""
    tap = _Tap(deeds or {})

    def adjusted(sync: Sync) -> Sync:
        return tap.put_on(_impatient(adjust(sync) if adjust else sync))

    try:
        report = run_pass(lab.engine_environment(state_dir), adjust=adjusted)
    except Killed:
        return Pass(Ending.KILLED, tuple(tap.calls))
    return Pass(Ending.NOT_WELL if report.exit_code else Ending.WELL, tuple(tap.calls))


def _impatient(sync: Sync) -> Sync:
    """Try again at once, for nothing in the lab passes by itself; and spare the disk, for no power fails here."""
    area, state = sync.stock_area, sync.state
    assert isinstance(area, FtpsArea)
    assert isinstance(state, SqliteState)
    state.connection.execute("PRAGMA synchronous = OFF")
    patience = FtpsPatience(timeout=area.patience.timeout, wait_initial=0, wait_max=0)
    return replace(sync, stock_area=replace(area, patience=patience))


@dataclass
class _Tap:
    deeds: Mapping[int, Deed]
    calls: list[str] = field(default_factory=list)

    def put_on(self, sync: Sync) -> Sync:
        return replace(
            sync,
            shop=_Tapped(sync.shop, self),
            stock_area=_Tapped(sync.stock_area, self),
            mailer=_Tapped(sync.mailer, self),
            state=_Tapped(sync.state, self),
        )

    def carry_out(self, name: str, call: Callable[[], object]) -> object:
        """Make a call, and let happen what is to happen after it; a call that fails is none to happen after."""
        self.calls.append(name)
        deed = self.deeds.get(len(self.calls))
        answer = call()
        if deed is not None:
            deed(name)
        return answer


@dataclass
class _Tapped:
    """A port, or a folder in a port, whose calls are counted."""

    port: object
    tap: _Tap

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            return self.tap.carry_out(name, lambda: getattr(self.port, name)(*arguments))

        return call

    @contextmanager
    def visit(self, linkage: Linkage) -> Iterator[_Tapped]:
        with self.port.visit(linkage) as folder:
            yield _Tapped(folder, self.tap)
