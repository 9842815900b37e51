"""What is remembered of one linkage while a pass works on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference.domain.letters import Letter
    from reference.domain.linkage import Memory
    from reference.domain.linked_codes import Heard
    from reference.service.ports import State


@dataclass(slots=True)
class Notebook:
    """Holds the memory of a linkage; `memory` is what the state holds at each moment."""

    state: State
    memory: Memory

    def save(self, memory: Memory, letters: Iterable[Letter] = (), heard: Heard | None = None) -> None:
        """Remember this, queue these letters, keep these codes: in one transaction, unless nothing is new."""
        letters = tuple(letters)
        if memory != self.memory or letters or heard:
            self.state.save(memory, letters, heard)
            self.memory = memory
