"""`python -m benchmarks.cost`, small."""

from __future__ import annotations

import re

from benchmarks.cost import main


def test_what_a_pass_costs_is_told_for_a_first_pass_and_for_one_that_finds_nothing_new(capsys):
    main(["--companies", "2", "--shops", "3", "--skus", "3", "--workers", "1", "--late", "0.01"])
    said = capsys.readouterr().out
    first, unchanged = re.findall(r"ftps.command a pass: ([0-9.]+)", said)
    assert float(first) > float(unchanged) > 0
    assert re.findall(r"(?:overlaps|lost|double mails): ([0-9.]+)", said) == ["0.0"] * 6
    assert re.findall(r"ftps.connected a pass: ([0-9.]+)", said) == ["1.0", "1.0"]
    assert re.search(r"linked_code, bytes a shop: [1-9]", said)
