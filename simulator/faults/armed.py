"""The faults of a running lab.

They are the experimenter's hand and no part of what is simulated: a reset and a stop clear them, snapshots leave them
alone, and a lab that is started again begins without any.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from simulator.errors import Conflict, Unknown
from simulator.faults.targets import matches
from simulator.faults.wish import Reach, Wish, check_wish
from simulator.journal import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.faults.kind import Layer
    from simulator.journal import Journal
    from simulator.store import Store

MOST_ARMED = 1000


@dataclass(frozen=True, slots=True)
class FaultState:
    """How a fault stands. `armed`: how often it will still fire; `matched`: the calls it was shown; `fired`: those it
    struck."""

    id: int
    kind: str
    on: str
    path: str
    nth: int
    times: int
    parameters: dict[str, int | float | str]
    armed: int
    matched: int
    fired: int


class Fault:
    """A fault that was armed; as a context manager it is cleared at the end.

    with lab.fault("data.cut", on="RETR", at=100) as fault:
        ...
    assert fault.fired == 1
    """

    def __init__(self, faults: Faults, number: int, wish: Wish) -> None:
        self._faults = faults
        self.id = number
        self.wish = wish
        self.matched = 0
        self.fired = 0
        self.taken = 0
        """Calls it is about to strike: those whose firing is not over yet."""
        self.over: Future[None] = Future()
        """Done once the fault is cleared: whatever is held back goes on."""

    @property
    def armed(self) -> int:
        """How often it will still fire."""
        return 0 if self.over.done() else self.wish.times - self.fired

    @property
    def state(self) -> FaultState:
        """How it stands."""
        wish = self.wish
        return FaultState(
            self.id, wish.kind.name, wish.on, wish.path, wish.nth, wish.times, asdict(wish.effect),
            self.armed, self.matched, self.fired,
        )  # fmt: skip

    def clear(self) -> None:
        """Disarm it, and let go of what it holds back. Its counts stay readable."""
        self._faults.clear(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


class Firing:
    """One call that a fault is about to strike. Whoever carries the effect out says `fire` when it comes to it, or
    `miss` when it did not: then the fault waits for another call."""

    def __init__(self, faults: Faults, fault: Fault, on: str, path: str) -> None:
        self._faults = faults
        self._fault = fault
        self._on = on
        self._path = path
        self._open = True

    @property
    def effect(self) -> Any:  # noqa: ANN401 - the layer that takes it names the union of its effects
        """What it does, with its parameters."""
        return self._fault.wish.effect

    @property
    def over(self) -> Future[None]:
        """Done once the fault is cleared."""
        return self._fault.over

    def fire(self) -> None:
        """It happens now: count it and tell the journal. Once; more calls do nothing."""
        if self._open:
            self._open = False
            self._faults.count_fired(self._fault, self._on, self._path)

    def miss(self) -> None:
        """It did not happen after all."""
        if self._open:
            self._open = False
            self._faults.give_back(self._fault)


Take: TypeAlias = "Callable[[Layer, str, str], Firing | None]"
"""How a server asks which fault strikes a call: by layer, target and path."""


def nothing_armed(_layer: Layer, _on: str, _path: str) -> None:
    """What a server without a lab asks."""


class Faults:
    """Arms, shows and clears faults, and hands them to the servers call by call. `reach` tells what there is."""

    def __init__(self, store: Store, journal: Journal, reach: Callable[[], Reach]) -> None:
        self._lock = store.lock
        self._store = store
        self._journal = journal
        self._reach = reach
        self._faults: tuple[Fault, ...] = ()
        self._last = 0

    def arm(
        self,
        kind: str,
        parameters: Mapping[str, object] | None = None,
        *,
        on: str = "",
        path: str = "",
        nth: int = 1,
        times: int = 1,
    ) -> Fault:
        """Let something go wrong from now on: at the `nth` call that matches and the `times` - 1 after it.

        `on`: the target; "*" any of the kind's; needed when it has several. `path`: only calls with such a path, `*`
        standing for characters within a part. Raises: BadValue for what could never fire, naming what could; Conflict
        when MOST_ARMED are there.
        """
        wish = check_wish(
            kind, on=on, path=path, nth=nth, times=times, parameters=parameters or {}, reach=self._reach()
        )
        with self._store.transaction():
            if len(self._faults) >= MOST_ARMED:
                raise Conflict(f"{MOST_ARMED} faults are there already.", next_step="Clear them: zaikolab fault clear.")
            self._last += 1
            fault = Fault(self, self._last, wish)
            self._journal.record(
                Service.LAB, "fault.armed", f"Fault {fault.id} was armed: {wish}.",
                fault=fault.id, of_kind=kind, on=wish.on, path=wish.path, nth=wish.nth, times=wish.times,
                parameters=asdict(wish.effect),
            )  # fmt: skip
            self._faults = (*self._faults, fault)
        return fault

    def all(self) -> tuple[FaultState, ...]:
        """Those armed and those used up, in the order they were armed."""
        return tuple(fault.state for fault in self._faults)

    def armed(self) -> int:
        """How many are still to strike."""
        return sum(1 for fault in self._faults if fault.armed)

    def clear_all(self) -> int:
        """Disarm all; return how many there were."""
        faults = self._faults
        for fault in faults:
            self.clear(fault)
        return len(faults)

    def clear_number(self, number: int) -> None:
        """Disarm one.

        Raises: Unknown when there is none of this number.
        """
        for fault in self._faults:
            if fault.id == number:
                self.clear(fault)
                return
        present = ", ".join(str(fault.id) for fault in self._faults) or "none"
        raise Unknown("fault", number, next_step=f"There are: {present}.")

    def clear(self, fault: Fault) -> None:
        """Disarm one, and let go of what it holds back; once. Those of a lab that was stopped are cleared."""
        if fault not in self._faults:
            return
        with self._store.transaction():
            if fault not in self._faults:
                return
            self._faults = tuple(one for one in self._faults if one is not fault)
            self._journal.record(
                Service.LAB, "fault.cleared",
                f"Fault {fault.id} ({fault.wish.kind.name}) was cleared; it had fired {fault.fired} times.",
                fault=fault.id, of_kind=fault.wish.kind.name, matched=fault.matched, fired=fault.fired,
            )  # fmt: skip
        fault.over.set_result(None)

    # ------------------------------------------------------------------ for the servers

    def take(self, layer: Layer, on: str, path: str) -> Firing | None:
        """The fault that strikes this call, if one does. `path`: as the call has it, without secrets.

        The call is shown to the armed faults in order, until one takes it.
        """
        if not self._faults:  # the common case costs nothing
            return None
        with self._lock:
            for fault in self._faults:
                wish = fault.wish
                if wish.kind.layer is not layer or on not in wish.targets or not matches(wish.path, path):
                    continue
                if fault.fired + fault.taken >= wish.times:
                    continue
                fault.matched += 1
                if fault.matched >= wish.nth:
                    fault.taken += 1
                    return Firing(self, fault, on, path)
        return None

    def count_fired(self, fault: Fault, on: str, path: str) -> None:
        """Count a strike and tell the journal of it (for `Firing`)."""
        with self._store.transaction():
            fault.taken -= 1
            fault.fired += 1
            self._journal.record(
                Service.LAB, "fault.fired", f"Fault {fault.id} struck: {fault.wish.kind.name} at {on} {path}".rstrip(),
                fault=fault.id, of_kind=fault.wish.kind.name, on=on, path=path,
                count=fault.fired, times=fault.wish.times,
            )  # fmt: skip

    def give_back(self, fault: Fault) -> None:
        """Let a fault wait for another call (for `Firing`)."""
        with self._lock:
            fault.taken -= 1
