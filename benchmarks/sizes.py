"""How much `make bench` measures, and how much less `make bench-quick`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """`rounds`: turns of each side; SKUs of the catalogues; the rest is told by its name."""

    kind: str
    rounds: int
    large: int
    middle: int
    small: int
    download_mb: int
    sessions: int
    at_once: int
    companies: int
    linkages: int
    skus_per_shop: int
    far_linkages: int
    by_hand: int

    def words(self) -> dict[str, str]:
        """For the texts of the table."""
        return {
            "large": f"{self.large:,}",
            "small": f"{self.small:,}",
            "download_mb": f"{self.download_mb:,}",
            "at_once": f"{self.at_once:,}",
            "linkages": f"{self.linkages:,}",
            "far_linkages": f"{self.far_linkages:,}",
            "middle": f"{self.middle:,}",
            "sessions": f"{self.sessions:,}",
            "companies": f"{self.companies:,}",
            "skus_per_shop": f"{self.skus_per_shop:,}",
            "by_hand": f"{self.by_hand:,}",
        }


FULL = Sizes("full", 5, 1_000_000, 100_000, 10_000, 116, 600, 20, 50, 2_000, 200, 400, 10_000)
QUICK = Sizes("quick", 5, 20_000, 5_000, 1_000, 24, 80, 20, 4, 80, 20, 40, 1_000)
