"""What is noted of a linkage is kept with what is saved next, its letters once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.domain.letters import Letter
from reference.domain.linkage import meet
from reference.service.notebook import Notebook
from tests.unit.reference.engine_fakes import LINKAGE
from tests.unit.reference.engine_fakes import OPENING as NOW


class Keeper:
    def __init__(self):
        self.saved = []

    def save(self, *what):
        self.saved.append(what)


BLANK = meet(LINKAGE, None, NOW, paused=False)
LATER = replace(BLANK, last_success_at=NOW)
LETTER = Letter("subject", "body", NOW)


@pytest.fixture
def notebook():
    return Notebook(Keeper(), BLANK)


def test_nothing_new_is_not_saved(notebook):
    notebook.save(BLANK)
    assert notebook.state.saved == []


def test_what_is_noted_is_known_at_once_and_kept_with_the_next_save(notebook):
    notebook.note(LATER)
    assert (notebook.memory, notebook.state.saved) == (LATER, [])
    notebook.save(LATER, [LETTER])
    notebook.save(LATER)
    assert notebook.state.saved == [(LATER, (LETTER,), None)]


def test_what_is_noted_with_a_letter_is_kept_at_once(notebook):
    notebook.note(LATER, [LETTER])
    notebook.save(LATER)
    assert notebook.state.saved == [(LATER, (LETTER,), None)]


def test_what_was_saved_elsewhere_is_not_saved_again(notebook):
    notebook.take(LATER)
    notebook.save(LATER)
    assert (notebook.memory, notebook.state.saved) == (LATER, [])


def test_what_could_not_be_saved_is_saved_the_next_time(notebook):
    notebook.note(LATER)
    notebook.state, keeper = None, notebook.state
    with pytest.raises(AttributeError):
        notebook.save(LATER)
    notebook.state = keeper
    notebook.save(LATER)
    assert keeper.saved == [(LATER, (), None)]
