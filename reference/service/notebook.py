"""What is remembered of one linkage while a pass works on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference.domain.letters import Letter
    from reference.domain.linkage import Memory
    from reference.domain.linked_codes import Heard
    from reference.service.ports import State


@dataclass(slots=True)
class Notebook:
    """Holds the memory of a linkage; `memory` is what the state holds at each moment, and what was only noted."""

    state: State
    memory: Memory
    _kept: Memory = field(init=False)

    def __post_init__(self) -> None:
        self._kept = self.memory

    def save(self, memory: Memory, letters: Iterable[Letter] = (), heard: Heard | None = None) -> None:
        """Remember this, queue these letters, keep these codes: in one transaction, unless nothing is new."""
        letters = tuple(letters)
        if memory != self._kept or letters or heard:
            self.state.save(memory, letters, heard)
        self.take(memory)

    def note(self, memory: Memory, letters: Iterable[Letter] = ()) -> None:
        """Remember this with what is saved next, for a write of its own costs as much; letters are queued at once."""
        letters = tuple(letters)
        if letters:
            self.save(memory, letters)
        self.memory = memory

    def take(self, memory: Memory) -> None:
        """Go on from what was saved elsewhere."""
        self.memory = self._kept = memory
