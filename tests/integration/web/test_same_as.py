"""Each form says which command and which curl line do the same."""

from __future__ import annotations

import html
import re
from pathlib import Path

from simulator.lab import Lab
from simulator.web.app import create_app
from tests.browser.pages import PAGES
from tests.browser.populated import populate

BESIDE = {
    "/lab/clock/advance": "on the lab's own page, with the clock",
    "/lab/clock/mode": "on the lab's own page, with the clock",
    "/lab/clock/next-pass": "on the lab's own page, with the clock",
    "/lab/clock/set": "below the clock's forms, with the others",
    "/lab/faults/N/clear": "in the note, with the fault's number",
    "/lab/states/restore": "beside the form",
    "/roomclip/business/N/items/status": "once below the table",
    "/roomclip/business/N/items/stock": "once below the table",
    "/tempostar/products/bulk-carrying": "on the page that it leads to, where the choice is made",
    "/tempostar/products/stock": "once below the table",
    "/tempostar/stock": "once below the table",
    "/tempostar/stock/bulk-links": "on the page that it leads to, where the choice is made",
}
"""Forms that have it elsewhere: where."""


def test_each_form_shows_the_call_that_does_the_same(tmp_path: Path) -> None:
    with Lab() as lab:
        populated = populate(lab, tmp_path)
        client = create_app(lab).test_client()
        shown: dict[str, bool] = {}
        for listed in PAGES:
            page = client.get(listed.address(populated.words)).text
            for form in re.findall(r'<form method="post".*?</form>', page, re.DOTALL):
                found = re.search(r'action="([^"?]*)', form)
                assert found, form
                action = re.sub(r"\d+", "N", html.unescape(found[1]))
                shown[action] = shown.get(action, False) or 'class="same"' in form
    assert {action for action, has_it in shown.items() if not has_it} == set(BESIDE)
    assert len(shown) > 35
