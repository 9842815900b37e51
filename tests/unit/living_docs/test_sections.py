"""Each statement of the guide belongs to one section."""

from __future__ import annotations

import pytest

from simulator.conformance.guide import statements
from simulator.living_docs.sections import SECTIONS, section_of


def test_the_sections_hold_every_statement_once_and_in_order() -> None:
    held = [one.id for section in SECTIONS for one in section.statements]
    assert sorted(held) == sorted(one.id for one in statements())
    assert all(section.statements for section in SECTIONS)


@pytest.mark.parametrize(
    ("statement", "section"),
    [
        ("3.2.1", "3-2"), ("3.2.1.1", "3-2-1"), ("3.2.2.4", "3-2-2"), ("4.2.0", "4-2"), ("4.2.1.1", "4-2-1"),
        ("4.3", "4-3"),
    ],
)  # fmt: skip
def test_a_statement_belongs_to_the_section_that_fits_best(statement: str, section: str) -> None:
    assert section_of(statement).id == section


def test_a_number_of_no_section_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        section_of("7.1")
