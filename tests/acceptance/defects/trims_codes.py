"""Takes codes that differ by spaces around them for the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reference.bootstrap import run_pass
from reference.domain.matching import Matching, Variant
from reference.service.sync import Sync


def _adjust(sync: Sync) -> Sync:
    match = sync.rules.match

    def trimming(levels: Mapping[str, int], variants: Iterable[Variant]) -> Matching:
        variants = tuple(variants)
        trimmed = {code.strip(): level for code, level in levels.items()}
        codes = {variant.variant_code for variant in variants if variant.variant_code}
        return match({code: trimmed[code.strip()] for code in codes if code.strip() in trimmed}, variants)

    return replace(sync, rules=replace(sync.rules, match=trimming))


def run(environment: Mapping[str, str]) -> int:
    return run_pass(environment, adjust=_adjust).exit_code
