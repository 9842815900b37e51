"""The benchmark of shops that are far away: each of its passes waits for its login, and each linkage has one pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import fleet
from benchmarks.session import Session
from benchmarks.sizes import QUICK
from benchmarks.table import ONE, TWO


def test_far_shops_have_a_pass_each_that_waits_for_its_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "LATE", 4)
    sizes = replace(QUICK, companies=1, linkages=9, far_linkages=4, skus_per_shop=1)
    with Session(sizes, tmp_path / "work") as session, fleet.far_fleet(session) as measurement:
        two, one = measurement.sides
        assert (two.name, one.name, two.missing) == (TWO, ONE, "")
        assert "the target is for 400 linkages" in measurement.remark
        figures = one.run()
    assert {name: figures[name] for name in ("passes", "lost", "overlaps", "double mails", "mails")} == {
        "passes": 4, "lost": 0, "overlaps": 0, "double mails": 0, "mails": 1,
    }  # fmt: skip
    assert figures["seconds"] > 4
