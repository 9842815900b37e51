"""report.json: everything, for machines. `report.schema.json` describes it field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.conformance.report.account import writable
from simulator.conformance.verify.explanation import guide_of

if TYPE_CHECKING:
    from simulator.conformance.report.account import Account
    from simulator.conformance.verify.results import Result

SCHEMA_VERSION = 1
"""Grows when a field goes or changes its meaning."""
SCHEMA = Path(__file__).parent / "report.schema.json"


def compose_json(account: Account) -> str:
    """What `verify --json` prints, and what a reader elsewhere lacks: when, the line typed, the guide's words."""
    told = account.verification.as_json() | {
        "schema": SCHEMA_VERSION,
        "zaikolab": account.version,
        "when": account.began.isoformat(timespec="seconds"),
        "command": account.command,
    }
    told["scenarios"] = [
        result.as_json() | {"guide": _guide(result), "repeat": account.repeat(result)} for result in account.results
    ]
    return writable(json.dumps(told, ensure_ascii=False, indent=2)) + "\n"


def _guide(result: Result) -> list[dict[str, str]]:
    return [{"id": one.id, "text": one.text} for one in guide_of(result)]
