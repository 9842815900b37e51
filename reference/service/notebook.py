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
    """Holds the memory of a linkage; `memory` is what the state holds at each moment, and what has been noted since."""

    state: State
    memory: Memory
    _kept: Memory = field(init=False)
    _letters: tuple[Letter, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        self._kept = self.memory

    def note(self, memory: Memory, letters: Iterable[Letter]) -> None:
        """Have this kept with whatever is saved next: for what a kill before that may lose."""
        self.memory, self._letters = memory, (*self._letters, *letters)

    def save(self, memory: Memory, letters: Iterable[Letter] = (), heard: Heard | None = None) -> None:
        """Remember this, queue these letters, keep these codes: in one transaction, unless nothing is new."""
        letters = (*self._letters, *letters)
        if memory != self._kept or letters or heard:
            self.state.save(memory, letters, heard)
        self.memory = self._kept = memory
        self._letters = ()
