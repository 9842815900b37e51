"""Goes on syncing while the merchant has pressed 一時停止."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reference.bootstrap import run_pass
from reference.service.sync import Sync


def _adjust(sync: Sync) -> Sync:
    return replace(sync, rules=replace(sync.rules, is_paused=lambda _linkage: False))


def run(environment: Mapping[str, str]) -> int:
    return run_pass(environment, adjust=_adjust).exit_code
