"""The in-memory side of the engine's state; runs under the same contract suite as the real one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from reference.domain.letters import Letter
from reference.domain.linkage import Memory
from reference.domain.linked_codes import Heard
from reference.errors import PassAlreadyRunningError
from reference.service.ports import QueuedLetter


@dataclass
class FakeState:
    """What SqliteState does, in memory."""

    memories: dict[str, Memory] = field(default_factory=dict)
    letters: dict[str, tuple[str, Letter]] = field(default_factory=dict)
    codes: dict[str, dict[str, tuple[datetime, datetime | None]]] = field(default_factory=dict)
    saves: int = 0
    held: set[str] = field(default_factory=set)
    """Linkages that another pass works on."""
    claimed: set[str] = field(default_factory=set)
    """Letters that another worker hands over at this moment."""

    def recall(self, linkage_id: str) -> Memory | None:
        return self.memories.get(linkage_id)

    def recall_all(self) -> tuple[Memory, ...]:
        return tuple(memory for _, memory in sorted(self.memories.items()))

    def unpaused(self) -> frozenset[str]:
        return frozenset(memory.linkage_id for memory in self.memories.values() if not memory.paused)

    @contextmanager
    def hold(self, linkage_id: str) -> Iterator[None]:
        if linkage_id in self.held:
            raise PassAlreadyRunningError(f"Another pass of linkage {linkage_id} is already running.")
        yield

    def confirm(self) -> None:
        pass

    def save(self, memory: Memory, letters: Sequence[Letter] = (), heard: Heard | None = None) -> None:
        self.saves += 1
        before = self.memories.get(memory.linkage_id)
        if before and place_of(before) != place_of(memory):
            self.codes.pop(memory.linkage_id, None)
        self.memories[memory.linkage_id] = memory
        codes = self.codes.setdefault(memory.linkage_id, {})
        for code in (*heard.stocked, *heard.emptied, *heard.others) if heard else ():
            heard_at, emptied_at = codes.get(code, (heard.written_at, None))
            if code not in heard.others:
                emptied_at = heard.written_at if code in heard.emptied else None
            codes[code] = (max(heard_at, heard.written_at), emptied_at)
        for letter in letters:
            self.letters[f"letter-{self.saves}-{len(self.letters)}"] = (memory.linkage_id, letter)

    def linked_codes(
        self, linkage_id: str, heard_before: datetime | None = None, emptied_from: datetime | None = None
    ) -> frozenset[str]:
        return frozenset(
            code
            for code, (heard_at, emptied_at) in self.codes.get(linkage_id, {}).items()
            if (heard_before is None or heard_at < heard_before)
            and (emptied_from is None or (emptied_at is not None and emptied_at >= emptied_from))
        )

    def queued_letters(self, linkage_id: str | None = None) -> tuple[QueuedLetter, ...]:
        return tuple(
            QueuedLetter(key, self.memories[owner].notify_to, letter)
            for key, (owner, letter) in self.letters.items()
            if linkage_id in {None, owner}
        )

    @contextmanager
    def claim(self, key: str) -> Iterator[bool]:
        yield key not in self.claimed

    def mark_sent(self, keys: Iterable[str]) -> None:
        for key in keys:
            del self.letters[key]


def place_of(memory: Memory) -> tuple[str, str, str]:
    return (memory.shop_id, memory.ftp_user, memory.shop_code)
