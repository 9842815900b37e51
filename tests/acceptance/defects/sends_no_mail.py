"""Keeps its failures to itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reference.bootstrap import run_pass
from reference.service.ports import QueuedLetter
from reference.service.sync import Sync


class _Silent:
    def send(self, queued: QueuedLetter) -> None:
        """Drop it."""


def _adjust(sync: Sync) -> Sync:
    return replace(sync, mailer=_Silent())


def run(environment: Mapping[str, str]) -> int:
    return run_pass(environment, adjust=_adjust).exit_code
