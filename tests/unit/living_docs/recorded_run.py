"""A small run made by hand, with the texts that hostile engines write, in a folder as `verify --report` leaves it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.conformance.guide import features_dir
from simulator.conformance.report.folder import read_features, write_reports
from simulator.conformance.source_digest import digest_sources
from simulator.conformance.transcript import Line, StepTranscript
from simulator.conformance.verify.results import Outcome, Result, StepOutcome, StepRun, Verification
from simulator.conformance.verify.selection import read_scenarios
from tests.unit.conformance import reported

STAYS, QUIET, MAILED = (
    "一時停止の間は在庫数が変わらない", "一時停止の間はTEMPOSTARに接続しない", "失敗のメールは保存した通知先に届く",
)  # fmt: skip
HEARD = StepTranscript((Line("2026-04-01T09:05:07+09:00", "ftps", "ftps.login", f"in: {reported.HOSTILE}"),), 4)


def result(name: str, outcome: Outcome = Outcome.PASSED, **changes: Any) -> Result:
    """A case of a scenario that there is; two steps, of which the second went over the wire."""
    (found,) = (one for one in read_scenarios(features_dir()) if one.name == name)
    last = StepOutcome.FAILED if outcome is Outcome.FAILED else StepOutcome.PASSED
    steps = (
        StepRun("前提", "在庫連携の設定を終えている", 3, "given", StepOutcome.PASSED, 0.1),
        StepRun("ならば", f"「{reported.HOSTILE}」である", 4, "then", last, 0.1),
    )
    made = Result(
        found.file, found.line, name, "", found.owed, found.statements, outcome, 0.5, steps=steps,
        transcripts=(StepTranscript(), HEARD), began=reported.BEGAN.timestamp(),
    )  # fmt: skip
    return replace(made, **changes)


RESULTS = (
    result(STAYS, case="差分"), result(STAYS, case="全件", row=1), result(QUIET),
    result(MAILED, Outcome.FAILED, message=f"seen: {reported.HOSTILE}", error="AssertionError"),
)  # fmt: skip
RUN = replace(reported.CONFORMANT, results=RESULTS, expected=len(RESULTS), only=(f"一時停止{reported.HOSTILE}",))


def write_run(folder: Path, verification: Verification = RUN, *, sources: tuple[str, str] | None = None) -> Path:
    """Write the record of a run; `sources`: their digests at its begin and end, today's where not given."""
    before, after = sources or (digest_sources(),) * 2
    account = replace(
        reported.account(verification),
        features=read_features(verification.results),
        sources_before=before,
        sources_after=after,
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_reports(folder, account)
    return folder


def spoil(path: Path, **changes: object) -> None:
    """Change fields of the first line of a JSON file, or of all of it where it is one value."""
    text = path.read_text(encoding="utf-8")
    first, rest = (text, "") if path.suffix == ".json" else text.split("\n", 1)
    told = json.dumps(json.loads(first) | changes)
    path.write_text(told if path.suffix == ".json" else f"{told}\n{rest}", encoding="utf-8")
