"""The vendor guide, walked on the consoles in a real browser by its labels: from an empty lab to linked stock, a sale,
a pause and a failure mail. Each step of walk.toml is carried out and pictured; `make docs` shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator.conformance.guide import walk_steps
from simulator.living_docs.walk import WALK_FOLDER, WalkedStep, writing_walk
from tests.browser.guide_walk import afterwards, roomclip, tempostar
from tests.browser.guide_walk.person import STEPS, Person
from tests.browser.pictures import take_picture

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from simulator.conformance.engine_under_test import EngineUnderTest
    from simulator.lab import Lab

PARTS = (tempostar, roomclip, afterwards)
_READABLE = """() => [document.body.innerText,
  ...[...document.querySelectorAll('input:not([type=password]), textarea')].map(one => one.value)].join('\\n')"""
"""What a picture of the page gives away."""


def test_each_step_of_the_walk_has_what_carries_it_out_and_nothing_else_does() -> None:
    own = [step for part in PARTS for step, carry_out in STEPS.items() if carry_out.__module__ == part.__name__]
    assert own == [step.id for step in walk_steps()]


def test_the_guide_is_walked_from_an_empty_lab_to_linked_stock_a_sale_a_pause_and_a_failure_mail(
    page: Page, lab: Lab, engine: EngineUnderTest, tmp_path: Path
) -> None:
    assert (lab.tempostar.shops(), lab.roomclip.items("1").total, lab.mailbox.count()) == ((), 0, 0)
    person = Person(page, engine)
    page.goto("/")
    with writing_walk(Path(__file__).parents[2] / WALK_FOLDER) as walk:
        for number, step in enumerate(walk_steps(), 1):
            seen = STEPS[step.id](person)
            assert person.noted.get("FTPユーザーパスワード", "none yet") not in page.evaluate(_READABLE), step.id
            picture = tmp_path / f"{number:02d}-{step.id}.png"
            take_picture(page, picture)
            path = page.url.removeprefix(lab.endpoints.http_url)
            walk.add(
                WalkedStep(step.section, step.text, step.statements, picture.name, page.title(), path, seen),
                picture.read_bytes(),
            )
