"""report.html: one file without an address outside, in which nothing that an engine writes is more than text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from simulator.conformance.guide import statement
from simulator.conformance.report.messages import compose_messages
from simulator.conformance.report.page import compose_page
from tests.unit.conformance import reported

VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """What a browser makes of a page: its scripts, its text outside scripts and styles, its attributes, its policy."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.text = ""
        self.names: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += [(tag, key, value or "") for key, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag
        self.text += " "

    def handle_data(self, data):
        if self._open and self._open[-1] == "script":
            self.scripts[-1] += data
        elif not self._open or self._open[-1] != "style":
            self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def page(name: str) -> Page:
    return Page(compose_page(reported.account(reported.EACH[name])))


def words(page: Page) -> str:
    return " ".join(page.text.split())


def policy(page: Page) -> dict[str, list[str]]:
    position = page.attributes.index(("meta", "http-equiv", "Content-Security-Policy"))
    tag, key, value = page.attributes[position + 1]
    assert (tag, key) == ("meta", "content")
    return {rule.split()[0]: rule.split()[1:] for rule in value.split(";")}


@pytest.mark.parametrize("name", reported.EACH)
def test_only_the_scripts_put_in_here_run_and_nothing_comes_from_outside(name: str) -> None:
    found = page(name)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in found.scripts]
    assert policy(found) == {
        "default-src": ["'none'"], "script-src": [f"'sha256-{one}'" for one in hashes],
        "style-src": ["'unsafe-inline'"], "img-src": ["data:"], "base-uri": ["'none'"], "form-action": ["'none'"],
    }  # fmt: skip
    assert len(hashes) == 2
    assert [one for one in found.attributes if one[1] in {"src", "href", "action"} or one[1].startswith("on")] == []
    assert not {"link", "iframe", "img", "object", "base", "form"} & set(found.names)
    # The policy counts from where it stands: before any style or script.
    assert found.names[:4] == ["html", "head", "meta", "meta"]


def test_the_script_holds_the_messages_whole() -> None:
    messages = compose_messages(reported.account(reported.EVERYTHING)).splitlines()
    script = page("everything").scripts[0]
    told = json.loads(script.removeprefix("window.CUCUMBER_MESSAGES = ").removesuffix(";"))
    assert told == [json.loads(line) for line in messages]
    assert "<" not in script
    assert "CUCUMBER_MESSAGES" in page("everything").scripts[1]


def test_hostile_text_is_text() -> None:
    found = page("everything")
    assert found.text.count("</script><script>window.PWNED=1</script><!-- ]]> &") == 3
    html = compose_page(reported.account(reported.EVERYTHING))
    head = html[: html.index("<script>window.CUCUMBER")]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", head)
    html.encode()


def test_the_head_says_what_was_found_by_what_and_how_sure_that_is() -> None:
    told = words(page("everything"))
    for one in (
        "Not conformant", "./my-sync --once against the vendor guide", "level should, and the levels before it",
        "1 of 5 passed, 1 failed, 1 skipped, 2 not judged", "profiles guide",
        "71/71 seeded defects killed, recorded 2026-11-27", "2026-11-28 09:30:00+00:00, for 2.5 s",
        "zaikolab 0.1.0, CPython 3.11.7, Linux", "zaikolab verify --engine './my-sync --once' --report out",
        "Your engine floods its output. More than 1 MB. Write less.",
        "passed failed skipped not judged must 1 1 1 2", "いくつか (1-4_0): the operator decides",
    ):  # fmt: skip
        assert one in told


def test_a_failed_scenario_explains_itself() -> None:
    told = words(page("everything"))
    told = told[told.index("What failed or could not be judged") :]
    for one in (
        "shop.feature:15, level must", f"§5.4 {statement('5.4').text}", "The engine: does something else than expected",
        "ならば 残りは「4」個である", "expected: 4 seen: 3", "Like trims-codes: Trims codes.",
        "journal since the last もし 7 2026-04-01T09:05:00+09:00 clock", "engine exit code 0",
        "Repeat it: zaikolab verify --engine './my-sync --once' --only 'いくつか'", "OSError: the disk is full",
        "every_scenario.py::one level must not judged worker 'gw0' crashed いくつか",
    ):  # fmt: skip
        assert one in told
    assert ("details", "open", "") in page("everything").attributes


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("conformant", "Conformant"),
        ("stopped", "Your engine never connected. No scenario was run. It asked nobody."),
        ("interrupted", "not to its end interrupted"),
        ("profiles", "profiles guide, full: robust"),
        ("everything", "only 5.4: a part of the specification"),
        ("everything", "いくつか shop.feature:15, level must §5.4"),
        ("interrupted", "0 not judged, 1 not run"),
        ("profiles", "Profiles passed failed skipped not judged guide 1 0 0 0 full 1 0 0 0"),
    ],
)
def test_every_ending_is_told(name: str, said: str) -> None:
    assert said in words(page(name))


def test_the_formatter_is_as_it_was_published() -> None:
    """What is vendored is not edited: its licence comes with it, and the page needs nothing else."""
    from simulator.conformance.report import page as module

    folder = module._FORMATTER
    assert {path.name for path in folder.iterdir()} == {"LICENSE", "main.css", "main.js", "main.js.LICENSE.txt"}
    digest = hashlib.sha256((folder / "main.js").read_bytes()).hexdigest()
    assert digest == "c6ad2df64cb00bc4749c9cc2223c351696cf5f5cd69043fcc628af4993c41e4c"
    assert "url(" not in (folder / "main.css").read_text(encoding="utf-8").replace("url(data:", "")
