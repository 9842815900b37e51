"""transcripts.ndjson: what went over the wire in each step of every case, for `zaikolab docs build`.

The first line says of which run and of which sources; then one line a case, its steps as in report.json. Without
secrets: FTP passwords and the shop API's token are *** there.

    {"schema": 1, "when": "...", "sources": {"began": "<digest>", "ended": "<digest>"}, "cases": 224}
    {"profile", "file", "name", "case", "row", "steps": [{"lines": [[at, service, kind, summary], ...], "left": 0}]}
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.conformance.report.account import writable
from simulator.conformance.report.messages import LINE_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.conformance.report.account import Account

SCHEMA_VERSION = 1
TRANSCRIPTS = "transcripts.ndjson"


def compose_transcripts(account: Account) -> str:
    """The whole file. `began` and `ended` differ where the sources were changed under the run."""
    lines = (json.dumps(line, ensure_ascii=False).translate(LINE_ENDS) for line in _lines(account))
    return writable("\n".join(lines)) + "\n"


def _lines(account: Account) -> Iterator[dict[str, Any]]:
    yield {
        "schema": SCHEMA_VERSION,
        "when": account.began.isoformat(timespec="seconds"),
        "sources": {"began": account.sources_before, "ended": account.sources_after},
        "cases": len(account.results),
    }
    for one in account.results:
        yield {
            "profile": one.profile, "file": one.file, "name": one.name, "case": one.case, "row": one.row,
            "steps": [step.as_json() for step in one.transcripts],
        }  # fmt: skip
