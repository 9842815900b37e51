"""report.html: the findings in plain HTML, then every scenario as `@cucumber/html-formatter` renders the messages.

One file that needs nothing from outside, and whose Content-Security-Policy lets nothing in: only the scripts that are
put in here run, whatever an engine has written.
"""

from __future__ import annotations

import base64
import hashlib
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from simulator.conformance.report.account import writable
from simulator.conformance.report.messages import compose_messages
from simulator.conformance.verify.explanation import guide_of, harmless
from simulator.conformance.verify.results import ExitCode, Outcome, tally
from simulator.conformance.world import ENGINE, JOURNAL, STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.conformance.report.account import Account
    from simulator.conformance.verify.results import Result

_HERE = Path(__file__).parent
_FORMATTER = _HERE / "vendor" / "html-formatter"
_MARKS = {ExitCode.CONFORMANT: "good", ExitCode.NOT_CONFORMANT: "bad"}


def compose_page(account: Account) -> str:
    """The whole page."""
    verification = account.verification
    scripts = [f"window.CUCUMBER_MESSAGES = [{_in_script(compose_messages(account))}];", _read("main.js")]
    page = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("page.html")
    return writable(
        page.render(
            account=account, verification=verification, mark=_MARKS.get(verification.exit_code, "unclear"),
            counts={str(outcome): len(verification.having(outcome)) for outcome in Outcome},
            left=max(0, verification.expected - len(verification.results)),
            groups=_groups(account), skipped=verification.having(Outcome.SKIPPED), outcomes=list(Outcome),
            levels=tally(verification.results), profiles=verification.by_profile,
            guide_of=guide_of, step_of=_step_of, told_of=_told_of,
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - made here; messages are escaped above
            style=Markup(_read("main.css")),  # noqa: S704 - vendored
            hashes=Markup(" ".join(map(_hash, scripts))),  # noqa: S704 - letters and digits
        )
    )  # fmt: skip


def _shown(value: object) -> object:
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _groups(account: Account) -> list[list[Result]]:
    """What failed or could not be judged, by scenario."""
    wrong = [result for result in account.results if result.wrong]
    return [list(cases) for _, cases in groupby(wrong, key=lambda one: one.case_of[:3])]


def _step_of(result: Result) -> str:
    return "".join(dict(result.sections).get(STEP, "").splitlines()[:1])


def _told_of(result: Result) -> Sequence[tuple[str, str]]:
    sections = dict(result.sections)
    return [(title, sections[title]) for title in (JOURNAL, ENGINE) if title in sections]


def _in_script(messages: str) -> str:
    """Messages as elements of a JavaScript array within a page: nothing in them ends the script or opens a comment."""
    return messages.rstrip("\n").replace("\n", ",\n").replace("<", "\\u003c")


def _read(name: str) -> str:
    return (_FORMATTER / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
