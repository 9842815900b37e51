"""What each scenario shows, in one English sentence: beside the Japanese text, for readers who have no Japanese."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def summaries() -> Mapping[tuple[str, str], str]:
    """The sentences by feature file ("pause.feature") and the scenario's name."""
    with Path(__file__).with_name("summaries.toml").open("rb") as file:
        files = tomllib.load(file)
    return MappingProxyType(
        {(f"{file}.feature", name): text for file, rows in files.items() for name, text in rows.items()}
    )
