"""Whoever walks: finds things as a person does, by their labels, and remembers what was read on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from simulator.conformance.engine_under_test import EngineUnderTest


@dataclass
class Person:
    """`page`: the browser's; `engine`: makes a pass; `noted`: what was read on one page to be typed on another."""

    page: Page
    engine: EngineUnderTest
    noted: dict[str, str] = field(default_factory=dict)

    def go_to(self, screen: str) -> None:
        """To one of the lab's parts, by the strip at the top."""
        self._go_on(
            self.page.get_by_role("navigation", name="実験室の画面").get_by_role("link", name=screen, exact=True)
        )

    def follow(self, *labels: str) -> None:
        """Menus and links, one after the other."""
        for label in labels:
            self._go_on(self.page.get_by_role("link", name=label, exact=True).first)

    def press(self, name: str, within: Locator | None = None) -> None:
        """The one button of that name, on the page or within a part of it."""
        self._go_on((within or self.page).get_by_role("button", name=name, exact=True))

    def _go_on(self, where: Locator) -> None:
        """Click, and see the page that this leads to: what is read next is not the old one."""
        with self.page.expect_navigation():
            where.click()

    def type_into(self, label: str, text: str) -> None:
        """A field, by its label."""
        self.field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        """An option of a choice, by what is written on both."""
        self.field(label).select_option(label=option)

    def field(self, label: str) -> Locator:
        """A field whose label is this; that it has to be filled in may stand behind."""
        return self.page.get_by_label(label, exact=True).or_(self.page.get_by_label(f"{label}必須", exact=True)).first

    def is_told(self, sentence: str) -> None:
        """The page says what was done."""
        expect(self.page.get_by_role("status").filter(has_text=sentence)).to_be_visible()

    def reads(self, *texts: str) -> None:
        """Each of these stands on the page."""
        for text in texts:
            expect(self.page.get_by_role("main").get_by_text(text).filter(visible=True).first).to_be_visible()

    def row(self, name: str) -> Locator:
        """The row of a table that a cell of this name stands in."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_text(name, exact=True))

    def ware(self, name: str) -> Locator:
        """An item as the shop's front shows it."""
        return self.page.get_by_role("main").get_by_role("listitem").filter(has_text=name)

    def cell(self, row: Locator, column: str) -> Locator:
        """The cell of a row that is seen under a heading: a cell that several rows share moves none of them."""
        heading = self.page.get_by_role("columnheader", name=column, exact=True).first.bounding_box()
        row.wait_for()
        cells = row.locator("th, td")
        boxes = [cell.bounding_box() for cell in cells.all()]
        assert heading is not None
        middle = heading["x"] + heading["width"] / 2
        under = [number for number, box in enumerate(boxes) if box and box["x"] <= middle <= box["x"] + box["width"]]
        assert len(under) == 1, f"{len(under)} cells stand under {column}"
        return cells.nth(under[0])

    def has_cells(self, name: str, **texts: str) -> None:
        """The row of this name says these, each under its heading."""
        for column, text in texts.items():
            expect(self.cell(self.row(name), column)).to_have_text(text)


Step = Callable[[Person], str]
STEPS: dict[str, Step] = {}
"""What carries out each step of walk.toml; answers with what is seen then, in Japanese."""


def step(name: str) -> Callable[[Step], Step]:
    """Name a function as the one that carries out a step."""

    def named(carry_out: Step) -> Step:
        assert name not in STEPS
        STEPS[name] = carry_out
        return carry_out

    return named
