"""Figures a deployment may set: 送信間隔 as this engine is told it, and what counts as a mass of zeros."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

INTERVALS_OF_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """`interval` is 送信間隔 (guide 2.1.4: 5 minutes); `zero_share` of the linked stock, 0 to 1, may go to 0 at once.

    Fewer than `zero_least` SKUs going to 0 in one file are never a mass.
    """

    interval: timedelta = timedelta(minutes=5)
    zero_share: float = 0.5
    zero_least: int = 20

    @property
    def patience(self) -> timedelta:
        """How long a new file that is due is waited for."""
        return self.interval * INTERVALS_OF_PATIENCE
