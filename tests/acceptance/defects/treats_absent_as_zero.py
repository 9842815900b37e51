"""Takes a SKU that is not in the file for sold out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reference.bootstrap import run_pass
from reference.domain.matching import Matching, Variant
from reference.service.sync import Sync


def _adjust(sync: Sync) -> Sync:
    match = sync.rules.match

    def zeroing(levels: Mapping[str, int], variants: Iterable[Variant]) -> Matching:
        variants = tuple(variants)
        absent = {variant.variant_code: 0 for variant in variants if variant.variant_code}
        return match({**absent, **levels}, variants)

    return replace(sync, rules=replace(sync.rules, match=zeroing))


def run(environment: Mapping[str, str]) -> int:
    return run_pass(environment, adjust=_adjust).exit_code
