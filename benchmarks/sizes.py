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


FULL = Sizes(
    kind="full", rounds=5, large=1_000_000, middle=100_000, small=10_000, by_hand=10_000, download_mb=116,
    sessions=600, at_once=20, companies=50, linkages=2_000, far_linkages=400, skus_per_shop=200,
)  # fmt: skip
QUICK = Sizes(
    kind="quick", rounds=5, large=20_000, middle=5_000, small=1_000, by_hand=1_000, download_mb=24,
    sessions=80, at_once=20, companies=4, linkages=80, far_linkages=40, skus_per_shop=20,
)  # fmt: skip


def tell_of_few(count: int, full: int, what: str, then: str) -> str:
    """What to know of a row that has fewer than its target is for; "" where it has as many as a full run."""
    return f"the target is for {full:,} {what}: with so few, {then}" if count < full else ""
